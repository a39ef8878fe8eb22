# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers are found by day, model and last digits; one that stands no more says so in its name and folder."""

import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.clock import SystemClock
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.trade_events import FieldsStated
from station.papers.paper_names import current_file, in_folders, move_ended, place_of, safe
from station.session.jobs import mark_ended, read_jobs
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import Call


def files(home: Home) -> list[str]:
    return sorted(str(path.relative_to(home.papers)) for path in home.papers.rglob("*.pdf"))


def of(job: Job) -> tuple[str, str, str]:
    return job.opened_at[:10], job.summary.model.replace(" ", "-"), job.summary.serial[-4:]


def test_a_paper_lies_in_the_folder_of_its_day_under_model_and_last_digits(home: Home, call: Call) -> None:
    job = lives.job_in(home.ledger)
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    folder, name = facts["file"].split("/")
    day, model, digits = name.split("_")[:3]
    assert folder == day
    assert (model, digits) == of(job)[1:]
    assert name.endswith(f"{facts['paper']}-certificate.pdf")
    assert facts["file"] in files(home)
    told = sorted(file.rpartition("-")[2] for file in files(home))
    assert told == ["certificate.pdf"], "one paper for one phone"
    assert {str(PurePosixPath(file).parent) for file in files(home)} == {folder}
    assert (home.papers / folder).stat().st_mode & 0o777 == 0o700


def test_papers_lie_in_a_folder_for_the_lot_where_one_is_named(home: Home) -> None:
    lives.job_in(home.ledger)
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        found = Job.load(ledger, "TESTJOB1")
        assert found is not None
        job = replace(found, report=None)
        day = in_folders("day")(job, "PW-1", "report").split("/")[0]
        assert in_folders("lot")(job, "PW-1", "report").startswith(f"{day}/"), "no lot is stated"
        assert "/" not in in_folders("none")(job, "PW-1", "report")
        ledger.append(FieldsStated(fields={"lot": "W48 Berlin/../x"}, by="Li Wei", role="operator"), job.id)
        assert in_folders("lot")(job, "PW-1", "report").startswith("W48-Berlin-x/"), "stated beside the worker"


@given(st.text(), st.text())
def test_whatever_a_phone_calls_itself_becomes_a_harmless_name(model: str, lot: str) -> None:
    for text in (model, lot):
        made = safe(text, 24)
        assert len(made) <= 24
        assert all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in made)
        assert not made.startswith("-")


def test_a_withdrawn_certificate_is_moved_and_marked_and_a_reprint_says_so(home: Home, call: Call) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    assert call("withdraw", "TESTJOB1", "--reason", "data_found", "--by", "Wang Fang", "--yes")[0] == 0
    assert facts["file"] not in files(home)
    marked = call("jobs", "TESTJOB1", "--json")[1]["jobs"][0]["file"]
    folder = PurePosixPath(facts["file"]).parent
    assert marked == str(folder / "withdrawn" / f"{PurePosixPath(facts['file']).stem}-WITHDRAWN.pdf")
    assert marked in files(home)
    (home.papers / marked).unlink()
    code, said = call("reprint", facts["paper"])
    assert code == 0
    assert "give it to nobody" in said
    assert marked in files(home)
    assert facts["file"] not in files(home), "it comes back under no name that looks good"


def test_what_a_killed_station_had_no_time_to_mark_is_marked_by_the_next(home: Home, call: Call) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    assert call("withdraw", "TESTJOB1", "--reason", "data_found", "--by", "Wang Fang", "--yes")[0] == 0
    marked = call("jobs", "TESTJOB1", "--json")[1]["jobs"][0]["file"]
    (home.papers / marked).rename(home.papers / facts["file"])  # as if killed right after the ledger's entry
    (home.papers / marked).parent.rmdir()
    with Session.open(home, Settings()):
        assert marked in files(home)
        assert facts["file"] not in files(home)


def test_a_certificate_that_a_newer_one_replaced_is_marked_too(home: Home, call: Call) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        job = Job.load(ledger, "TESTJOB1")
        assert job is not None
        ended = replace(job.summary, ended="replaced", ended_by="PW-2")
    move_ended(home.papers, [ended])
    assert current_file(ended) in files(home)
    assert current_file(ended).endswith("-REPLACED.pdf")
    move_ended(home.papers, [ended])
    assert facts["file"] not in files(home)


def test_a_disk_that_moves_nothing_stops_no_work(home: Home, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    real = Path.replace

    def refused(path: Path, target: Path) -> Path:
        if "WITHDRAWN" in str(target):
            raise OSError(30, "Read-only file system")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", refused)
    assert call("withdraw", "TESTJOB1", "--reason", "data_found", "--by", "Wang Fang", "--yes")[0] == 0
    assert facts["file"] in files(home)
    monkeypatch.undo()
    with read_jobs(home) as jobs:
        mark_ended(home.papers, jobs)
    assert facts["file"] not in files(home)


def test_a_paper_of_before_is_found_under_the_name_it_had(home: Home) -> None:
    old = "PW-0000-0000-0000-0001-certificate.pdf"
    assert place_of(old, "") == old
    assert place_of(old, "withdrawn") == "withdrawn/PW-0000-0000-0000-0001-certificate-WITHDRAWN.pdf"


def test_many_papers_are_printed_again_into_a_folder(home: Home, call: Call, tmp_path: Path) -> None:
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    code, made = call("reprint", "TESTJOB1", facts["paper"], "--to", tmp_path / "again", "--json")
    assert code == 0
    assert [each["paper"] for each in made["papers"]] == [facts["paper"]] * 2
    assert [path.name for path in (tmp_path / "again").iterdir()] == [PurePosixPath(facts["file"]).name]
    code, made = call("reprint", "--until", "2100-01-01", "--to", tmp_path / "all", "--json")
    assert (code, len(made["papers"])) == (0, 1)
    assert call("reprint", "--until", "1999-01-01")[0] == 0
    assert call("reprint")[0] == 2
    assert call("reprint", "TESTJOB1", facts["paper"], "-o", tmp_path / "x")[0] == 2
    assert call("reprint", "TESTJOB1", "NOSUCH00", "--to", tmp_path / "none")[0] == 3
    assert not (tmp_path / "none").exists(), "all are found before the first is made"


def test_a_station_killed_between_the_withdrawal_and_the_move_does_it_at_its_next_start(home: Home, call: Call) -> None:
    """`kill -9` for real: the process ends itself at the moment the file would be moved."""
    facts = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"][0]
    code = (
        "import os, signal, sys, station.session.jobs as jobs\n"
        "jobs.move_ended = lambda folder, ended: os.kill(os.getpid(), signal.SIGKILL) if list(ended) else None\n"
        "from station.cli.main import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    words = ("--home", str(home.path), "withdraw", "TESTJOB1", "--reason", "data_found", "--by", "Wang Fang", "--yes")
    died = subprocess.run([sys.executable, "-c", code, *words], check=False, capture_output=True, timeout=120)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert facts["file"] in files(home)
    assert call("jobs", "TESTJOB1", "--json")[1]["jobs"][0]["standing"] == "withdrawn"
    assert call("withdraw", "TESTJOB1", "--reason", "data_found", "--by", "Wang Fang", "--yes")[0] == 0
    assert facts["file"] not in files(home)
    assert [file for file in files(home) if file.endswith("-WITHDRAWN.pdf")]
