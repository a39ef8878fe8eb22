# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as a sheet: CSV with a byte order mark, which spreadsheets open with the right letters."""

import csv
import io
from collections.abc import Iterable, Iterator

from phones.cleaning import clean
from station.documents.job_words import local_time, reason_text
from station.ledger.summary import JobSummary
from station.papers.paper_names import current_file
from station.session.summary import paper_status, reasons_of

COLUMNS = (
    "job", "opened", "slot", "model", "serial", "imei", "imei2", "attempt", "stage", "grade", "level", "paper",
    "standing", "reason_code", "reason", "operator", "validator", "decision", "paper_made", "minutes", "file",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would compute instead of showing, if a phone called itself so."""


def sheet_of(jobs: Iterable[JobSummary]) -> Iterator[bytes]:
    """The sheet, line by line; times are local."""
    yield _line(COLUMNS).encode("utf-8-sig")
    for job in jobs:
        yield _line(_row(job)).encode()


def _row(job: JobSummary) -> tuple[str, ...]:
    reasons = [] if job.certificate else reasons_of(job)
    first = reasons[0] if reasons else ""
    minutes = "" if job.took_s is None else f"{job.took_s / 60:.1f}"
    return (
        job.id, local_time(job.opened_at), job.slot, job.model, job.serial, job.number_called("imei1"),
        job.number_called("imei2"), str(job.attempt), job.stage.value, job.grade, job.level, job.filed_paper,
        paper_status(job) or "", first, reason_text(first), job.performed_by, job.validator, job.decision,
        local_time(job.papered_at), minutes, current_file(job) if job.filed_paper else "",
    )  # fmt: skip


def _line(cells: Iterable[str]) -> str:
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return lines.getvalue()


def _harmless(cell: str) -> str:
    shown = clean(cell)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
