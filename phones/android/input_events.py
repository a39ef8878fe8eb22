# SPDX-License-Identifier: GPL-3.0-or-later
"""What `getevent` tells of the phone's own keys, switches and screen: which there are, and what is pressed now.

Shapes [read: AOSP toolbox getevent.c; unconfirmed on phones]. Names of devices are cut away on the phone, where its
tools can, and passed over here: the name of a paired keyboard is often its owner's. Whatever has another shape than
documented is passed over too, and what was to be an event and is none is counted: after that nobody can say that
something did not happen. A stream that says more than any hand can is malformed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from phones.android.script import Part, script, split
from phones.errors import ReplyMalformedError
from phones.link import Effect, Question, Reply, ShellLine, ShellStream

KEYS = {"KEY_POWER": "power", "KEY_VOLUMEUP": "volume_up", "KEY_VOLUMEDOWN": "volume_down"}
"""The kernel's word → ours."""
HEADSET = "SW_HEADPHONE_INSERT"
_TAKEN = frozenset({*KEYS, HEADSET, "ABS_MT_POSITION_X", "ABS_MT_POSITION_Y", "ABS_MT_TRACKING_ID", "ABS_MT_SLOT",
                    "BTN_TOUCH", "SYN_REPORT"})  # fmt: skip
_NOT_BUILT_IN = frozenset({"0003", "0005"})
"""Bus numbers of USB and Bluetooth [read: Linux input.h]: the keys of a headset are not the phone's."""
_LISTEN = "echo proofwipe=$$; exec getevent -lt"
"""It says its number first: a phone lets it run on when its stream is closed, until it has something to say."""
_NUMBER = re.compile(rb"proofwipe=([0-9]{1,7})\r?")
MOST_DEVICES = 64
MOST_LINE = 256
MOST_BYTES = 16 * 1024 * 1024
"""Of one watching: some minutes of ten fingers on a screen of 240 Hz say about 100 kB a second."""

_LIST = (
    "getevent -ilp | grep -oE '^add device [0-9]+: /dev/input/event[0-9]+|^  bus: +[0-9a-f]{4}"
    r"|(KEY_POWER|KEY_VOLUMEUP|KEY_VOLUMEDOWN|SW_HEADPHONE_INSERT)\*?"
    "|ABS_MT_POSITION_[XY] *: value -?[0-9]+, min -?[0-9]+, max -?[0-9]+'"
)
_DEVICE = re.compile(r"add device [0-9]{1,3}: /dev/input/event([0-9]{1,3})")
_BUS = re.compile(r" {2}bus: +([0-9a-f]{4})")
_SWITCH = re.compile(r"(KEY_POWER|KEY_VOLUMEUP|KEY_VOLUMEDOWN|SW_HEADPHONE_INSERT)(\*?)")
_AXIS = re.compile(r"ABS_MT_POSITION_([XY]) *: value -?[0-9]{1,10}, min (-?[0-9]{1,10}), max (-?[0-9]{1,10})")
_EVENT = re.compile(
    rb"\[ {0,16}([0-9]{1,10})\.([0-9]{6})\] (?:/dev/input/event([0-9]{1,3}): )?"
    rb"(EV_KEY|EV_SW|EV_ABS|EV_SYN) {1,12}([A-Z][A-Z0-9_]{1,30}) {1,24}(DOWN|UP|[0-9a-f]{8}) {0,24}\r?"
)
_WHOLE = re.compile(
    rb"\[ {0,16}[0-9]{1,10}\.[0-9]{6}\] (?:/dev/input/event[0-9]{1,3}: )?"
    rb"[^ \[]{1,12} {1,12}[^ \[]{1,20} {1,24}[^ \[]{1,20} {0,24}\r?"
)
"""Any event, of whatever kind, with nothing of it missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis of a screen: the smallest and the largest raw position."""

    least: int
    most: int


@dataclass(slots=True, kw_only=True)
class InputDevice:
    """One device of the kernel, without its name. `held`: what is pressed while the list is made."""

    number: int
    built_in: bool = True
    codes: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    axes: dict[str, Axis] = field(default_factory=dict)

    @property
    def is_screen(self) -> bool:
        """Has it both axes of a finger?"""
        return set(self.axes) == {"X", "Y"}


@dataclass(slots=True)
class InputParts:
    """All of them. Empty when none were read."""

    devices: tuple[InputDevice, ...] = ()

    def built_in(self) -> dict[int, InputDevice]:
        """Those that are the phone's own, by number."""
        return {device.number: device for device in self.devices if device.built_in}

    def screen(self) -> InputDevice | None:
        """The only screen; None when there is none, or more than one: whose positions they are nobody knows then."""
        screens = [device for device in self.built_in().values() if device.is_screen]
        return screens[0] if len(screens) == 1 else None

    def held(self) -> tuple[str, ...]:
        """Keys that are pressed now, in our words, sorted."""
        return tuple(sorted({KEYS[code] for each in self.built_in().values() for code in each.held if code in KEYS}))

    def named(self) -> tuple[str, ...]:
        """Which of the parts that we watch there are, in our words, sorted."""
        codes = {code for device in self.built_in().values() for code in device.codes}
        found = {word for code, word in KEYS.items() if code in codes}
        return tuple(sorted(found | {word for word, is_there in self._others(codes) if is_there}))

    def _others(self, codes: set[str]) -> tuple[tuple[str, bool], ...]:
        return (("headset", HEADSET in codes), ("screen", self.screen() is not None))


