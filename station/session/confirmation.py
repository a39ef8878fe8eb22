# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is erased that a person has not confirmed by its own number: the whole of it, or as many last digits as
no other phone on the bench ends in.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from phones.identity import PhoneIdentity, plain
from phones.port import Sighting
from phones.problem import Problem
from station.session.bench import PhoneBench
from station.session.find_phone import FEWEST_DIGITS, ask, numbers_of, present
from station.work import blocking
from wipe.method import Limits
from wipe.methods.card import OVERWRITE
from wipe.plan import plan

_NO_CERTIFICATE = ("E0", "E1")
"""Levels of evidence that never earn a certificate."""
_NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A phone that somebody wants to erase, as it describes itself. `digits`: how many last ones tell it apart.

    `problems`: what stands in the way of its erase now. `level`: what the erase can prove at most, "" when no way fits.
    `card`: what will be done with the memory card in it (`wipe.methods.card.card_state`), "" where none is wished for.
    """

    sighting: Sighting
    identity: PhoneIdentity
    numbers: frozenset[str]
    digits: int
    problems: tuple[Problem, ...] = ()
    level: str = ""
    card: str = ""

    @property
    def only_report(self) -> bool:
        """Can this way of erasing only end in a report, however well it goes?"""
        return self.level in _NO_CERTIFICATE

    @property
    def overwrites_card(self) -> bool:
        """Will everything on the memory card in it be deleted?"""
        return self.card == OVERWRITE

    def is_named(self, number: str) -> bool:
        """Is that the whole of one of its numbers?"""
        return plain(number) in self.numbers

    def ends_in(self, typed: str) -> bool:
        """Are these the last digits of one of its numbers, and enough of them?"""
        typed = plain(typed)
        return len(typed) >= self.digits and any(number.endswith(typed) for number in self.numbers)


def candidate(
    bench: PhoneBench,
    sighting: Sighting,
    limits: Limits = _NO_LIMITS,
    method: str | None = None,
    *,
    refused_by: Callable[[PhoneIdentity], Collection[str]] = lambda _phone: (),
    passes: int = 0,
    card: bool = False,
) -> Candidate:
    """Ask the phone who it is; reads only. `method`: a wish. `refused_by`: methods that the phone has refused before;
    `passes`: how often it is to be overwritten, `card`: whether the memory card in it is: what the worker
    will choose by. Raises: BenchError.
    """
    values = ask(bench, sighting)
    identity = PhoneIdentity.from_values(values)
    numbers = numbers_of(sighting, values)
    others = [plain(item.usb_serial) for item in present(bench) if item.port != sighting.port and item.usb_serial]
    refused = blocking.problem_of(sighting, values, method or "")
    planned = (
        None
        if refused is not None
        else plan(values, sighting, limits, wanted=method, failed=refused_by(identity), passes=passes, card=card)
    )
    met = () if planned is None else (each.problem for each in planned.conditions if each.problem is not None)
    return Candidate(
        sighting=sighting,
        identity=identity,
        numbers=numbers,
        digits=confirmation_digits(numbers, others),
        problems=tuple(met) if refused is None else (refused,),
        level=planned.predicted.get("level", "") if planned is not None else "",
        card=planned.choice.card if planned is not None else "",
    )


def confirmation_digits(numbers: Iterable[str], others: Sequence[str]) -> int:
    """Four, or as many more as no other serial on the bench ends in."""
    length = FEWEST_DIGITS
    for number in numbers:
        while length < len(number) and any(other.endswith(number[-length:]) for other in others):
            length += 1
    return length
