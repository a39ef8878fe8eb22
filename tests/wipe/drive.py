# SPDX-License-Identifier: GPL-3.0-or-later
"""A method's steps on a virtual phone in virtual time, as the station runs them, and a crash between any two
pieces of evidence. The fakes stand at port, clock and technician only."""

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from phones.bench.inspection import inspect
from phones.evidence import Evidence, Moment
from phones.long_act import ActProgress
from phones.port import Presence, Sighting
from phones.witness import Witness, WitnessedPort
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario
from wipe.judge import judge
from wipe.method import Deadlines, EraseMethod, Limits, StepContext, StepFailed
from wipe.methods.table import METHODS
from wipe.overwrite.plan import OverwritePlan
from wipe.report import EraseReport
from wipe.rules import load
from wipe.secret import secret_of

DEADLINES = Deadlines(leave_s=60, return_s=600, settle_s=120, person_s=240, absent_at_least_s=5, poll_s=1.0)
SALT = b"\x5a" * 16
_NUMBERS = itertools.count()
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
_FOLDER = Path(tempfile.mkdtemp(prefix="wipe-tests-", dir=_MEMORY))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)

IPHONE = {"model": "iphone-13-ios-18"}
PIXEL_16 = {
    "model": "pixel-9-android-16",
    "condition": "reset",
    "serial": "47011FDAP00A16",
    "imeis": ["353918110000011"],
}
PIXEL_13 = {"model": "pixel-6-android-13", "serial": "19281FDF60013A", "imeis": ["355123110000019"]}
SMALL_PIXEL_13 = {**PIXEL_13, "set": {"storage": {"bytes": 3584 * 1024, "data_kib": 3072}}}
"""With so little storage that it is overwritten in a moment."""
SMALL_PLAN = OverwritePlan(file_bytes=512 * 1024, chunk_bytes=4096, most_small=300)
PROVING = (
    "android_trade_in",
    "android_harness",
    "apple_mcinstall",
    "apple_mobilebackup2",
    "apple_guided",
)
"""Methods that can end in a certificate."""
PHONES: dict[str, Mapping[str, Any]] = {
    "android_trade_in": PIXEL_16,
    "android_harness": PIXEL_13,
    "android_harness_overwrite": SMALL_PIXEL_13,
    "android_guided": PIXEL_13,
    "android_rescue": PIXEL_13,
    "android_in_rescue": {**PIXEL_13, "condition": "rescue"},
    "android_recovery_guided": {**PIXEL_13, "condition": "used"},
    "android_reopen": PIXEL_13,
    "android_reopen_overwrite": SMALL_PIXEL_13,
    "apple_mcinstall": IPHONE,
    "apple_mobilebackup2": IPHONE,
    "apple_guided": IPHONE,
}


class Crash(BaseException):
    """The station is gone, at once."""


class Technician:
    """Does what the program says, and answers what `answer` says."""

    def __init__(
        self,
        press: Callable[[str], None],
        *,
        obeys: bool,
        answer: str | None,
        is_locked: Callable[[], bool],
        shows: Callable[[], str],
    ) -> None:
        self._press = press
        self._obeys = obeys
        self._answer = answer
        self._is_locked = is_locked
        self._shows = shows

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        if self._obeys:
            pressed = {"open_again": "open_again", "restart_from_recovery": "restart_from_menu"}
            by_keys = "walk_to_recovery" if key.startswith("recovery_") else "erase_in_settings"
            self._press(pressed.get(key, by_keys))

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        if key in ("owner_account_seen", "activation_owner_seen") and self._answer is not None:
            return "asked" if self._is_locked() else "not_asked"
        if key == "recovery_wipe_seen" and self._answer is not None:
            return {"recovery_wiped": "wiped", "recovery_refused": "refused"}.get(self._shows())
        return self._answer


