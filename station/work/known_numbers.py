# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that this station has met on two phones: they name neither, whatever the list of shared numbers says."""

from collections.abc import Mapping

from phones.identifiers import BY_NAME, IDENTIFIERS
from phones.identity import PhoneIdentity, compare
from station.ledger.job_events import PhoneIdentified
from station.ledger.ledger import Ledger

_ONE = 1


class KnownNumbers:
    """For one job. Remembers what it has found, for answers that hold one number alone (a look at the port)."""

    def __init__(self, ledger: Ledger, job: str) -> None:
        self._ledger = ledger
        self._job = job
        self._shared: set[tuple[str, str]] = set()

    def shared_among(self, values: Mapping[str, str]) -> frozenset[str]:
        """Names of those of these values, in clear, that hold a number of another phone in the ledger: one that agrees
        in nothing else, and differs. Raises: LedgerError.
        """
        identity = PhoneIdentity.from_values(values)
        if len(identity.numbers) > _ONE:
            self._learn(identity)
        return frozenset(
            name for row in IDENTIFIERS for name in row.values if (row.label, values.get(name, "")) in self._shared
        )

    def _learn(self, identity: PhoneIdentity) -> None:
        for entry in self._ledger.identities_with(identity.numbers.values()):
            if entry.job == self._job or not isinstance(entry.event, PhoneIdentified):
                continue
            found = compare(entry.event.phone.reading, identity.reading)
            kinds = {BY_NAME[name].counts_as for name in found.agreeing}
            if found.differing and len(kinds) == _ONE:
                self._shared |= {
                    (BY_NAME[name].label, number) for name, numbers in found.agreeing.items() for number in numbers
                }
