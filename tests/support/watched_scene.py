# SPDX-License-Identifier: GPL-3.0-or-later
"""One act of watching on one virtual phone in virtual time, with a scripted person: what they are told, they do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phones.apple.inspection import inspection_question
from phones.clock import Clock
from phones.evidence import Evidence, Moment
from phones.operator import SheetOperator
from phones.port import Platform, Port
from phones.witness import Witness, WitnessedPort
from station.checking.act import Scene
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.port import VirtualPort

PRESSES = {
    "press_power": "press_power",
    "press_volume_up": "press_volume_up",
    "press_volume_down": "press_volume_down",
    "plug_in": "plug_headset",
    "pull_out": "pull_headset",
    "draw_over_screen": "draw_over_screen",
    "cover_top": "cover_top",
    "light_and_cover": "light_and_cover",
    "touch_reader": "touch_reader",
    "move_ringer": "move_ringer",
    "look_at_phone": "look_at_phone",
}
"""What somebody is told, and what they then do."""


@dataclass(slots=True)
class Hands:
    """A person who does what they are told, unless it is among `refuses`. `told`: everything that was said."""

    press: Callable[[str], None]
    refuses: frozenset[str] = frozenset()
    told: list[str] = field(default_factory=list)

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        self.told.append(key)
        if key in PRESSES and key not in self.refuses:
            self.press(PRESSES[key])

    def ask(self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float) -> None:
        return None

    def ask_together(
        self, questions: Mapping[str, tuple[str, ...]], *, port: str, timeout_s: float
    ) -> Mapping[str, str]:
        return {}


@dataclass(slots=True, kw_only=True)
class Watched:
    """What an act left, and what was said meanwhile."""

    evidence: list[Evidence]
    told: list[str]
    seconds: float
    slot: VirtualPort

    def kept(self, name: str) -> Evidence:
        """The piece of the act itself."""
        (piece,) = [piece for piece in self.evidence if piece.asked == f"check.{name}"]
        return piece

    def values(self) -> dict[str, str]:
        """Everything kept under `watched.`, with its signs."""
        return {name: text for piece in self.evidence for name, text in piece.values.items() if "watched." in name}


def scene_of(
    phone: WitnessedPort,
    platform: Platform,
    hands: SheetOperator,
    clock: Clock,
    known: Mapping[str, str],
    *,
    person_s: float,
    is_over: Callable[[], bool] = lambda: False,
) -> Scene:
    """What an act works with, around these hands."""
    drawn = iter(range(1, 100_000))
    return Scene(
        phone=phone,
        platform=platform,
        known=known,
        clock=clock,
        operator=hands,
        draw=lambda: f"{next(drawn):032x}",
        person_s=person_s,
        tell=lambda _name: None,
        is_over=is_over,
    )


def _paired(phone: WitnessedPort, tap: Callable[[], None]) -> Mapping[str, str]:
    """What the inspection of an iPhone reads once its owner has tapped Trust."""
    phone.ask(inspection_question(timeout_s=0.5), Moment.BEFORE)
    tap()
    return phone.ask(inspection_question(timeout_s=30.0), Moment.BEFORE).values


def watch(
    act: Callable[[Scene], None],
    phone: Mapping[str, Any],
    folder: Path,
    *,
    refuses: frozenset[str] = frozenset(),
    person_s: float = 40.0,
    before: Callable[[VirtualPort, WitnessedPort, VirtualClock], None] = lambda _slot, _port, _clock: None,
    is_over: Callable[[VirtualClock], bool] = lambda _clock: False,
    seed: int = 1,
) -> Watched:
    """Run one act on a fresh phone. `before` happens first."""
    document = {"name": "watched", "seed": seed, "phone": [{"name": "phone", "port": "1-1", **phone}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    clock = VirtualClock()
    port: Port = DirectPort(slot, clock, folder / "pairing")
    there = slot.phone
    assert there is not None
    evidence: list[Evidence] = []
    witness = Witness(clock=clock, journal=evidence.append, salt=b"s" * 16)
    witnessed = WitnessedPort(port, witness)
    port.look()
    known: Mapping[str, str] = {}
    if there.platform == "android":
        there.press("accept_adb", clock.seconds)
    else:
        known = _paired(witnessed, lambda: there.press("trust", clock.seconds))
        evidence.clear()
    hands = Hands(press=lambda action: there.press(action, clock.seconds), refuses=refuses)
    before(slot, witnessed, clock)
    started = clock.seconds
    act(
        scene_of(
            witnessed, Platform(there.platform), hands, clock, known, person_s=person_s, is_over=lambda: is_over(clock)
        )
    )
    return Watched(evidence=evidence, told=hands.told, seconds=clock.seconds - started, slot=slot)
