# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe jobs`: lists that can be narrowed and counted, one job as a story, and every name a job goes by."""

import contextlib
import csv
import fcntl
import io
import os
import re
import struct
import subprocess
import sys
import termios
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phones.clock import SystemClock
from station.cli.commands.jobs import beginning, end
from station.cli.job_story import story
from station.documents.job_rows import csv_of
from station.errors import AmbiguousJobError, JobNotFoundError
from station.ledger.job import Job
from station.ledger.job_events import JobFailed, JobMoved, JobOpened, PhoneIdentified
from station.ledger.job_filter import JobFilter
from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind, Stage
from station.session.job_names import job_named, jobs_named
from station.setup.home import Home
from station.text import language
from tests.support.cli_station import Call
from tests.support.ledger_payloads import an_event


def listed(call: Call, *arguments: object) -> list[str]:
    code, found = call("jobs", *arguments, "--json")
    assert code == 0, found
    return [job["job"] for job in found["jobs"]]


def first_job(call: Call) -> dict[str, Any]:
    job: dict[str, Any] = call("jobs", "--json")[1]["jobs"][0]
    return job


def other_phone(home: Home, name: str, *, serial: str, imei: str, model: str = "Pixel 9") -> None:
    """A further job, which failed."""
    opened, identified = an_event(EntryKind.JOB_OPENED), an_event(EntryKind.IDENTITY)
    assert isinstance(opened, JobOpened)
    assert isinstance(identified, PhoneIdentified)
    phone = replace(
        identified.phone, numbers={"serial": serial} | ({"imei1": imei} if imei else {}), marketing_name=model
    )
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        ledger.append(opened, name)
        ledger.append(replace(identified, phone=phone), name)
        ledger.append(JobFailed(reason="phone_lost"), name)
        ledger.append(JobMoved(from_=Stage.SEEN, to=Stage.FAILED, because=(1,)), name)


def test_what_waits_for_a_person_is_a_list(home: Home, call: Call) -> None:
    other_phone(home, "OTHER001", serial="S1", imei="356938035643809")
    assert listed(call, "--awaiting") == ["TESTJOB1"]
    said = call("jobs")[1]
    assert "waiting for a decision 1" in said
    assert "waits for a person to accept it" in " ".join(said.split())
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    assert listed(call, "--awaiting") == []
    assert "No job fits" in call("jobs", "--awaiting")[1]


def test_a_list_is_narrowed_by_stage_day_person_model_and_reason(home: Home, call: Call) -> None:
    other_phone(home, "OTHER001", serial="S1", imei="356938035643809")
    assert listed(call, "--stage", "failed") == ["OTHER001"]
    assert listed(call, "--stage", "FAILED", "--stage", "VERIFIED") == ["TESTJOB1", "OTHER001"]
    assert listed(call, "--model", "pixel 9") == ["OTHER001"]
    assert listed(call, "--reason", "phone_lost") == ["OTHER001"]
    assert listed(call, "--reason", "phone") == []
    assert listed(call, "--operator", "w") == ["OTHER001"]
    assert listed(call, "--since", "today", "--model", "Pixel 9") == ["OTHER001"]
    assert listed(call, "--until", "yesterday", "--model", "Pixel 9") == []
    day = time.strftime("%Y-%m-%d")
    assert "OTHER001" in listed(call, "--find", day)
    assert listed(call, "--find", "1999-01-01") == []
    for wrong in (("--stage", "GONE"), ("--since", "soon"), ("--until", "9999-12-31T25"), ("--until", "9999-12-31")):
        code, said = call("jobs", *wrong)
        assert code == 2, said


def test_a_list_comes_in_pages_and_says_how_many_there_are(home: Home, call: Call) -> None:
    for number in range(5):
        other_phone(home, f"OTHER00{number}", serial=f"S{number}", imei="")
    assert listed(call, "--limit", "2") == ["OTHER003", "OTHER004"]
    assert listed(call, "--limit", "2", "--page", "2") == ["OTHER001", "OTHER002"]
    assert len(listed(call)) == 6
    said = call("jobs", "--limit", "2")[1]
    assert "Jobs: 6" in said
    assert "FAILED 5" in said
    assert "2 of 6" in said


def test_an_empty_list_is_said_in_words(tmp_path: Path, home: Home, call: Call) -> None:
    assert "No job fits" in call("jobs", "--find", "nothing of that name")[1]
    assert call("jobs", "--find", "nothing of that name", "--json")[1]["jobs"] == []


def test_a_job_goes_by_its_number_its_papers_its_phones_numbers_and_their_endings(home: Home, call: Call) -> None:
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    job = first_job(call)
    spaced = f"{job['imei'][:6]} {job['imei'][6:]}"
    for name in (
        "testjob1", job["paper"], job["paper"].lower(), job["paper"][-9:], job["serial"], job["serial"].lower(),
        job["serial"][-5:], job["imei"], spaced, job["imei"][-6:], job["imei2"] or job["imei"],
    ):  # fmt: skip
        code, said = call("jobs", name, "--json")
        assert code == 0, (name, said)
        assert said["jobs"][0]["job"] == "TESTJOB1", name
        assert call("reprint", name, "-o", home.path / "again.pdf")[0] == 0, name
    assert call("jobs", job["imei"][-3:])[0] == 3, "three digits are no name"
    assert call("jobs", "NOSUCH00")[0] == 3


