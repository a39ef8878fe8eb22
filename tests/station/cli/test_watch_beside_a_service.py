# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe watch --jsonl` beside a running service: the stream of `/v1/events`, line by line."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_station import CommandLine
from tests.support.schemas import check
from tests.support.service_room import LONGEST_S, ServiceRoom, service_room
from tests.support.waiting import wait_for


@pytest.fixture
def room(tmp_path: Path, keys_of: Callable[[bool], Path]) -> Iterator[ServiceRoom]:
    with service_room(tmp_path / "station", keys_of(True)) as opened:
        yield opened


@pytest.fixture
def line(room: ServiceRoom) -> CommandLine:
    return CommandLine(room.home.path)


def finished(room: ServiceRoom) -> int:
    """A whole job; number of the ledger's last entry."""
    assert room.confirm(room.plan()).status_code == 202
    room.until("finished")
    wait_for(lambda: room.get("/v1/state")["jobs_at_work"] == 0, LONGEST_S, "still at work")
    return int(room.get("/v1/state")["sequence"])


def lines_of(process: "subprocess.Popen[str]", last: int) -> list[dict[str, Any]]:
    """Its lines until the entry of that number."""
    assert process.stdout is not None
    found: list[dict[str, Any]] = []
    for told in process.stdout:
        found.append(json.loads(told))
        check(found[-1])
        if found[-1]["schema"] == "proofwipe/entry/1" and found[-1]["sequence"] >= last:
            break
    return found


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    os.killpg(process.pid, signal.SIGINT)
    _out, err = process.communicate(timeout=LONGEST_S)
    return process.returncode, err


def entries_of(room: ServiceRoom, last: int, **params: Any) -> list[dict[str, Any]]:
    """The same from the API."""
    found: list[dict[str, Any]] = []
    with room.client.stream("GET", "/v1/events", params={"after": 0, **params}) as answer:
        for told in answer.iter_lines():
            if told.startswith("data: "):
                document = json.loads(told.removeprefix("data: "))
                found += [document] if document.get("entry") else []
                if found and found[-1]["sequence"] >= last:
                    return found
    return found


def test_it_replays_the_ledger_as_the_api_does_and_then_says_what_happens(room: ServiceRoom, line: CommandLine) -> None:
    last = finished(room)
    process = line.start("watch", "--jsonl", "--after", "0")
    replayed = lines_of(process, last)
    assert replayed == entries_of(room, last)
    assert [each["sequence"] for each in replayed] == list(range(1, last + 1))
    code, err = ended(process)
    assert code == 130, err


def test_a_job_is_seen_as_it_happens_and_nothing_of_before(room: ServiceRoom, line: CommandLine) -> None:
    plan = room.plan()
    before = int(room.get("/v1/state")["sequence"])
    process = line.start("watch", "--jsonl", "--kind", "job_started", "--kind", "move", "--kind", "job_ended")
    wait_for(lambda: room.running.feed.clients == 1, LONGEST_S, "nobody watches")
    assert room.confirm(plan).status_code == 202
    assert process.stdout is not None
    seen: list[str] = []
    for told in process.stdout:
        document = json.loads(told)
        assert document["schema"] != "proofwipe/entry/1" or document["sequence"] > before
        seen.append(document.get("entry") or document["event"])
        if {"job_ended", "move", "job_started"} <= set(seen):
            break
    assert set(seen) == {"job_started", "move", "job_ended"}
    assert ended(process)[0] == 130


def test_it_ends_by_itself_and_what_chooses_from_the_stream_needs_a_service(
    room: ServiceRoom, line: CommandLine, tmp_path: Path
) -> None:
    done = line.run("watch", "--jsonl", "--seconds", "1", "--after", "0")
    assert (done.code, done.err) == (0, "")
    alone = CommandLine(tmp_path / "alone")
    alone.configure()
    refused = alone.run("watch", "--jsonl", "--after", "3")
    assert (refused.code, "proofwipe serve" in refused.err) == (2, True)
    assert line.run("watch", "--kind", "move").code == 2, "only for programs"


def test_what_the_api_refuses_is_an_error_of_the_command(room: ServiceRoom, line: CommandLine) -> None:
    refused = line.run("watch", "--jsonl", "--kind", "<script>")
    assert (refused.code, "query.kind" in refused.err) == (2, True)
