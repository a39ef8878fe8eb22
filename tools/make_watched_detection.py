# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/detection-watched.md: which seeded faults the acts that are watched over the cable find, and false alarms.

python -m tools.make_watched_detection [--faults 200] [--healthy 2000]

The acts run whole, on virtual phones in virtual time, with a scripted person; what they keep is held against the limits
of the scheme.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.frozen import dataclass
from phones.port import Platform
from station.checking.act import Scene
from station.checking.watched import log
from station.checking.watched.buttons import watch_buttons
from station.checking.watched.digitiser import watch_digitiser
from station.checking.watched.headset import watch_headset
from station.checking.watched.sensors import watch_fingerprint, watch_light, watch_proximity
from tests.support import lives
from tests.support.watched_scene import watch

TARGET = Path(__file__).parents[1] / "docs" / "detection-watched.md"
SCHEME = load("basic-2")
_TOUCH = ("digitiser_coverage", "digitiser_gap_y", "digitiser_gap_x", "digitiser_ghosts")
_KEYS = ("buttons", "button_contacts")
_IPHONE_KEYS = ("buttons",)
WITH_SOCKET: Mapping[str, Any] = {**lives.PIXEL_13, "set": {"inputs": {"headset": True}}}
_IN_USE = ("proximity_in_use",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """One act on a phone with these variations, of which the first is the fault; none: a healthy phone."""

    name: str
    act: Callable[[Scene], None]
    checks: tuple[str, ...]
    phone: Mapping[str, Any]
    variation: tuple[str, ...] = ()
    person_s: float = 60.0

    @property
    def platform(self) -> Platform:
        """Of the phone."""
        return Platform.APPLE if self.phone is lives.IPHONE else Platform.ANDROID


def _android(name: str, act: Callable[[Scene], None], checks: tuple[str, ...], *variation: str) -> Seeded:
    return Seeded(name=name, act=act, checks=checks, phone=lives.PIXEL_13, variation=variation)


FAULTS: tuple[Seeded, ...] = (
    *(
        _android("buttons", watch_buttons, _KEYS, fault, *hands)
        for fault in (
            "dead_power",
            "dead_volume_up",
            "dead_volume_down",
            "stuck_volume_up",
            "held_volume_down",
            "bouncing_volume_up",
            "changed_over",
            "garbage_input",
        )
        for hands in ((), ("slow_hands",), ("hasty_hands",))
        if fault != "garbage_input" or not hands
    ),
    _android("buttons", watch_buttons, _KEYS, "dead_volume_up", "paired_keyboard"),
    *(
        _android("digitiser", watch_digitiser, _TOUCH, fault, *hands)
        for fault in ("dead_stripe_across", "dead_stripe_along", "bridged_stripe_across")
        for hands in ((), ("fast_screen",), ("slow_hands",), ("hasty_hands",))
    ),
    _android("digitiser", watch_digitiser, _TOUCH, "ghost_touches"),
    _android("digitiser", watch_digitiser, _TOUCH, "dead_screen"),
    _android("proximity", watch_proximity, ("proximity",), "frozen_proximity", *_IN_USE),
    _android("light", watch_light, ("light",), "frozen_light"),
    _android("fingerprint", watch_fingerprint, ("fingerprint",), "dead_reader"),
    Seeded(name="headset", act=watch_headset, checks=("headset",), phone=WITH_SOCKET, variation=("dead_socket",)),
    *(
        Seeded(
            name="buttons, iPhone", act=log.watch_buttons, checks=_IPHONE_KEYS, phone=lives.IPHONE, variation=(fault,)
        )
        for fault in ("dead_power", "dead_volume_up", "stuck_volume_down", "log_breaks_off", "says_it_in_a_name")
    ),
)
HEALTHY: tuple[Seeded, ...] = (
    *(_android("buttons", watch_buttons, _KEYS, *hands) for hands in ((), ("slow_hands",), ("hasty_hands",))),
    _android("buttons", watch_buttons, _KEYS, "paired_keyboard"),
    *(
        _android("digitiser", watch_digitiser, _TOUCH, *hands)
        for hands in ((), ("fast_screen",), ("slow_hands",), ("hasty_hands",))
    ),
    _android("proximity", watch_proximity, ("proximity",), *_IN_USE),
    _android("proximity", watch_proximity, ("proximity",)),
    _android("light", watch_light, ("light",)),
    _android("fingerprint", watch_fingerprint, ("fingerprint",)),
    Seeded(name="headset", act=watch_headset, checks=("headset",), phone=WITH_SOCKET),
    Seeded(name="buttons, iPhone", act=log.watch_buttons, checks=_IPHONE_KEYS, phone=lives.IPHONE),
)


def outcome(seeded: Seeded, seed: int, folder: Path) -> CheckOutcome:
    """How one run ends: the worst of the act's checks. What could not be looked at is INDETERMINATE."""
    phone = {**seeded.phone, "variation": list(seeded.variation)}
    found = watch(seeded.act, phone, folder, seed=seed, person_s=seeded.person_s)
    wanted = [check for check in SCHEME.checks if check.name in seeded.checks]
    outcomes = {run_check(check, found.evidence, seeded.platform).outcome for check in wanted}
    if CheckOutcome.FAIL in outcomes:
        return CheckOutcome.FAIL
    return CheckOutcome.PASS if outcomes == {CheckOutcome.PASS} else CheckOutcome.INDETERMINATE


def counts(seeded: Seeded, runs: int) -> Counter[CheckOutcome]:
    """Of so many runs, each with hands of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return Counter(outcome(seeded, seed, Path(folder)) for seed in range(runs))


_HEAD = """\
# What the acts find that are watched over the cable

A person presses, draws, covers and plugs; the cable tells what the phone noticed. Each row is so many runs of the whole
act on a virtual phone in virtual time, each with hands of its own: their pace, and their wavering by a third of a
millimetre. Nothing here was tried on a phone.

*Detected*: a check failed. *Inconclusive*: it was not measured, which is no pass: a key that was not seen may be broken,
or nobody has pressed it. *Missed*: every check passed. *Hasty* hands move two and a half times as fast as usual.
{head}
Written by `python -m tools.make_watched_detection --faults {faults} --healthy {healthy}`; do not edit it by hand.
"""


def document(faults: int, healthy: int) -> str:
    """The whole page."""
    found = [(seeded, counts(seeded, faults)) for seeded in FAULTS]
    sound = [(seeded, counts(seeded, healthy)) for seeded in HEALTHY]
    missed = sum(row[CheckOutcome.PASS] for _, row in found)
    alarms = sum(row[CheckOutcome.FAIL] for _, row in sound)
    head = (
        f"\n{len(found) * faults:,} runs with a fault, {missed} missed; "
        f"{len(sound) * healthy:,} healthy runs, {alarms} false alarms.\n"
    )
    return "\n".join(
        [
            _HEAD.format(head=head, faults=faults, healthy=healthy),
            "## Seeded faults\n",
            "| act | fault, and surroundings | detected | missed | inconclusive |",
            "|---|---|---|---|---|",
            *_rows(found, CheckOutcome.FAIL, CheckOutcome.PASS),
            "\n## Healthy phones\n",
            "| act | surroundings | passed | false alarms | inconclusive |",
            "|---|---|---|---|---|",
            *_rows(sound, CheckOutcome.PASS, CheckOutcome.FAIL),
            "",
        ]
    )


def _rows(
    found: Sequence[tuple[Seeded, Counter[CheckOutcome]]], first: CheckOutcome, second: CheckOutcome
) -> list[str]:
    return [
        f"| {seeded.name} | {', '.join(seeded.variation).replace('_', ' ') or 'usual'} "
        f"| {row[first]} | {row[second]} | {row[CheckOutcome.INDETERMINATE]} |"
        for seeded, row in found
    ]


def main() -> None:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--healthy", type=int, default=2000)
    asked = parser.parse_args()
    TARGET.write_text(document(asked.faults, asked.healthy), "utf-8")


if __name__ == "__main__":
    main()
