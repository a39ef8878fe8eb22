# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording of what a phone said during a job: every request with its reply or error, in order, redacted.

A recorder sits between the job and the bench and holds what passes in memory alone. At the end everything is
redacted (`phones.recordings.redact`), searched once more for the real numbers, and only then written, all at once.
A recording is a folder: `phone.toml`, `exchanges.jsonl`, `expected.toml`. `phones.recordings.replay` plays it back.
"""

import base64
import json
import re
import shutil
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

import tomli_w

from phones.allowed import allowed
from phones.attestation.evidence import ECHOED, PIECE, STATE
from phones.clock import Clock
from phones.errors import PhoneError, PhoneRefusedError, PhoneSilentError, ProofwipeError
from phones.link import (
    AppleBatch,
    AppleErase,
    AppleLog,
    ApplePair,
    AppleTrustTest,
    FastbootErase,
    FastbootEverything,
    FastbootVariables,
    Link,
    ModemIdentity,
    MtpDeviceInfo,
    Question,
    Reader,
    Reboot,
    Reply,
    Request,
    RescueProperty,
    RescueWipe,
    ReversePort,
    ShellLine,
    ShellStream,
    TradeInLine,
)
from phones.long_act import ActEnd, ActOutcome, RunningAct, begin
from phones.modes import BY_PRESENCE
from phones.port import Port, Sighting
from phones.recordings.redact import SHORTEST_TEXT, Fakes, RecordingUnsafeError, redacted, values_of
from phones.refusals import known_word

FORMAT = "proofwipe/recording/1"
PHONE, EXCHANGES, EXPECTED = "phone.toml", "exchanges.jsonl", "expected.toml"
OUR_OWN = ("canary.mark", "command.nonce")
_WORD = re.compile(rb"(?<![0-9a-fx])([0-9a-f]{8})(?![0-9a-f:])")


class RecordingFolderError(ProofwipeError):
    """The folder of a recording cannot be written, or is there already."""

    code = "recording_folder"
    exit_code = 2


@dataclass(slots=True, kw_only=True)
class Looks:
    """The same sighting, `times` times in a row; seconds since the recording began."""

    sighting: Sighting
    first_s: float
    last_s: float
    times: int = 1


@dataclass(slots=True, kw_only=True)
class Opened:
    """A link was opened (its name), or could not be (`error`)."""

    at_s: float
    link: str = ""
    error: PhoneError | None = None


@dataclass(slots=True, kw_only=True)
class Asked:
    """One exchange. `read` is the reader of its question, as soon as that is known."""

    request: Request
    at_s: float
    reply: Reply | None = None
    error: PhoneError | None = None
    name: str = ""
    read: Reader | None = None


Event = Looks | Opened | Asked


@dataclass(slots=True)
class Recorder:
    """Everything that passed at one port during one job; in memory, unredacted, until `write`."""

    clock: Clock
    started: datetime = field(init=False)
    events: list[Event] = field(default_factory=list)
    emulated: bool = False
    _zero: float = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget what was heard and begin anew."""
        self.started, self._zero = self.clock.now(), self.clock.monotonic()
        self.events.clear()

    def now_s(self) -> float:
        """Seconds since the recording began."""
        return round(self.clock.monotonic() - self._zero, 3)

    def port(self, real: Port) -> "RecordingPort":
        """The same port, overheard from now on; what was heard before is forgotten."""
        self.begin()
        return RecordingPort(real, self)

    def saw(self, sighting: Sighting) -> None:
        """Note one look at the port."""
        last = self.events[-1] if self.events else None
        if isinstance(last, Looks) and last.sighting == sighting:
            last.last_s, last.times = self.now_s(), last.times + 1
        else:
            self.events.append(Looks(sighting=sighting, first_s=self.now_s(), last_s=self.now_s()))

    def question_finished(self, question: Question) -> None:
        """Note whose reply the last one was."""
        for event in reversed(self.events):
            if isinstance(event, Asked):
                if event.read is None:
                    event.name, event.read = question.name, question.read
                return

    def write(self, folder: Path, *, about: Mapping[str, object], expected: Mapping[str, object]) -> None:
        """Write the recording; the folder appears whole or not at all.

        `about` is added to `phone.toml`, `expected` becomes `expected.toml`; a table `values` in either holds
        allow-listed values in clear, which are redacted here like everything else.
        Raises: RecordingUnsafeError, RecordingFolderError.
        """
        fakes = Fakes()
        self._learn(fakes)
        head = {
            "format": FORMAT,
            "provenance": "written" if self.emulated else "recorded",
            "recorded": "from a virtual phone" if self.emulated else "from a real phone",
            "started": self.started.strftime("%Y-%m-%dT%H:%M:%SZ"),
            **about,
        }
        lines = [json.dumps(self._line(event, fakes)) for event in self.events]
        files = {
            EXCHANGES: "".join(f"{line}\n" for line in lines),
            PHONE: tomli_w.dumps(_faked(head, fakes)),
            EXPECTED: tomli_w.dumps(_faked(expected, fakes)),
        }
        for text in files.values():
            must_hold_none(text, fakes.reals)
        _write_at_once(folder, files)

    @property
    def exchanges(self) -> int:
        """How many requests were sent."""
        return sum(isinstance(event, Asked) for event in self.events)

    @property
    def platform(self) -> str:
        """`android`, `apple`, or "" when nothing hung on the port."""
        seen = (event.sighting.platform for event in self.events if isinstance(event, Looks))
        return next((platform.value for platform in seen if platform is not None), "")

    def values(self) -> dict[str, str]:
        """Everything that was read, in clear; for the caller's eyes and for `write`."""
        found: dict[str, str] = {}
        for event in self.events:
            if isinstance(event, Asked) and event.reply is not None and event.read is not None:
                found |= values_of(event.reply, event.read) or {}
        return dict(sorted(found.items()))

    def _learn(self, fakes: Fakes) -> None:
        for event in self.events:
            if isinstance(event, Asked) and event.reply is not None and event.read is not None:
                fakes.learn_all(values_of(event.reply, event.read) or {})
        for event in self.events:
            if isinstance(event, Looks):
                _fake_sighting(event.sighting, fakes)

    def _line(self, event: Event, fakes: Fakes) -> dict[str, object]:
        if isinstance(event, Looks):
            seen = asdict(_fake_sighting(event.sighting, fakes))
            return {"saw": seen, "from": event.first_s, "to": event.last_s, "times": event.times}
        if isinstance(event, Opened):
            return {"open": event.link, "at": event.at_s, **_error(event.error)}
        line: dict[str, object] = {
            "ask": event.name,
            "request": request_text(event.request, fakes.request),
            "at": event.at_s,
            **_error(event.error),
        }
        if event.reply is not None:
            line["reply"] = self._reply(event, event.reply, fakes)
        return line

    def _reply(self, event: Asked, reply: Reply, fakes: Fakes) -> dict[str, object]:
        if event.read is None:
            raise RecordingUnsafeError(step=event.name, expected="a question that was read to its end", got="none")
        kept = redacted(reply, event.read, fakes, asked=event.name)
        return {"status": kept.status, "body": _spelt(fakes.drawn(kept.body)), "error": _spelt(fakes.drawn(kept.error))}


