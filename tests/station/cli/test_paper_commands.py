# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about a paper after its phone has gone: validate, withdraw, copy, sample."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certs.formats import cms
from certs.formats.x509_facts import read_certificate
from certs.keys.key_files import read_ed25519_key
from certs.log.entries import read_entry
from certs.page.pdf_profile import read
from certs.record.openings import first_mismatch, read_openings
from certs.record.record import Record
from certs.record.validation import check
from phones.verdict import Verdict
from station.errors import InspectorPerformedError
from station.session.sampling import record_result
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call
from transparency.database import TransparencyLog
from transparency.export import export_snapshot
from transparency.files import LogFiles


def leaves(home: Home) -> list[str]:
    log = TransparencyLog.open(home.transparency_log)
    found = [read_entry(leaf).type for leaf in log.leaves()]
    log.close()
    return found


def test_a_validator_signs_with_their_own_key_and_the_certificate_carries_it(home: Home, call: Call) -> None:
    code, made = call("keys", "validator", "Wang Fang", "--json")
    assert code == 0, made
    code, told = call("validate", "TESTJOB1", "--accept", "--key", made["path"], "--json")
    (facts,) = told["jobs"]
    assert code == 0, facts
    assert facts["standing"] == "live"
    files = read((home.papers / facts["file"]).read_bytes()).embedded()
    record = Record(data=files["erase-record.json"])
    assert record.facts.validation.by == "Wang Fang"
    from cryptography.hazmat.primitives.serialization import Encoding

    from certs.keys.authority import load_station

    organisation = load_station(home.keys).organisation.public_bytes(Encoding.DER)
    assert check(record.read, organisation).verdict is Verdict.PASSED
    assert "erase.tlog-proof" in files
    assert leaves(home) == ["start", "issue", "close"]


def test_where_a_key_is_required_a_decision_at_the_station_is_refused(home: Home, call: Call) -> None:
    (home.path / "config.toml").write_text('validator_key = "required"\n')
    code, said = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang")
    assert code == 2
    assert "--key" in said
    assert lives.job_in(home.ledger).validation is None


def test_nobody_decides_with_anothers_key(home: Home, call: Call) -> None:
    _, made = call("keys", "validator", "Somebody Else", "--json")
    code, said = call("validate", "TESTJOB1", "--accept", "--as", "Wang Fang", "--key", made["path"])
    assert code == 2, said
    assert lives.job_in(home.ledger).validation is None


def test_withdraw_needs_a_certificate_and_tells_the_log(home: Home, call: Call) -> None:
    assert call("withdraw", "PW-0000-0000-0000-0000", "--reason", "other", "--by", "Wang Fang", "--yes")[0] == 3
    report = lives.job_in(home.ledger).report
    assert report is not None
    assert call("withdraw", report.id, "--reason", "other", "--by", "Wang Fang", "--yes")[0] == 4
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    for _ in range(2):
        assert call("withdraw", facts["paper"], "--reason", "data_found", "--by", "Wang Fang", "--yes")[0] == 0
    assert leaves(home) == ["start", "issue", "close", "withdraw"]


def test_a_reports_id_withdraws_no_certificate_and_a_papers_id_finds_its_job(home: Home, call: Call) -> None:
    report = lives.job_in(home.ledger).report
    assert report is not None
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    code, said = call("withdraw", report.id, "--reason", "other", "--by", "Wang Fang", "--yes")
    assert code == 2
    assert facts["paper"] in said
    assert leaves(home) == ["start", "issue", "close"]
    assert call("jobs", facts["paper"], "--json")[1]["jobs"][0]["job"] == "TESTJOB1"
    assert call("reprint", facts["paper"], "-o", home.path / "again.pdf")[0] == 0
    assert call("copy", facts["paper"], "--archive")[0] == 0


def test_what_no_witness_signed_is_missing_in_the_status_file_and_that_is_said(
    home: Home, call: Call, tmp_path: Path
) -> None:
    key = call("log", "witness", "--new", "witness.example/w", "--state", tmp_path / "witness")[1].split()[0]
    with LogFiles(home.transparency_log, home.keys).policy.open("a", encoding="utf-8") as policy:
        policy.write(f"witness w {key}\n")
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    status = tmp_path / "status.log"
    assert "no witness" not in call("log", "export", "--snapshot", status, tmp_path / "tiles")[1]
    policy_file = LogFiles(home.transparency_log, home.keys).policy
    _, line = call(
        "log", "witness", "--state", tmp_path / "witness", "--once", tmp_path / "tiles", "--policy", policy_file
    )
    (tmp_path / "line").write_text(line, encoding="utf-8")
    assert call("log", "cosign", "--line", tmp_path / "line")[0] == 0
    assert (
        "proofwipe log export"
        in call("withdraw", facts["paper"], "--reason", "data_found", "--by", "Wang Fang", "--yes")[1]
    )
    code, said = call("log", "export", "--snapshot", status)
    assert code == 0
    assert "no witness has cosigned them: 1." in said