def read_parts(text: str) -> InputParts:
    """The list that `parts_question` asks for. Lines of another shape are passed over."""
    devices: list[InputDevice] = []
    for line in text.split("\n")[: 64 * MOST_DEVICES]:
        stripped = line.rstrip("\r ")
        if device := _DEVICE.fullmatch(stripped):
            if len(devices) < MOST_DEVICES:
                devices.append(InputDevice(number=int(device[1])))
        elif not devices:
            continue
        elif bus := _BUS.fullmatch(stripped):
            devices[-1].built_in = bus[1] not in _NOT_BUILT_IN
        elif switch := _SWITCH.fullmatch(stripped):
            devices[-1].codes.add(switch[1])
            if switch[2]:
                devices[-1].held.add(switch[1])
        elif (axis := _AXIS.fullmatch(stripped)) and int(axis[3]) - int(axis[2]) >= 100:
            devices[-1].axes[axis[1]] = Axis(least=int(axis[2]), most=int(axis[3]))
    return InputParts(tuple(devices))


def parts_question(parts: InputParts, marker: str, *, name: str, timeout_s: float) -> Question:
    """Which parts there are; they are also laid into `parts`. Kept: `watched.parts`, `watched.held`."""
    asked = (Part(name="getevent", command=_LIST),)

    def read(reply: Reply) -> dict[str, str]:
        result = split(reply, asked, marker)["getevent"]
        found = read_parts(result.text)
        if not found.devices:
            return {"part.getevent": "missing" if result.status == "missing" else "failed"}
        parts.devices = found.devices
        return {"watched.parts": ",".join(found.named()) or "none", "watched.held": ",".join(found.held()) or "none"}

    return Question(
        name=name, effect=Effect.READS, request=ShellLine(line=script(asked, marker)), read=read, timeout_s=timeout_s
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InputEvent:
    """`at_us`: the kernel's own time. `value`: 1 and 0 of keys and switches, or a position, signed."""

    at_us: int
    device: int
    code: str
    value: int


class InputReader:
    """Takes `getevent -lt` apart as it comes, in pieces cut anywhere, and tells of the phone's own parts."""

    def __init__(self, parts: InputParts, hear: Callable[[InputEvent], None]) -> None:
        self._own = parts.built_in()
        self._only = next(iter(self._own)) if len(parts.devices) == 1 and self._own else None
        self._hear = hear
        self._rest = b""
        self._is_too_long = False
        self._bytes = 0
        self.process: int | None = None
        """The number of the process on the phone, once it has told it."""
        self.is_broken = False
        """A line that was to be an event came in pieces: what it said is lost."""

    def take(self, data: bytes) -> None:
        """The next piece. Raises: ReplyMalformedError for more than any hand can do."""
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:
            raise ReplyMalformedError(step="watch", expected=f"at most {MOST_BYTES} bytes", got="more")
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if not self._is_too_long and len(line) <= MOST_LINE:
                self._line(line)
            self.is_broken |= len(line) > MOST_LINE
            self._is_too_long = False
        if len(self._rest) > MOST_LINE:
            self._rest, self._is_too_long, self.is_broken = b"", True, True

    def _line(self, line: bytes) -> None:
        found = _EVENT.fullmatch(line)
        if found is None and self.process is None and (told := _NUMBER.fullmatch(line)):
            self.process = int(told[1])
            return
        if found is None:
            self.is_broken |= (line.startswith(b"[") or b"EV_" in line) and _WHOLE.fullmatch(line) is None
            return
        seconds, fraction, number, kind, code, value = found.groups()
        device = self._only if number is None else int(number)
        name = code.decode("ascii")
        if device is None or device not in self._own or name not in _TAKEN:
            return
        whole = _value(kind, value)
        if whole is not None:
            self._hear(
                InputEvent(at_us=int(seconds) * 1_000_000 + int(fraction), device=device, code=name, value=whole)
            )


def _value(kind: bytes, value: bytes) -> int | None:
    """A key says DOWN or UP, anything else eight hex digits of a signed number; a repeat is no change."""
    if kind == b"EV_KEY":
        return {b"DOWN": 1, b"UP": 0}.get(value)
    if value in (b"DOWN", b"UP"):
        return None
    number = int(value, 16)
    return number - 0x1_0000_0000 if number & 0x8000_0000 else number


def events_question(reader: InputReader, name: str, *, timeout_s: float) -> Question:
    """`getevent -lt`, whose stream ends only when the bench lets go of it (`WitnessedPort.watch`); what then still runs
    on the phone is ended by `end_question`.
    """

    def read(reply: Reply) -> dict[str, str]:
        raise ReplyMalformedError(step="watch", expected="to be ended by the bench", got=f"exit code {reply.status}")

    return Question(
        name=name,
        effect=Effect.READS,
        request=ShellStream(line=_LISTEN, sink=reader.take),
        read=read,
        timeout_s=timeout_s,
    )


def end_question(process: int, name: str, *, timeout_s: float) -> Question:
    """End the process of that number, if it is still one that listens."""
    line = f"if grep -q getevent /proc/{process:d}/cmdline; then kill {process:d}; fi 2>/dev/null"

    def read(reply: Reply) -> dict[str, str]:
        return {"command.exit_code": str(reply.status)}

    return Question(name=name, effect=Effect.WRITES, request=ShellLine(line=line), read=read, timeout_s=timeout_s)
