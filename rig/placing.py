# SPDX-License-Identifier: GPL-3.0-or-later
"""A scenario's phones on root ports, and the hands that carry out its acts. Reads nothing of the product."""

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rig.scenario import TIMING, Act, RigScenario
from tests.support.imeis import imei
from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench

if TYPE_CHECKING:
    from station.work.worker import Progress


class Placed:
    """A scenario with root ports for its slots."""

    def __init__(self, scenario: RigScenario, ports: Mapping[str, str], number: int) -> None:
        self.scenario = scenario
        self.ports = dict(ports)
        self.number = number

    def name(self, phone: str) -> str:
        """The phone's name on the bench; two scenarios may both have a "phone"."""
        return f"{self.scenario.name}/{phone}"

    def port(self, phone: str) -> str:
        """Where that phone hangs at first."""
        slot = next(str(each["slot"]) for each in self.scenario.phones if each["name"] == phone)
        return self.ports[slot]

    def tables(self) -> list[dict[str, Any]]:
        """Its phones for virtual_phones.bench.scenario."""
        out = []
        for place, phone in enumerate(self.scenario.phones):
            number = self.number * 10 + place
            given = {
                "serial": f"RIG{number:05d}A",
                "imeis": [imei(500_000 + number)],
                **phone,
                "name": self.name(str(phone["name"])),
                "port": self.port(str(phone["name"])),
                "timing": {**TIMING, **phone.get("timing", {})},
            }
            del given["slot"]
            out.append(given)
        return out

    def filled(self, text: str) -> str:
        """{A} is slot A's port path."""
        for slot, path in self.ports.items():
            text = text.replace("{" + slot + "}", path)
        return text


def place(scenarios: Sequence[RigScenario], slots: Sequence[str]) -> list[Placed]:
    """Root ports for every slot of every scenario, no port twice."""
    free = iter(slots)
    return [
        Placed(scenario, {slot: next(free) for slot in scenario.slots}, number)
        for number, scenario in enumerate(scenarios, 1)
    ]


def add_phones(remote: RemoteBench, placed: Sequence[Placed]) -> None:
    """Take everything away, then put these phones in."""
    remote.add_phones({"name": "rig", "seed": placed[0].number, "phone": [t for each in placed for t in each.tables()]})


class Hands:
    """Carries out the acts of scenarios when their moment comes."""

    def __init__(self, remote: RemoteBench, placed: Sequence[Placed], say: Callable[[str], None]) -> None:
        self._remote = remote
        self._say = say
        self._waiting: list[tuple[str, str, Act, Placed]] = [
            (each.port(act.phone), act.on, act, each) for each in placed for act in each.scenario.acts
        ]
        self._lock = threading.Lock()

    def start(self) -> None:
        """The moment "start"."""
        self._moment(None, "start")

    def notice(self, progress: "Progress") -> None:
        """A worker told something."""
        self._moment(progress.port, progress.key)

    def _moment(self, port: str | None, key: str) -> None:
        with self._lock:
            due = [entry for entry in self._waiting if entry[1] == key and port in (None, entry[0])]
            self._waiting = [entry for entry in self._waiting if entry not in due]
        for _, _, act, placed in due:
            timer = threading.Timer(act.after_s, self._do, (act, placed))
            timer.daemon = True
            timer.start()

    def _do(self, act: Act, placed: Placed) -> None:
        name = placed.name(act.phone)
        self._say(f"hand: {act.do} {name} {act.to}{act.action}")
        with contextlib.suppress(ControlError):
            match act.do:
                case "unplug":
                    self._remote.unplug(name, seconds=act.seconds or None)
                case "plug":
                    self._remote.plug(name)
                case "move":
                    self._remote.move(name, placed.ports[act.to])
                case "press":
                    self._remote.press(name, act.action)