class RecordingPort:
    """A port that tells a recorder what passes."""

    def __init__(self, port: Port, recorder: Recorder) -> None:
        self.path = port.path
        self.emulated = recorder.emulated = port.emulated
        self._port = port
        self._recorder = recorder

    def look(self) -> Sighting:
        """See Port.look."""
        sighting = self._port.look()
        self._recorder.saw(sighting)
        return sighting

    def open(self) -> "RecordingLink":
        """See Port.open."""
        try:
            link = self._port.open()
        except PhoneError as error:
            self._recorder.events.append(Opened(at_s=self._recorder.now_s(), error=error))
            raise
        self._recorder.events.append(Opened(at_s=self._recorder.now_s(), link=link.name))
        return RecordingLink(link, self._recorder)

    def forget(self, udid: str) -> None:
        """See Port.forget."""
        self._port.forget(udid)

    def question_finished(self, question: Question) -> None:
        """See phones.witness.ListeningPort."""
        self._recorder.question_finished(question)


class RecordingLink:
    """A link that tells a recorder what passes."""

    def __init__(self, link: Link, recorder: Recorder) -> None:
        self.name = link.name
        self._link = link
        self._recorder = recorder

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        """See Link.exchange."""
        event = Asked(request=request, at_s=0.0)
        try:
            event.reply = self._link.exchange(request, timeout_s=timeout_s)
        except PhoneError as error:
            event.error = error
            raise
        finally:
            event.at_s = self._recorder.now_s()
            self._recorder.events.append(event)
        return event.reply

    def begin(self, request: Request, *, timeout_s: float) -> "RecordingAct":
        """See phones.long_act.ActingLink.begin."""
        return RecordingAct(begin(self._link, request, timeout_s=timeout_s), request, self._recorder)

    def close(self) -> None:
        """See Link.close."""
        self._link.close()


class RecordingAct:
    """A long act whose outcome is told to a recorder, as that of an exchange."""

    def __init__(self, running: RunningAct, request: Request, recorder: Recorder) -> None:
        self.meter = running.meter
        self._running = running
        self._recorder = recorder
        self._event = Asked(request=request, at_s=0.0)

    def wait(self, timeout_s: float) -> ActOutcome | None:
        """See RunningAct.wait."""
        outcome = self._running.wait(timeout_s)
        if outcome is not None:
            given_up = outcome.end in (ActEnd.CANCELLED, ActEnd.TIMED_OUT)
            self._event.reply = outcome.reply
            self._event.error = outcome.error or (PhoneSilentError(step="act") if given_up else None)
            self._event.at_s = self._recorder.now_s()
            self._recorder.events.append(self._event)
        return outcome

    def cancel(self) -> None:
        """See RunningAct.cancel."""
        self._running.cancel()


