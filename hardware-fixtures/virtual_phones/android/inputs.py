# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, switches, screen, light, nearness and finger of a virtual Android: what the kernel tells of a person's hands.

Hands are data: whatever somebody does becomes events with their times, and whoever listens hears those that are due.
`getevent` prints as toolbox does [read: AOSP toolbox getevent.c]: device lines first, then one line an event.
"""

import random
from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from virtual_phones.phone import section

INPUT_FAULTS: dict[str, str] = {
    "dead_power": "the power key does nothing",
    "dead_volume_up": "the volume up key does nothing",
    "dead_volume_down": "the volume down key does nothing",
    "stuck_volume_up": "the volume up key goes down and never comes up again",
    "held_volume_down": "the volume down key is down all the time",
    "bouncing_volume_up": "the contact of the volume up key is worn: one press is several",
    "changed_over": "the two volume keys were put in the wrong way round",
    "dead_stripe_across": "a band of the screen, 5 mm high, feels nothing",
    "dead_stripe_along": "a band of the screen, 5 mm wide, feels nothing",
    "bridged_stripe_across": "the same band, but the screen knows that it is one finger that goes over it",
    "dead_screen": "the screen feels nothing",
    "ghost_touches": "the screen feels fingers that are not there",
    "dead_socket": "the headset switch does not move",
    "frozen_proximity": "the proximity sensor says far for ever",
    "deaf_proximity": "the proximity sensor says far again and again, whatever is held over it",
    "deaf_light": "the light sensor says the same again and again, whatever shines on it",
    "frozen_light": "the light sensor says the same for ever",
    "dead_reader": "the finger reader judges nothing",
    "endless_input": "the kernel tells of events without end",
    "garbage_input": "what should be events is noise",
    "foreign_events": "a device that is not the phone's own says what its keys, socket and screen would say",
    "torn_lines": "of some lines only a half arrives, run together with what follows",
    "jumping_clock": "the kernel's time jumps to and fro",
}
"""Faults of what hands touch; each leaves the rest of the phone as it is."""
INPUT_VARIATIONS: dict[str, str] = {
    "paired_keyboard": "the owner's Bluetooth keyboard, which has their name and volume keys, is there, and in use",
    "proximity_in_use": "something uses the proximity sensor, so that its events are seen",
    "fast_screen": "the screen reports at 120 Hz",
    "slow_hands": "whoever holds it is slow",
    "hasty_hands": "whoever holds it is in a hurry",
}
"""Honest differences."""

WIDTH_MM, HEIGHT_MM = 70.0, 150.0
_BOOT_S = 1000.0
"""The kernel's clock when the story begins."""
_DEVICES = {
    "samsung": ("sec-pmic-key", "gpio_keys", "sec_touchscreen"),
    "xiaomi": ("qpnp_pon", "gpio-keys", "fts_ts"),
    "google": ("s2mpg12-power-keys", "gpio_keys", "goog_touchscreen"),
}
_PLAIN = ("pmic_pwrkey", "gpio-keys", "touchscreen")
_CODES = {"power": "KEY_POWER", "volume_up": "KEY_VOLUMEUP", "volume_down": "KEY_VOLUMEDOWN"}
_POWER, _VOLUME, _SCREEN, _JACK, _KEYBOARD, _FOREIGN = 0, 1, 2, 3, 7, 9
_FOREIGN_VALUES: tuple[tuple[str, str, tuple[str | int, ...]], ...] = (
    *(("EV_KEY", code, ("DOWN", "UP")) for code in _CODES.values()),
    ("EV_SW", "SW_HEADPHONE_INSERT", (1, 0)),
    ("EV_ABS", "ABS_MT_TRACKING_ID", (5,)),
    ("EV_ABS", "ABS_MT_POSITION_X", (500,)),
    ("EV_ABS", "ABS_MT_POSITION_Y", (700,)),
    ("EV_SYN", "SYN_REPORT", (0,)),
    ("EV_ABS", "ABS_MT_TRACKING_ID", (-1,)),
)
_FOREIGN_SAYS = tuple((kind, code, value) for kind, code, values in _FOREIGN_VALUES for value in values)


