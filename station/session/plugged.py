# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones come and go: who is there now, what changed, and whether all are there that somebody counted."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping

from phones.clock import Clock
from phones.errors import BenchError
from phones.port import Sighting
from station.errors import CountMismatchError, RestlessBenchError
from station.session.bench import PhoneBench
from station.session.events import Event, PhoneAppeared, PhoneLeft, PhonesCounted, Warned
from station.session.find_phone import present

POLL_S = 0.25
LONGEST_GATHERING_S = 900.0
"""Seconds until a bench that does not come to rest is given up: nobody plugs a whole bench for a quarter of an hour."""


def changes(
    before: Mapping[str, Sighting], now: Mapping[str, Sighting], slot_of: Callable[[str], str]
) -> tuple[PhoneAppeared | PhoneLeft, ...]:
    """What happened between two looks at the bench (port → what hangs there), in order of ports."""
    found: list[PhoneAppeared | PhoneLeft] = []
    for port in sorted(set(before) | set(now)):
        sighting = now.get(port)
        if sighting is None:
            found.append(PhoneLeft(port=port, slot=slot_of(port)))
        elif before.get(port) != sighting:
            found.append(PhoneAppeared(port=port, slot=slot_of(port), sighting=sighting))
    return tuple(found)


def gather(
    bench: PhoneBench, expected: int, *, still_s: float, clock: Clock, publish: Callable[[Event], None]
) -> tuple[Sighting, ...]:
    """Wait until nobody plugs any more; then the bench must hold exactly `expected` phones.

    The right number is taken when nothing has changed for a third of `still_s`, a wrong one refused when
    nothing has changed for all of it. A phone whose cable or battery makes it come and go does not let a bench come to
    rest: after LONGEST_GATHERING_S its port is named.

    Raises: CountMismatchError, RestlessBenchError, BenchError.
    """
    seen: tuple[Sighting, ...] = ()
    moved = Counter[str]()
    begun = since = clock.monotonic()
    while True:
        now = present(bench)
        if [item.port for item in now] != [item.port for item in seen]:
            moved.update({item.port for item in now} ^ {item.port for item in seen})
            seen, since = now, clock.monotonic()
            publish(PhonesCounted(counted=len(seen), expected=expected))
        unchanged_s = clock.monotonic() - since
        if len(now) == expected and unchanged_s >= still_s / 3:
            return now
        if unchanged_s >= still_s:
            raise CountMismatchError(wanted=str(expected), counted=str(len(seen)))
        if clock.monotonic() - begun >= LONGEST_GATHERING_S:
            raise RestlessBenchError(ports=", ".join(port for port, _times in moved.most_common(3)))
        clock.sleep(POLL_S)


class PhoneWatch:
    """Tells of phones that come and go, from a thread of its own, until `stop`."""

    def __init__(self, bench: PhoneBench, slot_of: Callable[[str], str], publish: Callable[[Event], None]) -> None:
        self._bench = bench
        self._slot_of = slot_of
        self._publish = publish
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="phones", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No look at the bench is made after this."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        known: dict[str, Sighting] = {}
        failed = ""
        while not self._over.wait(POLL_S):
            try:
                now = {item.port: item for item in present(self._bench)}
            except BenchError as error:  # told once; the workers meet it themselves
                if error.code != failed:
                    self._publish(Warned(error=error))
                failed = error.code
                continue
            failed = ""
            for change in changes(known, now, self._slot_of):
                self._publish(change)
            known = now
