# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper printed again weeks later is as good as the first print: it keeps its proof and the lists of its day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs.keys.list_renewal import renew_organisation_list
from certs.log.entries import read_entry
from certs.log.errors import LogFullError
from certs.log.notes import read_note
from certs.page.pdf_profile import PaperFile, read
from certs.verify.trust import Trust
from certs.verify.verifier import verify
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import is_finished
from station.ledger.stages import Stage
from station.papers.keys import open_paper_issuer
from station.setup.home import Home
from station.setup.people import load
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call
from tests.support.direct_bench import VirtualClock
from transparency.database import TransparencyLog
from transparency.signing import NoteKey, witness_key

WITNESS = witness_key("w.example", Ed25519PrivateKey.generate())


def cosign(home: Home, at: datetime, key: NoteKey = WITNESS) -> None:
    log = TransparencyLog.open(home.transparency_log)
    log.cosign(log.size, [key.cosign(read_note(log.checkpoint()).text, at=at)])
    log.close()


def reader(home: Home) -> Trust:
    own = (home.keys / "log-policy.txt").read_text()
    policy = own.replace("quorum none", f"witness w {WITNESS.public}\nquorum none")
    return Trust.from_bytes([("log.policy", policy.encode())])


def printed(home: Home, call: Call, target: Path) -> bytes:
    code, said = call("reprint", "TESTJOB1", "-o", target)
    assert code == 0, said
    return target.read_bytes()


@pytest.fixture
def first(home: Home, call: Call) -> bytes:
    code, told = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")
    (facts,) = told["jobs"]
    assert code == 0, facts
    return (home.papers / str(facts["file"])).read_bytes()


def store(paper: PaperFile) -> tuple[bytes, ...]:
    held = paper.store()
    assert held is not None
    return held.revocation_lists


def test_a_late_first_witness_does_not_date_a_reprint_back(
    home: Home, call: Call, first: bytes, tmp_path: Path
) -> None:
    later = datetime.now(UTC) + timedelta(days=30)
    cosign(home, later)
    again = printed(home, call, tmp_path / "again.pdf")
    for paper in (first, again):
        found = verify(paper, reader(home), at=later + timedelta(days=1))
        assert (found.answer.value, found.code) == ("SPECIMEN", ""), found.checks[-1]
    assert read(again).embedded() == read(first).embedded()


def test_a_reprint_gains_the_witness_that_signed_soon_after(
    home: Home, call: Call, first: bytes, tmp_path: Path
) -> None:
    cosign(home, datetime.now(UTC) + timedelta(hours=3))
    again = printed(home, call, tmp_path / "again.pdf")
    at = datetime.now(UTC) + timedelta(days=1)
    assert "W_NO_WITNESS" in verify(first, reader(home), at=at).warnings
    assert "W_NO_WITNESS" not in verify(again, reader(home), at=at).warnings


def test_a_reprint_carries_the_revocation_lists_of_its_day(
    home: Home, call: Call, first: bytes, tmp_path: Path
) -> None:
    renew_organisation_list(home.keys, PASSPHRASE, now=datetime.now(UTC))
    newer = (home.keys / "organisation.crl").read_bytes()
    again = printed(home, call, tmp_path / "again.pdf")
    assert store(read(again)) == store(read(first))
    assert newer not in store(read(again))


def test_a_replaced_certificate_can_still_be_printed_and_copied(
    home: Home, call: Call, first: bytes, tmp_path: Path
) -> None:
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as paper_issuer:
        lives.live(lives.IPHONE, folder=home.path, settings=lives.VALIDATED, papers=paper_issuer, job_id="TESTJOB2")
    assert call("validate", "TESTJOB2", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    assert lives.job_in(home.ledger).ended is not None
    assert read(printed(home, call, tmp_path / "again.pdf")).embedded() == read(first).embedded()
    code, said = call("copy", "TESTJOB1", "--archive", "--json")
    assert code == 0, said


def test_a_report_whose_file_was_never_written_is_no_end(tmp_path: Path) -> None:
    """Killed between ledger and file: the job is taken up again, and its report is written, and its CLOSE logged."""
    log = lives.job_log(tmp_path)
    nobody = replace(lives.SCRIPT, on_instruction={}, answers={}, looks_at=())

    def full(_path: Path, _data: bytes) -> None:
        raise LogFullError(subject="disk", got="full")

    clock = VirtualClock()
    clock.sleep(86400)
    broken = replace(lives.paper_issuer(tmp_path, clock, log), publish=full)
    job = lives.live(lives.PIXEL_13, folder=tmp_path, script=nobody, papers=broken, log=log).job
    assert (job.stage, job.report is not None, is_finished(job)) == (Stage.FAILED, True, False)
    ledger = Ledger(tmp_path / "ledger.sqlite3", clock=VirtualClock())
    again = Job.load(ledger, job.id)
    assert again is not None
    lives.paper_issuer(tmp_path, clock, log).issue_for(again)
    assert is_finished(again)
    assert again.report == job.report
    assert [read_entry(leaf).type for leaf in log.log.leaves()] == ["start", "close"]
    ledger.close()
    log.log.close()