def test_a_name_that_several_jobs_have_lists_them_and_chooses_none(home: Home, call: Call) -> None:
    job = first_job(call)
    other_phone(home, "OTHER001", serial=job["serial"], imei=job["imei"])
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        for name in (job["serial"], job["imei"], job["imei"][-5:]):
            assert [each.id for each in jobs_named(ledger, name)] == ["TESTJOB1", "OTHER001"], name
            with pytest.raises(AmbiguousJobError, match="OTHER001"):
                job_named(ledger, name)
            assert job_named(ledger, name, fits=lambda each: each.awaits_decision).id == "TESTJOB1"
        with pytest.raises(JobNotFoundError):
            job_named(ledger, "0" * 400)
    code, said = call("reprint", job["serial"])
    assert code == 2
    assert "TESTJOB1" in said
    assert "OTHER001" in said
    assert listed(call, job["serial"]) == ["TESTJOB1", "OTHER001"]


def test_a_certificate_is_withdrawn_by_any_name_of_its_job(home: Home, call: Call) -> None:
    job = first_job(call)
    assert call("validate", job["serial"][-5:], "--accept", "--by", "Wang Fang", "--json")[0] == 0
    assert call("withdraw", job["imei"], "--reason", "data_found", "--by", "Wang Fang", "--yes")[0] == 0
    assert listed(call, "--withdrawn") == ["TESTJOB1"]
    assert "WITHDRAWN" in call("jobs")[1]


def test_one_job_is_told_as_a_story(home: Home, call: Call) -> None:
    job = first_job(call)
    said = call("jobs", "TESTJOB1")[1]
    for part in (
        job["serial"],
        job["imei"],
        "About to begin, once: Send the erase command",
        "The erase began",
        "evidence E",
        "No paper yet",
        "proofwipe validate TESTJOB1",
    ):
        assert part in said, part
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    assert call("withdraw", "TESTJOB1", "--reason", "data_found", "--by", "Wang Fang", "--yes")[0] == 0
    said = call("jobs", "TESTJOB1")[1]
    for part in ("Accepted by", "Certificate PW-", "data was found on the phone", "give this certificate to nobody"):
        assert part in said, part
    language.use("zh")
    try:
        assert "清除开始" in call("jobs", "TESTJOB1")[1]
    finally:
        language.use("en")


def test_a_failed_job_tells_every_reason_with_what_to_do(home: Home, call: Call) -> None:
    other_phone(home, "OTHER001", serial="S1", imei="")
    said = call("jobs", "OTHER001")[1]
    assert "[phone_lost]" in said
    assert "→" in said


def test_a_phone_that_was_not_erased_is_not_said_to_wait_for_a_persons_yes(home: Home) -> None:
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        job = Job.load(ledger, "TESTJOB1")
        assert job is not None
        job.summary = replace(job.summary, reasons=("canary_still_there", "awaiting_validation"), stage=Stage.FAILED)
        said = "\n".join(story(job, home.papers))
    assert "[canary_still_there]" in said
    assert "awaiting_validation" not in said


def test_a_job_for_programs_has_numbers_grade_people_and_times(home: Home, call: Call) -> None:
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    job = first_job(call)
    assert job["imei"].isdigit()
    assert (job["grade"] != "", job["level"][:1], job["verdict"]) == (True, "E", "passed")
    assert (job["validator"], job["decision"], job["awaits_decision"]) == ("Wang Fang", "accepted", False)
    assert job["operator"]
    assert job["papered_at"] > job["opened_at"]


