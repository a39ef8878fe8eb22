# SPDX-License-Identifier: GPL-3.0-or-later
"""Many phones on one bench: how soon all are known, how soon a pulled cable is, and what whole jobs at once cost."""

import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from phones.port import Presence
from rig.scenario import TIMING
from rig.station import Ended, UsbStation, must_hold
from rig.table import Row
from tests.support.imeis import imei
from virtual_phones.bench.remote import RemoteBench
from wipe.method import Deadlines

PHONES = 32
JOBS = int(os.environ.get("USB_RIG_MANY_JOBS", "8"))
"""Whole jobs at once. The guest has two emulated cores, which do the phones' work too: its ratio is no station's."""
IDENTIFIED_S = 30.0
NOTICED_S = 0.5
_PULLS = 16
DEADLINES = Deadlines(
    leave_s=120.0, return_s=240.0, settle_s=180.0, person_s=300.0, evaluate_s=4.0, absent_at_least_s=1.0, poll_s=0.5
)
"""Long: what is measured here is how long it takes, not whether it is quick."""
_KINDS: tuple[dict[str, Any], ...] = (
    {"model": "pixel-9-android-16", "condition": "reset"},
    {"model": "pixel-6-android-13"},
    {"model": "pixel-9-android-16", "condition": "reset"},
    {"model": "iphone-13-ios-18"},
)


def many_phones(station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> list[Row]:
    """Three rows: plugging, pulling, jobs."""
    return [_plugged(station, remote, say), _pulled(station, remote, say), _jobs(station, remote, say)]


def _phones(ports: list[str], *, plugged: bool, base: int) -> list[dict[str, Any]]:
    return [
        {
            "name": f"many-phones-{place}",
            "port": port,
            "serial": f"CROWD{base + place:05d}",
            "plugged": plugged,
            "imeis": [imei(800_000 + base + place)],
            "timing": dict(TIMING),
            **_KINDS[place % len(_KINDS)],
        }
        for place, port in enumerate(ports)
    ]


def _plugged(station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> Row:
    ports = remote.slots[:PHONES]
    remote.add_phones({"name": "many-phones", "seed": 32, "phone": _phones(ports, plugged=False, base=0)})
    for port in ports:
        remote.plug(port)
    started = time.monotonic()
    known = station.in_place(station.gather(ports, within_s=3 * IDENTIFIED_S).values())
    seconds = time.monotonic() - started
    say(f"{len(known)} of {PHONES} known after {seconds:.1f} s")
    return Row(
        name=f"{PHONES} phones plugged in at once",
        expected=f"all known by serial, and talking, within {IDENTIFIED_S:g} s",
        seen=f"{len(known)} after {seconds:.1f} s",
        seconds=seconds,
        good=len(known) == PHONES and seconds <= IDENTIFIED_S,
    )


def _pulled(station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> Row:
    """Pulled one by one while all others stay: from the hand's act until the station's list says so."""
    times = []
    for port in remote.slots[:_PULLS]:
        remote.unplug(port)
        started = time.monotonic()
        while station.bench.sighting(port).presence is not Presence.ABSENT and time.monotonic() - started < 10.0:
            time.sleep(0.02)
        times.append(time.monotonic() - started)
    say(f"pulled cables noticed after {', '.join(f'{each:.2f}' for each in times)} s")
    return Row(
        name=f"{_PULLS} cables pulled among {PHONES} phones",
        expected=f"each noticed within {NOTICED_S:g} s",
        seen=f"median {median(times):.2f} s, slowest {max(times):.2f} s",
        seconds=sum(times),
        good=max(times) <= NOTICED_S,
    )


def _jobs(station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> Row:
    """Whole jobs at once; with `USB_RIG_WHOLE` against the two longest kinds alone."""
    alone: list[Ended] = []
    for place in (1, 3) if "USB_RIG_WHOLE" in os.environ else ():
        phone = _phones(remote.slots[: place + 1], plugged=True, base=100 + 10 * place)[place]
        alone += _processed(station, remote, [phone])[0]
    started = time.monotonic()
    phones = _phones(remote.slots[:JOBS], plugged=True, base=200)
    ended, truths = _processed(station, remote, phones)
    wall = max((each.seconds for each in ended), default=0.0)
    wrong = [found for each in ended if (found := must_hold(each, truths[each.job.port]))]
    certified = sum(each.outcome == "certificate" for each in ended)
    for each in ended:
        say(f"many-phones {each.job.port} {each.outcome} {each.seconds:.1f} s {','.join(each.reasons[:2])}")
    slowest = max((each.seconds for each in alone), default=0.0)
    ratio = f"; slowest alone {slowest:.0f} s, ratio {wall / slowest:.1f}" if slowest else ""
    return Row(
        name=f"{JOBS} whole jobs at once",
        expected=f"{JOBS} certificates",
        seen=f"{certified} certificates; {wall:.0f} s{ratio}" + "".join(f"; {each}" for each in wrong),
        seconds=time.monotonic() - started,
        good=certified == JOBS and all(each.outcome == "certificate" for each in alone) and not wrong,
    )


def _processed(
    station: UsbStation, remote: RemoteBench, phones: list[dict[str, Any]]
) -> tuple[list[Ended], dict[str, Any]]:
    """Jobs of these phones and the truth about them, by port."""
    remote.add_phones({"name": "jobs", "seed": 33, "phone": phones})
    seen = station.gather({str(phone["port"]) for phone in phones})
    ended = station.process(seen.values(), deadlines=lambda _port: DEADLINES)
    truths = remote.truth()
    return list(ended.values()), {str(phone["port"]): truths[str(phone["name"])] for phone in phones}
