# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is erased that a person has not confirmed by its own number: the whole of it, or as many last digits as
no other phone on the bench ends in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phones.identity import PhoneIdentity, plain
from phones.port import Sighting
from station.session.bench import PhoneBench
from station.session.find_phone import ask, numbers_of, present

FEWEST_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A phone that somebody wants to erase, as it describes itself. `digits`: how many last ones tell it apart."""

    sighting: Sighting
    identity: PhoneIdentity
    numbers: frozenset[str]
    digits: int

    def is_named(self, number: str) -> bool:
        """Is that the whole of one of its numbers?"""
        return plain(number) in self.numbers

    def ends_in(self, typed: str) -> bool:
        """Are these the last digits of one of its numbers, and enough of them?"""
        typed = plain(typed)
        return len(typed) >= self.digits and any(number.endswith(typed) for number in self.numbers)


def candidate(bench: PhoneBench, sighting: Sighting) -> Candidate:
    """Ask the phone who it is; reads only. Raises: BenchError."""
    values = ask(bench, sighting)
    numbers = numbers_of(sighting, values)
    others = [plain(item.usb_serial) for item in present(bench) if item.port != sighting.port and item.usb_serial]
    return Candidate(
        sighting=sighting,
        identity=PhoneIdentity.from_values(values),
        numbers=numbers,
        digits=confirmation_digits(numbers, others),
    )


def confirmation_digits(numbers: Iterable[str], others: Sequence[str]) -> int:
    """Four, or as many more as no other serial on the bench ends in."""
    length = FEWEST_DIGITS
    for number in numbers:
        while length < len(number) and any(other.endswith(number[-length:]) for other in others):
            length += 1
    return length
