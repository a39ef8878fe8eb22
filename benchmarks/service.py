# SPDX-License-Identifier: GPL-3.0-or-later
"""The service: how long an entry of the ledger takes to 200 clients of its stream, and `GET /v1/phones`."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.measure import Row, Table, medians, rows
from station.service.feed import MOST_CLIENTS, MOST_OF_ONE
from station.service.pace import Pace
from tests.support.cli_station import CommandLine
from tests.support.service_room import ServiceRoom, service_room

EVENTS = 15
ASKED = 200
HURRIED = Pace(held=1e9)


def measure() -> Table:
    """A service and its clients in this process."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        line = CommandLine(place / "keys-of")
        line.init("--specimen")
        line.cheapen_keys()
        keys = line.home / "keys"
        return _events(place / "events", keys)


def _events(place: Path, keys: Path) -> Table:
    """From an append to the ledger until a client has it."""
    with service_room(place, keys, pace=HURRIED, answers=False) as room:
        room.until("to_confirm")
        lot = iter(range(10_000))

        def written() -> None:
            room.client.put(f"/v1/lots/L{next(lot)}", json={"expected": 1}).raise_for_status()

        alone = asyncio.run(_latencies(room, 1, written))
        many = asyncio.run(_latencies(room, MOST_CLIENTS, written))
        times = {"1 client": sorted(alone), f"{MOST_CLIENTS} clients": sorted(many)}
        asking = medians({"GET /v1/phones": lambda: room.get("/v1/phones")}, rounds=ASKED)["GET /v1/phones"]
    found = rows(times, against="1 client", more={name: {"p99": _ms(_p99(each))} for name, each in times.items()})
    phones = Row(
        what="GET /v1/phones, one client, one after another",
        seconds=sorted(asking)[len(asking) // 2],
        spread=(min(asking), max(asking)),
        ratio=0.0,
        more={"p99": _ms(_p99(asking)), "per second": round(len(asking) / sum(asking))},
    )
    return Table(
        name="service",
        title="From the ledger to every client of the stream",
        rows=(*found, phones),
        notes=(
            f"Load of the machine at the end: {os.getloadavg()[0]:.1f}. "
            f"{EVENTS} entries, one after another; "
            "from the request that writes one until each client has read it. "
            "Clients and service share this process and its cores. The ledger wakes the streams.",
        ),
    )


async def _latencies(room: ServiceRoom, clients: int, write: Callable[[], None]) -> list[float]:
    """Seconds of every client and entry."""
    tokens = [room.token("auditor") for _ in range(-(-clients // MOST_OF_ONE))]
    begun: list[float] = []
    found: list[float] = []
    waiting = asyncio.Event()
    left = [0]

    async def follow(reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"event: entry"):
                found.append(time.perf_counter() - begun[-1])
                left[0] -= 1
                if not left[0]:
                    waiting.set()

    async with AsyncExitStack() as open_:
        tasks = []
        for number in range(clients):
            reader, writer = await asyncio.open_connection("127.0.0.1", room.port)
            open_.callback(writer.close)
            writer.write(
                f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {tokens[number // MOST_OF_ONE]}\r\n\r\n".encode()
            )
            await reader.readuntil(b"retry: 2000\n\n")
            tasks.append(asyncio.create_task(follow(reader)))
        for _ in range(EVENTS):
            waiting.clear()
            left[0] = clients
            begun.append(time.perf_counter())
            await asyncio.to_thread(write)
            await asyncio.wait_for(waiting.wait(), 60)
        for each in tasks:
            each.cancel()
    return found


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def _p99(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]
