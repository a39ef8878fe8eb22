# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays a recording back: a port, a link and a clock that answer as the recorded phone did, in order.

Whatever comes from a recording is `emulated`: no recording ever gets a real certificate. A question that the
recording does not hold next is refused with ReplayOutOfOrderError, never answered from elsewhere.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from phones.errors import (
    BenchError,
    PhoneError,
    PhoneLostError,
    PhoneRefusedError,
    PhoneSilentError,
    ProofwipeError,
    ReplyMalformedError,
)
from phones.given_files import read_given
from phones.link import MAXIMUM_REPLY_BYTES, Reply, Request
from phones.port import Presence, Sighting
from phones.recordings.record import EXCHANGES, EXPECTED, FORMAT, PHONE, request_text
from phones.recordings.redact import Fakes

LARGEST_LINE = 2 * MAXIMUM_REPLY_BYTES
MOST_EVENTS = 100_000
LONGEST_RECORDING_S = 7 * 86_400.0
_FAILURES = {kind.code: kind for kind in (PhoneLostError, PhoneSilentError, ReplyMalformedError)}


class RecordingFormatError(ProofwipeError):
    """A folder that is no recording, or one of another format."""

    code = "recording_format"
    exit_code = 2


class ReplayOutOfOrderError(BenchError):
    """The job asked something else than the recorded one did at this place."""

    code = "replay_out_of_order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording as read. `phone`, `expected`: its TOML tables. `events`: its lines, checked."""

    phone: Mapping[str, Any]
    expected: Mapping[str, Any]
    events: tuple[Mapping[str, Any], ...]
    started: datetime

    def first_sighting(self) -> Sighting:
        """What hung on the port when the recording began. Raises: RecordingFormatError."""
        for event in self.events:
            if "saw" in event:
                return _sighting(event["saw"])
        raise RecordingFormatError(step=EXCHANGES, expected="a look at the port", got="none")


