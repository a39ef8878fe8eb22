# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry of the ledger as streams tell it: what kind it is and what it is about, nothing that anybody said."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from station.documents.document import Document
from station.ledger.entry import StoredEntry, parse_time
from station.ledger.job_events import JobMoved
from station.ledger.paper_events import PaperMade
from station.ledger.stages import Stage
from station.ledger.trade_events import FieldsStated
from station.setup.trade_fields import TRADE_FIELDS


@dataclass(frozen=True, kw_only=True)
class EntryTold(Document):
    """An entry of the ledger. `sequence`: its number there. `stage`, `paper`, `fields_stated`: only of entries that
    bring them.
    """

    NAME: ClassVar[str] = "entry"

    sequence: int
    at: datetime
    entry: str
    job: str | None
    stage: Stage | None
    paper: str | None
    fields_stated: tuple[str, ...] | None

    @classmethod
    def of(cls, row: StoredEntry) -> Self:
        """Of a stored entry; one that cannot be read any more is told without what it brings."""
        stage, paper, fields = None, None, None
        with suppress(ValueError):
            event = row.read().event
            stage = event.to if isinstance(event, JobMoved) else None
            paper = event.id if isinstance(event, PaperMade) else None
            if isinstance(event, FieldsStated):
                fields = tuple(sorted(event.fields.keys() & set(TRADE_FIELDS)))
        return cls(
            sequence=row.number,
            at=parse_time(row.at),
            entry=row.kind,
            job=row.job or None,
            stage=stage,
            paper=paper,
            fields_stated=fields,
        )
