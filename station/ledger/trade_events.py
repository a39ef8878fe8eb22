# SPDX-License-Identifier: GPL-3.0-or-later
"""What entries say of the trade: asset tag, lot, customer's reference and note of a phone, and what a lot should hold.

A later statement counts and the earlier one stays. One that was made ahead, about a phone that is not here yet, is of
no job; the job that takes it says so in an entry of its own, in the transaction that made it that phone's job.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from station.ledger.event import Event
from station.ledger.stages import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsStated(Event):
    """Somebody stated fields (`station.setup.trade_fields`) of a phone; "" takes one back.

    `by`: a person's name, or what a shop system goes by; `role`: operator, validator, or the system's role.
    Stated ahead: `number` (as `phones.identity.plain` spells it) or `slot`, of no job.
    Taken by a job: `ahead`, number of that entry, and `stated_at`, its time; a field that was stated of the job later
    than that is left out.
    """

    kind = EntryKind.STATED

    fields: Mapping[str, str]
    by: str
    role: str
    number: str = ""
    slot: str = ""
    ahead: int = 0
    stated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelExpected:
    """`model`: as lists show it, in any case."""

    model: str
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotStated(Event):
    """What a lot should hold, and whether it is open; each statement whole, the last one counts.

    `expected`: phones, None where nobody said. `models`: how many of which. `closed_with`: the differences that were
    shown to the person who closed it, by name ("missing", "2").
    """

    kind = EntryKind.LOT

    lot: str
    by: str
    role: str
    open: bool = True
    expected: int | None = None
    models: tuple[ModelExpected, ...] = ()
    closed_with: Mapping[str, str] | None = None