@dataclass(order=True, frozen=True, slots=True)
class Event:
    """`at_s`: the phone's seconds. `value`: DOWN, UP, or a whole number."""

    at_s: float
    number: int
    device: int = field(compare=False)
    kind: str = field(compare=False)
    code: str = field(compare=False)
    value: str | int = field(compare=False)

    def line(self) -> str:
        """As `getevent -lt` prints it among several devices."""
        micro = round((self.at_s + _BOOT_S) * 1_000_000)
        value = self.value if isinstance(self.value, str) else f"{self.value & 0xFFFFFFFF:08x}"
        return (
            f"[{micro // 1_000_000:8d}.{micro % 1_000_000:06d}] /dev/input/event{self.device}: "
            f"{self.kind:<12.12} {self.code:<20.20} {value:<20.20}\n"
        )


class Inputs:
    """What hands do to one phone, and what its kernel and its services tell of it."""

    def __init__(self, model: Mapping[str, object], *, variation: frozenset[str], owner: str, seed: int) -> None:
        self.faults = variation
        self._model = model
        self._owner = owner
        self._draw = random.Random(seed * 7919 + 17)
        self._count = 0
        self._tracking = 100
        self.events: list[Event] = []
        self.light: list[tuple[float, float]] = [(-30.0, 240.0)]
        self.proximity: list[tuple[float, float]] = [(-20.0, 5.0)] if "proximity_in_use" in variation else []
        self.judged: list[float] = []
        self.across, self.along = (68.0, 73.0), (33.0, 38.0)
        """Dead stripes, if there are any: millimetres from the upper and the left edge."""
        if "ghost_touches" in variation:
            self._haunt(4.0, 600.0)

    def begin(self, now_s: float) -> None:
        """They are looked at from now on, and not since the story began."""
        self.light = [(now_s - 30.0, 240.0)]
        self.proximity = [(now_s - 20.0, 5.0)] if "proximity_in_use" in self.faults else []
        if "ghost_touches" in self.faults:
            self.events.clear()
            self._haunt(now_s + self._draw.uniform(0, 2.3), now_s + 120.0)

    def _haunt(self, since_s: float, until_s: float) -> None:
        for tenth in range(round(since_s * 10), round(until_s * 10), 23):
            self._touch(tenth / 10, [(self._draw.uniform(20, 50), 71.0)], rest_s=0.01)

    # -- hands -----------------------------------------------------------------------------------

    def _pace(self) -> float:
        slower = 2.5 if "slow_hands" in self.faults else 0.4 if "hasty_hands" in self.faults else 1.0
        return slower * self._draw.uniform(0.75, 1.25)

    def _say(self, at_s: float, device: int, kind: str, code: str, value: str | int) -> None:
        self._count += 1
        event = Event(at_s, self._count, device, kind, code, value)
        if not self.events or self.events[-1].at_s <= at_s:
            self.events.append(event)
        else:
            insort(self.events, event)

    def _report(self, at_s: float, device: int) -> None:
        self._say(at_s, device, "EV_SYN", "SYN_REPORT", 0)

    def press(self, key: str, now_s: float) -> float:
        """Press a key once, and let go. When it is over."""
        device = _POWER if key == "power" else _VOLUME
        down = now_s + 0.35 * self._pace()
        up = down + 0.12 * self._pace()
        if f"dead_{key}" in self.faults or (key == "volume_down" and "held_volume_down" in self.faults):
            return up
        other = {"volume_up": "volume_down", "volume_down": "volume_up"}.get(key, key)
        code = _CODES[other if "changed_over" in self.faults else key]
        times = [(down, "DOWN"), (up, "UP")]
        if key == "volume_up" and "bouncing_volume_up" in self.faults:
            times = [(down, "DOWN"), (down + 0.004, "UP"), (down + 0.009, "DOWN"), (up, "UP"), (up + 0.006, "DOWN"),
                     (up + 0.011, "UP")]  # fmt: skip
        if key == "volume_up" and "stuck_volume_up" in self.faults:
            times = [(down, "DOWN")]
        for at_s, value in times:
            self._say(at_s, device, "EV_KEY", code, value)
            self._report(at_s, device)
        if "paired_keyboard" in self.faults:
            for at_s, value in ((down - 0.2, "DOWN"), (down - 0.15, "UP")):
                self._say(at_s, _KEYBOARD, "EV_KEY", "KEY_VOLUMEUP", value)
                self._say(at_s, _KEYBOARD, "EV_KEY", "KEY_A", value)
                self._report(at_s, _KEYBOARD)
        return up

    def plug(self, now_s: float, *, there: bool) -> None:
        """Something goes into the headset's socket, or out of it."""
        if self.has_jack() and "dead_socket" not in self.faults:
            at_s = now_s + 0.6 * self._pace()
            self._say(at_s, _JACK, "EV_SW", "SW_HEADPHONE_INSERT", int(there))
            self._report(at_s, _JACK)

    def draw_over(self, now_s: float, *, columns: int = 10, rows: int = 20) -> float:
        """Draw over the whole screen, down and up, then to and fro. When it is over."""
        at_s = now_s + 0.6 * self._pace()
        for column in range(columns):
            x = (column + 0.5) * WIDTH_MM / columns
            ends = [(x, 0.2), (x, HEIGHT_MM - 0.2)]
            at_s = self._stroke(at_s, ends if column % 2 == 0 else ends[::-1]) + 0.08 * self._pace()
        for row in range(rows):
            y = (row + 0.5) * HEIGHT_MM / rows
            ends = [(0.2, y), (WIDTH_MM - 0.2, y)]
            at_s = self._stroke(at_s, ends if row % 2 == 0 else ends[::-1]) + 0.08 * self._pace()
        return at_s

    def _stroke(self, at_s: float, ends: list[tuple[float, float]]) -> float:
        """One finger from the first point to the second, at some 300 mm/s, wavering by a millimetre."""
        (x0, y0), (x1, y1) = ends
        speed = 300.0 / self._pace()
        hertz = 120.0 if "fast_screen" in self.faults else 60.0
        length = abs(x1 - x0) + abs(y1 - y0)
        steps = max(2, int(length / speed * hertz))
        phase = self._draw.random()
        points = [(x0, y0)]
        for step in range(steps):
            share = min(1.0, (step + phase) / steps)
            points.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
        points.append((x1, y1))
        wavering = [(x + self._draw.gauss(0, 0.3), y + self._draw.gauss(0, 0.3)) for x, y in points]
        return self._touch(at_s, wavering, rest_s=1 / hertz)

    def _touch(self, at_s: float, points: list[tuple[float, float]], *, rest_s: float) -> float:
        """One finger comes down, is at these places one after the other, and leaves."""
        touch = section(self._model, "touch")
        most_x, most_y = int(str(touch.get("x", 1079))), int(str(touch.get("y", 2399)))
        is_down = False
        for x, y in points:
            feels = self._feels(x, y)
            if feels and not is_down:
                self._tracking += 1
                self._say(at_s, _SCREEN, "EV_ABS", "ABS_MT_SLOT", 0)
                self._say(at_s, _SCREEN, "EV_ABS", "ABS_MT_TRACKING_ID", self._tracking)
                self._say(at_s, _SCREEN, "EV_KEY", "BTN_TOUCH", "DOWN")
                is_down = True
            elif not feels and is_down and "bridged_stripe_across" not in self.faults:
                self._lift(at_s)
                is_down = False
            if feels:
                self._say(at_s, _SCREEN, "EV_ABS", "ABS_MT_POSITION_X", _raw(x, WIDTH_MM, most_x))
                self._say(at_s, _SCREEN, "EV_ABS", "ABS_MT_POSITION_Y", _raw(y, HEIGHT_MM, most_y))
            if is_down:
                self._report(at_s, _SCREEN)
            at_s += rest_s
        if is_down:
            self._lift(at_s)
        return at_s

    def _lift(self, at_s: float) -> None:
        self._say(at_s, _SCREEN, "EV_ABS", "ABS_MT_TRACKING_ID", -1)
        self._say(at_s, _SCREEN, "EV_KEY", "BTN_TOUCH", "UP")
        self._report(at_s, _SCREEN)

    def _feels(self, x: float, y: float) -> bool:
        if "dead_screen" in self.faults:
            return False
        across = (
            bool({"dead_stripe_across", "bridged_stripe_across"} & self.faults) and self.across[0] <= y < self.across[1]
        )
        along = "dead_stripe_along" in self.faults and self.along[0] <= x < self.along[1]
        return not (across or along)

    def cover(self, now_s: float) -> None:
        """A hand over the upper end of the phone, and away again."""
        near, far = now_s + 0.5 * self._pace(), now_s + 0.5 + 1.6 * self._pace()
        if "deaf_proximity" in self.faults:
            self.proximity += [(near, 5.0), (near + 0.4, 5.0), (far, 5.0)]
        elif "frozen_proximity" not in self.faults and self.proximity:
            self.proximity += [(near, 0.0), (far, 5.0)]
        if "deaf_light" in self.faults:
            self.light += [(near, 240.0), (near + 0.4, 240.0), (far, 240.0)]
        elif "frozen_light" not in self.faults:
            self.light += [(near + 0.1, self._draw.uniform(2, 9)), (far + 0.1, 240 * self._draw.uniform(0.9, 1.1))]

    def shine(self, now_s: float) -> None:
        """A lamp, and then a hand."""
        if not self.faults & {"frozen_light", "deaf_light"}:
            self.light.append((now_s + 0.6 * self._pace(), 1800 * self._draw.uniform(0.8, 1.2)))
        self.cover(now_s + 1.5)

    def touch_reader(self, now_s: float) -> None:
        """A finger on the reader."""
        if "dead_reader" not in self.faults:
            self.judged.append(now_s + 0.5 * self._pace())

    # -- what is told ----------------------------------------------------------------------------

    def has_jack(self) -> bool:
        """Has this model a socket for a headset, or its switch?"""
        return bool(section(self._model, "inputs").get("headset", False))

    def listing(self, *, possible: bool, info: bool, now_s: float) -> str:
        """`add device` lines, with -i what the kernel knows of each, and with -p what each can say."""
        maker = str(section(self._model, "properties").get("ro.product.manufacturer", "")).lower()
        power, keys, screen = _DEVICES.get(maker, _PLAIN)
        touch = section(self._model, "touch")
        held = "held_volume_down" in self.faults or (
            "stuck_volume_up" in self.faults
            and any(event.code == "KEY_VOLUMEUP" and event.at_s <= now_s for event in self.events)
        )
        down = "KEY_VOLUMEDOWN*" if held and "held_volume_down" in self.faults else "KEY_VOLUMEDOWN "
        up = "KEY_VOLUMEUP*" if held and "stuck_volume_up" in self.faults else "KEY_VOLUMEUP "
        axis = "                ABS_MT_POSITION_{}     : value 0, min 0, max {}, fuzz 0, flat 0, resolution 0\n"
        devices = [
            (_POWER, "0019", power, "    KEY (0001): KEY_POWER            \n", "<none>"),
            (_VOLUME, "0019", keys, f"    KEY (0001): {down:<21} {up:<21}\n", "<none>"),
            (
                _SCREEN,
                "001c",
                screen,
                "    KEY (0001): BTN_TOUCH            \n"
                "    ABS (0003): ABS_MT_SLOT           : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0\n"
                + axis.format("X", touch.get("x", 1079))
                + axis.format("Y", touch.get("y", 2399))
                + "                ABS_MT_TRACKING_ID    : value 0, min 0, max 65535, fuzz 0, flat 0, resolution 0\n",
                "INPUT_PROP_DIRECT",
            ),
        ]
        if self.has_jack():
            devices.append(
                (_JACK, "0000", "snd-card Headset Jack", "    SW  (0005): SW_HEADPHONE_INSERT  \n", "<none>")
            )
        if "paired_keyboard" in self.faults:
            name = f"{self._owner}'s keyboard"
            devices.append((_KEYBOARD, "0005", name, "    KEY (0001): KEY_A  KEY_VOLUMEUP  KEY_POWER \n", "<none>"))
        found = ""
        for count, (number, bus, name, events, props) in enumerate(reversed(devices), 1):
            found += f"add device {count}: /dev/input/event{number}\n"
            if info:
                found += f"  bus:      {bus}\n  vendor    0001\n  product   0001\n  version   0100\n"
            found += f'  name:     "{name}"\n'
            if info:
                found += f'  location: "{name}/input0"\n  id:       ""\n  version:  1.0.1\n'
            if possible:
                found += f"  events:\n{events}  input props:\n    {props}\n"
        return found

    def recent(self, kind: str, now_s: float) -> str:
        """Of `dumpsys sensorservice`: the last ten events of a sensor that somebody uses."""
        events = [event for event in getattr(self, kind) if event[0] <= now_s][-10:]
        lines = [f"last {len(events)} events\n"]
        for index, (at_s, figure) in enumerate(reversed(events), 1):
            seconds = int(at_s) % 86_400
            wall = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000"
            lines.append(f"\t{index:2d} (ts={at_s + _BOOT_S:.9f}, wall={wall}) {figure:.2f}, 0.00, 0.00, \n")
        return "".join(lines) if events else ""

    def fingers(self, now_s: float, *, enrolled: bool) -> str:
        """`dumpsys fingerprint`: counts of each user who has a finger enrolled; a strange finger is rejected."""
        rejected = len([at_s for at_s in self.judged if at_s <= now_s]) if enrolled else 0
        prints = (
            f'{{"id":0,"count":2,"accept":41,"reject":{3 + rejected},"acquire":{90 + rejected},"lockout":0,'
            '"permanentLockout":0,"acceptCrypto":2,"rejectCrypto":0,"acquireCrypto":4}'
        )
        return f'{{"service":"Fingerprint Manager","prints":[{prints if enrolled else ""}]}}\n'


