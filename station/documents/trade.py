# SPDX-License-Identifier: GPL-3.0-or-later
"""What was stated of phones for the trade, lots, and a phone's visits, as programs see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Self

from phones.identifiers import last_four
from station.documents.document import Document, known
from station.documents.jobs import JobTold
from station.ledger.entry import parse_time
from station.session import history, lots, stating
from station.setup.trade_fields import TRADE_FIELDS


@dataclass(frozen=True, kw_only=True)
class FieldsHeld:
    """What is stated of a phone now."""

    asset_tag: str | None
    lot: str | None
    customer_ref: str | None
    note: str | None
    colour: str | None

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Self:
        """By name."""
        return cls(**{name: known(fields.get(name, "")) for name in TRADE_FIELDS})


@dataclass(frozen=True, kw_only=True)
class PhoneTagged(Document):
    """`tag`: what came of it. Exactly one of job, number and slot is not null; the last two are kept ahead."""

    NAME: ClassVar[str] = "tag"

    job: str | None
    number: str | None
    slot: str | None
    stated: FieldsHeld
    same_tag: tuple[str, ...]

    @classmethod
    def of(cls, told: stating.Stated) -> Self:
        """As a program sees it."""
        return cls(
            job=known(told.job),
            number=known(told.number),
            slot=known(told.slot),
            stated=FieldsHeld.of(told.fields),
            same_tag=told.also,
        )

    def without_others(self, fields: Collection[str]) -> Self:
        """For somebody who may not read: these fields, which they stated themselves, and no other phone's job."""
        kept = {name: getattr(self.stated, name) for name in fields}
        return replace(self, stated=FieldsHeld.of({name: said or "" for name, said in kept.items()}), same_tag=())


@dataclass(frozen=True, kw_only=True)
class LotCounted:
    """Phones of a lot, or of one model of it. `missing` and `unexpected` are null where nobody said how many."""

    expected: int | None
    arrived: int
    erased: int
    certified: int
    awaiting: int
    reported: int
    at_work: int
    missing: int | None
    unexpected: int | None

    @classmethod
    def of(cls, count: lots.Count) -> Self:
        """As a program sees it."""
        return cls(
            expected=count.expected,
            arrived=count.arrived,
            erased=count.erased,
            certified=count.certified,
            awaiting=count.awaiting,
            reported=count.reported,
            at_work=count.at_work,
            missing=count.missing,
            unexpected=count.unexpected,
        )


@dataclass(frozen=True, kw_only=True)
class LotTold(Document):
    """`lot NAME`: what it should hold and what came of it."""

    NAME: ClassVar[str] = "lot"

    lot: str
    open: bool
    announced: bool
    lot_total: LotCounted
    models: Mapping[str, LotCounted]
    not_come: tuple[str, ...]
    differences: Mapping[str, int]
    jobs_in_all: int
    closed_with: Mapping[str, str] | None
    stated_by: str | None

    @classmethod
    def of(cls, lot: lots.Lot) -> Self:
        """As a program sees it."""
        return cls(
            lot=lot.name,
            open=lot.open,
            announced=lot.stated is not None,
            lot_total=LotCounted.of(lot.total),
            models={model: LotCounted.of(count) for model, count in lot.models.items()},
            not_come=lot.not_come,
            differences=lot.differences,
            jobs_in_all=lot.jobs,
            closed_with=None if lot.stated is None else lot.stated.closed_with,
            stated_by=None if lot.stated is None else lot.stated.by,
        )

    def without_numbers(self) -> Self:
        """For somebody who may not read: of the phones that have not come the ends."""
        return replace(self, not_come=tuple(f"…{last_four(each)}" for each in self.not_come))


@dataclass(frozen=True, kw_only=True)
class LotLineTold:
    """A lot in the list of them."""

    lot: str
    open: bool
    expected: int | None
    jobs_in_all: int

    @classmethod
    def of(cls, line: lots.LotLine) -> Self:
        """As a program sees it."""
        return cls(lot=line.name, open=line.open, expected=line.expected, jobs_in_all=line.jobs)


@dataclass(frozen=True, kw_only=True)
class LotsTold(Document):
    """`lots`: open ones first."""

    NAME: ClassVar[str] = "lots"

    lots: tuple[LotLineTold, ...]


@dataclass(frozen=True, kw_only=True)
class StatementTold:
    """What somebody stated of a job; the later counts. `ahead`: before the job was there."""

    at: datetime
    by: str
    role: str
    ahead: bool
    fields: Mapping[str, str]

    @classmethod
    def of(cls, statement: history.Statement) -> Self:
        """As a program sees it."""
        return cls(
            at=parse_time(statement.at),
            by=statement.by,
            role=statement.role,
            ahead=statement.ahead,
            fields=dict(statement.fields),
        )


@dataclass(frozen=True, kw_only=True)
class VisitTold:
    """One job of the phone, and all that was stated of it."""

    visited: JobTold
    statements: tuple[StatementTold, ...]


@dataclass(frozen=True, kw_only=True)
class HistoryTold(Document):
    """`history NUMBER`: every job of a phone, oldest first, found by any of its numbers."""

    NAME: ClassVar[str] = "history"

    numbers: Mapping[str, str]
    visits: tuple[VisitTold, ...]
    waiting: FieldsHeld

    @classmethod
    def of(cls, found: history.History, papers: Path | None) -> Self:
        """`papers`: the folder of the station's papers."""
        visits = tuple(
            VisitTold(
                visited=JobTold.of(each.job, papers), statements=tuple(StatementTold.of(one) for one in each.stated)
            )
            for each in found.visits
        )
        return cls(numbers=dict(found.numbers), visits=visits, waiting=FieldsHeld.of(found.waiting))
