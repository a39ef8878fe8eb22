# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that only reads lines knows what happens, to which phone, what a person must do, and how it ended."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from phones.identity import plain
from station.documents.event_lines import EventLines, lost_line
from station.errors import LedgerError
from station.session.events import JobInterrupted, Numbered, PhonesCounted, Warned
from station.session.session import Listener
from station.setup.acquisition import Acquisitions
from tests.support import lives
from tests.support.one_phone import OnePhone, UnhurriedClock
from tests.support.schemas import check

NOW = datetime(2026, 11, 29, 10, 0, 0, 500, tzinfo=UTC)


def told(
    folder: Path, phone: Mapping[str, Any], *, listener: Listener | None = None, method: str = ""
) -> list[dict[str, Any]]:
    """The lines of one whole job, read while it works; a scripted person does and answers what it says."""
    room = OnePhone(folder, phone, clock=UnhurriedClock())
    with room.session(listener or room.hands.notice) as session, ThreadPoolExecutor(1) as reader:
        watched, lines = session.events(), EventLines(session.jobs, folder)
        found = reader.submit(lambda: [lines.line(each).to_json() for each in watched])
        of_shop = Acquisitions(default=lives.ACQUISITION)
        session.start(room.port.look(), by=lives.TESTER, acquisitions=of_shop, method=method)
        session.wait()
        watched.end()
        answer = found.result()
    room.ledger.close()
    return answer


def test_a_whole_job_is_told_line_by_line_with_its_result_at_the_end(tmp_path: Path) -> None:
    lines = told(tmp_path, lives.PIXEL_16)
    for line in lines:
        check(line)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["at"])
    assert [line["sequence"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["event"] for line in lines} >= {
        "job_started",
        "progress",
        "question",
        "question_closed",
        "job_ended",
    }
    named = [(line["serial"], line["imei"]) for line in lines]
    known = ("47011FDAP00A16", "353918110000011")
    assert named[-1] == known
    assert named == sorted(named, key=lambda each: each == known), "once known, named on every line"
    result = lines[-1]["result"]
    assert (result["stage"], result["outcome"], result["standing"]) == ("CERTIFIED", "certificate", "live")
    assert result["grade"]
    assert result["level"] in ("E2", "E3")
    assert result["claims"]["nist_method"] in ("clear", "purge")
    assert result["operator"] == "Tester"
    assert result["references"] == lives.ACQUISITION
    assert result["paper"] == result["certificate"]
    assert Path(result["path"]) == tmp_path / result["file"]
    assert result["opened_at"] <= result["erase_begun_at"] < result["closed_at"] <= lines[-1]["at"]
    assert result["validator"] is None
    assert result["reasons"] == []


def test_the_cable_must_stay_while_the_job_works_and_may_go_when_it_has_ended(tmp_path: Path) -> None:
    lines = told(tmp_path, lives.PIXEL_16)
    assert lines[-1]["unplug"] == "may_go"
    assert {line["unplug"] for line in lines if line["stage"] == "ERASING"} == {"must_stay"}
    assert {line["unplug"] for line in lines[:-1]} == {"must_stay"}


def test_what_a_person_must_do_is_an_event_and_then_nobody_says_that_the_cable_must_stay(tmp_path: Path) -> None:
    lines = told(tmp_path, lives.PIXEL_13)
    (instruction,) = [line for line in lines if line["event"] == "instruction"]
    check(instruction)
    assert instruction["instruction"] == "reset_in_settings"
    assert len(instruction["sentence"]) > 20
    assert instruction["unplug"] == "unknown"
    assert instruction["serial"] == "19281FDF60013A"
    blocked = next(line for line in lines if line["stage"] == "BLOCKED")
    (problem,) = blocked["problems"]
    assert problem["code"] == "unauthorized"
    assert problem["sentence"]
    assert problem["next_step"]
    assert blocked["unplug"] == "unknown"


def test_a_question_and_its_end_have_the_same_id_and_the_choices_that_are_taken(tmp_path: Path) -> None:
    lines = told(tmp_path, lives.PIXEL_16)
    asked = {line["question_id"]: line for line in lines if line["event"] == "question"}
    closed = {line["question_id"]: line for line in lines if line["event"] == "question_closed"}
    assert asked.keys() == closed.keys()
    assert len(asked) > 5
    for number, question in asked.items():
        check(question)
        check(closed[number])
        assert closed[number]["question"] == question["question"]
        assert closed[number]["answered"] in (*question["choices"], None)
        assert question["sentence"].strip()
        assert question["timeout_s"] > 0


def test_an_iphone_has_one_udid_on_the_bus_and_in_its_result(tmp_path: Path) -> None:
    lines = told(tmp_path, lives.IPHONE)
    result = lines[-1]["result"]
    assert result["udid"] == plain(result["udid"])
    assert {line["udid"] for line in lines} <= {None, result["udid"]}
    assert result["serial"] != result["udid"]
    assert {line["platform"] for line in lines} == {"apple"}


def test_a_job_that_ends_in_a_report_says_why_in_codes_and_sentences(tmp_path: Path) -> None:
    def nobody(*_what_happens: object) -> None:
        """Nobody is there."""

    lines = told(tmp_path, {**lives.PIXEL_16, "condition": "debugging"}, listener=nobody)
    result = lines[-1]["result"]
    assert result["outcome"] == "report"
    assert result["standing"] is None
    codes = [each["code"] for each in result["reasons"]]
    assert codes[:2] == ["unauthorized", "blocked"]
    assert all(each["sentence"] for each in result["reasons"])


def test_events_of_no_phone_and_lines_that_were_lost_have_the_same_head(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_16)
    with room.session(room.only_hands) as session:
        lines = EventLines(session.jobs, tmp_path)
        counted = lines.line(Numbered(number=1, at=NOW, event=PhonesCounted(counted=2, expected=3))).to_json()
        warned = lines.line(Numbered(number=2, at=NOW, event=Warned(error=LedgerError(subject="x")))).to_json()
        stopped = JobInterrupted(job="NOSUCH", port="1-1", slot="A1", error="ledger")
        interrupted = lines.line(Numbered(number=3, at=NOW, event=stopped)).to_json()
        lost = lost_line(NOW, 3).to_json()
    for line in (counted, warned, interrupted, lost):
        check(line)
        assert line["at"] == "2026-11-29T10:00:00.000500Z"
        assert line["unplug"] == "unknown"
    assert (counted["counted"], counted["expected"]) == (2, 3)
    assert warned["warning"]["code"] == LedgerError.code
    assert interrupted["error"]["sentence"]
    room.ledger.close()
