# SPDX-License-Identifier: GPL-3.0-or-later
"""One life, drawn: the same number and seed give the same life, on every machine and in any order."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.grid.routes import Route, routes
from virtual_phones.faults import FaultKind

KINDS = ("honest", "one", "several", "faults", "swap", "person", "crash")
"""Nothing is wrong; one misbehaviour; several; the wire fails; another phone is put in; the person does not do or say
what is right; the station dies. From "faults" on misbehaviours may come with it.
"""
WEIGHTS = (2, 3, 6, 3, 2, 2, 2)
STATION_EACH = 16
"""One life in so many is lived under the whole station, with ledger and worker; the others from steps to record."""
STATION_CAN = frozenset(
    {"android_trade_in", "android_harness", "android_reopen", "android_rescue", "android_fastboot", "apple_mcinstall"}
)
"""Methods that a station takes for such a phone, by itself or because they were wished for."""
FAULTED_EXCHANGES = 30
CRASHED_PIECES = 40
OTHER_PHONE: Mapping[str, Any] = {"serial": "SWAPPED00001", "imeis": ["353918110000984"]}
EXCLUDE_EACH_OTHER = frozenset({"nvram_only_in_options", "nvram_only_in_lockdown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`phone`: a `[[phone]]` table of a scenario. `obeys`, `answer`: what the person does, and says, if anything.
    `dies_after`: the station dies once so many pieces of evidence are kept, and is started again; 0 never.
    """

    number: int
    kind: str
    method: str
    phone: Mapping[str, Any]
    seed: int
    obeys: bool = True
    answer: str | None = "yes"
    dies_after: int = 0
    by_station: bool = False

    @property
    def misbehaviour(self) -> Sequence[str]:
        """What the phone does wrong, by name."""
        names: Sequence[str] = self.phone.get("misbehaviour", ())
        return names

    @property
    def is_honest(self) -> bool:
        """Nothing at all is wrong with phone, wire, station and person."""
        return self.kind == "honest"


class Draw:
    """Draws the cases of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._routes = routes()
        quick = sorted(name for name, route in self._routes.items() if not route.method.overwrites)
        slow = sorted(self._routes.keys() - quick)
        self._names = [*quick, *quick, *slow]

    def route(self, case: Case) -> Route:
        """The case's route."""
        return self._routes[case.method]

    def case(self, number: int) -> Case:
        """Case `number`; methods and single misbehaviours take turns, so that none is left to chance."""
        dice = random.Random(f"{self._seed}/{number}")
        place, turn = number // len(self._names), number
        route = self._routes[self._names[turn % len(self._names)]]
        kind = dice.choices(KINDS, WEIGHTS)[0]
        every = (*route.misbehaviours, *(route.storage_lies if route.method.overwrites else ()))
        misbehaviour: list[str] = []
        if kind == "one":
            misbehaviour = [every[place % len(every)]]
        elif kind == "several":
            misbehaviour = dice.sample(every, dice.randint(2, 4))
        elif kind != "honest" and dice.random() < 0.5:
            misbehaviour = dice.sample(every, 1)
        if route.storage_lies and not route.method.overwrites and kind == "several" and dice.random() < 0.1:
            misbehaviour.append(dice.choice(route.storage_lies))
        phone = dict(dice.choice(route.phones))
        phone["misbehaviour"] = sorted(set(misbehaviour))
        phone["variation"] = self._variation(dice, route, kind)
        by_station = place % STATION_EACH == 0 and route.method.name in STATION_CAN and kind not in ("person", "crash")
        return Case(
            number=number,
            kind=kind,
            method=route.method.name,
            phone=phone | self._trouble(dice, kind, route),
            seed=dice.randrange(1000),
            obeys=kind != "person" or dice.random() < 0.5,
            answer=dice.choice(("yes", "no", None)) if kind == "person" else "yes",
            dies_after=dice.randint(1, CRASHED_PIECES) if kind == "crash" else 0,
            by_station=by_station,
        )

    def _variation(self, dice: random.Random, route: Route, kind: str) -> list[str]:
        choices = route.variations if kind == "honest" else (*route.variations, *route.limits)
        found = {*dice.sample(choices, dice.choice((0, 0, 1, 1, 2, 3))), *route.needed}
        return sorted(found - EXCLUDE_EACH_OTHER if found >= EXCLUDE_EACH_OTHER else found)

    def _trouble(self, dice: random.Random, kind: str, route: Route) -> dict[str, Any]:
        if kind == "faults":
            places = dice.sample(range(1, FAULTED_EXCHANGES + 1), dice.randint(1, 3))
            kinds = [each.value for each in FaultKind]
            return {"fault": [_fault(dice, at, dice.choice(kinds)) for at in sorted(places)]}
        if kind == "swap":
            condition = {"condition": route.phones[0]["condition"]} if "condition" in route.phones[0] else {}
            gap = dice.choice((None, 0.0, 1.0, 30.0))
            swap = {
                **OTHER_PHONE,
                **condition,
                "absence": dice.randint(1, 3),
                **({} if gap is None else {"gap_s": gap}),
            }
            if not condition:
                swap["ecid"] = 7_777_777
            return {"swap": swap | {"set": route.phones[0]["set"]} if "set" in route.phones[0] else swap}
        return {}


def _fault(dice: random.Random, at: int, kind: str) -> dict[str, Any]:
    seconds = dice.choice((0.0, 2.0, 40.0))
    return {"at": at, "kind": kind, "seconds": seconds, "until": at + dice.choice((0, 0, 0, 2))}