def load(folder: Path) -> Recording:
    """Read a recording. Raises: RecordingFormatError for anything that is none."""
    try:
        phone = tomllib.loads(_bounded(folder / PHONE))
        expected = tomllib.loads(_bounded(folder / EXPECTED))
        lines = _bounded(folder / EXCHANGES).splitlines()
        if phone.get("format") != FORMAT:
            raise RecordingFormatError(subject=str(folder), step=PHONE, expected=FORMAT, got=str(phone.get("format")))
        if len(lines) > MOST_EVENTS:
            raise RecordingFormatError(subject=str(folder), expected=f"at most {MOST_EVENTS} lines", got="more")
        events = tuple(_checked(json.loads(line)) for line in lines)
        started = datetime.strptime(str(phone["started"]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecordingFormatError(
            subject=str(folder), step="read", expected="a recording", got=type(error).__name__
        ) from error
    return Recording(phone=phone, expected=expected, events=events, started=started)


class ReplayClock:
    """Time that passes when somebody sleeps, or when the recording says that it passed."""

    def __init__(self, started: datetime) -> None:
        self._started = started
        self._seconds = 0.0

    def now(self) -> datetime:
        """See Clock.now."""
        return self._started + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """See Clock.monotonic."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """See Clock.sleep."""
        self._seconds += max(0.0, seconds)

    def reach(self, seconds: float) -> None:
        """It is at least this late by now."""
        self._seconds = max(self._seconds, seconds)


class ReplayPort:
    """phones.port.Port over a recording; one job, from its first look to its last question."""

    def __init__(self, recording: Recording, clock: ReplayClock, *, path: str = "1-1") -> None:
        self.path = path
        self.emulated = True
        self._events = recording.events
        self._clock = clock
        self._place = 0
        self._looks = 0
        self._seen = recording.first_sighting()
        self._fakes = Fakes()

    @property
    def asked_all(self) -> bool:
        """Was every exchange of the recording asked for?"""
        return all("saw" in event for event in self._events[self._place :])

    def look(self) -> Sighting:
        """The next recorded look; the last one again when the recorded job asked something next."""
        if self._place < len(self._events) and "saw" in (event := self._events[self._place]):
            share = self._looks / max(1, event["times"] - 1)
            self._clock.reach(event["from"] + (event["to"] - event["from"]) * min(1.0, share))
            self._looks += 1
            self._seen = _sighting(event["saw"])
            if self._looks >= event["times"]:
                self._place, self._looks = self._place + 1, 0
        return Sighting(**{**_as_dict(self._seen), "port": self.path})

    def open(self) -> "ReplayLink":
        """The link that was opened then. Raises: what was raised then, ReplayOutOfOrderError."""
        event = self._next("open", "open")
        _fail(event)
        return ReplayLink(self, str(event["open"]))

    def forget(self, udid: str) -> None:
        """There is nothing to forget."""
        del udid

    def answer(self, request: Request) -> Reply:
        """The recorded reply. Raises: what was raised then, ReplayOutOfOrderError."""
        asked = request_text(request, self._fakes.request)
        event = self._next("ask", str(asked[0]))
        if asked != event["request"]:
            raise ReplayOutOfOrderError(
                subject=self.path, step=str(event["ask"]), expected=_short(event["request"]), got=_short(asked)
            )
        _fail(event)
        reply = event["reply"]
        body, error = (reply[name].encode("utf-8", "surrogateescape") for name in ("body", "error"))
        return Reply(status=int(reply["status"]), body=self._fakes.undrawn(body), error=self._fakes.undrawn(error))

    def _next(self, kind: str, got: str) -> Mapping[str, Any]:
        """The next event that is no look; looks that nobody asked for are passed over."""
        while self._place < len(self._events) and "saw" in self._events[self._place]:
            self._seen = _sighting(self._events[self._place]["saw"])
            self._place, self._looks = self._place + 1, 0
        if self._place >= len(self._events):
            raise ReplayOutOfOrderError(subject=self.path, step=kind, expected="the end of the recording", got=got)
        event = self._events[self._place]
        if kind not in event:
            raise ReplayOutOfOrderError(subject=self.path, step=kind, expected=str(event.get("ask", "open")), got=got)
        self._place += 1
        self._clock.reach(event["at"])
        return event


class ReplayLink:
    """phones.link.Link over a recording."""

    def __init__(self, port: ReplayPort, name: str) -> None:
        self.name = name
        self._port = port

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See Link.exchange; besides, ReplayOutOfOrderError."""
        del timeout_s
        return self._port.answer(request)

    def close(self) -> None:
        """Nothing is held."""


def _bounded(path: Path) -> str:
    data = read_given(path, 8 * LARGEST_LINE + 1)
    if len(data) > 8 * LARGEST_LINE:
        raise ValueError("too large")
    return data.decode("utf-8", "surrogateescape")


def _checked(event: Any) -> Mapping[str, Any]:
    """One line of the file. Raises: ValueError, KeyError, TypeError."""
    if "saw" in event:
        _sighting(event["saw"])
        if _seconds(event["from"]) > _seconds(event["to"]) or _whole(event["times"]) < 1:
            raise ValueError("times of a look")
    elif _seconds(event["at"]) < 0 or not isinstance(event.get("open", event.get("ask")), str):
        raise ValueError("an event")
    if "failed" in event:
        code, reason, *words = event["failed"]
        if not all(isinstance(text, str) for text in (code, reason, *words)) or len(words) > 1:
            raise ValueError("failed")
    elif "ask" in event:
        reply = event["reply"]
        if not all(isinstance(reply[name], str) for name in ("body", "error")):
            raise ValueError("reply")
        _whole(reply["status"])
    return dict(event)


def _seconds(value: object) -> float:
    """A moment since the recording began. Raises: TypeError, ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a moment is a number of seconds")
    if not 0 <= value <= LONGEST_RECORDING_S:
        raise ValueError("no recording takes so long")
    return value


def _whole(value: object) -> int:
    """Raises: TypeError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a count is a whole number")
    return value


def _sighting(saw: Mapping[str, Any]) -> Sighting:
    known = {field.name for field in fields(Sighting)}
    if set(saw) != known:
        raise ValueError("sighting")
    return Sighting(**{**saw, "presence": Presence(saw["presence"]), "interfaces": tuple(map(str, saw["interfaces"]))})


def _as_dict(sighting: Sighting) -> dict[str, Any]:
    return {field.name: getattr(sighting, field.name) for field in fields(Sighting)}


def _fail(event: Mapping[str, Any]) -> None:
    """Raise again what was raised when the recording was made."""
    if "failed" not in event:
        return
    code, reason, *words = event["failed"]
    word = str(words[0]) if words else ""
    if code == PhoneRefusedError.code:
        raise PhoneRefusedError(reason_code=reason, step="replay", word=word)
    raise _FAILURES.get(code, PhoneError)(step="replay", word=word)


def _short(request: object) -> str:
    text = json.dumps(request, ensure_ascii=True)
    return text if len(text) <= 80 else f"{text[:79]}…"
