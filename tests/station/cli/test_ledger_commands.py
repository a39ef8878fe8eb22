# SPDX-License-Identifier: GPL-3.0-or-later
"""`ledger verify|rebuild|export` and `jobs --find` over the ledger of a real job; a list that lies is told of."""

import json
import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

from station.setup.home import Home
from tests.support.cli_station import Call


def lie(home: Home, statement: str) -> None:
    with closing(sqlite3.connect(home.ledger, isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER IF EXISTS entry_is_never_changed")
        raw.execute(statement)


def test_a_list_that_lies_is_told_of_and_made_anew(home: Home, call: Call) -> None:
    assert call("ledger", "verify")[0] == 0
    lie(home, "UPDATE view_job SET summary = replace(summary, 'VERIFIED', 'CERTIFIED')")
    assert call("jobs", "--json")[1]["jobs"][0]["stage"] == "CERTIFIED"
    assert call("jobs", "TESTJOB1", "--json")[1]["jobs"][0]["stage"] == "VERIFIED", "one job is read from its entries"
    code, said = call("ledger", "verify")
    assert code == 1
    assert "ledger rebuild" in said
    assert call("ledger", "rebuild")[0] == 0
    assert call("jobs", "--json")[1]["jobs"][0]["stage"] == "VERIFIED"
    assert call("ledger", "verify")[0] == 0


def test_what_was_changed_before_a_checkpoint_is_found_by_the_whole_walk(home: Home, call: Call) -> None:
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    code, facts = call("ledger", "verify", "--json")
    assert (code, facts["unchecked_checkpoints"]) == (0, 0)
    lie(home, "UPDATE entry SET payload = replace(payload, '1-1', '1-2') WHERE kind = 'job_opened'")
    assert call("ledger", "verify")[0] == 1


def test_a_job_is_found_by_a_part_of_what_names_it(home: Home, call: Call) -> None:
    (job,) = call("jobs", "--json")[1]["jobs"]
    for part in (job["serial"][-4:], job["model"][:5], "testjob"):
        assert [each["job"] for each in call("jobs", "--find", part, "--json")[1]["jobs"]] == ["TESTJOB1"], part
    assert call("jobs", "--find", '" OR 1', "--json")[1]["jobs"] == []


def test_an_export_holds_every_entry_with_its_hash(home: Home, call: Call, tmp_path: Path) -> None:
    assert call("ledger", "export", str(tmp_path / "out.jsonl"))[0] == 0
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line["previous"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]


def test_what_is_given_as_output_is_written_into_and_never_replaced(home: Home, call: Call, tmp_path: Path) -> None:
    """Found as root: an export took the place of the device it was given."""
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    paper = str(call("jobs", "TESTJOB1", "--json")[1]["jobs"][0]["paper"])
    for number, words in enumerate(
        (
            ("ledger", "export"),
            ("reprint", "TESTJOB1", "-o"),
            ("copy", "TESTJOB1", "--archive", "-o"),
            ("log", "prove", paper, "-o"),
            ("log", "export", "--snapshot"),
        )
    ):
        link, pipe = tmp_path / f"link{number}", tmp_path / f"pipe{number}"
        link.symlink_to(f"file{number}")
        os.mkfifo(pipe)
        read: list[bytes] = []
        reader = threading.Thread(target=lambda pipe=pipe, read=read: read.append(pipe.read_bytes()))
        reader.start()
        for target in (link, pipe, Path("/dev/null")):
            code, said = call(*words, target)
            assert code == 0, (words, said)
        reader.join(90)
        assert link.is_symlink()
        assert pipe.is_fifo()
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
        assert (tmp_path / f"file{number}").stat().st_size > 100
        assert len(read[0]) > 100
