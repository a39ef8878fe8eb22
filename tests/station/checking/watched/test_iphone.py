# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts that are watched over an iPhone's log: counted by shape, and not one word of it kept."""

from pathlib import Path
from typing import Any, Self

import pytest

from phones.evidence import Evidence, Outcome
from phones.link import AppleLog, Reply, Request
from phones.long_act import ActEnd, ActOutcome, Meter
from phones.port import Platform, Presence, Sighting
from phones.witness import Witness, WitnessedPort
from station.checking.watched import log
from tests.support import lives
from tests.support.direct_bench import VirtualClock
from tests.support.watched_scene import Hands, scene_of, watch

SIGN = "not_measured.watched."


def iphone(*variation: str, **more: Any) -> dict[str, Any]:
    return {**lives.IPHONE, "variation": list(variation), **more}


def test_all_keys_pressed_and_released_are_all(tmp_path: Path) -> None:
    found = watch(log.watch_buttons, iphone(), tmp_path)
    assert found.values() == {"watched.buttons": "all", "watched.buttons_seen": "power,volume_down,volume_up"}
    assert found.told == ["press_buttons", "press_power", "press_volume_up", "press_volume_down"]


class OpensLate:
    """A phone whose log is open only at the third look, and a person who presses at once whatever they are told to."""

    name = path = "1-1"
    emulated = True

    def __init__(self, clock: VirtualClock) -> None:
        self.meter = Meter()
        self.told: list[str] = []
        self._clock = clock
        self._looks = 0
        self._over = False

    def look(self) -> Sighting:
        return Sighting(port=self.path, presence=Presence.APPLE)

    def open(self) -> Self:
        return self

    def close(self) -> None:
        pass

    def forget(self, udid: str) -> None:
        raise AssertionError(udid)

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        raise AssertionError(request)

    def begin(self, request: Request, *, timeout_s: float) -> Self:
        assert isinstance(request, AppleLog)
        self._request = request
        return self

    def wait(self, timeout_s: float) -> ActOutcome | None:
        self._clock.sleep(timeout_s)
        self._looks += 1
        if self._looks == 3:
            self._request.opened()
        return ActOutcome(end=ActEnd.CANCELLED) if self._over else None

    def cancel(self) -> None:
        self._over = True

    def press(self, action: str) -> None:
        self.told.append(action)
        if self._looks >= 3:  # else nobody heard it
            for state in ("down", "up"):
                self._request.hear(f"{action.removeprefix('press_')}.{state}")


def test_nobody_is_asked_to_press_before_the_log_is_open() -> None:
    clock, kept = VirtualClock(), list[Evidence]()
    phone = OpensLate(clock)
    port = WitnessedPort(phone, Witness(clock=clock, journal=kept.append, salt=bytes(16)))
    hands = Hands(press=phone.press)
    log.watch_buttons(scene_of(port, Platform.APPLE, hands, clock, {"system.version": "18.1"}, person_s=60))
    assert hands.told == ["press_buttons", "press_power", "press_volume_up", "press_volume_down"]
    (piece,) = kept
    assert piece.values == {"watched.buttons": "all", "watched.buttons_seen": "power,volume_down,volume_up"}


@pytest.mark.parametrize("fault", ["dead_power", "dead_volume_up"])
def test_a_dead_key_is_not_seen(fault: str, tmp_path: Path) -> None:
    values = watch(log.watch_buttons, iphone(fault), tmp_path, person_s=60).values()
    assert values[SIGN + "buttons"] == "not_seen"


def test_a_key_that_stays_down_has_shown_one_state(tmp_path: Path) -> None:
    values = watch(log.watch_buttons, iphone("stuck_volume_down"), tmp_path, person_s=60).values()
    assert values[SIGN + "buttons"] == "one_state"


def test_a_key_that_stays_down_is_not_skipped_away(tmp_path: Path) -> None:
    found = watch(log.watch_buttons, iphone("stuck_volume_down"), tmp_path, is_over=lambda at: at.seconds > 12)
    assert found.kept("buttons.fault").values == {SIGN + "buttons": "one_state"}
    assert found.kept("buttons").values == {SIGN + "buttons": "skipped"}


def test_a_version_whose_words_are_not_known_is_not_listened_to(tmp_path: Path) -> None:
    newer = {"model": "iphone-se-ios-26"}
    found = watch(log.watch_buttons, newer, tmp_path)
    assert found.values() == {SIGN + "buttons": "unknown_version"}
    assert found.told == []


@pytest.mark.parametrize(
    ("act", "value"), [(log.watch_ringer, "ringer"), (log.watch_face_id, "face_id"), (log.watch_proximity, "proximity")]
)
def test_what_no_version_is_known_to_say_is_unknown(act: Any, value: str, tmp_path: Path) -> None:
    assert watch(act, iphone(), tmp_path).values() == {SIGN + value: "unknown_version"}


def test_a_name_that_says_what_a_key_says_counts_for_nothing(tmp_path: Path) -> None:
    values = watch(log.watch_buttons, iphone("says_it_in_a_name", "dead_volume_up"), tmp_path, person_s=60).values()
    assert values[SIGN + "buttons"] == "not_seen"
    assert values["watched.buttons_seen"] == "none"


def test_a_log_without_end_is_malformed_and_one_that_breaks_off_is_lost(tmp_path: Path) -> None:
    endless = watch(log.watch_buttons, iphone("endless_log", "dead_power"), tmp_path)
    assert endless.kept("buttons").outcome is Outcome.MALFORMED
    broken = watch(log.watch_buttons, iphone("log_breaks_off"), tmp_path)
    assert broken.kept("buttons").outcome is Outcome.LOST
    assert not {name for name in {**endless.values(), **broken.values()} if name == "watched.buttons"}


def test_nothing_of_the_owner_is_in_what_is_kept(tmp_path: Path) -> None:
    found = watch(log.watch_buttons, iphone(), tmp_path)
    phone = found.slot.phone
    assert phone is not None
    everything = repr(found.evidence) + repr(found.told)
    said = [secret for secret in phone.secrets().values() if secret and secret in everything]
    assert said == []
