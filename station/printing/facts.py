# SPDX-License-Identifier: GPL-3.0-or-later
"""What a label says of a phone, read from its job: once, for every size and every printer.

Whether a phone may be sold is decided here and nowhere else: it has a certificate that stands, and no newer job. All
else, also what could not be looked at, is no.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from certs.record.statement import qr_text
from phones.words import has
from station.documents.sentences import Reason
from station.ledger.job import Job
from station.ledger.newer_jobs import newer_jobs
from station.printing.letters import drawable
from station.session.job_names import last_digits
from station.session.summary import paper_status, reasons_of
from station.text.language import text

_LABELLED_GB = (8, 16, 32, 64, 128, 256, 512, 1024, 2048)
"""What phones are sold with, in 10⁹ bytes; a phone says a little less of itself."""
_MORE_THAN_SOLD = 1.03
MOST_REASONS = 3


class Standing(StrEnum):
    """What the label must say from afar."""

    CERTIFIED = "certified"
    SPECIMEN = "specimen"
    """A certificate of a phone that never was."""
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    """One phone. Every text is drawable and in the language in use; "" is unknown.

    `symbol`: what the QR symbol of the paper holds, "" without a certificate. `scanned`: what the bars may hold, the
    best first: asset tag, serial number, the job's own number. `grade`, `battery`: as the paper has them. `reasons`:
    why the phone may not be sold; none for a certified one.
    """

    standing: Standing
    job: str
    model: str
    storage: str = ""
    colour: str = ""
    grade: str = ""
    battery: str = ""
    asset_tag: str = ""
    digits: str = ""
    paper: str = ""
    symbol: str = ""
    scanned: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def label_facts(job: Job) -> LabelFacts:
    """What the label of that job's phone says now. Raises: LedgerError."""
    known = job.summary
    standing, reasons = _standing(job)
    record = _record(job)
    asset_tag = known.asset_tag
    numbers = (last_digits(known.serial), last_digits(known.number_called("imei1")))
    certified = standing is not Standing.STOP
    return LabelFacts(
        standing=standing,
        job=job.id,
        model=drawable(known.model or text("print.unknown_phone"), most=60),
        storage=_storage(record),
        colour=drawable(known.colour, most=40),
        grade=drawable(known.grade) if certified else "",
        battery=_battery(record),
        asset_tag=drawable(asset_tag, most=60),
        digits=drawable(" ".join(each for each in numbers if each), most=40),
        paper=known.filed_paper,
        symbol=qr_text(job.certificate.statement) if certified and job.certificate is not None else "",
        scanned=_scanned(asset_tag, known.serial, job.id),
        reasons=tuple(drawable(each) for each in reasons[:MOST_REASONS]),
    )


def _standing(job: Job) -> tuple[Standing, tuple[str, ...]]:
    """And why not, if not."""
    known = job.summary
    if not known.certificate:
        why = text("print.awaits") if known.awaits_decision else ""
        codes = (Reason.of_code(code).sentence or code for code in reasons_of(known))
        return Standing.STOP, tuple(dict.fromkeys(filter(None, (why, *codes)))) or (text("print.not_finished"),)
    if paper_status(known) != "live":
        return Standing.STOP, (text("print.ended"),)
    if newer := newer_jobs(job):
        return Standing.STOP, (text("print.newer", job=newer[-1].id),)
    return (Standing.SPECIMEN if known.emulated else Standing.CERTIFIED), ()


def _record(job: Job) -> Mapping[str, Any]:
    """The newest paper's, which our own program wrote; a label needs no more of it than there is."""
    try:
        found = json.loads(job.paper.record) if job.paper is not None else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _storage(record: Mapping[str, Any]) -> str:
    facts = record.get("device_facts")
    told = facts.get("storage_total_bytes") if isinstance(facts, dict) else None
    if not isinstance(told, int) or told <= 0:
        return ""
    sold = next((each for each in _LABELLED_GB if told <= each * _MORE_THAN_SOLD * 1e9), None)
    if sold is None:
        return f"{told / 1e9:.0f} GB"
    return f"{sold // 1024} TB" if sold >= 1024 else f"{sold} GB"


def _battery(record: Mapping[str, Any]) -> str:
    """The health that was measured, in percent, else the band of the grade."""
    measured = ""
    for piece in record.get("evidence") or ():
        if isinstance(piece, dict) and isinstance(values := piece.get("values"), dict):
            measured = str(values.get("battery.health_percent", measured))
    if measured.isascii() and measured.isdigit() and 0 < int(measured) <= 100:
        return f"{int(measured)} %"
    grade = record.get("grade")
    band = str(grade.get("battery_band", "")) if isinstance(grade, dict) else ""
    return text(f"band.{band}") if has(f"band.{band}") else ""


def _scanned(*candidates: str) -> tuple[str, ...]:
    """Those that a Code 128 can hold as they are."""
    return tuple(each for each in candidates if each and each.isascii() and each.isprintable())