def _write_at_once(folder: Path, files: Mapping[str, str]) -> None:
    new = folder.with_name(f".{folder.name}.new")
    if folder.exists():
        raise RecordingFolderError(subject=str(folder), expected="a new folder", got="one that exists")
    try:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        for name, text in files.items():
            (new / name).write_text(text, encoding="utf-8")
        new.rename(folder)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise RecordingFolderError(
            subject=str(folder), expected="a folder to write", got=error.strerror or "error"
        ) from error


def _faked(table: Mapping[str, object], fakes: Fakes) -> dict[str, object]:
    """The table with its `values` redacted; our random texts have no place there."""
    values = table.get("values")
    if not isinstance(values, Mapping):
        return dict(table)
    kept = {
        name: fakes.value(name, text)
        for name, text in values.items()
        if name not in (*OUR_OWN, ECHOED) and not name.startswith(PIECE)
    }
    if STATE in kept:
        kept[STATE] = "not_given"  # as it is read from the masked reply (redact.values_of)
    return {**table, "values": kept}


# how things are written -----------------------------------------------------------------------------


def request_text(request: Request, change: Callable[[str], str] = lambda text: text) -> list[object]:
    """A request as JSON, with `change` applied to every text in it."""
    match request:
        case ShellLine():
            return ["shell", change(request.line)]
        case ShellStream():
            return ["shell_stream", change(request.line)]
        case TradeInLine():
            return ["trade_in", change(request.command)]
        case Reboot():
            return ["reboot", *([request.target.value] if request.target else [])]
        case ReversePort():
            return ["reverse_port", "open" if request.is_open else "close"]  # the port is another each time
        case RescueProperty():
            return ["rescue_property", change(request.name)]
        case RescueWipe():
            return ["rescue_wipe"]
        case FastbootVariables():
            return ["fastboot_variables", *map(change, request.names)]
        case FastbootEverything():
            return ["fastboot_everything"]
        case FastbootErase():
            return ["fastboot_erase", change(request.partition)]
        case MtpDeviceInfo():
            return ["mtp_device_info"]
        case ModemIdentity():
            return ["modem_identity"]
        case AppleBatch():
            return ["apple", [[part.name, part.kind, _arguments(part.arguments, change)] for part in request.parts]]
        case AppleTrustTest():
            return ["apple_trust_test"]
        case AppleLog():
            return ["apple_log", *request.parts]
        case ApplePair():
            return ["apple_pair"]
        case AppleErase():
            return ["apple_erase", request.route.value]


def _arguments(given: Mapping[str, str | bytes], change: Callable[[str], str]) -> dict[str, str]:
    texts = {name: text.decode("latin-1") if isinstance(text, bytes) else text for name, text in given.items()}
    return {name: change(text) for name, text in sorted(texts.items())}


def must_hold_none(text: str, reals: Iterable[str]) -> None:
    """The last gate: no real number in any usual spelling. Raises: RecordingUnsafeError."""
    data = text.encode("utf-8", "surrogateescape")
    small = data.lower()
    words = b"".join(struct.pack("<I", int(word[1], 16)) for word in _WORD.finditer(data))
    for real in reals:
        if len(real) < SHORTEST_TEXT:
            continue
        for spelling, needle in spellings(real):
            if needle in data or needle in small or needle in words:
                raise RecordingUnsafeError(step=spelling, expected="no number of the phone", got="one")


def spellings(real: str) -> Iterable[tuple[str, bytes]]:
    """Usual ways in which a number may stand in a file."""
    for name, code in (("plain", "utf-8"), ("utf-16", "utf-16-le"), ("utf-16 big", "utf-16-be")):
        for way in {real, real.lower(), real.upper()}:
            data = way.encode(code)
            yield name, data
            yield f"{name} reversed", data[::-1]
            yield f"{name} hex", data.hex().encode()
            for offset in range(3):
                letters = base64.b64encode(bytes(offset) + data)[(0, 2, 3)[offset] : (offset + len(data)) * 8 // 6]
                yield f"{name} base64", letters


def _fake_sighting(sighting: Sighting, fakes: Fakes) -> Sighting:
    """A serial that is not admitted as one is masked; USB addresses name nobody."""
    kind = BY_PRESENCE[sighting.presence].usb_label

    def fake(text: str) -> str:
        if not text:
            return ""
        if allowed("port.usb_serial").admit(text) == "malformed":
            return "?" * len(text)
        return fakes.learn(kind, text)

    transport = "" if ":" in sighting.transport else fake(sighting.transport)
    return replace(sighting, port="1-1", usb_serial=fake(sighting.usb_serial), transport=transport)


def _error(error: PhoneError | None) -> dict[str, object]:
    """Kind, our own word of it, and its word if we know it; whatever else the phone wrote into it stays out."""
    if error is None:
        return {}
    reason = error.reason_code if isinstance(error, PhoneRefusedError) else ""
    known = known_word(error.word)
    return {"failed": [error.code, reason, *([known.kept] if known is not None else [])]}


def _spelt(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")
