# SPDX-License-Identifier: GPL-3.0-or-later
"""Level A in whole lives: a chain that answers the job's challenge, judged by the law against what the station has."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certs.keys.attestation_roots import signed_by
from certs.keys.authority import pem
from phones.attestation.roots import shipped
from station.setup.attestation_desk import AttestationFileError, Held, NobodyWaitsError
from tests.station.work.test_killed_stations import job_of
from tests.support import lives
from tests.support.attestation import root_document, set_document, statuses
from tests.support.attestation_desk import CHALLENGED, COMPANY, SIGNED, VIRTUAL, Answer, FakeDesk, chain
from tests.support.direct_bench import VirtualClock
from tests.support.killable_station import World, desk_in
from virtual_phones.android.attestation import Authority, Shape, Statement, joined

JOB = "TESTJOB1"


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


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (Shape(from_=datetime(2098, 1, 1, tzinfo=UTC)), "not_yet_valid"),
        (Shape(until=datetime(2026, 1, 2, tzinfo=UTC)), "expired"),
        (Shape(middle_is_authority=False), "may_not_sign"),
    ],
)
def test_a_chain_with_a_fault_above_its_key_says_which(shape: Shape, code: str) -> None:
    assert attested(lived(FakeDesk(answer=lambda nonce: chain(nonce, shape))))["code"] == code


@pytest.mark.parametrize(
    ("root", "code"),
    [
        ({"used_from": "2031-01-01"}, "root_not_yet_valid"),
        ({"used_from": "2020-01-01", "used_until": "2026-02-01"}, "root_no_longer_valid"),
    ],
)
def test_a_root_counts_only_between_its_days(root: dict[str, str], code: str) -> None:
    content = set_document(root_document(spki_sha256=VIRTUAL.root_digest, **root), version=2)
    assert attested(lived(FakeDesk(signed=signed_by(COMPANY.organisation, content))))["code"] == code


def test_a_list_that_is_too_old_is_none() -> None:
    old = statuses(as_of=VirtualClock().now() - timedelta(days=30))
    assert attested(lived(FakeDesk(statuses=old)))["code"] == "list_too_old"


def test_a_statement_added_behind_the_hardwares_own_is_refused() -> None:
    """With a phone that is not locked, whoever has its keys could add a better story."""

    def extended(nonce: str) -> bytes:
        return joined(VIRTUAL.extended(Statement(challenge=b"x" * 8), Statement(challenge=nonce.encode())))

    assert attested(lived(FakeDesk(answer=extended)))["code"] == "chain_extended"


def test_a_desk_that_cannot_write_or_read_costs_level_a_and_no_erase() -> None:
    class FullDisk(FakeDesk):
        def ask(self, job: str, nonce: str) -> None:
            raise OSError(28, "No space left on device")

    class Damaged(FakeDesk):
        def held(self) -> Held:
            raise AttestationFileError(subject="roots.json")

    full, damaged = lived(FullDisk()), lived(Damaged())
    assert (full.certified, attested(full)["code"]) == (True, "no_chain")
    assert (damaged.certified, attested(damaged)["code"]) == (True, "foreign_root")


class Attesting(World):
    """A phone whose key is attested, in the folder of the station, while that waits: somebody at another terminal."""

    def _on_sleep(self, seconds: float) -> None:
        super()._on_sleep(seconds)
        desk = desk_in(self.folder)
        with suppress(NobodyWaitsError):
            desk.hand_in(JOB, chain(desk.challenge(JOB)))


@pytest.mark.parametrize("back", [2, 5, 8, 10, 11])
def test_a_station_killed_while_it_waits_asks_again_for_the_same_challenge(back: int, tmp_path: Path) -> None:
    """Also where nobody says --challenge once more: that it was drawn stands in the ledger. And killed behind the
    answer it leaves neither challenge nor chain lying there.
    """
    folders = [tmp_path / name for name in ("whole", "killed")]
    for folder in folders:
        (folder / "attestation").mkdir(parents=True)
        (folder / "organisation.pem").write_bytes(pem(COMPANY.organisation.certificate))
        (folder / "attestation" / "roots.json").write_bytes(SIGNED)
    assert Attesting(dict(lives.PIXEL_13), folders[0], CHALLENGED).run_station(die_at=None, before=False) == 0
    _, writes = job_of(folders[0])
    world = Attesting(dict(lives.PIXEL_13), folders[1], CHALLENGED)
    assert world.run_station(die_at=writes - back, before=bool(back % 2)) == -9
    killed, _ = job_of(folders[1])
    was_drawn = any(piece.asked == "attestation.challenge" for piece in killed.evidence)
    world.settings = lives.SETTINGS if was_drawn else CHALLENGED
    assert world.run_station(die_at=None, before=False) == 0
    job, _ = job_of(folders[1])
    asked = [piece for piece in job.evidence if piece.asked.startswith("attestation.")]
    assert [piece.asked for piece in asked] == [
        "attestation.challenge",
        "attestation.handed_in",
        "attestation.grounds",
    ]
    assert asked[0].values["command.nonce"] == asked[1].values["command.nonce"]
    assert asked[1].values["attestation.state"] == "kept"
    assert job.certificate is not None
    assert json.loads(job.certificate.record)["erase"]["attestation"]["code"] == "list_missing"
    assert list((folders[1] / "attestation").glob(f"{JOB}.*")) == []


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


def test_a_chain_with_the_phones_number_in_a_certificates_name_is_not_kept() -> None:
    serial = str(lives.PIXEL_13["serial"])
    life = lived(FakeDesk(answer=lambda nonce: joined(Authority(serial).chain(Statement(challenge=nonce.encode())))))
    assert attested(life)["code"] == "names_a_phone"
    made = life.job.certificate
    assert made is not None
    pieces = [piece["values"] for piece in json.loads(made.record)["evidence"]]
    assert not [name for values in pieces for name in values if name.startswith("attestation.chain.")]
