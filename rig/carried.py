# SPDX-License-Identifier: GPL-3.0-or-later
"""What workers told of bytes they carried, made into shares of the same seconds and processor time for a megabyte."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing a worker told, and how much processor time the host's side had used then. `carried`: bytes since its
    act was begun; None when it told of no bytes.
    """

    at_s: float
    processor_s: float
    port: str
    key: str
    carried: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Processor time for bytes carried."""

    processor_s: float
    carried: int

    def __str__(self) -> str:
        return (
            f"{self.processor_s / (self.carried / 1e6):.2f} s/MB of {self.carried / 1e6:.1f} MB"
            if self.carried
            else "nothing"
        )


def cost(told: Sequence[Told], key: str, other: str) -> Cost:
    """Processor time and bytes of `key`, over the stretches in which some phone did that and none did `other`."""
    doing: dict[str, str] = {}
    carried: dict[str, int] = {}
    seconds, total = 0.0, 0
    for one, following in pairwise(sorted(told, key=lambda each: each.at_s)):
        _take(one, key, doing, carried)
        now = doing.values()
        if key in now and other not in now:
            seconds += following.processor_s - one.processor_s
            if following.key == key and following.port in carried and following.carried is not None:
                total += max(0, following.carried - carried[following.port])
    return Cost(processor_s=seconds, carried=total)


def _take(one: Told, key: str, doing: dict[str, str], carried: dict[str, int]) -> None:
    doing[one.port] = one.key
    if one.key != key:
        carried.pop(one.port, None)
    elif one.carried is not None:
        carried[one.port] = one.carried
    else:
        carried.setdefault(one.port, 0)


def shares(told: Iterable[Told], key: str, *, until_s: float | None = None) -> tuple[float, Mapping[str, int]]:
    """Bytes of each port within the seconds in which all ports that did `key` were at it, and how many seconds."""
    by_port: dict[str, list[tuple[float, int]]] = {}
    for one in sorted(told, key=lambda each: each.at_s):
        if one.key == key and (until_s is None or one.at_s <= until_s):
            points = by_port.setdefault(one.port, [])
            points.append((one.at_s, max(one.carried or 0, points[-1][1] if points else 0)))
    if not by_port:
        return 0.0, {}
    first = max(points[0][0] for points in by_port.values())
    last = min(_last_of(points) for points in by_port.values())
    if last <= first:
        return 0.0, dict.fromkeys(by_port, 0)
    return last - first, {port: _at(points, last) - _at(points, first) for port, points in by_port.items()}


def _last_of(points: Sequence[tuple[float, int]]) -> float:
    """When something was carried for the last time: what waits for its `sync` is not starved."""
    return next((at_s for at_s, carried in points if carried == points[-1][1]), points[-1][0])


def _at(points: Sequence[tuple[float, int]], moment_s: float) -> int:
    """How much had been carried then, in between as if it had gone evenly."""
    for (before_s, before), (after_s, after) in pairwise(points):
        if before_s <= moment_s <= after_s:
            part = (moment_s - before_s) / (after_s - before_s) if after_s > before_s else 1.0
            return round(before + part * (after - before))
    return points[-1][1]
