# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit print of a job: every entry the ledger has of it, in order, with its number and hash, in plain words.

Who reads it needs no program: what was asked of the phone and what it answered stands there as it was kept. Salts are
left out, because with them anybody could try which number a commitment hides.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from phones.evidence import Evidence
from phones.words import has
from station.documents.job_story import happenings, named_numbers, next_step, reasons_against, stage_word
from station.documents.job_words import local_time, paper_status_text, reason_text
from station.ledger.entry import Entry
from station.ledger.job import Job
from station.ledger.job_events import EvidenceKept
from station.text.language import text

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

LONGEST_VALUE = 1200
"""Characters of one value that are printed; of a longer one its length and SHA-256 stand there too."""
_BEGINNING = 160
_SALTS = frozenset({"salt", "nonce"})
_DEEPEST = 6


def audit_pdf(job: Job, *, station: str, at: datetime) -> bytes:
    """The print of a job whose entries were held against the chain just now. Raises: LedgerError."""
    from station.printing import sheet

    about = f"{job.id} · {job.summary.model or text('print.unknown_phone')}"
    return sheet.printed(sheet.Head(title=text("print.audit"), about=about, station=station, at=at), _story(job))


def _story(job: Job) -> "Iterator[Flowable]":
    from station.printing import sheet

    known = job.summary
    rows = [(text("print.stage"), stage_word(job.stage)), (text("print.result"), text(f"print.result_{known.result}"))]
    rows += named_numbers(known)
    rows += [(text(f"print.field_{name}"), said) for name, said in known.stated.items()]
    rows += [
        (text("print.slot"), f"{known.slot} · {known.port}"),
        (text("print.by_operator"), known.performed_by),
        (text("print.by_validator"), known.validator or "—"),
        (text("print.level"), known.level or "—"),
        (text("print.grade_head"), known.grade or "—"),
        (text("print.paper"), " · ".join(filter(None, (known.filed_paper, paper_status_text(known)))) or "—"),
    ]
    yield sheet.pairs(rows)
    if known.emulated:
        yield sheet.paragraph(text("print.specimen_job"), colour=sheet.STOP)
    reasons = reasons_against(known)
    if reasons:
        yield from sheet.heading(text("print.why"), colour=sheet.STOP)
        for code in reasons:
            yield sheet.paragraph(f"{reason_text(code)} [{code}]", most=600)
    yield from sheet.heading(text("print.happened"))
    yield sheet.pairs(((local_time(each.at), each.sentence) for each in happenings(job)), first=110)
    yield sheet.paragraph(text("story.next", step=next_step(job)))
    yield from sheet.heading(text("print.entries"))
    yield sheet.paragraph(text("print.entries_checked"), colour=sheet.MUTED)
    for entry in job.ledger.entries(job.id):
        yield from _entry(entry)


def _entry(entry: Entry) -> "Iterator[Flowable]":
    from station.printing import sheet

    kind = _word("kind", entry.kind.value)
    yield sheet.gap(5)
    yield sheet.paragraph(f"#{entry.number} · {entry.at} · {kind}")
    yield sheet.paragraph(text("print.hash", hash=entry.hash), colour=sheet.MUTED, size=5.8)
    lines = _of_evidence(entry.event.evidence) if isinstance(entry.event, EvidenceKept) else _of_event(entry)
    for line in lines:
        yield sheet.paragraph(line, size=sheet.SMALL, most=LONGEST_VALUE + 200)


def _of_evidence(piece: Evidence) -> Iterator[str]:
    """One exchange: when in the job's life, over which link, what was asked, what came."""
    yield text(
        "print.exchange",
        number=piece.number,
        moment=_word("moment", piece.moment.value),
        link=_word("link", piece.link),
        asked=piece.asked,
        outcome=_word("outcome", piece.outcome.value),
    )
    for name, value in sorted(piece.values.items()):
        yield f"    {name} = {_bounded(value)}"
    yield text("print.digest", digest=piece.digest)


def _of_event(entry: Entry) -> Iterator[str]:
    for name, value in _flat(entry.event.to_json()):
        yield f"    {name} = {_bounded(value)}"


def _flat(document: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    """Names with dots, values as text, without salts and what says nothing."""
    for name, value in document.items():
        called = f"{before}{name}"
        if name in _SALTS:
            yield called, text("print.left_out")
        elif isinstance(value, Mapping) and called.count(".") < _DEEPEST:
            yield from _flat({str(each): said for each, said in value.items()}, f"{called}.")
        elif isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
            members = {str(at): each for at, each in enumerate(value, start=1)}
            yield from _flat(members, f"{called}.")
        elif isinstance(value, list | tuple):
            yield called, ", ".join(map(str, value))
        elif value not in ("", None):
            yield called, str(value)


def _bounded(value: str) -> str:
    if len(value) <= LONGEST_VALUE:
        return value
    digest = hashlib.sha256(value.encode("utf-8", "backslashreplace")).hexdigest()
    return text("print.long_value", begins=value[:_BEGINNING], number=len(value), digest=digest)


def _word(group: str, code: str) -> str:
    key = f"print.{group}_{code}"
    return text(key) if has(key) else code
