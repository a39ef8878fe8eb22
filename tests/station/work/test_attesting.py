# SPDX-License-Identifier: GPL-3.0-or-later
"""Level A in whole lives: a chain that answers the job's challenge, judged by the law against what the station has."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from certs.keys.attestation_roots import signed_by
from certs.keys.authority import Authority as Company
from certs.keys.authority import create_authority
from certs.record.issuer import Issuer
from phones.attestation.roots import shipped
from phones.attestation.signed_roots import read_signed_roots
from phones.attestation.status_list import StatusList
from station.setup.attestation_desk import Held
from tests.support import lives
from tests.support.attestation import root_document, set_document, statuses
from tests.support.direct_bench import VirtualClock
from virtual_phones.android.attestation import Authority, Shape, Statement, joined

VIRTUAL = Authority("virtual phones")
COMPANY: Company = create_authority(Issuer(name="Test Bench"), "test", now=VirtualClock().now(), specimen=True)
SIGNED = signed_by(COMPANY.organisation, set_document(root_document(spki_sha256=VIRTUAL.root_digest), version=2))
CHALLENGED = replace(lives.SETTINGS, challenge=True)
Answer = Callable[[str], bytes | None]


def chain(nonce: str, shape: Shape | None = None, **said: Any) -> bytes:
    return joined(VIRTUAL.chain(Statement(challenge=nonce.encode(), **said), shape))


def chain_over(nonce: str) -> bytes | None:
    return chain(nonce)


@dataclass
class FakeDesk:
    """Somebody who has the phone's key attested: `answer` makes the chain out of the challenge, None for not yet."""

    answer: Answer = chain_over
    signed: bytes = SIGNED
    statuses: StatusList | None = field(
        default_factory=lambda: statuses(as_of=VirtualClock().now() - timedelta(days=1))
    )
    challenges: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def held(self) -> Held:
        roots = read_signed_roots(self.signed).roots if self.signed else shipped()
        return Held(roots=roots, signed=self.signed, statuses=self.statuses)

    def ask(self, job: str, nonce: str) -> None:
        self.challenges[job] = nonce
        self.asked.append(nonce)

    def handed_in(self, job: str) -> bytes | None:
        return self.answer(self.challenges[job])

    def forget(self, job: str) -> None:
        self.challenges.pop(job, None)


def erase(life: lives.Life) -> dict[str, Any]:
    """What the job's paper says of its erase."""
    made = life.job.certificate or life.job.report
    assert made is not None
    found: dict[str, Any] = json.loads(made.record)["erase"]
    return found


def attested(life: lives.Life) -> Any:
    return erase(life)["attestation"]


def reasons(life: lives.Life) -> list[str]:
    return list(erase(life)["reasons"])


def lived(desk: FakeDesk, phone: Mapping[str, Any] = lives.PIXEL_13) -> lives.Life:
    return lives.live(phone, settings=CHALLENGED, desk=desk)


def test_a_chain_that_answers_the_challenge_makes_level_a_beside_e() -> None:
    desk = FakeDesk()
    life = lived(desk)
    found = attested(life)
    assert life.certified
    assert (found["code"], found["hardware"], found["patch_level"]) == ("valid", "tee", 202610)
    assert (found["roots_from"], found["roots_version"], found["root"]) == ("issuer", 2, "SPECIMEN")
    assert life.progress.index("returned") < life.progress.index("attestation_wanted")
    assert desk.challenges == {}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda _nonce: chain("another0"), "wrong_nonce"),
        (lambda nonce: chain(nonce, level=0), "software_level"),
        (lambda nonce: chain(nonce, locked=False), "unlocked_boot"),
        (lambda nonce: chain(nonce, boot_state=1), "unverified_boot"),
        (lambda nonce: chain(nonce, says_boot=False), "boot_not_said"),
        (lambda nonce: chain(nonce, serial="FAKESERIAL02"), "names_a_phone"),
        (lambda nonce: chain(nonce)[:-1], "malformed"),
        (lambda nonce: joined(Authority("stranger").chain(Statement(challenge=nonce.encode()))), "foreign_root"),
        (lambda _nonce: b"", "no_chain"),
        (lambda _nonce: None, "no_chain"),
    ],
)
def test_every_other_chain_says_why_it_makes_no_level_a(answer: Answer, code: str) -> None:
    life = lived(FakeDesk(answer=answer))
    assert attested(life)["code"] == code
    against = code in ("unlocked_boot", "unverified_boot")  # the phone itself says green: one of the two lies
    assert life.certified is not against
    assert ("attested_otherwise" in reasons(life)) is against


def test_without_a_status_list_nobody_can_tell_and_the_erase_stands() -> None:
    life = lived(FakeDesk(statuses=None))
    assert (attested(life)["code"], life.certified) == ("list_missing", True)


def test_a_revoked_key_is_said_so() -> None:
    listed = statuses({"c0ffee5eed": {"status": "REVOKED"}}, as_of=VirtualClock().now() - timedelta(days=30))
    assert attested(lived(FakeDesk(statuses=listed)))["code"] == "revoked"


def test_with_the_programs_own_roots_a_virtual_phone_is_of_a_foreign_root() -> None:
    found = attested(lived(FakeDesk(signed=b"")))
    assert (found["code"], found["roots_from"], found["roots_sha256"]) == ("foreign_root", "program", shipped().digest)


def test_a_phone_that_gave_its_chain_itself_is_not_asked_again() -> None:
    desk = FakeDesk()
    life = lived(desk, lives.PIXEL_16)
    assert (attested(life)["code"], desk.asked) == ("valid", [])


def test_a_job_without_a_challenge_says_nothing_of_an_attestation() -> None:
    life = lives.live(lives.PIXEL_13, desk=FakeDesk())
    assert attested(life) is None
    assert "attestation_wanted" not in life.progress


def test_no_number_of_the_phone_reaches_the_ledger_with_a_chain_that_names_it() -> None:
    life = lived(FakeDesk(answer=lambda nonce: chain(nonce, serial="FAKESERIAL02", imei="004999000000001")))
    assert life.job.certificate is not None
    text = life.job.certificate.record
    for number in ("FAKESERIAL02", "004999000000001"):
        assert number not in text
        assert base64.b64encode(number.encode()).decode()[:-4] not in text
