# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of identifiers: one row is all that a further number needs, and its word where the page shows it."""

import json
import shutil
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

import phones
from certs.record.statement import COMMITTED_LABELS
from phones.allowed import ALLOWED
from phones.identifiers import BY_NAME, IDENTIFIERS, IN_ANY_ORDER, ON_PAPER, PARTS, SHOWN, Identifier, normalise
from phones.recordings.redact import Fakes

ROOT = Path(phones.__file__).parents[1]
ROOMS = ("phones", "wipe", "grading", "certs", "transparency", "station")
EXAMPLES = {
    "imei": "356938035643809",
    "serial": "F2LDEMO0Q1MN",
    "ecid": "2842938490912798",
    "udid": "00008101-000a1b2c3d4e001e",
    "wifi_mac": "aa:bb:cc:00:11:22",
    "android_id": "aaaaaaaaaaaaaaaa",
    **{each.label: f"FAKE{each.label.upper()}+SERIAL" for each in PARTS},
}


def test_names_and_values_are_each_given_once() -> None:
    assert len(BY_NAME) == len(IDENTIFIERS)
    values = [name for each in IDENTIFIERS for name in each.values]
    assert len(set(values)) == len(values)
    assert all(ALLOWED[name].identifier == each.label for each in IDENTIFIERS for name in each.values)
    labels = {value.identifier for value in ALLOWED.values()} - {""}
    assert labels == {each.label for each in IDENTIFIERS}, "whatever is committed has its row"


def test_numbers_of_one_label_are_of_one_kind_and_count_each_for_itself() -> None:
    for one, other in combinations(IDENTIFIERS, 2):
        if one.label != other.label:
            continue
        assert (one.shape, one.pattern, one.statement_code) == (other.shape, other.pattern, other.statement_code)
        assert len(one.values) == len(other.values) == 1
        assert one.counts_as != other.counts_as
    assert [each.name for each in IN_ANY_ORDER] == ["imei1", "imei2"]


def test_what_stands_on_paper_names_the_phone_and_what_is_shown_stands_on_paper() -> None:
    assert all(each.counts_as for each in ON_PAPER)
    assert all(each in ON_PAPER for each in SHOWN)
    assert [each.shown for each in SHOWN] == list(range(1, len(SHOWN) + 1))


def test_a_part_names_no_phone_and_stands_on_no_page() -> None:
    assert not any(each.counts_as or each.on_paper or each.shown or each.called_by for each in PARTS)
    assert all(each.name == each.label == f"part_{each.value.removeprefix('parts.')}" for each in PARTS)


def test_the_codes_of_the_statement_are_those_of_papers_in_the_world() -> None:
    assert COMMITTED_LABELS == ("none", "imei", "serial", "ecid", "udid")


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda each: each.name)
def test_a_fake_in_a_recording_has_the_shape_of_what_it_stands_for(identifier: Identifier) -> None:
    real = EXAMPLES[identifier.label]
    fake = Fakes().learn(identifier.label, real)
    assert fake != real
    assert all(ALLOWED[name].admit(fake) == fake for name in identifier.values)
    assert normalise(identifier.label, normalise(identifier.label, real)) == normalise(identifier.label, real)


