# SPDX-License-Identifier: GPL-3.0-or-later
"""The stream of `/v1/events`: what was written, which can be read again from any number on, and what happens now.

An entry of the ledger is an event with its number as id; a client that was away names the last it has
(`Last-Event-ID`) and gets what it missed, from the ledger itself. What happens now (progress, questions, phones that
come and go) has no id, is not kept, and is what `GET /v1/phones` and `/v1/questions` say.

The ledger is the queue: a client that reads slowly holds up nobody and needs no memory; one that takes nothing for
`SLOW_S` is dropped.
"""

import asyncio
import json
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice

from starlette.types import Receive, Scope, Send

from phones.words import LANGUAGES
from station.documents.entries import EntryTold
from station.documents.event_lines import EventLines
from station.errors import LedgerError, SubscriptionDroppedError
from station.ledger.entry import StoredEntry
from station.service.errors import ApiRefusedError, TooManyError
from station.session.session import Session
from station.text.language import speaking

LOOK_S = 0.25
"""How often the ledger is looked at for what nobody told: what this process writes wakes the stream at once."""
HEARTBEAT_S = 15.0
SLOW_S = 20.0
ASK_S = 1.0
"""How often, at most, it is asked whether a client's token still counts; and at each sign of life."""
PORTION = 500
KEPT_LINES = 2000
MOST_CLIENTS = 200
MOST_OF_ONE = 50
"""Streams of one caller: no program that forgets to close them, and no browser, takes the places of the others."""
STREAMS = "streams"
"""In a request's state: its answer is a stream, which watches by itself how its client keeps up."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Something that happens now, as JSON in each language; in none where nobody could follow what happened."""

    number: int
    job: str
    kind: str
    told: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a client wants to be told of: all, or one `job`, or `kinds` of entries and events."""

    job: str = ""
    kinds: frozenset[str] = frozenset()

    def takes(self, job: str, kind: str) -> bool:
        """Is it told of this?"""
        return (not self.job or job == self.job) and (not self.kinds or kind in self.kinds)


class Feed:
    """What is new, for any number of clients. `start` and `close` in the loop that serves them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lines: deque[_Line] = deque(maxlen=KEPT_LINES)
        self._number = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._closed = False
        self._of_callers: Counter[str] = Counter()
        self._subscription = session.events()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._follow, self._look)]

    def start(self) -> None:
        """From now on."""
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Every stream ends."""
        self._closed = True
        self._over.set()
        self._subscription.end()
        self._fire()

    # -- what is new ------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._fire)

    def _fire(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _look(self) -> None:
        ledger, last = self._session.jobs.ledger, 0
        while not self._over.is_set():
            try:
                now = ledger.last_number()
            except LedgerError:
                self._over.wait(LOOK_S)
                continue
            if now != last:
                last = now
                self._wake()
            ledger.wait_for_more(last, seconds=LOOK_S)

    def _follow(self) -> None:
        makers = {each: EventLines(self._session.jobs, None) for each in LANGUAGES}
        while not self._over.is_set():
            try:
                for numbered in self._subscription:
                    told, job, kind = {}, "", ""
                    for language, lines in makers.items():
                        with speaking(language):
                            line = lines.line(numbered)
                            content = line.to_json()
                            told[language] = json.dumps(content, ensure_ascii=False)
                        job, kind = line.job or "", str(content["event"])
                    self._add(job, kind, told)
                return
            except SubscriptionDroppedError:
                self._subscription = self._session.events()
                self._add("", "", {})

    def _add(self, job: str, kind: str, told: dict[str, str]) -> None:
        with self._lock:
            self._number += 1
            self._lines.append(_Line(self._number, job, kind, told))
        self._wake()

    # -- one client -------------------------------------------------------------------------------------

    def last(self) -> int:
        """Number of the ledger's last entry. Raises: LedgerError."""
        return self._session.jobs.ledger.last_number()

    @property
    def newest(self) -> int:
        """Number of the newest of what happens now."""
        return self._number

    @property
    def clients(self) -> int:
        """How many streams are open."""
        return self._of_callers.total()

    @contextmanager
    def place(self, caller: str) -> Iterator[None]:
        """One of the streams, while it is entered. Raises: ApiRefusedError, TooManyError where there is none left."""
        if self.clients >= MOST_CLIENTS:
            raise ApiRefusedError(cause="events", status=503)
        if self._of_callers[caller] >= MOST_OF_ONE:
            raise TooManyError(most=MOST_OF_ONE)
        self._of_callers[caller] += 1
        try:
            yield
        finally:
            self._of_callers[caller] -= 1
            self._of_callers += Counter()  # without those that have none

    async def stream(
        self, *, after: int, seen_line: int, wanted: Wanted, language: str, counts: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[bytes]:
        """Entries after that number, as far as there are, and what happens now after `seen_line`, then whatever comes,
        of what is wanted, as long as the client's token `counts`.
        """
        yield b"retry: 2000\n\n"
        asked_at = time.monotonic()
        while not self._closed:
            changed = self._changed
            if time.monotonic() - asked_at >= ASK_S:
                if not await asyncio.to_thread(counts):
                    return
                asked_at = time.monotonic()
            entries = await asyncio.to_thread(self._entries, after)
            for row in entries:
                after = row.number
                if wanted.takes(row.job, row.kind):
                    yield _event("entry", json.dumps(EntryTold.of(row).to_json()), number=row.number)
            with self._lock:
                lines = [each for each in self._lines if each.number > seen_line]
                lost = bool(lines) and lines[0].number > seen_line + 1
            if lost:
                yield _event("lost", "{}")
            for line in lines:
                seen_line = line.number
                if not line.told:
                    yield _event("lost", "{}")
                elif wanted.takes(line.job, line.kind):
                    yield _event("now", line.told[language])
            if len(entries) == PORTION:
                continue
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield b": still here\n\n"

    def _entries(self, after: int) -> list[StoredEntry]:
        try:
            return list(islice(self._session.jobs.ledger.stored(after=after), PORTION))
        except LedgerError:
            return []  # what cannot be read just now is read at the next look


class EventStream:
    """An answer that goes on; it ends when its client is gone, reads nothing, or the service ends. `caller`: whose."""

    def __init__(
        self,
        feed: Feed,
        *,
        caller: str,
        after: int,
        wanted: Wanted,
        language: str,
        counts: Callable[[], bool] = lambda: True,
    ) -> None:
        self._feed, self._caller = feed, caller
        self._pieces = feed.stream(after=after, seen_line=feed.newest, wanted=wanted, language=language, counts=counts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it. Raises: what `Feed.place` raises, before anything is sent."""
        with self._feed.place(self._caller):
            scope.setdefault("state", {})[STREAMS] = True
            await self._send(scope, receive, send)

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive))
        try:
            kind = (b"content-type", b"text/event-stream; charset=utf-8")
            await send({"type": "http.response.start", "status": 200, "headers": [kind]})
            next_piece = asyncio.ensure_future(anext(self._pieces, None))
            while True:
                await asyncio.wait({gone, next_piece}, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    next_piece.cancel()
                    with suppress(asyncio.CancelledError):
                        await next_piece
                    return
                piece = next_piece.result()
                if piece is None:
                    break
                await asyncio.wait_for(send({"type": "http.response.body", "body": piece, "more_body": True}), SLOW_S)
                next_piece = asyncio.ensure_future(anext(self._pieces, None))
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            transport = scope.get("state", {}).get("transport")
            if transport is not None:
                transport.abort()
        finally:
            gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(kind: str, data: str, *, number: int | None = None) -> bytes:
    """One event; `data` is JSON on one line, which has no line break in it."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {data}\n\n".encode()
