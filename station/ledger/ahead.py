# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements about a phone that had no job yet, and which of them a job takes: for its slot when it begins, for the
phone's number when it is known who the phone is.

Each is taken once: a phone that comes again is stated again. Asked of the entries, through indexes of their own.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from phones.identity import plain
from station.ledger.entry import Entry, parse_time
from station.ledger.ledger import Ledger
from station.ledger.trade_events import FieldsStated

SLOT_WAITS = timedelta(hours=1)
"""How long a statement waits for a slot's next phone; after that it would be another phone's."""
MOST_AHEAD = 20
"""Statements that wait for one phone; more are refused, so that a job begins with few entries."""


def ahead_of_slot(ledger: Ledger, slot: str, *, at: str) -> tuple[Entry, ...]:
    """What waits for the next phone in that slot at that time (RFC 3339), oldest first. Raises: LedgerError."""
    since = parse_time(at) - SLOT_WAITS
    return tuple(each for each in _waiting(ledger, "slot", slot) if parse_time(each.at) >= since)


def ahead_of_numbers(ledger: Ledger, numbers: Iterable[str]) -> tuple[Entry, ...]:
    """What waits for the phone with one of these numbers, oldest first. Raises: LedgerError."""
    found: dict[int, Entry] = {}
    for number in sorted({plain(number) for number in numbers if number}):
        found |= {each.number: each for each in _waiting(ledger, "number", number)}
    return tuple(found[each] for each in sorted(found))


def ahead_of_lot(ledger: Ledger, lot: str) -> tuple[str, ...]:
    """Numbers of phones that were stated to be of that lot and have not come; each once. Raises: LedgerError."""
    numbers = dict.fromkeys(_said(each).number for each in ledger.stated_ahead("lot", lot))
    return tuple(
        number for number in numbers if number and fields_of(ahead_of_numbers(ledger, (number,))).get("lot") == lot
    )


def ahead_of_tag(ledger: Ledger, tag: str, *, at: str) -> tuple[str, ...]:
    """Of phones that were stated to bear that asset tag and have no job yet: the number, or the slot of the next one
    there at that time (RFC 3339); each once. Raises: LedgerError.
    """
    found = dict[str, None]()
    for entry in islice(ledger.stated_ahead("asset_tag", tag, newest_first=True), MOST_AHEAD):
        said = _said(entry)
        waits = ahead_of_slot(ledger, said.slot, at=at) if said.slot else ahead_of_numbers(ledger, (said.number,))
        if fields_of(waits).get("asset_tag") == tag:
            found[said.slot or said.number] = None
    return tuple(found)


def fields_of(entries: Iterable[Entry]) -> dict[str, str]:
    """What they say together; the later counts."""
    said: dict[str, str] = {}
    for each in entries:
        said |= _said(each).fields
    return {name: value for name, value in said.items() if value}


def taken(entry: Entry, job: Iterable[Entry]) -> FieldsStated:
    """The entry by which a job takes what was stated ahead. `job`: its entries so far; a field that one of them states
    later than that is left as it is.
    """
    ahead = _said(entry)
    later: set[str] = set()
    for each in job:
        if isinstance(each.event, FieldsStated) and (each.event.ahead or each.number) > entry.number:
            later |= each.event.fields.keys()
    return FieldsStated(
        fields={name: value for name, value in ahead.fields.items() if name not in later},
        by=ahead.by,
        role=ahead.role,
        ahead=entry.number,
        stated_at=parse_time(entry.at),
    )


def _waiting(ledger: Ledger, of: str, value: str) -> list[Entry]:
    newest = islice(ledger.stated_ahead(of, value, newest_first=True), MOST_AHEAD)
    return [each for each in newest if not ledger.is_taken(each.number)][::-1]


def _said(entry: Entry) -> FieldsStated:
    assert isinstance(entry.event, FieldsStated)
    return entry.event
