# SPDX-License-Identifier: GPL-3.0-or-later
"""The cable pulled at exchange k of an erase job: every k of the shortest, a sample of the longer ones.

The end is typed, never a certificate; whole phones in the same batch are certified all the same; the next phone on
each port answers. A cut that lets half an answer through ("truncate") is the one that adb calls exit 0
(`false_success.py`).
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from phones.errors import PhoneError
from phones.port import Presence, Sighting
from rig.run_scenarios import Counted
from rig.scenario import TIMING
from rig.station import Ended, UsbStation, must_hold
from rig.table import Row
from station.session.find_phone import ask
from station.work.worker import Progress
from tests.support.imeis import imei
from virtual_phones.bench.remote import RemoteBench
from wipe.method import Deadlines

KINDS: Mapping[str, Mapping[str, Any]] = {
    "a13": {"model": "pixel-6-android-13"},
    "a16": {"model": "pixel-9-android-16", "condition": "reset"},
    "iphone": {"model": "iphone-13-ios-18"},
}
FAULTS = ("drop_before", "drop_after", "truncate")
OUT_FOR_GOOD_S = 100_000.0
NEVER = 1_000_000
SAMPLE: Mapping[str, int] = {"a13": 4, "a16": 6, "iphone": 2}
"""Cuts for each kind of phone in an ordinary run, at other exchanges with each commit."""
WHOLE: Mapping[str, int] = {"a13": 100, "a16": 20, "iphone": 6}
"""Cuts in a whole run, which takes 15 minutes; USB_RIG_CUTS=300 is every exchange of every job."""
AT_ONCE = 60
EACH_S = 0.4
"""From one phone to the next: forty that identify themselves at the same moment would measure the emulator."""
ENOUGH = 0.8
"""The share of planned cuts that must have struck: how often a phone is asked differs a little from job to job, so of a
few one may always miss."""
NEXT_PHONE_S = 30.0
_ASKED_AT_ONCE = 8
DEADLINES = Deadlines(
    leave_s=15.0, return_s=25.0, settle_s=20.0, person_s=30.0, evaluate_s=4.0, absent_at_least_s=1.0, poll_s=0.5
)
APPLE_DEADLINES = replace(DEADLINES, settle_s=10.0)
"""An iPhone that is gone for good is asked four things, each until it has settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One planned cut; `at` 0 = none, a whole phone beside the others."""

    kind: str
    at: int
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """How the job of one planned cut ended. `ended` None: its phone was not there when jobs began.

    `after_verdict`: the cable was cut when the verdict already stood, as after a shift, when phones are taken away.
    """

    cut: Cut
    ended: Ended | None
    truth: Mapping[str, Any]
    after_verdict: bool = False

    @property
    def outcome(self) -> str:
        """Certificate, report, or nothing at all."""
        return "no job" if self.ended is None else self.ended.outcome

    @property
    def told(self) -> str:
        """For the log."""
        if self.ended is None:
            return self.outcome
        why = ",".join(self.ended.reasons[:2]) or self.outcome
        return f"{why}, {self.truth['cuts']} cut, {self.ended.seconds:.1f} s"


@dataclass(slots=True, kw_only=True)
class Found:
    """What became of the cuts of one kind of phone."""

    planned: int = 0
    struck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def cuts(station: UsbStation, remote: RemoteBench, lengths: Mapping[str, int], say: Callable[[str], None]) -> list[Row]:
    """One row a kind, one for whole phones among them, one for the phones that came next on the same ports.

    `lengths`: how many exchanges an honest job has, by kind.
    """
    started = time.monotonic()
    say(f"exchanges of an honest job: {lengths}")
    planned = plan(lengths, *wanted())
    found = {kind: Found(planned=sum(cut.kind == kind for cut in planned)) for kind in KINDS}
    whole: list[str] = []
    slowest, late = 0.0, list[str]()
    batches = max(1, ceil(len(planned) / AT_ONCE))
    for number in range(batches):
        batch = [*planned[number::batches], *(Cut(kind=kind, at=0) for kind in KINDS)]
        for one in _cut(station, remote, batch, number):
            where = f"{one.cut.kind} {one.cut.fault or 'whole'} at {one.cut.at} of {lengths[one.cut.kind]}"
            say(f"{where}: {one.told}")
            if one.cut.at == 0:
                whole.append(one.outcome)
            else:
                judge(found[one.cut.kind], one, where)
        took, missing = next_phones(station, remote, batch, 50_000 + 100 * number)
        slowest = max(slowest, took)
        late += missing
    seconds = time.monotonic() - started
    return [
        *(_row(kind, each, lengths[kind], seconds / len(KINDS)) for kind, each in found.items()),
        Row(
            name="whole phones beside the cut ones",
            expected=f"{len(whole)} certificates",
            seen=f"{whole.count('certificate')} certificates",
            seconds=seconds,
            good=bool(whole) and whole.count("certificate") == len(whole),
        ),
        Row(
            name="next phone on a cut port",
            expected=f"recognised within {NEXT_PHONE_S:g} s",
            seen=f"not: {', '.join(late)}" if late else f"slowest {slowest:.1f} s",
            seconds=slowest,
            good=not late,
        ),
    ]


def wanted() -> tuple[Mapping[str, int], int | None]:
    """How many cuts a kind, and where to begin, as the environment of the rig says."""
    if wish := os.environ.get("USB_RIG_CUTS"):
        return dict.fromkeys(KINDS, int(wish)), None
    return (WHOLE, None) if "USB_RIG_WHOLE" in os.environ else (SAMPLE, int(os.environ.get("USB_RIG_FIRST", "0")))


def plan(lengths: Mapping[str, int], most: Mapping[str, int], first: int | None) -> list[Cut]:
    """Every cut, in an order that mixes the kinds: a batch of iPhones alone would be the slowest."""
    queues = [
        [
            Cut(kind=kind, at=at, fault=FAULTS[place % len(FAULTS)])
            for place, at in enumerate(sample(max(1, lengths[kind]), most[kind], first))
        ]
        for kind in KINDS
    ]
    longest = max(len(queue) for queue in queues)
    return [queue[place] for place in range(longest) for queue in queues if place < len(queue)]


def sample(length: int, number: int, first: int | None = None) -> list[int]:
    """Exchanges spread over 1..length, all of them if there are no more: the first and the last among them, or
    beginning elsewhere with each `first`.
    """
    if number >= length:
        return list(range(1, length + 1))
    if first is not None:
        return sorted(1 + (first + place * length // number) % length for place in range(number))
    if number == 1:
        return [length]
    return sorted({1 + round(place * (length - 1) / (number - 1)) for place in range(number)})


def judge(found: Found, one: Struck, where: str) -> None:
    """A job that ended before its cut shows nothing, and counts for nothing."""
    if one.ended is None:
        found.wrong.append(f"{where}: no job")
        return
    broken = must_hold(one.ended, one.truth)
    if one.truth["cuts"]:
        if one.outcome == "certificate" and not one.after_verdict:
            broken = broken or "a certificate over a cut cable"
        found.struck.append(one.ended.reasons[0] if one.ended.reasons else f"{one.outcome} before the cut")
    if broken:
        found.wrong.append(f"{where}: {broken}")


def _row(kind: str, found: Found, length: int, seconds: float) -> Row:
    enough = len(found.struck) >= max(1.0, min(ENOUGH * found.planned, found.planned - 1))
    few = "" if enough else f"too few of {found.planned} struck; "
    return Row(
        name=f"cut at {len(found.struck)} of {length} exchanges, {kind}",
        expected="typed, never a certificate",
        seen=few + ("; ".join(found.wrong) or _counted(found.struck)),
        seconds=seconds,
        good=enough and not found.wrong,
    )


def _counted(reasons: Iterable[str]) -> str:
    said = list(reasons)
    return ", ".join(f"{reason} {said.count(reason)}" for reason in dict.fromkeys(said))


def add_cut_phones(remote: RemoteBench, batch: list[Cut], number: int) -> list[dict[str, Any]]:
    """Fresh phones of these kinds on the first root ports, named by their port; `number` makes serials and IMEIs."""
    phones = [
        {
            "name": port,
            "port": port,
            "timing": dict(TIMING),
            **KINDS[cut.kind],
            "serial": f"CUT{number + place:06d}A",
            "imeis": [imei(100_000 + number + place)],
        }
        for place, (port, cut) in enumerate(zip(remote.slots, batch, strict=False))
    ]
    remote.add_phones({"name": "cuts", "seed": number, "phone": phones})
    return phones


def _cut(station: UsbStation, remote: RemoteBench, batch: list[Cut], number: int) -> list[Struck]:
    """Jobs on whole phones; each cut is planned when its job begins, counted from there."""
    ports = dict(zip(remote.slots, batch, strict=False))
    add_cut_phones(remote, batch, 100 * number)
    counted, knife = Counted(remote), _Knife(remote, ports)
    sightings = station.gather(ports)
    with station.overheard(counted.notice), station.overheard(knife.notice):
        ended = station.process(
            sightings.values(),
            each_s=EACH_S,
            deadlines=lambda port: APPLE_DEADLINES if ports[port].kind == "iphone" else DEADLINES,
        )
    truths = remote.truth()
    return [
        Struck(
            cut=cut,
            ended=ended.get(port),
            truth=truths[port],
            after_verdict=knife.planned.get(port, 0) > counted.at("verified", port, NEVER),
        )
        for port, cut in ports.items()
    ]


class _Knife:
    """Plans each port's cut when its worker first tells something; `planned`: the exchange, counted from plugging."""

    def __init__(self, remote: RemoteBench, cuts: Mapping[str, Cut]) -> None:
        self._remote = remote
        self._cuts = cuts
        self.planned: dict[str, int] = {}

    def notice(self, progress: Progress) -> None:
        """A worker told something."""
        cut = self._cuts[progress.port]
        if cut.at == 0 or progress.port in self.planned:
            return
        self.planned[progress.port] = at = self._remote.counters()[progress.port] + cut.at
        self._remote.fault(progress.port, {"at": at, "kind": cut.fault, "seconds": OUT_FOR_GOOD_S})


def next_phones(
    station: UsbStation, remote: RemoteBench, batch: list[Cut], number: int, *, within_s: float = NEXT_PHONE_S
) -> tuple[float, list[str]]:
    """Put a fresh phone of the same kind on each port just used; seconds until the last has been recognised, and
    ports whose phone was not: a foyer by its answer, others by a link that opens or asks its owner.
    """
    phones = add_cut_phones(remote, batch, number)
    started = time.monotonic()
    missing = {str(phone["port"]): str(phone["serial"]) for phone in phones}
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        while missing and time.monotonic() - started < within_s:
            seen = station.in_place(map(station.bench.sighting, missing))
            for sighting, fine in zip(seen, pool.map(lambda each: _answers(station, each, missing), seen), strict=True):
                if fine:
                    del missing[sighting.port]
    return time.monotonic() - started, sorted(missing)


def _answers(station: UsbStation, sighting: Sighting, serials: Mapping[str, str]) -> bool:
    if sighting.presence is not Presence.ADB_FOYER:
        return True
    try:
        return ask(station.bench, sighting).get("identity.serial") == serials[sighting.port]
    except PhoneError:
        return False
