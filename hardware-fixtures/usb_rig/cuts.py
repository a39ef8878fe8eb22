# SPDX-License-Identifier: GPL-3.0-or-later
"""The cable pulled at exchange k of an erase job, for a sample of all k: typed end, no certificate, the bench goes on.

A cut that lets half an answer through ("truncate") is the one some adb versions call exit 0.
"""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from wire_bench import imei

from station.floor import ask
from usb_rig.scenario import TIMING
from usb_rig.station import Ended, UsbStation, must_hold
from usb_rig.table import Row
from virtual_phones.remote import RemoteBench

KINDS: Mapping[str, Mapping[str, Any]] = {
    "a13": {"model": "pixel-6-android-13"},
    "a16": {"model": "pixel-9-android-16", "condition": "reset"},
    "iphone": {"model": "iphone-13-ios-18"},
}
FAULTS = ("drop_before", "drop_after", "truncate")
OUT_FOR_GOOD_S = 100_000.0
SAMPLE = int(os.environ.get("USB_RIG_CUTS", "3"))
"""Cuts for each kind of phone; all of them are some 230."""
AT_ONCE = 9
LAST_LOOKS = 3
"""The last exchanges of a job only tidy up or see once more what hangs there: the verdict has its evidence by then."""
NEXT_PHONE_S = 30.0


def cuts(
    station: UsbStation, remote: RemoteBench, lengths: Mapping[str, int], say: Callable[[str], None]
) -> list[Row]:
    """One row a kind, and one for the phones that came next on the same ports.

    `lengths`: how many exchanges an honest job has, by kind.
    """
    started = time.monotonic()
    say(f"exchanges of an honest job: {lengths}")
    planned = [
        (kind, at, FAULTS[place % len(FAULTS)])
        for kind in KINDS for place, at in enumerate(sample(max(1, lengths[kind] - LAST_LOOKS), SAMPLE))
    ]
    seen: dict[str, list[str]] = {kind: [] for kind in KINDS}
    wrong: dict[str, list[str]] = {kind: [] for kind in KINDS}
    slowest = 0.0
    late: list[str] = []
    for first in range(0, len(planned), AT_ONCE):
        batch = planned[first : first + AT_ONCE]
        for (kind, at, fault), ended, truth, count in _cut(station, remote, batch, first):
            where = f"{kind} {fault} at {at} of {lengths[kind]}: {','.join(ended.reasons[:2]) or ended.outcome}"
            say(where)
            broken = must_hold(ended, truth)
            if count >= at and ended.outcome == "certificate":
                broken = broken or "a certificate over a cut cable"
            wrong[kind] += [f"{where}: {broken}"] if broken else []
            if count >= at:  # else this job needed fewer exchanges than the honest one, and was never cut
                seen[kind].append(ended.reasons[0] if ended.reasons else ended.outcome)
        took, missing = _next_phones(station, remote, len(batch), first)
        slowest = max(slowest, took)
        late += missing
    seconds = time.monotonic() - started
    rows = [
        Row(
            name=f"cut at {len(seen[kind])} of {lengths[kind]} exchanges, {kind}",
            expected="typed, never a certificate",
            seen="; ".join(wrong[kind]) or ", ".join(dict.fromkeys(seen[kind])),
            seconds=seconds / len(KINDS), good=bool(seen[kind]) and not wrong[kind],
        )
        for kind in KINDS
    ]
    rows.append(Row(
        name="next phone on a cut port", expected=f"answers within {NEXT_PHONE_S:g} s",
        seen=f"not: {', '.join(late)}" if late else f"slowest {slowest:.1f} s", seconds=slowest, good=not late,
    ))
    return rows


def sample(length: int, number: int) -> list[int]:
    """Exchanges spread over 1..length, first and last among them; all of them if there are no more."""
    if number >= length:
        return list(range(1, length + 1))
    if number == 1:
        return [length]
    return sorted({1 + round(place * (length - 1) / (number - 1)) for place in range(number)})


def _phone(kind: str, name: str, port: str, number: int) -> dict[str, Any]:
    return {
        "name": name, "port": port, "serial": f"CUT{number:05d}A", "imeis": [imei(700_000 + number)],
        "timing": dict(TIMING), **KINDS[kind],
    }


def _cut(
    station: UsbStation, remote: RemoteBench, batch: list[tuple[str, int, str]], first: int
) -> list[tuple[tuple[str, int, str], Ended, Mapping[str, Any], int]]:
    phones = []
    for place, ((kind, at, fault), port) in enumerate(zip(batch, remote.slots, strict=False)):
        phone = _phone(kind, f"cut-{place}", port, 100 + first + place)
        phones.append({**phone, "fault": [{"at": at, "kind": fault, "seconds": OUT_FOR_GOOD_S}]})
    remote.furnish({"name": "cuts", "seed": 100 + first, "phone": phones})
    sightings = station.wait_for({phone["port"] for phone in phones}, within_s=30.0)
    ended = station.process(list(sightings.values()))
    truths, counters = remote.truth(), remote.counters()
    return [
        (plan, ended[phone["port"]], truths[phone["name"]], counters[phone["port"]])
        for plan, phone in zip(batch, phones, strict=True) if phone["port"] in ended
    ]


def _next_phones(station: UsbStation, remote: RemoteBench, number: int, first: int) -> tuple[float, list[str]]:
    """Put a fresh phone on each port just used; seconds until the last has answered, and ports that did not."""
    ports = remote.slots[:number]
    remote.furnish({"name": "next", "seed": 900 + first, "phone": [
        _phone("a16", f"next-{place}", port, 1000 + first + place) for place, port in enumerate(ports)
    ]})
    started = time.monotonic()
    missing = set(ports)
    while missing and time.monotonic() - started < NEXT_PHONE_S:
        for port in sorted(missing):
            sighting = station.bench.sighting(port)
            if station.talking(sighting) and ask(station.bench, sighting).get("identity.serial", "").startswith("CUT"):
                missing.discard(port)
        time.sleep(0.1)
    return time.monotonic() - started, sorted(missing)
