# SPDX-License-Identifier: GPL-3.0-or-later
"""Which earlier jobs were about the phone that is here now: one answer for its attempts and for its tag in the log."""

from phones.identity import PhoneIdentity, compare
from station.ledger.job_events import PhoneIdentified
from station.ledger.ledger import Ledger


def jobs_of(ledger: Ledger, phone: PhoneIdentity, *, but: str) -> tuple[str, ...]:
    """Ids of the jobs about this phone, oldest first, without the job `but`; asked of the entries themselves.

    One number in common is enough, if none differs: a phone may answer fewer questions than it did, or name its IMEIs
    in another order. Where that one is a maker's dummy serial number, the IMEIs differ.
    Raises: LedgerError, LedgerCorruptError also for an entry that somebody changed.
    """
    entries = ledger.identities_with(phone.numbers.values())
    found = (
        entry.job
        for entry in entries
        if isinstance(entry.event, PhoneIdentified)
        and entry.job != but
        and compare(entry.event.phone.reading, phone.reading).nothing_differs
    )
    return tuple(dict.fromkeys(found))
