# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that this station has met on several phones: they name none, whatever the list of shared numbers says.

One number that differs makes no second phone: an IMEI is repaired, or that of the other slot is read. And nobody shall
take an honest phone's number away by showing it once on another.
"""

from collections.abc import Iterable, Mapping

from phones.identifiers import BY_NAME, IDENTIFIERS
from phones.identity import PhoneIdentity, Reading, compare
from phones.problem import Problem, ProblemCode
from station.ledger.job_events import PhoneIdentified
from station.ledger.ledger import Ledger

_ONE = 1
_TWO_KINDS = 2
_Number = tuple[str, str]
"""Label and number."""


class KnownNumbers:
    """For one job. Remembers what it has found, for answers that hold one number alone (a look at the port)."""

    def __init__(self, ledger: Ledger, job: str) -> None:
        self._ledger = ledger
        self._job = job
        self._shared: dict[_Number, str] = {}
        """→ the job in which it was another phone's."""

    def shared_among(self, values: Mapping[str, str]) -> frozenset[str]:
        """Names of those of these values, in clear, that hold a number of other phones in the ledger: of one that
        agrees in nothing else and differs in two kinds of number, or of two that differ, from this one and from each
        other. Raises: LedgerError.
        """
        identity = PhoneIdentity.from_values(values)
        if len(identity.numbers) > _ONE:
            self._learn(identity)
        return frozenset(
            name for row in IDENTIFIERS for name in row.values if (row.label, values.get(name, "")) in self._shared
        )

    def explained(self, problem: Problem) -> Problem:
        """The same, or the sentence that is true of a number which no list holds: it names an earlier job."""
        if problem.code is not ProblemCode.NUMBERS_SHARED or not self._shared:
            return problem
        return Problem(code=ProblemCode.NUMBERS_MET_BEFORE, facts={"job": next(iter(self._shared.values()))})

    def _learn(self, identity: PhoneIdentity) -> None:
        others: dict[_Number, list[Reading]] = {}
        for entry in self._ledger.identities_with(identity.numbers.values()):
            if entry.job == self._job or not isinstance(entry.event, PhoneIdentified):
                continue
            reading = entry.event.phone.reading
            found = compare(reading, identity.reading)
            if not found.differing or len(_kinds(found.agreeing)) != _ONE:
                continue
            for name, numbers in found.agreeing.items():
                for number in {(BY_NAME[name].label, text) for text in numbers} - self._shared.keys():
                    met = others.setdefault(number, [])
                    if len(_kinds(found.differing)) >= _TWO_KINDS or any(
                        compare(one, reading).differing for one in met
                    ):
                        self._shared[number] = entry.job
                    elif reading not in met:
                        met.append(reading)


def _kinds(names: Iterable[str]) -> set[str]:
    return {BY_NAME[name].counts_as for name in names}
