# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays scenario files in front of the station: puts their phones in, compares what is seen with the expected."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from phones.port import Sighting
from rig.placing import Hands, Placed, add_phones, place
from rig.scenario import Look, RigScenario
from rig.station import DEADLINES, Ended, UsbStation, must_hold
from rig.table import Row
from station.work.worker import Progress
from virtual_phones.bench.remote import RemoteBench

HONEST = "honest"
"""The scenario whose phones say how long an honest job is."""


def play_jobs(
    scenarios: Sequence[RigScenario],
    station: UsbStation,
    remote: RemoteBench,
    say: Callable[[str], None],
    exchanges: dict[str, int],
) -> list[Row]:
    """Scenarios of kind "job", all at the same time on one bench.

    `exchanges` gets the number of exchanges of each job of the scenario `honest`, by the phone's name.
    """
    placed = place(scenarios, remote.slots)
    add_phones(remote, placed)
    hands = Hands(remote, placed, say)
    counted = Counted(remote)
    sightings = _gathered(station, placed)
    patience = {
        port: replace(DEADLINES, return_s=each.scenario.return_s) for each in placed for port in each.ports.values()
    }
    wishes = {port: each.scenario.method for each in placed for port in each.ports.values()}
    with station.overheard(hands.notice), station.overheard(counted.notice):
        hands.start()
        ended = station.process(sightings, deadlines=patience.__getitem__, methods=wishes)
    truths = remote.truth()
    for each in placed:
        if each.scenario.name == HONEST:
            for phone in each.scenario.phones:
                port = each.port(str(phone["name"]))
                exchanges[str(phone["name"])] = counted.at("done", port) - counted.at("identify", port)
    return [_row(each, ended, truths) for each in placed]


class Counted:
    """How many exchanges a port has had when its worker first tells one of `MOMENTS`."""

    MOMENTS = ("identify", "verified", "done")

    def __init__(self, remote: RemoteBench) -> None:
        self._remote = remote
        self._counts: dict[tuple[str, str], int] = {}

    def notice(self, progress: Progress) -> None:
        """A worker told something."""
        if progress.key in self.MOMENTS and (progress.key, progress.port) not in self._counts:
            self._counts[progress.key, progress.port] = self._remote.counters().get(progress.port, 0)

    def at(self, key: str, port: str, otherwise: int = 0) -> int:
        """The count at that moment; `otherwise` when it never came."""
        return self._counts.get((key, port), otherwise)


def _gathered(station: UsbStation, placed: Sequence[Placed]) -> list[Sighting]:
    """Every plugged phone's sighting; those that do not talk in time are taken as they are."""
    phones = {each.port(str(phone["name"])): phone for each in placed for phone in each.scenario.phones}
    ports = {port for port, phone in phones.items() if phone.get("plugged", True)}
    mute = {port for port, phone in phones.items() if "trouble" in phone.get("set", {}).get("usb", {})}
    return list(station.gather(ports, mute=mute).values())


def _row(placed: Placed, ended: Mapping[str, Ended], truths: Mapping[str, Any]) -> Row:
    scenario = placed.scenario
    wanted, seen, good, seconds = [], [], True, 0.0
    for phone, expected in scenario.expected.items():
        wanted.append(f"{phone}: {'|'.join(expected.reasons) or expected.outcome}")
        life = ended.get(placed.port(phone))
        if life is None:
            seen.append(f"{phone}: not seen on its port")
            good = False
            continue
        seconds = max(seconds, life.seconds)
        reasons = life.reasons
        wrong = must_hold(life, truths[placed.name(phone)]) or scenario.untrue(phone, truths[placed.name(phone)])
        fits = life.outcome == expected.outcome and (not expected.reasons or bool({*reasons[:1]} & {*expected.reasons}))
        good = good and fits and not wrong
        seen.append(f"{phone}: {wrong or (','.join(reasons[:2]) if reasons else life.outcome)}")
    return Row(name=scenario.name, expected="; ".join(wanted), seen="; ".join(seen), seconds=seconds, good=good)


def play_look(scenario: RigScenario, station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> list[Row]:
    """A scenario of kind "look"."""
    (placed,) = place([scenario], remote.slots)
    started = time.monotonic()
    add_phones(remote, [placed])
    there = {placed.port(str(phone["name"])) for phone in scenario.phones if phone.get("plugged", True)}
    station.gather(there, mute=there)  # whatever hung there before is gone
    Hands(remote, [placed], say).start()
    wrong: list[str] = []
    for look in scenario.looks:
        found = _looked(station, look, placed.ports[look.slot])
        if found:
            wrong.append(f"{look.slot}: {found}")
    strangers = sorted({item.port for item in station.bench.sightings()} - {*placed.ports.values()})
    wrong += [f"also listed: {', '.join(strangers)}"] if strangers else []
    wanted = "; ".join(f"{look.slot}={look.presence}" for look in scenario.looks)
    return [
        Row(
            name=scenario.name,
            expected=wanted,
            seen="; ".join(wrong) or "so",
            good=not wrong,
            seconds=time.monotonic() - started,
        )
    ]


def _looked(station: UsbStation, look: Look, path: str) -> str:
    """What is different from what must be seen; "" when it is so in time."""
    give_up = time.monotonic() + look.within_s
    while True:
        sighting = station.bench.sighting(path)
        good = sighting.presence.value == look.presence and look.serial in ("", sighting.usb_serial)
        if good:
            return ""
        if time.monotonic() > give_up:
            return f"{sighting.presence.value} {sighting.usb_serial}"
        time.sleep(0.2)
