# SPDX-License-Identifier: GPL-3.0-or-later
"""Which faults and which hands are tried, and how their runs ended."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grading.report import CheckOutcome
from tools.watched_faults.run import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`check`: which of the scheme says that it sees it; `variation`: of the virtual phone."""

    act: str
    check: str
    what: str
    variation: tuple[str, ...]
    habit: str = ""
    stripe_mm: float = 5.0
    is_claimed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthy:
    """A sound phone in such hands."""

    act: str
    what: str
    variation: tuple[str, ...] = ()
    habit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the runs of one row ended: of a fault by its check, of a sound phone by the worst of the act's checks."""

    passed: int
    failed: int
    inconclusive: int

    @property
    def runs(self) -> int:
        """All of them."""
        return self.passed + self.failed + self.inconclusive


def _fault(
    act: str, check: str, what: str, *variation: str, habit: str = "", stripe_mm: float = 5.0, is_claimed: bool = True
) -> Fault:
    return Fault(
        act=act,
        check=check,
        what=what,
        variation=variation,
        habit=habit,
        stripe_mm=stripe_mm,
        is_claimed=is_claimed,
    )


_USED = "proximity_in_use"
FAULTS: tuple[Fault, ...] = (
    *(
        _fault("buttons", "buttons", f"dead {key.replace('_', ' ')} key{of}", f"dead_{key}", *more, habit=habit)
        for key in ("power", "volume_up", "volume_down")
        for of, habit, more in (("", "", ()), (", pressed again and again", "repeats", ()))
    ),
    _fault("buttons", "buttons", "key that stays down once pressed", "stuck_volume_up"),
    _fault("buttons", "buttons", "key that is held by nobody", "held_volume_down"),
    _fault("buttons", "buttons", "volume keys changed over", "changed_over"),
    _fault("buttons", "button_contacts", "worn contact that bounces", "bouncing_volume_up"),
    _fault("buttons", "button_contacts", "worn contact, slow hands", "bouncing_volume_up", "slow_hands"),
    _fault("buttons", "button_contacts", "worn contact, jumping clock", "bouncing_volume_up", "jumping_clock"),
    _fault("buttons", "button_contacts", "worn contact, torn lines", "bouncing_volume_up", "torn_lines"),
    _fault("buttons", "buttons", "dead key beside a paired keyboard in use", "dead_volume_up", "paired_keyboard"),
    _fault("buttons", "buttons", "dead key, another device says it", "dead_power", "foreign_events"),
    _fault("buttons", "buttons", "dead key, flood of events", "dead_power", "endless_input"),
    _fault("buttons", "buttons", "dead key, noise for events", "dead_power", "garbage_input"),
    _fault("buttons", "buttons", "dead key, torn lines", "dead_power", "torn_lines"),
    _fault("buttons", "buttons", "dead key, jumping clock", "dead_power", "jumping_clock"),
    _fault("digitiser", "digitiser_gap_y", "dead stripe 4 mm across", "dead_stripe_across", stripe_mm=4.0,
           is_claimed=False),
    _fault("digitiser", "digitiser_gap_y", "dead stripe 5 mm across", "dead_stripe_across"),
    _fault("digitiser", "digitiser_gap_y", "dead stripe 5 mm across, 120 Hz", "dead_stripe_across", "fast_screen"),
    _fault("digitiser", "digitiser_gap_y", "dead stripe 5 mm across, slow hands", "dead_stripe_across", "slow_hands"),
    _fault("digitiser", "digitiser_gap_y", "dead stripe 5 mm across, hasty hands", "dead_stripe_across", "hasty_hands"),
    _fault("digitiser", "digitiser_gap_y", "dead stripe 5 mm across, jumping clock", "dead_stripe_across",
           "jumping_clock"),
    _fault("digitiser", "digitiser_gap_y", "dead stripe 5 mm across, torn lines", "dead_stripe_across", "torn_lines"),
    _fault("digitiser", "digitiser_gap_y", "dead stripe 5 mm across, one finger for the screen",
           "bridged_stripe_across"),
    _fault("digitiser", "digitiser_gap_x", "dead column 5 mm", "dead_stripe_along"),
    _fault("digitiser", "digitiser_gap_x", "dead column 6 mm", "dead_stripe_along", stripe_mm=6.0),
    _fault("digitiser", "digitiser_gap_x", "dead column 6 mm, 120 Hz", "dead_stripe_along", "fast_screen",
           stripe_mm=6.0),
    _fault("digitiser", "digitiser_coverage", "dead screen", "dead_screen"),
    _fault("digitiser", "digitiser_coverage", "dead screen, another device says it", "dead_screen", "foreign_events"),
    _fault("digitiser", "digitiser_ghosts", "ghost touches, one in 2.3 s", "ghost_touches"),
    _fault("digitiser", "digitiser_ghosts", "ghost touches, jumping clock", "ghost_touches", "jumping_clock"),
    _fault("digitiser", "digitiser_ghosts", "ghost touches, torn lines", "ghost_touches", "torn_lines"),
    _fault("proximity", "proximity", "frozen sensor", "frozen_proximity", _USED),
    _fault("proximity", "proximity", "frozen sensor, covered again and again", "frozen_proximity", _USED,
           habit="repeats"),
    _fault("light", "light", "frozen sensor", "frozen_light"),
    _fault("light", "light", "frozen sensor, slow hands", "frozen_light", "slow_hands"),
    _fault("headset", "headset", "headset that is never seen", "dead_socket"),
    _fault("headset", "headset", "never seen, another device says it", "dead_socket", "foreign_events"),
    _fault("fingerprint", "fingerprint", "silent finger reader", "dead_reader"),
    _fault("fingerprint", "fingerprint", "silent finger reader, touched again and again", "dead_reader",
           habit="repeats"),
)  # fmt: skip
_HANDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("plain hands", (), ""),
    ("slow hands", ("slow_hands",), ""),
    ("hasty hands", ("hasty_hands",), ""),
    ("hesitates up to 10 s each", (), "hesitates"),
    ("does each twice or three times", (), "repeats"),
)
HEALTHY: tuple[Healthy, ...] = (
    *(Healthy(act="buttons", what=what, variation=more, habit=habit) for what, more, habit in _HANDS),
    Healthy(act="buttons", what="takes the other volume key at first", habit="slips"),
    Healthy(act="buttons", what="paired keyboard in use", variation=("paired_keyboard",)),
    Healthy(act="buttons", what="torn lines", variation=("torn_lines",)),
    Healthy(act="buttons", what="jumping clock", variation=("jumping_clock",)),
    *(Healthy(act="digitiser", what=what, variation=more, habit=habit) for what, more, habit in _HANDS[:4]),
    Healthy(act="digitiser", what="120 Hz", variation=("fast_screen",)),
    Healthy(act="digitiser", what="torn lines", variation=("torn_lines",)),
    Healthy(act="digitiser", what="jumping clock", variation=("jumping_clock",)),
    *(
        Healthy(act="proximity", what=what, variation=(*more, "proximity_in_use"), habit=habit)
        for what, more, habit in _HANDS
    ),
    *(
        Healthy(act=act, what=what, variation=more, habit=habit)
        for act in ("light", "headset", "fingerprint")
        for what, more, habit in _HANDS
    ),
)
_UNSURE = (CheckOutcome.INDETERMINATE, CheckOutcome.NOT_TESTED)


