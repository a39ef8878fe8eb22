# SPDX-License-Identifier: GPL-3.0-or-later
"""One act on a virtual Android whose keys, screen and sensors are drawn anew for each run; hands of several kinds.

One phone serves all runs, because its start takes longer than an act; what hands touch is of this run alone. The fakes
stand at the link and the clock only: what judges is the product and its scheme.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import Check, load
from phones.evidence import Evidence
from phones.port import Platform
from phones.witness import Witness, WitnessedPort
from station.checking.act import Measurer, Scene
from station.checking.flow import PATIENCE_S
from station.checking.watched.table import WATCHED
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from tests.support.watched_scene import scene_of
from virtual_phones.android.inputs import Inputs
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.bench.scenario import add_phones, read_scenario

SCHEME = "basic-2"
ACTS: Mapping[str, Callable[[Scene], None]] = {act.name: act.run for act in WATCHED}
_PERSON_S = {"proximity": 30.0, "light": 30.0, "fingerprint": 30.0, "headset": 45.0}
"""So long a person has for a shorter act, seconds."""
_KEYS = {f"press_{key}": key for key in ("power", "volume_up", "volume_down")}
_HESITATES_S = 10.0
_AGAIN_S = (0.06, 0.4)
"""Between two presses of one key by one hand."""


@dataclass(slots=True)
class ScriptedHands:
    """A person who does what they are told. `hesitates`: takes up to ten seconds for each; `repeats`: does it twice or
    three times; `slips`: at first takes the other volume key, now and then.
    """

    inputs: Inputs
    now_s: Callable[[], float]
    draw: random.Random
    habit: str = ""
    told: list[str] = field(default_factory=list)
    _slipped: set[str] = field(default_factory=set)

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        """Do it, in one's own way."""
        del port, facts
        self.told.append(key)
        begins_s = self.now_s() + (self.draw.uniform(0, _HESITATES_S) if self.habit == "hesitates" else 0.0)
        for _ in range(self.draw.choice((2, 3)) if self.habit == "repeats" else 1):
            begins_s = self._do(key, begins_s) + self.draw.uniform(*_AGAIN_S)

    def _do(self, key: str, begins_s: float) -> float:
        """When it is over."""
        inputs = self.inputs
        if key in _KEYS:
            return inputs.press(self._key(_KEYS[key]), begins_s)
        match key:
            case "plug_in":
                inputs.plug(begins_s, there=True)
            case "pull_out":
                inputs.plug(begins_s, there=False)
            case "draw_over_screen":
                return inputs.draw_over(begins_s)
            case "cover_top":
                inputs.cover(begins_s)
            case "light_and_cover":
                inputs.shine(begins_s)
            case "touch_reader":
                inputs.touch_reader(begins_s)
        return begins_s + 3.0

    def _key(self, wanted: str) -> str:
        other = {"volume_up": "volume_down", "volume_down": "volume_up"}.get(wanted)
        if self.habit != "slips" or other is None or wanted in self._slipped or self.draw.random() > 0.3:
            return wanted
        self._slipped.add(wanted)
        return other

    def ask(self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float) -> None:
        """Nobody is asked anything."""

    def ask_together(
        self, questions: Mapping[str, tuple[str, ...]], *, port: str, timeout_s: float
    ) -> Mapping[str, str]:
        """Nobody is asked anything."""
        del questions, port, timeout_s
        return {}


class Phone:
    """The phone of all runs. `folder`: for what the bench keeps of pairing, which is nothing."""

    def __init__(self, folder: Path) -> None:
        with_socket = {**lives.PIXEL_13, "set": {"inputs": {"headset": True}}}
        document = {"name": "watched", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **with_socket}]}
        (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
        assert isinstance(slot.phone, AndroidPhone)
        self._phone = slot.phone
        self._clock = VirtualClock()
        self._port = DirectPort(slot, self._clock, folder)
        self._port.look()
        self._phone.press("accept_adb", self._clock.seconds)
        self._checks = {check.name: check for check in load(SCHEME).checks}

    def run(
        self,
        act: str,
        *,
        seed: int,
        faults: frozenset[str] = frozenset(),
        habit: str = "",
        stripe_mm: float = 5.0,
    ) -> list[Evidence]:
        """What the act leaves in the evidence. `faults`: of `virtual_phones.android.inputs`."""
        draw = random.Random(seed)
        self._clock.sleep(60.0)
        inputs = Inputs(self._phone.model, variation=faults, owner="", seed=seed)
        inputs.begin(self._clock.seconds)
        top, left = draw.uniform(20, 120), draw.uniform(12, 50)
        inputs.across, inputs.along = (top, top + stripe_mm), (left, left + stripe_mm)
        self._phone.system.put_inputs(inputs)
        evidence: list[Evidence] = []
        phone = WitnessedPort(self._port, Witness(clock=self._clock, journal=evidence.append, salt=lives.SALT))
        hands = ScriptedHands(inputs, self._clock.monotonic, draw, habit)
        person_s = min(PATIENCE_S[Measurer.WATCHED], _PERSON_S.get(act, 90.0))
        ACTS[act](scene_of(phone, Platform.ANDROID, hands, self._clock, {}, person_s=person_s))
        phone.close_link()
        return evidence

    def outcome(self, check: str, evidence: list[Evidence]) -> CheckOutcome:
        """What the scheme says of it."""
        return run_check(self._checks[check], evidence, Platform.ANDROID).outcome

    def checks_of(self, act: str) -> tuple[Check, ...]:
        """All of the scheme that an act's values decide."""
        gives = next(each.gives for each in WATCHED if each.name == act)
        return tuple(check for check in self._checks.values() if check.value in gives)
