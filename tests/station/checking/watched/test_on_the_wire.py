# SPDX-License-Identifier: GPL-3.0-or-later
"""The same over the real adb server and through the real library for iPhones: streams that end when we let go."""

from collections.abc import Callable
from pathlib import Path

import pytest

from phones.apple.driver import AppleLibraryDriver
from phones.clock import SystemClock
from phones.evidence import Evidence, Outcome
from phones.link import Link
from phones.port import Platform, Presence, Sighting
from phones.witness import Witness, WitnessedPort
from station.checking.watched import log
from station.checking.watched.buttons import watch_buttons
from station.checking.watched.digitiser import watch_digitiser
from tests.phones.adb.test_wire_android import running
from tests.phones.apple.test_wire import Bench
from tests.support.waiting import wait_for
from tests.support.watched_scene import Hands, scene_of

pytestmark = pytest.mark.wire


def test_keys_and_screen_are_watched_over_a_real_adb_server(tmp_path: Path) -> None:
    with running(tmp_path) as wired:
        wired.accept("1-2.3")
        wired.wait_for("1-2.3", Presence.ADB_DEVICE)
        phone = wired.phone("1-2.3")
        hands = Hands(press=lambda action: wired.remote.press("1-2.3", action))
        clock = SystemClock()
        watch_buttons(scene_of(phone, Platform.ANDROID, hands, clock, {}, person_s=20))
        watch_digitiser(scene_of(phone, Platform.ANDROID, hands, clock, {}, person_s=8))
        assert wired.talks("1-2.3"), "the link is free again"
    kept = {piece.asked: piece for piece in wired.journal}
    assert kept["check.buttons"].values["watched.buttons"] == "all"
    screen = kept["check.digitiser"]
    assert screen.outcome is Outcome.ANSWERED
    assert screen.values["watched.touch_ghosts"] == "0"


class OneIPhone:
    """The port of a bench's only iPhone."""

    path = "1-1"
    emulated = True

    def __init__(self, island: AppleLibraryDriver, udid: str) -> None:
        self._island = island
        self._udid = udid

    def look(self) -> Sighting:
        return Sighting(port=self.path, presence=Presence.APPLE)

    def open(self) -> Link:
        return self._island.open(self._udid)

    def forget(self, udid: str) -> None:
        self._island.forget(udid)


@pytest.mark.parametrize("variation", [(), ("log_breaks_off",)])
def test_keys_are_watched_through_the_log_of_an_iphone(variation: tuple[str, ...], tmp_path: Path) -> None:
    here = Bench(tmp_path / "pairing", (), variation)
    try:
        known = here.inspect()
        journal: list[Evidence] = []
        witness = Witness(clock=SystemClock(), journal=journal.append, salt=bytes(16))
        phone = WitnessedPort(OneIPhone(here.island, here.phone.udid), witness)
        press: Callable[[str], None] = lambda action: here.port.press(action, here.now_s())  # noqa: E731 - one line
        scene = scene_of(phone, Platform.APPLE, Hands(press=press), SystemClock(), known, person_s=20)
        log.watch_buttons(scene)
        wait_for(lambda: here.island.unfinished() == 0, 5, "the link is still at work")
        assert here.inspect()["identity.serial"] == here.phone.serial
    finally:
        here.close()
    (piece,) = [piece for piece in journal if piece.asked == "check.buttons"]
    if variation:
        assert piece.outcome is Outcome.LOST
    else:
        assert piece.values["watched.buttons"] == "all"
    assert not [secret for secret in here.phone.secrets().values() if secret and secret in repr(journal)]