def test_the_archive_copy_opens_all_the_buyers_copy_nothing_and_a_disclosure_what_was_named(
    home: Home, call: Call
) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    buyers = read((home.papers / facts["file"]).read_bytes()).embedded()
    assert "openings.json" not in buyers
    document = Record(data=buyers["erase-record.json"]).facts
    code, copied = call("copy", "TESTJOB1", "--archive", "--json")
    assert code == 0, copied
    archive = read(Path(copied["path"]).read_bytes()).embedded()
    assert archive["erase-record.json"] == buyers["erase-record.json"]
    assert archive["statement.cose"] == buyers["statement.cose"]
    opened = read_openings(archive["openings.json"])
    assert first_mismatch(document, opened) == ""
    values = {one.name: one.value for one in opened.openings}
    assert values["acquisition.seller_reference"] == "REG-7781"
    assert set(values) == set(document.sealed)
    code, copied = call("copy", "TESTJOB1", "--disclose", "imei1,serial", "--json")
    assert code == 0
    some = read_openings(read(Path(copied["path"]).read_bytes()).embedded()["openings.json"])
    assert [one.name for one in some.openings] == ["imei1", "serial"]
    assert call("copy", "TESTJOB1", "--disclose", "owner")[0] == 2
    assert call("copy", "TESTJOB1")[0] == 2


def test_a_stranger_with_a_wrong_file_is_told_which_and_sent_to_no_ledger(
    home: Home, call: Call, tmp_path: Path
) -> None:
    wrong = tmp_path / "letter.json"
    wrong.write_text("{}", encoding="utf-8")
    policy = home.keys / "log-policy.txt"
    code, said = call("sample", "check", wrong, "--snapshot", wrong, "--policy", policy)
    assert code == 2
    assert "letter.json was not written by" in said.replace("\n", " ")
    code, said = call("log", "audit", wrong, "--policy", tmp_path / "missing.policy")
    assert code == 2
    assert "missing.policy" in said


def test_a_sample_is_drawn_checked_by_a_stranger_and_its_result_written_down(
    home: Home, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    paper = facts["paper"]
    today, tomorrow = datetime.now(UTC).date().isoformat(), datetime.now(UTC) + timedelta(days=1)
    assert call("sample", "draw", today)[0] == 2, "the day is not over"
    assert call("sample", "draw", "last-week")[0] == 2
    monkeypatch.setattr("station.cli.commands.sample.utc_now", lambda: tomorrow)
    code, said = call("sample", "draw", today)
    assert code == 4, said
    log, key = TransparencyLog.open(home.transparency_log), read_ed25519_key(home.keys / "log-key.pem", PASSPHRASE)
    log.close()
    log = TransparencyLog.open(home.transparency_log, key)
    log.start(job="ab" * 32, tag="cd" * 16, station="ef" * 8, emulated=True, at=tomorrow)
    export_snapshot(log, tmp_path / "snapshot")
    log.close()
    result, sheet = tmp_path / "sample.json", tmp_path / "sheet.csv"
    code, drawn = call("sample", "draw", today, "-o", result, "--sheet", sheet, "--json")
    assert code == 0, drawn
    assert drawn["chosen"] == drawn["population"] == [paper]
    assert drawn["committed_before_seed"] is True
    assert paper in sheet.read_text("utf-8-sig")
    with home.locked():  # what was drawn stands: it is read beside a session
        assert call("sample", "draw", today, "--json") == (0, drawn)
    check = ("sample", "check", result, "--snapshot", tmp_path / "snapshot", "--policy", home.keys / "log-policy.txt")
    assert call(*check)[0] == 0
    result.write_text(result.read_text().replace(paper, "PW-0000-0000-0000-0000"))
    assert call(*check)[0] == 7
    tool = ("--tool", "Recovery 3.1")
    assert call("sample", "result", paper, "--found", "none", *tool, "--as", "Wang Fang")[0] == 0
    assert call("sample", "result", paper, "--found", "data", *tool, "--as", "Wang Fang")[0] == 1
    assert call("sample", "lot", today)[0] == 1, "data was found on the only phone of the sample"
    assert call("sample", "lot", today, "--json")[1]["found_data"] == [paper]
    signed = tmp_path / "lot.json"
    code, told = call("sample", "lot", today, "--signed", signed, "--json")
    assert (code, json.loads(signed.read_text("utf-8"))) == (1, told)
    assert told["schema"] == "proofwipe/sample-lot/1"
    own = cms.read(signed.with_name("lot.json.p7s").read_bytes())
    assert own.digest == hashlib.sha256(signed.read_bytes()).digest()
    assert cms.is_signed(own, read_certificate(own.station))
    assert call("sample", "lot", today, "--signed", signed)[0] == 2, "what is there is not written over"
    assert call("sample", "lot", today, "--reports")[0] == 3
    assert call("sample", "draw", today, "--reports")[0] == 8, "every phone of that day was proven"
    assert call("sample", "result", "PW-0000-0000-0000-0000", "--found", "none", *tool, "--as", "Wang Fang")[0] == 3
    assert call("sample", "result", paper, "--found", "none", *tool, "--as", "Nobody")[0] == 2
    with Session.open(home, Settings()) as session, pytest.raises(InspectorPerformedError):
        record_result(session.jobs.ledger, paper, found="none", tool="Recovery 3.1", by=lives.TESTER.name, grounds="")