class Bench:
    """One job on one port; survives `Crash`."""

    def __init__(
        self,
        method: str,
        phone: Mapping[str, Any] | None = None,
        *,
        obeys: bool = True,
        answer: str | None = "yes",
        deadlines: Deadlines = DEADLINES,
        overwrite: OverwritePlan = SMALL_PLAN,
        seed: int = 7,
    ) -> None:
        self.method: EraseMethod = METHODS[method]
        document = {
            "name": "job",
            "seed": seed,
            "phone": [{"name": "phone", "port": "1-1", **(phone or PHONES[method])}],
        }
        (self.slot,) = add_phones(read_scenario(document), epoch_at_zero=1_793_520_000.0)
        self.clock = VirtualClock()
        self._folder = _FOLDER / str(next(_NUMBERS))
        self.port = DirectPort(self.slot, self.clock, self._folder)
        self._technician = Technician(
            lambda action: self.slot.press(action, self.clock.seconds),
            obeys=obeys,
            answer=answer,
            is_locked=lambda: bool(self.slot.phone.truth().get("frp")),
            shows=self._screen,
        )
        self._draw = itertools.count(1)
        self._deadlines = deadlines
        self.overwrite = overwrite
        self.evidence: list[Evidence] = []
        self.told: list[ActProgress] = []
        self.begun: list[str] = []
        self.done: list[str] = []
        self.failure = ""
        self._dies_after = -1
        self.dies_in = ""

    def draw(self) -> str:
        return f"{next(self._draw):032x}"

    def _screen(self) -> str:
        return self.slot.phone.screen()

    def _keep(self, piece: Evidence) -> None:
        self.evidence.append(piece)
        if len(self.evidence) == self._dies_after:
            raise Crash

    def _phone(self) -> WitnessedPort:
        witness = Witness(clock=self.clock, journal=self._keep, salt=SALT, next_number=len(self.evidence) + 1)
        return WitnessedPort(self.port, witness)

    def inspect(self) -> dict[str, str]:
        """As the station does, the person accepting whatever dialog opens."""
        values: dict[str, str] = {}
        for _ in range(4):
            phone = self._phone()
            sighting = phone.peek()
            values = inspect(phone, sighting, moment=Moment.BEFORE, draw=self.draw)
            phone.close_link()
            if "identity.serial" in values and (
                sighting.presence is not Presence.ADB_UNAUTHORIZED or sighting.presence in self.method.begins_in
            ):
                break
            for action in ("accept_adb",) if self.slot.phone.platform == "android" else ("trust",):
                self.slot.press(action, self.clock.seconds)
            self.clock.sleep(2.0)
        return values

    def scene(self) -> StepContext:
        """What a step is handed."""
        return StepContext(
            phone=self._phone(),
            clock=self.clock,
            operator=self._technician,
            deadlines=self._deadlines,
            limits=self.limits,
            mark="ab" * 16,
            secret=secret_of(SALT, "ab" * 16),
            draw=self.draw,
            evidence=self.evidence,
            overwrite=self.overwrite,
            act_progress=self.told.append,
        )

    def run(self, *, dies_after: int = -1, first: int = 0) -> "Bench":
        """The steps from `first`; with `dies_after` the station dies once that many pieces are kept."""
        self._dies_after = dies_after
        scene = self.scene()
        try:
            for step in self.method.steps[first:]:
                self.begun.append(step.name)
                step.run(scene)
                self.done.append(step.name)
        except StepFailed as stop:
            self.failure = stop.reason
        except Crash:
            self.dies_in = self.begun[-1]
        return self

    def resume(self) -> "Bench":
        """As the station does: an acting step that was begun is never begun again."""
        names = [step.name for step in self.method.steps]
        last = max(names.index(name) for name in self.begun)
        skip = self.method.steps[last].acts or names[last] in self.done
        return self.run(first=last + 1 if skip else last)

    @property
    def limits(self) -> Limits:
        return Limits()

    def slot_sighting(self) -> Sighting:
        return self.port.look()

    def report(self) -> EraseReport:
        return judge(tuple(self.evidence), method=self.method.name, rules=load())

    def clear_away(self) -> None:
        """Remove what the job left on disk: who lives a million lives needs the room."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def truth(self) -> Mapping[str, Any]:
        return self.slot.first.truth()


def finished(method: str, phone: Mapping[str, Any] | None = None, **more: Any) -> Bench:
    """Inspected and run to its end."""
    bench = Bench(method, phone, **more)
    bench.inspect()
    return bench.run()
