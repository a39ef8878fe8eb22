# SPDX-License-Identifier: GPL-3.0-or-later
"""`tag`, `lot`, `lots`, `history`, and the lists that can be narrowed by what they keep."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from station.session.operations import OpenStation
from station.session.parts import Secrets
from station.session.remote.server import serve
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import load
from tests.support.cli_station import PASSPHRASE, Call

LI = ("--by", "Li Wei")


def job_of(call: Call) -> dict[str, Any]:
    (job,) = call("jobs", "--json")[1]["jobs"]
    return dict(job)


def test_a_colour_is_a_persons_word_and_goes_where_the_shop_works(call: Call) -> None:
    assert job_of(call)["colour"] is None
    assert call("tag", "TESTJOB1", "--colour", "午夜 blue", *LI)[0] == 0
    assert job_of(call)["colour"] == "午夜 blue"
    row = call("export", "jobs", "--format", "jsonl")[1]
    assert (row["colour"], list(row)[-1]) == ("午夜 blue", "colour")
    assert "午夜 blue" in call("history", "TESTJOB1")[1]
    assert call("tag", "TESTJOB1", "--colour", "", *LI)[0] == 0
    assert job_of(call)["colour"] is None


def test_a_phone_is_tagged_found_corrected_and_its_story_keeps_both(call: Call) -> None:
    code, told = call("tag", "TESTJOB1", "--asset-tag", "=A-1", "--lot", "W48", *LI, "--json")
    assert (code, told["job"], told["stated"]["asset_tag"], told["stated"]["note"]) == (0, "TESTJOB1", "=A-1", None)
    assert call("tag", job_of(call)["serial"], "--asset-tag", "A-2", "--customer-ref", "C 7", *LI)[0] == 0
    job = job_of(call)
    assert (job["asset_tag"], job["lot"], job["customer_ref"], job["note"]) == ("A-2", "W48", "C 7", None)
    for wanted in (("--asset-tag", "a-2"), ("--lot", "w48"), ("--find", "C 7")):
        assert [each["job"] for each in call("jobs", *wanted, "--json")[1]["jobs"]] == ["TESTJOB1"], wanted
    assert call("jobs", "--asset-tag", "=A-1", "--json")[1]["jobs"] == []
    said = " ".join(call("jobs", "TESTJOB1")[1].split())
    assert "“=A-1”" in said
    assert "“A-2”" in said
    visit = call("history", job["serial"], "--json")[1]["visits"][0]
    assert [each["fields"] for each in visit["statements"]] == [
        {"asset_tag": "=A-1", "lot": "W48"},
        {"asset_tag": "A-2", "customer_ref": "C 7"},
    ]
    assert "A-2" in call("history", "TESTJOB1")[1]


def test_what_no_field_holds_is_refused_with_its_code(call: Call) -> None:
    refusals = (
        (("tag", "TESTJOB1", "--asset-tag", "A\x1b[2J"), 2, "field_refused"),
        (("tag", "NOSUCH00", "--asset-tag", "A"), 3, "job_not_found"),
        (("tag", "not a number", "--ahead", "--asset-tag", "A"), 2, "ahead_refused"),
        (("lot", "W50"), 3, "lot_not_found"),
        (("tag", "TESTJOB1"), 2, "usage"),
        (("lot", "W50", "--expect", "3", "--close"), 2, "usage"),
        (("lot", "W50", "--model", "Pixel 9=many"), 2, "usage"),
        (("history", "352099001761481"), 3, "job_not_found"),
    )
    for line, code, name in refusals:
        found, said = call(*line, "--json")
        assert (found, said["code"]) == (code, name), line


def test_a_lot_is_announced_counted_and_closed_with_a_yes(call: Call) -> None:
    code, lot = call("lot", "W48", "--expect", "2", "--model", "Pixel 9=2", *LI, "--json")
    assert (code, lot["lot_total"]["expected"], lot["lot_total"]["missing"]) == (0, 2, 2)
    call("tag", "TESTJOB1", "--lot", "w48", *LI)
    assert call("tag", "356938035643809", "--ahead", "--lot", "W48", *LI)[0] == 0
    code, said = call("lot", "W48", "--close", *LI, "--json")
    assert (code, said["code"]) == (4, "lot_differs")
    code, lot = call("lot", "W48", "--close", "--yes", *LI, "--json")
    assert (code, lot["open"], lot["not_come"]) == (0, False, ["356938035643809"])
    assert lot["closed_with"]["missing"] == str(lot["differences"]["missing"])
    assert [(each["lot"], each["open"]) for each in call("lots", "--json")[1]["lots"]] == [("W48", False)]
    assert "W48" in call("lots")[1]
    shown = call("lot", "W48")[1]
    assert "356938035643809" in shown
    assert call("tag", "TESTJOB1", "--lot", "W48", *LI, "--json")[1]["code"] == "lot_closed"


def test_it_is_the_same_beside_a_session_at_work(home: Home, call: Call) -> None:
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        assert call("tag", "TESTJOB1", "--asset-tag", "A-1", *LI, "--json")[1]["stated"]["asset_tag"] == "A-1"
        assert call("lot", "W48", "--expect", "1", "--model", "iPhone 13=1", *LI, "--json")[1]["models"] != {}
        assert call("lot", "W48", "--close", *LI, "--json")[1]["code"] == "lot_differs"
        assert session.jobs.by_id("TESTJOB1").summary.asset_tag == "A-1"


def test_jobs_are_exported_by_day_and_lot_in_both_forms(call: Call, home: Home, tmp_path: Path) -> None:
    call("tag", "TESTJOB1", "--asset-tag", "=1+1", "--lot", "W48", "--note", "0049", *LI)
    for options, texts in (((), ("'=1+1", "0049")), (("--excel",), ("'=1+1", "'0049"))):
        out = tmp_path / "jobs.csv"
        assert call("export", "jobs", "--lot", "w48", *options, "--out", out)[0] == 0
        (row,) = csv.DictReader(io.StringIO(out.read_text("utf-8-sig")))
        assert (row["asset_tag"], row["note"], row["job"]) == (*texts, "TESTJOB1")
    assert call("export", "jobs", "--format", "jsonl", "--out", tmp_path / "jobs.jsonl")[0] == 0
    (line,) = (tmp_path / "jobs.jsonl").read_text().splitlines()
    assert json.loads(line)["asset_tag"] == "=1+1"
    for nothing in (("--lot", "W49"), ("--until", "2020-01-01"), ("--asset-tag", "1+1")):
        assert call("export", "jobs", *nothing, "--out", tmp_path / "none.csv")[0] == 0
        assert len((tmp_path / "none.csv").read_text().splitlines()) == 1, nothing