def test_jobs_are_written_as_a_sheet_that_computes_nothing(home: Home, call: Call, tmp_path: Path) -> None:
    other_phone(home, "OTHER001", serial="S1", imei="356938035643809", model='=HYPERLINK("http://x")')
    assert call("jobs", "--csv", tmp_path / "jobs.csv")[0] == 0
    data = (tmp_path / "jobs.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["job"] for row in rows] == ["TESTJOB1", "OTHER001"]
    assert rows[1]["model"].startswith("'=")
    assert rows[1]["reason_code"] == "phone_lost"
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        assert b"".join(csv_of(ledger.view.jobs(), for_spreadsheet=True)) == data


def test_no_filter_is_a_command_to_the_database(home: Home, call: Call) -> None:
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        for evil in ("%", "_", "\\", "'", '"', "\0", "a\0", "x" * 10_000, "' OR 1 --"):
            for chosen in (
                JobFilter(text=evil),
                JobFilter(model=evil),
                JobFilter(reason=evil),
                JobFilter(operator=evil),
            ):
                assert ledger.view.select(chosen, most=10) == (), (evil, chosen)
                assert ledger.view.count(chosen)[""] == 0


def test_a_code_is_explained_in_both_languages_however_it_was_copied(call: Call) -> None:
    for given in ("phone_lost", "PHONE_LOST", "[phone_lost]", "phone_lost:"):
        code, told = call("explain", given, "--json")
        (facts,) = told["codes"]
        assert (code, facts["code"], facts["kind"]) == (0, "phone_lost", "error"), given
        assert facts["sentence"]
        assert facts["next_step"]
    assert call("explain", "e_device", "--json")[1]["codes"][0]["code"] == "E_DEVICE"
    assert "…" in call("explain", "battery_low", "--json")[1]["codes"][0]["sentence"], "a fact of the day is left open"
    language.use("zh")
    try:
        assert "手机" in call("explain", "phone_lost")[1]
    finally:
        language.use("en")
    code, said = call("explain", "phone_lots")
    assert code == 3
    assert "phone_lost" in said


def test_every_code_of_the_page_of_problems_is_explained(call: Call) -> None:
    page = (Path(__file__).parents[3] / "docs" / "problems.md").read_text("utf-8").split("## Refusals")[0]
    written = {line.removeprefix("### ").strip("`") for line in page.splitlines() if line.startswith("### ")}
    told = {each["code"] for each in call("explain", "--json")[1]["codes"]}
    assert written - told == set()


def test_an_error_has_its_code_on_the_screen_where_more_is_wanted(home: Home, call: Call) -> None:
    for more in ("--verbose", "-v"):
        assert "[job_not_found]" in call("jobs", "NOSUCH00", more)[1]


def test_a_grade_is_computed_again_for_any_name_of_a_job(home: Home, call: Call, tmp_path: Path) -> None:
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    job = first_job(call)
    for name in ("TESTJOB1", job["paper"], job["imei"], home.papers / job["file"]):
        code, made = call("regrade", name, "--json")
        assert code == 0, (name, made)
        assert made["scheme"] == "basic", name
    assert call("regrade", tmp_path / "none.pdf")[0] == 3
    assert call("regrade", "NOSUCH00")[0] == 3


def test_a_sample_of_today_waits_for_the_end_of_the_day_and_yesterday_is_understood(home: Home, call: Call) -> None:
    code, said = call("sample", "draw", "today")
    assert code == 2
    assert "not over yet" in said
    code, said = call("sample", "draw", "yesterday")
    assert code in (4, 8), said


def test_the_log_before_there_is_a_station_sends_nobody_in_a_circle(tmp_path: Path, call: Call) -> None:
    code, said = call("--home", tmp_path / "nothing", "log", "status")
    assert code != 0
    assert "proofwipe init" in said
    assert "then run `proofwipe log status`" not in said


def test_the_log_is_told_in_words(home: Home, call: Call) -> None:
    said = call("log", "status")[1]
    assert "jobs begun: 1" in said
    assert "open_starts" not in said


def test_what_no_decision_can_certify_does_not_wait_for_one(home: Home) -> None:
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        (waiting,) = ledger.view.jobs()
    assert waiting.awaits_decision
    for other in (
        replace(waiting, reasons=("erase_not_verified", "awaiting_validation")),
        replace(waiting, reasons=()),
        replace(waiting, decided=True),
        replace(waiting, stage=Stage.FAILED),
    ):
        assert not other.awaits_decision


def test_at_eighty_columns_no_word_is_cut(home: Home, call: Call) -> None:
    other_phone(home, "OTHER001", serial="R5XXTESTABCD", imei="356938035643809", model="Samsung Galaxy S21 Ultra 5G")
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    assert call("withdraw", "TESTJOB1", "--reason", "data_found", "--by", "Wang Fang", "--yes")[0] == 0
    paper = first_job(call)["paper"]
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "station.cli.main", "--home", str(home.path), "jobs"]
    environment = {**os.environ, "NO_COLOR": "1", "TERM": "xterm", "LANG": "C.UTF-8"}
    environment.pop("COLUMNS", None)
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.DEVNULL, env=environment, check=True, timeout=60)
    assert done.returncode == 0
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # EIO: the other side is closed, all was read
        while piece := os.read(ours, 65536):
            shown += piece
    os.close(ours)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()
    assert max(len(line) for line in lines) <= 80
    words = set(" ".join(lines).split())
    assert {paper, "TESTJOB1", "OTHER001", "CERTIFIED", "WITHDRAWN", "FAILED", "withdrawn:", "…ABCD"} <= words
    assert {"Samsung", "Galaxy", "Ultra", "disconnected,", "connection"} <= words


def test_a_day_on_which_the_clock_is_changed_ends_where_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        lasting = {}
        for day, following in (("2026-10-25", "2026-10-26"), ("2026-03-29", "2026-03-30")):
            over = end(day, "--until")
            begun = beginning(day, "--since")
            assert over is not None
            assert begun is not None
            assert over == beginning(following, "--since")
            lasting[day] = (over - begun).total_seconds() / 3600
    time.tzset()
    assert lasting == {"2026-10-25": 25, "2026-03-29": 23}