ROW = """
    Identifier(
        name="eid",
        label="eid",
        shape=Shape.DECIMAL,
        values={"identity.eid": "EID of the eSIM"},
        pattern=r"[0-9]{32}",
        counts_as="eid",
        on_paper=True,
        shown=4,
        called_by=True,
        statement_code=5,
    ),
"""
WORD = '[phone]\neid = { zh = "EID 末四位", en = "last four of the EID" }'
USED = """
import json
import sys
from dataclasses import replace

from certs.record.openings import Openings, first_mismatch
from certs.record.reading import read_document
from certs.record.sealing import Opening
from certs.verify.verifier import verify
from phones.commitment import commit
from phones.identity import PhoneIdentity, compare
from phones.link import Reply
from phones.recordings.redact import Fakes, redacted
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, IPHONE_PIECES, SALT, iphone_job
from tests.support.papers.paper_world import ISSUED_AT, PaperWorld

EID, OTHER = "89049032000001000000001234567890", "89049032000001000000001234567891"
world = PaperWorld()


def certified(before, after):
    \"\"\"A certificate's record of a phone that told these numbers before and after its erase.\"\"\"
    told = {0: before, len(IPHONE_PIECES) - 1: after}
    more = {place: {"identity.eid": number} for place, number in told.items() if number}
    pieces = tuple(
        replace(piece, values={**piece.values, **more.get(place, {})}) for place, piece in enumerate(IPHONE_PIECES)
    )
    identity = PhoneIdentity.from_values({**pieces[0].values})
    opening = Opening(name="eid", salt=bytes(16), value=before) if before else None
    facts = replace(iphone_job(pieces=pieces), identity=identity, openings=(opening,) if opening else ())
    return world.certificate(facts), opening


record, opening = certified(EID, EID)
pdf = world.paper(record, statement=world.state(record.data))
trust = world.trust("root.pem")
reply = Reply(body=b"eid " + EID.encode())
fakes = Fakes()
fakes.learn_all({"identity.eid": EID})
hidden = redacted(reply, lambda reply: {"identity.eid": reply.body[4:].decode()}, fakes, asked="x")
try:
    certified(EID, OTHER)
    another = "certified"
except Exception as error:
    another = "phone_not_the_same" in getattr(error, "reason_codes", ())
document = read_document(json.loads(record.data))
reading = {"identity.eid": EID, "identity.serial": "A"}
print(json.dumps({
    "committed": document.device.commitments["eid"] == commit("eid", EID, SALT),
    "kept_as_commitment": all(EID not in json.dumps(piece.to_json()) for piece in document.evidence),
    "shown": document.device.last4["eid"],
    "drawn": len(pdf) > 1000,
    "checked": verify(pdf, trust, imei=EID, at=ISSUED_AT).answer,
    "refused": verify(pdf, trust, imei=OTHER, at=ISSUED_AT).code,
    "opened": first_mismatch(record.read.facts, Openings(id=CERTIFICATE_ID, openings=(opening,))),
    "same": compare(reading, reading).verdict,
    "another": another,
    "called_by": EID in PhoneIdentity(numbers={"eid": EID}).called_by(),
    "ledger": PhoneIdentity.from_json(PhoneIdentity(numbers={"eid": EID}).to_json()).number("eid") == EID,
    "redacted": hidden.body.decode(),
    "without": certified("", "")[0].read.facts.identifier("eid").commitment == "",
    "in_the_code": record.read.statement().committed,
}))
"""


def test_a_further_number_is_one_row_for_everything_that_is_done_with_it(tmp_path: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "support", tmp_path / "tests" / "support")
    table = tmp_path / "phones" / "identifiers.py"
    text = table.read_text("utf-8")
    start = "IDENTIFIERS: tuple[Identifier, ...] = ("
    assert text.count(start) == 1
    rows, end = text.split(start)[1].split("\n)\n", 1)
    table.write_text(text.split(start)[0] + start + rows + ROW.rstrip() + "\n)\n" + end, "utf-8")
    labels = tmp_path / "certs" / "page" / "labels.toml"
    words = labels.read_text("utf-8")
    assert words.count("[phone]\n") == 1
    labels.write_text(words.replace("[phone]\n", f"{WORD}\n"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", USED], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "committed": True,
        "kept_as_commitment": True,
        "shown": "7890",
        "drawn": True,
        "checked": "VALID",
        "refused": "E_DEVICE",
        "opened": "",
        "same": "passed",
        "another": True,
        "called_by": True,
        "ledger": True,
        "redacted": "xxx 99900000000000000000000000000001",
        "without": True,
        "in_the_code": "imei",
    }
