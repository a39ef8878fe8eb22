# SPDX-License-Identifier: GPL-3.0-or-later
"""What was heard of keys and of the headset's socket while a person pressed and plugged: both states, or nothing.

A key that was not heard may be broken, or nobody has pressed it: that is not measured, never a pass and never a fail.
What no hand does is a fault: a key that is held when nobody holds it, one that bounces, two that answer for each other.
"""

from dataclasses import dataclass, field

from phones.android.input_events import HEADSET, KEYS, InputEvent
from phones.signs import not_measured

EXPECTED = ("power", "volume_up", "volume_down")
"""In the order in which they are asked for. The kernel lists what the model has; a phone without them is none."""
VOLUMES = frozenset({"volume_up", "volume_down"})
BOUNCE_US = 25_000
"""Two presses closer than this are one finger on a worn contact [our limit: people tap at most some 15 times a second,
66 ms; kernels let the contact settle for 5 to 20 ms]."""
_LONGEST_US = 1_000_000_000
"""No act lasts a thousand seconds."""
_MOST_COUNTED = 999
WRONG_NEEDED = 2
"""So often the other key must have answered before the two count as changed over: one slip is a person's."""


@dataclass(slots=True)
class _Key:
    presses: int = 0
    releases: int = 0
    bounces: int = 0
    released_at_us: int | None = None
    heard_at_us: int = 0
    has_no_time: bool = False
    """The kernel's clock went back between two of its events, or further on than an act lasts: then nobody knows how
    far apart two presses were."""

    def hear(self, event: InputEvent) -> None:
        gone_us = event.at_us - self.heard_at_us
        self.has_no_time |= bool(self.heard_at_us) and not 0 <= gone_us <= _LONGEST_US
        self.heard_at_us = event.at_us
        if event.value:
            since = None if self.released_at_us is None else event.at_us - self.released_at_us
            self.bounces += since is not None and 0 <= since < BOUNCE_US
            self.presses += 1
        elif self.presses:
            self.releases += 1
            self.released_at_us = event.at_us


@dataclass(slots=True)
class KeyTally:
    """The keys, and which was wanted when one was pressed."""

    wanted: str = EXPECTED[0]
    _keys: dict[str, _Key] = field(default_factory=lambda: {name: _Key() for name in EXPECTED})
    _answered: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in EXPECTED})

    def hear(self, event: InputEvent) -> None:
        """An event of the phone's own devices."""
        name = KEYS.get(event.code)
        if name is None:
            return
        key = self._keys[name]
        bounces = key.bounces
        key.hear(event)
        if event.value and key.bounces == bounces and len(self._answered[self.wanted]) < _MOST_COUNTED:
            self._answered[self.wanted].append(name)

    def has_both(self, name: str) -> bool:
        """Was this key seen pressed and released?"""
        return self._keys[name].releases > 0

    def has_answered(self, name: str) -> bool:
        """The same, and it was this key that was asked for then: a key that only answers for another has not."""
        return name in self._answered[name] and self.has_both(name)

    def is_down(self, name: str) -> bool:
        """Seen pressed, and never released."""
        return self._keys[name].presses > 0 and not self._keys[name].releases

    def wrong_presses(self) -> int:
        """How often the other volume key has answered while this one is wanted; the power key is nobody's mistake."""
        if self.wanted not in VOLUMES or self.wanted in self._answered[self.wanted]:
            return 0
        return len([name for name in self._answered[self.wanted] if name in VOLUMES])

    def are_changed_over(self) -> bool:
        """Each volume key was asked for, and only the other one answered, more than once."""
        return all(
            set(self._answered[name]) & VOLUMES == VOLUMES - {name}
            and len([each for each in self._answered[name] if each in VOLUMES]) >= WRONG_NEEDED
            for name in VOLUMES
        )

    def values(self, *, held: tuple[str, ...] = ()) -> dict[str, str]:
        """`held`: keys that were down before anybody was asked to press, and were still down in the end."""
        seen = [name for name in EXPECTED if self.has_answered(name)]
        bounces = min(sum(key.bounces for key in self._keys.values()), _MOST_COUNTED)
        values = {"watched.buttons_seen": ",".join(sorted(seen)) or "none"}
        if seen and not bounces and any(key.has_no_time for key in self._keys.values()):
            values |= not_measured("out_of_range", "watched.button_bounces")
        elif seen:
            values["watched.button_bounces"] = str(bounces)
        else:
            values |= not_measured("not_seen", "watched.button_bounces")
        if held:
            return values | {"watched.buttons": "held"}
        if self.are_changed_over():
            return values | {"watched.buttons": "changed_over"}
        if len(seen) == len(EXPECTED):
            return values | {"watched.buttons": "all"}
        sign = "one_state" if any(self.is_down(name) for name in EXPECTED) else "not_seen"
        return values | not_measured(sign, "watched.buttons")


@dataclass(slots=True)
class HeadsetTally:
    """Is something in the socket? Both must be heard: plugged in, and pulled out."""

    states: set[int] = field(default_factory=set)

    def hear(self, event: InputEvent) -> None:
        """An event of the phone's own devices."""
        if event.code == HEADSET and event.value in (0, 1):
            self.states.add(event.value)

    def values(self, *, has_socket: bool) -> dict[str, str]:
        """What was seen. `has_socket`: the kernel lists the switch."""
        if not has_socket:
            return {"watched.headset": "no_socket"}
        if self.states == {0, 1}:
            return {"watched.headset": "in_and_out"}
        return not_measured("one_state" if self.states else "not_seen", "watched.headset")
