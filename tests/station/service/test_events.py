# SPDX-License-Identifier: GPL-3.0-or-later
"""The stream: entries with their numbers, replayed from any of them; what happens now, without one."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from station.service.feed import ASK_S, Feed, Wanted
from station.service.tokens import remove, tokens
from tests.support.service_room import LONGEST_S, SERIAL, ServiceRoom
from tests.support.waiting import wait_for


@contextmanager
def stream(room: ServiceRoom, **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
    """Events of `/v1/events` as they come: id, event, data."""
    params = {"after": headers.pop("after")} if "after" in headers else {}
    with room.client.stream("GET", "/v1/events", params=params, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


def _events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    found: dict[str, Any] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name in ("id", "event", "data"):
            found[name] = json.loads(value) if name == "data" else value
        elif not line and "data" in found:
            yield found
            found = {}


def entries(events: Iterator[dict[str, Any]], *, until: int) -> list[int]:
    found = []
    for each in events:
        if each["event"] == "entry":
            assert int(each["id"]) == each["data"]["sequence"]
            found.append(int(each["id"]))
            if found[-1] >= until:
                return found
    return found


def finished(room: ServiceRoom) -> int:
    """A whole job; number of the ledger's last entry."""
    job = room.confirm(room.plan()).json()["job"]
    wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), LONGEST_S, "the job does not end")
    room.until("finished")
    return int(room.get("/v1/state")["sequence"])


def test_whoever_was_away_gets_every_entry_after_the_last_they_had(room: ServiceRoom) -> None:
    last = finished(room)
    with stream(room, after="0") as events:
        assert entries(events, until=last) == list(range(1, last + 1))
    with stream(room, **{"Last-Event-ID": str(last - 5)}) as events:
        assert entries(events, until=last) == list(range(last - 4, last + 1))
    with stream(room, **{"Last-Event-ID": "3", "after": "0"}) as events:
        assert next(events)["id"] == "4", "what a browser sends by itself goes before the address"


def test_a_client_that_watches_a_job_sees_each_entry_once_and_what_happens_now(room: ServiceRoom) -> None:
    plan = room.plan()
    before = int(room.get("/v1/state")["sequence"])
    with stream(room, **{"Accept-Language": "zh"}) as events:
        assert room.confirm(plan).status_code == 202
        seen, said, stages = [], [], []
        for each in events:
            if each["event"] == "entry":
                seen.append(int(each["id"]))
                stages.append(each["data"].get("stage"))
            else:
                assert "id" not in each
                said.append(each["data"])
            if "job_ended" in {one["event"] for one in said} and "CERTIFIED" in stages:  # whichever comes first
                break
    assert seen == list(range(before + 1, before + 1 + len(seen)))
    assert {"job_started", "progress", "job_ended"} <= {each["event"] for each in said}
    spoken = [each["sentence"] for each in said if each["event"] == "progress"]
    assert any("\u4e00" <= letter <= "\u9fff" for sentence in spoken for letter in sentence), "in the caller's language"


def test_a_stream_ends_with_the_token_it_was_let_in_by(room: ServiceRoom) -> None:
    plan = room.plan()
    with room.over_tcp(room.token("auditor")) as auditor, auditor.stream("GET", "/v1/events") as answer:
        events = _events(answer)
        assert room.client.post("/v1/tags", json={"about": SERIAL, "ahead": True, "lot": "W48"}).status_code == 200
        assert next(events)["event"] == "entry"
        (auditors,) = [each.id for each in tokens(room.home) if each.role == "auditor"]
        remove(room.home, auditors)
        time.sleep(ASK_S)
        assert room.confirm(plan).status_code == 202
        room.until("finished")
        assert [each for each in events if "CERTIFIED" in json.dumps(each)] == []


def test_a_stream_tells_of_one_job_alone_if_so_wished_and_an_entry_holds_no_number_of_a_phone(
    room: ServiceRoom,
) -> None:
    last = finished(room)
    with room.client.stream("GET", "/v1/events", params={"after": 0, "job": "TESTJOB1"}) as answer:
        found = []
        for each in _events(answer):
            found.append(each)
            if each["data"].get("stage") == "CERTIFIED":
                break
    assert {each["data"]["job"] for each in found} == {"TESTJOB1"}
    assert all(int(each["id"]) <= last for each in found)
    assert set().union(*(each["data"] for each in found)) == {
        "schema",
        "sequence",
        "at",
        "entry",
        "job",
        "stage",
        "paper",
        "fields_stated",
    }


def test_a_stream_tells_of_some_kinds_alone_if_so_wished(room: ServiceRoom) -> None:
    finished(room)
    with room.client.stream("GET", "/v1/events", params={"after": "0", "kind": "move,job_ended"}) as answer:
        stages = []
        for each in _events(answer):
            assert each["data"]["entry"] == "move"
            stages.append(each["data"]["stage"])
            if stages[-1] == "CERTIFIED":
                break
    assert stages[0] == "IDENTIFIED"


def test_what_the_service_itself_could_not_follow_is_said_to_be_lost(
    room: ServiceRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = room.running.at.session
    everything = session.events
    monkeypatch.setattr(session, "events", lambda: everything(length=1))
    feed = Feed(session)
    finished(room)  # many more events than one, and nobody takes them

    async def until_lost() -> list[bytes]:
        feed.start()
        found = []
        async for piece in feed.stream(after=feed.last(), seen_line=0, wanted=Wanted(job="TESTJOB1"), language="en"):
            found.append(piece)
            if piece.startswith(b"event: lost"):
                break
        feed.close()
        return found

    assert asyncio.run(asyncio.wait_for(until_lost(), LONGEST_S))[-1] == b"event: lost\ndata: {}\n\n"


def test_what_is_no_number_is_refused(room: ServiceRoom) -> None:
    large = str(2**63)  # more than SQLite takes: a stream that breaks off is asked for again for ever
    for more in (
        {"headers": {"Last-Event-ID": "x"}},
        {"headers": {"Last-Event-ID": large}},
        {"params": {"after": "-1"}},
        {"params": {"job": "../x"}},
        {"params": {"kind": "<script>"}},
    ):
        assert room.client.get("/v1/events", **more).status_code == 422  # type: ignore[arg-type]  # a table of both