def run_fault(phone: Phone, fault: Fault, runs: int, seed: int) -> Ended:
    """That fault so many times."""

    def outcome(number: int) -> CheckOutcome:
        evidence = phone.run(
            fault.act,
            seed=seed + number,
            faults=frozenset(fault.variation),
            habit=fault.habit,
            stripe_mm=fault.stripe_mm,
        )
        return phone.outcome(fault.check, evidence)

    return _counted(outcome, runs)


def run_healthy(phone: Phone, row: Healthy, runs: int, seed: int) -> Ended:
    """A sound phone so many times: false alarm if any check of the act fails, passed if all pass."""

    def outcome(number: int) -> CheckOutcome:
        evidence = phone.run(row.act, seed=seed + number, faults=frozenset(row.variation), habit=row.habit)
        found = {phone.outcome(check.name, evidence) for check in phone.checks_of(row.act)}
        if CheckOutcome.FAIL in found:
            return CheckOutcome.FAIL
        return next((each for each in _UNSURE if each in found), CheckOutcome.PASS)

    return _counted(outcome, runs)


def _counted(outcome: Callable[[int], CheckOutcome], runs: int) -> Ended:
    found = Counter(outcome(number) for number in range(runs))
    return Ended(
        passed=found[CheckOutcome.PASS],
        failed=found[CheckOutcome.FAIL],
        inconclusive=sum(found[each] for each in _UNSURE),
    )


def shares(runs: int, act: str) -> Iterator[tuple[Healthy, int]]:
    """The hands of an act, and how many of its runs each has."""
    rows = [row for row in HEALTHY if row.act == act]
    for place, row in enumerate(rows):
        yield row, runs // len(rows) + (place < runs % len(rows))
