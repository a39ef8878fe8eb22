# SPDX-License-Identifier: GPL-3.0-or-later
"""Counting what is plugged in ends, also when a phone never stops coming and going."""

from collections.abc import Callable, Mapping

import pytest

from phones.port import Port, Presence, Sighting
from station.errors import CountMismatchError, RestlessBenchError
from station.session.events import Event
from station.session.plugged import LONGEST_GATHERING_S, gather
from tests.support.direct_bench import VirtualClock

STEADY, LOOSE = "1-1", "1-2"


class Plugs:
    """A bench of which nothing but presence is asked. `there` tells the ports at a moment."""

    def __init__(self, clock: VirtualClock, there: Callable[[float], tuple[str, ...]]) -> None:
        self._clock, self._there = clock, there

    def sightings(self) -> tuple[Sighting, ...]:
        return tuple(
            Sighting(port=port, presence=Presence.ADB_DEVICE, usb_serial=port)
            for port in self._there(self._clock.monotonic())
        )

    def port(self, path: str) -> Port:
        raise LookupError(path)

    def duplicated_serials(self) -> tuple[str, ...]:
        return ()

    def is_emulated(self, path: str) -> bool:
        raise LookupError(path)

    def notes(self) -> Mapping[str, str]:
        return {}


def gathered(there: Callable[[float], tuple[str, ...]], expected: int) -> tuple[list[str], VirtualClock]:
    clock = VirtualClock()
    told: list[Event] = []
    found = gather(Plugs(clock, there), expected, still_s=6.0, clock=clock, publish=told.append)
    return [item.port for item in found], clock


def test_a_phone_that_flaps_ends_the_count_with_its_port_named() -> None:
    clock = VirtualClock()
    bench = Plugs(clock, lambda at: (STEADY, LOOSE) if int(at) % 2 else (STEADY,))
    with pytest.raises(RestlessBenchError, match=LOOSE) as found:
        gather(bench, 2, still_s=6.0, clock=clock, publish=lambda _event: None)
    assert clock.monotonic() < LONGEST_GATHERING_S + 1
    assert (found.value.code, found.value.exit_code) == ("restless_bench", 5)
    assert str(found.value.facts["ports"]).split(", ")[0] == LOOSE


def test_a_phone_that_flaps_and_then_stays_is_counted() -> None:
    ports, _clock = gathered(lambda at: (STEADY, LOOSE) if at > 60 or int(at) % 2 else (STEADY,), 2)
    assert ports == [STEADY, LOOSE]


def test_a_wrong_number_that_stays_is_refused_as_before() -> None:
    with pytest.raises(CountMismatchError):
        gathered(lambda _at: (STEADY,), 2)
