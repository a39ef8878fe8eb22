# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as rows for other programs: one fixed, versioned set of columns, as CSV and as JSON Lines, however many.

The fields of `JobRow` are the columns, in their order. In CSV nothing is computed: a cell that a spreadsheet would take
for a formula begins with an apostrophe. `unguarded` takes it away again, and every text comes back as it was.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar, Self

from phones.cleaning import clean
from station.documents.document import Document, known, plain
from station.documents.job_words import reason_text
from station.documents.jobs import moment_of
from station.ledger.entry import parse_time
from station.ledger.stages import Stage
from station.ledger.summary import JobSummary, Result
from station.papers.paper_names import current_file
from station.session.summary import Standing, paper_status, reasons_of

LONGEST_CELL = 1000
_FORMULA = "=+\\-@\t\r\uff1d\uff0b\uff0d\uff20"
_GUARDED = re.compile(f"(^|;)(?=[ \"]*['{_FORMULA}])")
"""Where a spreadsheet begins a cell, in whichever country: one there separates cells by semicolons. Some throw blanks
away before they look.
"""
_GUARD = re.compile("(^|;)'")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_OF_A_NUMBER = re.compile(rf"[0-9.,:/e()$€£¥% -]+|(?:{_MONTHS})[a-z]*+", re.IGNORECASE | re.ASCII)
"""What a spreadsheet would take for a number, a date or a truth, and round or spell anew: 3569…, SEP2, 1-MAR, (5)."""
_DIGIT = re.compile(r"[0-9]")
PORTION = 64 * 1024
"""Bytes."""


@dataclass(frozen=True, kw_only=True)
class JobRow(Document):
    """One job in an export: `export jobs`, `jobs --csv`. Columns may be added at the end."""

    NAME: ClassVar[str] = "job-row"

    job: str
    opened_at: datetime
    slot: str | None
    platform: str
    model: str | None
    serial: str | None
    imei: str | None
    imei2: str | None
    udid: str | None
    asset_tag: str | None
    lot: str | None
    customer_ref: str | None
    note: str | None
    attempt: int
    stage: Stage
    came_to: Result
    verdict: str | None
    level: str | None
    grade: str | None
    method: str | None
    technique: str | None
    nist_method: str | None
    gb_status: str | None
    r2_status: str | None
    paper: str | None
    outcome: str | None
    standing: Standing | None
    reason_code: str | None
    reason: str | None
    operator: str
    validator: str | None
    decision: str | None
    erase_begun_at: datetime | None
    decided_at: datetime | None
    papered_at: datetime | None
    closed_at: datetime | None
    took_s: int | None
    log_index: int | None
    file: str | None
    colour: str | None

    @classmethod
    def of(cls, job: JobSummary) -> Self:
        """In the language in use, which only `reason` has."""
        filed = bool(job.filed_paper)
        reasons = [] if job.certificate else reasons_of(job)
        claims = dict(job.claims)
        return cls(
            job=job.id,
            opened_at=parse_time(job.opened_at),
            slot=known(job.slot),
            platform=job.platform.value,
            model=known(job.model),
            serial=known(job.serial),
            imei=known(job.number_called("imei1")),
            imei2=known(job.number_called("imei2")),
            udid=known(job.number_called("udid")),
            asset_tag=known(job.asset_tag),
            lot=known(job.lot),
            customer_ref=known(job.customer_ref),
            note=known(job.note),
            attempt=job.attempt,
            stage=job.stage,
            came_to=job.result,
            verdict=known(job.verdict),
            level=known(job.level),
            grade=known(job.grade),
            method=known(job.method),
            technique=known(claims.get("technique", "")),
            nist_method=known(claims.get("nist_method", "")),
            gb_status=known(claims.get("gb_status", "")),
            r2_status=known(claims.get("r2_status", "")),
            paper=known(job.filed_paper),
            outcome=known(job.outcome) if filed else None,
            standing=paper_status(job),
            reason_code=reasons[0] if reasons else None,
            reason=reason_text(reasons[0]) if reasons else None,
            operator=job.performed_by,
            validator=known(job.validator),
            decision=known(job.decision),
            erase_begun_at=moment_of(job.erase_begun_at),
            decided_at=moment_of(job.decided_at),
            papered_at=moment_of(job.papered_at) if filed else None,
            closed_at=moment_of(job.closed_at),
            took_s=job.took_s,
            log_index=job.log_index,
            file=known(current_file(job)) if filed else None,
            colour=known(job.colour),
        )


COLUMNS = tuple(field.name for field in fields(JobRow))


def csv_of(jobs: Iterable[JobSummary], *, for_spreadsheet: bool = False) -> Iterator[bytes]:
    """The table in portions, a line of heads first; UTF-8, CRLF, nothing known is an empty cell, times are UTC.

    `for_spreadsheet`: with a byte order mark, by which Excel knows UTF-8, and an apostrophe before every text that
    looks like a number, a date or TRUE, so that an IMEI keeps its digits.
    """
    yield (b"\xef\xbb\xbf" if for_spreadsheet else b"") + _line(COLUMNS)
    lines = (_line([_cell(value, for_spreadsheet=for_spreadsheet) for value in _values(job)]) for job in jobs)
    yield from _portions(lines)


def lines_of(jobs: Iterable[JobSummary]) -> Iterator[bytes]:
    """JSON Lines in portions: one object a job, with its schema; what is not known is null."""
    yield from _portions(json.dumps(JobRow.of(job).to_json(), ensure_ascii=False).encode() + b"\n" for job in jobs)


def guarded(text: str, *, for_spreadsheet: bool = False) -> str:
    """A text as it stands in a cell."""
    shown = clean(text, most=LONGEST_CELL)
    if for_spreadsheet and _is_a_number(shown):
        return f"'{shown}"
    return _GUARDED.sub(r"\1'", shown)


def _is_a_number(text: str) -> bool:
    if text.lower() in ("true", "false"):
        return True
    return _DIGIT.search(text) is not None and not _OF_A_NUMBER.sub("", text)


def unguarded(cell: str) -> str:
    """The text of a cell, as `clean` shows it."""
    return _GUARD.sub(r"\1", cell)


def _values(job: JobSummary) -> list[object]:
    row = JobRow.of(job)
    return [getattr(row, name) for name in COLUMNS]


def _cell(value: object, *, for_spreadsheet: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, int | datetime):
        return str(plain(value))
    return guarded(str(plain(value)), for_spreadsheet=for_spreadsheet)


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()


def _portions(lines: Iterable[bytes]) -> Iterator[bytes]:
    """A few larger pieces instead of many small ones."""
    kept = bytearray()
    for line in lines:
        kept += line
        if len(kept) >= PORTION:
            yield bytes(kept)
            kept.clear()
    if kept:
        yield bytes(kept)
