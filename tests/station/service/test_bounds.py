# SPDX-License-Identifier: GPL-3.0-or-later
"""No caller takes the places of the others: streams, requests under way, and what a page asks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from station.documents.setup import StationChecked
from station.service import feed
from station.service.feed import MOST_OF_ONE
from station.service.pace import AT_ONCE, Pace
from tests.station.service.test_events import stream
from tests.support.page_client import coming_in
from tests.support.service_room import LONGEST_S, ServiceRoom, service_room
from tests.support.waiting import wait_for


def test_one_caller_has_so_many_streams_and_another_still_gets_one(room: ServiceRoom) -> None:
    with room.over_tcp(room.token("auditor")) as greedy, room.over_tcp(room.token("technician")) as other:
        limits = httpx.Limits(max_connections=MOST_OF_ONE + 1)
        with ExitStack() as opened:
            many = opened.enter_context(
                httpx.Client(base_url=greedy.base_url, headers=greedy.headers, timeout=LONGEST_S, limits=limits)
            )
            for _ in range(MOST_OF_ONE):
                answer = opened.enter_context(many.stream("GET", "/v1/events"))
                assert answer.status_code == 200
            refused = greedy.get("/v1/events")
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
            assert refused.json()["retryable"]
            assert int(refused.headers["retry-after"]) > 0
            with other.stream("GET", "/v1/events") as answer:
                assert answer.status_code == 200
        wait_for(lambda: not room.running.feed.clients, LONGEST_S, "a place is lost")
        with greedy.stream("GET", "/v1/events") as answer:
            assert answer.status_code == 200


def test_who_asks_much_at_one_time_leaves_threads_to_the_others(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    over, looking = threading.Event(), threading.Semaphore(0)

    def look() -> StationChecked:
        looking.release()
        assert over.wait(LONGEST_S)
        return StationChecked(checks=())

    with service_room(tmp_path / "station", keys_of(True), look=look) as room, ThreadPoolExecutor(AT_ONCE) as pool:
        token = room.token("technician")

        def ask() -> int:
            with room.over_tcp(token) as client:
                return client.get("/v1/doctor").status_code

        try:
            asked = [pool.submit(ask) for _ in range(AT_ONCE)]
            for _ in range(AT_ONCE):
                assert looking.acquire(timeout=LONGEST_S)
            with room.over_tcp(token) as greedy:
                refused = greedy.get("/v1/state")
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
            assert room.get("/v1/state")["state"] == "running"
        finally:
            over.set()
        assert [each.result(LONGEST_S) for each in asked] == [200] * AT_ONCE
        with room.over_tcp(token) as greedy:
            assert greedy.get("/v1/state").status_code == 200


def test_a_session_of_a_browser_has_its_own_pace(tmp_path: Path, keys_of: Callable[[bool], Path]) -> None:
    with (
        service_room(tmp_path / "station", keys_of(True), pace=Pace(held=20.0, a_second=0.01)) as room,
        coming_in(room, "technician") as hasty,
        coming_in(room, "auditor") as other,
    ):
        found = [hasty.client.get("/help").status_code for _ in range(25)]
        assert found == [200] * 20 + [429] * 5
        assert other.client.get("/help").status_code == 200
        assert hasty.client.get("/live").status_code == 429


def test_what_this_process_writes_reaches_a_stream_without_the_next_look(
    tmp_path: Path, keys_of: Callable[[bool], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LOOK_S", 1000.0)
    with service_room(tmp_path / "station", keys_of(True)) as room, stream(room) as events:
        room.client.put("/v1/lots/L1", json={"expected": 1}).raise_for_status()
        assert next(events)["event"] == "entry"