def _raw(place: float, size: float, most: int) -> int:
    return max(0, min(most, round(place / size * most)))


class Listening:
    """`getevent -lt` under way (`phone.Live`)."""

    def __init__(self, inputs: Inputs, now_s: float, *, before: str = "") -> None:
        self._inputs = inputs
        self._heard_s = now_s
        self._opening = before + inputs.listing(possible=False, info=False, now_s=now_s)
        self._noise = random.Random(5 + round(now_s * 1000))

    def take(self, now_s: float) -> bytes:
        """Everything said since the last time."""
        events = self._inputs.events
        since = bisect_right(events, self._heard_s, key=lambda event: event.at_s)
        until = bisect_right(events, now_s, key=lambda event: event.at_s)
        said = "".join(self._line(event) for event in events[since:until])
        if "foreign_events" in self._inputs.faults:
            said += "".join(Event(now_s, 0, _FOREIGN, *says).line() for says in _FOREIGN_SAYS)
        opening, self._opening = self._opening, ""
        data = (opening + said).encode("utf-8", "surrogateescape")
        if "endless_input" in self._inputs.faults:
            line = Event(now_s, 0, _VOLUME, "EV_KEY", "KEY_F1", "DOWN").line().encode()
            data += line * 6000
        if "garbage_input" in self._inputs.faults:
            data += self._noise.randbytes(3000) + b"[" * 5000 + b"\n[ 99.9] EV_KEY KEY_POWER\n\x1b[2J" + data[:100]
        self._heard_s = max(self._heard_s, now_s)
        return data

    def _line(self, event: Event) -> str:
        if "jumping_clock" in self._inputs.faults:
            event = replace(event, at_s=max(0.0, event.at_s + self._noise.choice((-900.0, 0.0, 0.02, 3600.0))))
        line = event.line()
        is_torn = "torn_lines" in self._inputs.faults and self._noise.random() < 0.3
        return line[: len(line) // 2] if is_torn else line
