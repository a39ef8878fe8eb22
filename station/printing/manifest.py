# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest of a lot: its phones one by one, and how many there are of what. It lies on the pallet.

Phones that may not be sold stand first and apart, with the reason: whoever packs reads those.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from station.documents.job_words import last_digits, local_time, reason_text
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.newer_jobs import newer_jobs
from station.ledger.summary import JobSummary, Result
from station.text.language import text

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`jobs`: all of the lot, oldest first. `overtaken`: id of a certified job → id of a newer job of the same phone,
    which the lot need not hold. `phones`: that are here, however often each came. `expected`: phones, None where nobody
    said; `models`: how many of which. `not_come`: numbers of phones that were announced and are not here.
    """

    lot: str
    jobs: tuple[JobSummary, ...]
    overtaken: Mapping[str, str] = field(default_factory=dict)
    phones: int | None = None
    expected: int | None = None
    models: tuple[tuple[str, int], ...] = ()
    not_come: tuple[str, ...] = ()

    @property
    def sold(self) -> tuple[JobSummary, ...]:
        """Those whose certificate stands and whose phone was not on the bench again; no specimen."""
        return tuple(
            each
            for each in self.jobs
            if each.result is Result.CERTIFIED and each.id not in self.overtaken and not each.emulated
        )

    @property
    def kept(self) -> tuple[JobSummary, ...]:
        """All others."""
        sold = {each.id for each in self.sold}
        return tuple(each for each in self.jobs if each.id not in sold)


def overtaken(ledger: Ledger, jobs: Iterable[JobSummary]) -> Mapping[str, str]:
    """Certified jobs after which the same phone was worked on again, by the rule of labels: what may not be sold by the
    one may not be sold by the other. Raises: LedgerError.
    """
    found = {}
    for each in jobs:
        if each.result is Result.CERTIFIED and _came_twice(ledger, each):
            job = Job.load(ledger, each.id)
            if job is not None and (newer := newer_jobs(job)):
                found[each.id] = newer[-1].id
    return found


def _came_twice(ledger: Ledger, job: JobSummary) -> bool:
    """Perhaps; most phones did not, and then their entries need not be read."""
    return any(entry.job != job.id for entry in ledger.identities_with(job.numbers))


def totals(jobs: Sequence[JobSummary]) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Counted by result, grade and model, the largest first; the sum of each is the number of jobs."""
    return {
        "result": _counted(text(f"print.result_{each.result.value}") for each in jobs),
        "grade": _counted(each.grade or text("print.no_grade") for each in jobs),
        "model": _counted(each.model or text("print.unknown_phone") for each in jobs),
    }


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))


def manifest_pdf(manifest: Manifest, *, station: str, at: datetime, whole_numbers: bool = False) -> bytes:
    """The manifest as a PDF file. `whole_numbers`: serial numbers and IMEIs in whole, as a buyer of lots needs them."""
    from station.printing import sheet
    from station.printing.sheet import Head

    head = Head(title=text("print.manifest"), about=manifest.lot or text("print.no_lot"), station=station, at=at)
    return sheet.printed(head, _story(manifest, whole_numbers=whole_numbers), wide=True)


def _story(manifest: Manifest, *, whole_numbers: bool) -> "Iterable[object]":
    from station.printing import sheet

    sold, kept = manifest.sold, manifest.kept
    counted = [(text("print.phones_to_sell"), str(len(sold))), (text("print.phones_kept"), str(len(kept)))]
    counted.append((text("print.jobs_in_all"), str(len(manifest.jobs))))
    if manifest.phones is not None:
        counted.append((text("print.phones_here"), str(manifest.phones)))
    if manifest.expected is not None:
        counted.append((text("print.expected"), str(manifest.expected)))
    counted += [(text("print.expected_of", model=model), str(number)) for model, number in manifest.models]
    if specimens := sum(each.emulated for each in manifest.jobs):
        counted.append((text("print.specimens"), str(specimens)))
    yield sheet.pairs(counted, first=330)
    if kept:
        yield from sheet.heading(text("print.kept_list", number=len(kept)), colour=sheet.STOP)
        yield _rows(kept, manifest.overtaken, whole_numbers=whole_numbers, why=True)
    if manifest.not_come:
        yield from sheet.heading(text("print.not_come_list", number=len(manifest.not_come)), colour=sheet.STOP)
        shown = (each if whole_numbers else last_digits(each) for each in manifest.not_come)
        yield sheet.paragraph(" · ".join(shown), most=40_000)
    yield from sheet.heading(text("print.sold_list", number=len(sold)))
    if sold:
        yield _rows(sold, {}, whole_numbers=whole_numbers, why=False)
    else:
        yield sheet.paragraph(text("print.none"))
    yield from sheet.heading(text("print.totals"))
    for name, rows in totals(manifest.jobs).items():
        heads = (text(f"print.by_{name}"), text("print.jobs"))
        yield sheet.table(heads, [(said, str(number)) for said, number in rows], (4, 1), numbers=[1], across=45)
        yield sheet.gap()


def _rows(jobs: Sequence[JobSummary], overtaken: Mapping[str, str], *, whole_numbers: bool, why: bool) -> object:
    from station.printing import sheet

    names = ["number", "model", "asset_tag_head", "serial", "imei", "grade_head", "opened", "job_head", "paper"]
    names[-1] = "why" if why else "paper"
    rows = [
        (
            str(number),
            each.model or text("print.unknown_phone"),
            each.asset_tag,
            each.serial if whole_numbers else last_digits(each.serial),
            _imei(each, whole_numbers=whole_numbers),
            each.grade,
            local_time(each.opened_at, "%Y-%m-%d %H:%M"),
            each.id,
            _why(each, overtaken) if why else each.certificate,
        )
        for number, each in enumerate(jobs, start=1)
    ]
    wide = (0.5, 2.6, 1.5, 1.8, 1.9, 0.7, 1.6, 1.2, 3.2 if why else 2.3)
    return sheet.table([text(f"print.{name}") for name in names], rows, wide, numbers=[0])


def _imei(job: JobSummary, *, whole_numbers: bool) -> str:
    number = job.number_called("imei1")
    return number if whole_numbers else last_digits(number)


def _why(job: JobSummary, overtaken: Mapping[str, str]) -> str:
    if job.result is Result.CERTIFIED and job.emulated:
        return text("print.specimen_job")
    if newer := overtaken.get(job.id):
        return text("print.newer", job=newer)
    if job.result in (Result.WITHDRAWN, Result.REPLACED):
        return text("print.ended")
    if job.result is Result.AWAITING:
        return text("print.awaits")
    return reason_text(job.main_reason) or text("print.not_finished")
