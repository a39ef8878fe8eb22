# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensors and the finger reader while a person acts, read by asking again and again: both states, or nothing.

`dumpsys sensorservice` keeps the last events of each sensor that somebody uses [read: AOSP RecentEventLogger.cpp];
nobody may be using the proximity sensor just then, and then there is nothing to see. `dumpsys fingerprint` counts
attempts [read: AOSP FingerprintService.java; layouts of later versions unconfirmed]. Only what is newer than the first
look counts. No event and no count is kept, only what they show.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from phones.android.script import Part, script, split
from phones.link import Effect, Question, Reply, ShellLine
from phones.signs import not_measured

LIGHT_RATIO_TENTHS = 30
"""Brightest against darkest, in tenths, from which the sensor has followed [research market.md §3.1: x3]."""
DEAF_TELLINGS = 3
"""So many new events that all say what the first look said: the sensor speaks and does not follow. One or two may come
from an app that begins to use it [ours: a sensor of both kinds tells of changes only]."""
_FLOOR_CENTILUX = 100
"""Below one lux a sensor counts noise."""
_MOST_SENSORS = 128
_MOST_LINE = 400
_SENSORS = (
    "dumpsys sensorservice | grep -oE '^.*type: android\\.sensor\\.(light|proximity)\\([0-9]+\\)"
    "|^[^|]*: last [0-9]+ events|^\t *[0-9]+ \\(ts=[0-9.]+, wall=[0-9:.]+\\) -?[0-9.]+,'"
)
_FINGERS = r"""dumpsys fingerprint | grep -oE '"(accept|reject)" *: *[0-9]+'"""
_LISTED = re.compile(r"0x[0-9a-f]{8}\) (.{1,96}?) *\|.{0,250}type: android\.sensor\.(light|proximity)\([0-9]{1,6}\)")
_HEAD = re.compile(r"(.{1,96}?)(?: \(handle=0x[0-9a-f]{1,8}[^)]{0,40}\))?: last [0-9]{1,3} events")
_EVENT = re.compile(
    r"\t {0,3}[0-9]{1,3} \(ts=([0-9]{1,10})\.([0-9]{9}), wall=[0-9:.]{1,16}\) (-?[0-9]{1,7})\.([0-9]{2}),"
)
_COUNT = re.compile(r'"(?:accept|reject)" *: *([0-9]{1,9})')

Readings = dict[str, list[tuple[int, int]]]
"""Sensor type → nanoseconds since the start of the phone, and the first figure in hundredths."""


def read_events(text: str) -> Readings:
    """The last events of the light and proximity sensors. A name that two types share tells nothing."""
    types: dict[str, set[str]] = {}
    found: Readings = {}
    current = ""
    for line in text.split("\n"):
        stripped = line.rstrip("\r")
        if len(stripped) > _MOST_LINE:
            current = ""
        elif (listed := _LISTED.fullmatch(stripped)) and len(types) < _MOST_SENSORS:
            types.setdefault(listed[1].strip(), set()).add(listed[2])
        elif head := _HEAD.fullmatch(stripped):
            kinds = types.get(head[1].strip(), set())
            current = next(iter(kinds)) if len(kinds) == 1 else ""
        elif current and (event := _EVENT.fullmatch(stripped)):
            hundredths = int(event[3] + event[4])
            found.setdefault(current, []).append((int(event[1] + event[2]), hundredths))
    return found


@dataclass(slots=True)
class SensorTally:
    """What one sensor has told since the first look."""

    kind: str
    _newest_at_first: int | None = None
    figures: set[int] = field(default_factory=set)
    looks: int = 0
    _heard_at: set[int] = field(default_factory=set)

    def hear(self, readings: Readings) -> None:
        """One look."""
        self.looks += 1
        events = readings.get(self.kind, [])
        if self._newest_at_first is None:
            self._newest_at_first = max((at for at, _ in events), default=0)
            newest = [figure for at, figure in events if at == self._newest_at_first]
            self.figures.update(newest[:1])
            return
        fresh = [(at, figure) for at, figure in events if at > self._newest_at_first and figure >= 0]
        self.figures.update(figure for _, figure in fresh)
        if len(self._heard_at) < DEAF_TELLINGS:
            self._heard_at.update(at for at, _ in fresh)

    def is_deaf(self) -> bool:
        """Has it told the same again and again?"""
        return len(self._heard_at) >= DEAF_TELLINGS and len(self.figures) == 1

    def ratio_tenths(self) -> int:
        """Brightest against darkest, in tenths; 0 without figures."""
        if not self.figures:
            return 0
        most, least = max(self.figures), min(self.figures)
        return min(most * 10 // max(least, _FLOOR_CENTILUX), 999_999)

    def is_whole(self) -> bool:
        """Both states were seen: near and far, or bright and dark."""
        if self.kind == "light":
            return self.ratio_tenths() >= LIGHT_RATIO_TENTHS
        return 0 in self.figures and any(figure > 0 for figure in self.figures)

    def values(self) -> dict[str, str]:
        """What was seen. `has sensor` is not asked: one that is not listed tells nothing."""
        name = "watched.light_ratio_tenths" if self.kind == "light" else "watched.proximity"
        if self.is_whole():
            return {name: str(self.ratio_tenths()) if self.kind == "light" else "near_and_far"}
        return not_measured("one_state" if self.figures else "not_seen", name)


def read_attempts(text: str) -> int | None:
    """How many fingers the reader has judged, accepted or rejected, since it started; None if it is not told."""
    counts = [int(count) for count in _COUNT.findall(text[:65_536])]
    return sum(counts) if counts else None


@dataclass(slots=True)
class FingerTally:
    """Counts of the finger reader: at the first look, and the newest."""

    first: int | None = None
    last: int | None = None

    def hear(self, attempts: int | None) -> None:
        """One look."""
        if attempts is not None:
            self.first = attempts if self.first is None else self.first
            self.last = attempts

    def is_whole(self) -> bool:
        """It has judged a finger since the first look."""
        return self.first is not None and self.last is not None and self.last > self.first

    def values(self) -> dict[str, str]:
        """What was seen."""
        if self.is_whole():
            return {"watched.fingerprint": "answers"}
        return not_measured("not_seen", "watched.fingerprint")


def sensors_question(tally: SensorTally, marker: str, *, name: str, timeout_s: float, keep: bool = False) -> Question:
    """One look at the sensors. `keep`: it is the last one, and what all looks have shown is kept."""

    def hear(text: str) -> Mapping[str, str]:
        tally.hear(read_events(text))
        return tally.values() if keep else {}

    return _look(_SENSORS, "sensorservice", hear, marker, name, timeout_s)


def fingers_question(tally: FingerTally, marker: str, *, name: str, timeout_s: float, keep: bool = False) -> Question:
    """One look at the finger reader. `keep`: it is the last one, and what all looks have shown is kept."""

    def hear(text: str) -> Mapping[str, str]:
        tally.hear(read_attempts(text))
        return tally.values() if keep else {}

    return _look(_FINGERS, "fingerprint", hear, marker, name, timeout_s)


def _look(
    command: str, part: str, hear: Callable[[str], Mapping[str, str]], marker: str, name: str, timeout_s: float
) -> Question:
    asked = (Part(name=part, command=command),)

    def read(reply: Reply) -> Mapping[str, str]:
        return hear(split(reply, asked, marker)[part].text)

    return Question(
        name=name, effect=Effect.READS, request=ShellLine(line=script(asked, marker)), read=read, timeout_s=timeout_s
    )
