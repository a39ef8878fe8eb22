# SPDX-License-Identifier: GPL-3.0-or-later
"""What an entry of the ledger is to the outside, and what may be said of its job: nothing that the allow-list has not.

Everything is read as it stood when the entry was written, so that an event which is sent again says the same again.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from phones.cleaning import clean
from station.ledger.entry import StoredEntry
from station.ledger.job_events import DecisionTaken, JobMoved, JobOpened
from station.ledger.ledger import Ledger
from station.ledger.paper_events import (
    CertificateReplaced,
    CertificateWithdrawn,
    PaperHandedOut,
    PaperMade,
    ReportMade,
)
from station.ledger.stages import EntryKind, Stage
from station.ledger.summary import AWAITING, JobSummary
from station.ledger.trade_events import FieldsStated
from station.session.summary import paper_status, reasons_of
from station.setup.outside import EVENTS, NUMBERS
from station.setup.webhooks import Constant, Webhook

LONGEST_TEXT = 200
_TRADE = ("asset_tag", "lot", "customer_ref")
"""What was stated of a phone and may leave; a note alone is told to nobody."""
_LOCKS = ("frp", "mdm", "activation_lock")
"""Residues of a record that keep a buyer out."""
_STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.BLOCKED: "job.blocked",
        Stage.ERASING: "job.erasing",
        Stage.VERIFIED: "job.verified",
        Stage.CERTIFIED: "job.certified",
        Stage.FAILED: "job.failed",
    }
)
KINDS: Mapping[str, EntryKind] = MappingProxyType(
    {
        "job.opened": EntryKind.JOB_OPENED,
        "job.stated": EntryKind.STATED,
        **dict.fromkeys(_STAGES.values(), EntryKind.MOVE),
        "job.awaiting": EntryKind.REPORT,
        "job.decided": EntryKind.VALIDATION,
        "paper.ready": EntryKind.HANDED_OUT,
        "certificate.replaced": EntryKind.REPLACED,
        "certificate.withdrawn": EntryKind.WITHDRAWN,
    }
)
"""Event → the kind of its entries, of which only some may be one."""


def event_of(row: StoredEntry) -> str | None:
    """The event that an entry is, as the settings call it; None for one of which nobody is told.

    Raises: ValueError for an entry of another version.
    """
    match row.read().event:
        case JobOpened():
            return "job.opened"
        case FieldsStated(fields=fields) if row.job and not fields.keys().isdisjoint(_TRADE):
            return "job.stated"
        case JobMoved(to=stage):
            return _STAGES.get(stage)
        case ReportMade(reasons=reasons):
            return "job.awaiting" if reasons == (AWAITING,) else None
        case DecisionTaken():
            return "job.decided"
        case PaperHandedOut():
            return "paper.ready"
        case CertificateReplaced():
            return "certificate.replaced"
        case CertificateWithdrawn():
            return "certificate.withdrawn"
    return None


def told(ledger: Ledger, row: StoredEntry, hook: Webhook) -> tuple[JobSummary, Mapping[str, object]]:
    """The job as it stood after that entry, and the data that this endpoint is sent of it.

    Raises: LedgerError; ValueError for an entry of which nobody is told, or whose job was never opened.
    """
    event = event_of(row)
    if event is None:
        raise ValueError(row.kind)
    summary, record = _as_of(ledger, row)
    may = [name for name in EVENTS[event] if hook.numbers or name not in NUMBERS]
    known = {name: _url(hook, summary) if name == "url" else _FACTS[name](summary, record) for name in may}
    return summary, named(hook, known)


def named(hook: Webhook, known: Mapping[str, object]) -> Mapping[str, object]:
    """The facts under the names of this endpoint. A field that this event does not carry is not sent under any."""
    if not hook.fields:
        return known
    return {
        name: source.value if isinstance(source, Constant) else known[source]
        for name, source in hook.fields.items()
        if isinstance(source, Constant) or source in known
    }


def _as_of(ledger: Ledger, row: StoredEntry) -> tuple[JobSummary, Mapping[str, Any]]:
    """The job after that entry, and the record of its newest paper then, {} without one."""
    summary: JobSummary | None = None
    papers: dict[str, str] = {}
    for entry in ledger.summarised(row.job, until=row.number):
        if summary is not None:
            summary = summary.after(entry)
        elif isinstance(entry.event, JobOpened):
            summary = JobSummary.begun(entry, entry.event)
        if isinstance(entry.event, PaperMade):
            papers[entry.event.id] = entry.event.record
    if summary is None:
        raise ValueError("no such job")
    try:
        record = json.loads(papers.get(summary.paper, "{}"))
    except (ValueError, RecursionError):
        record = {}
    return summary, record if isinstance(record, dict) else {}


def _url(hook: Webhook, job: JobSummary) -> str | None:
    """Where people find the paper; None where nobody said, or there is none."""
    paper = job.filed_paper
    if not (hook.paper_url and paper):
        return None
    return hook.paper_url.replace("{paper}", _in_url(paper)).replace("{job}", _in_url(job.id))


def _in_url(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


_Fact = Callable[[JobSummary, Mapping[str, Any]], object]


def _text(text: object) -> str | None:
    """On one line, bounded, without anything that repaints or reorders; None for what is not known."""
    return clean(text, most=LONGEST_TEXT) if isinstance(text, str) and text else None


def _in(record: Mapping[str, Any], *path: str) -> object:
    """What stands there in a record; None where it has no such place."""
    found: object = record
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def _storage(_job: JobSummary, record: Mapping[str, Any]) -> object:
    found = _in(record, "device_facts", "storage_total_bytes")
    return found if type(found) is int and 0 < found < 2**53 else None


def _locks(_job: JobSummary, record: Mapping[str, Any]) -> str:
    """`present` when one was found, `absent` when each that is spoken of was looked for and not found, else `unknown`:
    not having looked is not fine.
    """
    residues = _in(record, "erase", "residues")
    found = [residues[name] for name in _LOCKS if name in residues] if isinstance(residues, Mapping) else []
    if "present" in found:
        return "present"
    return "absent" if len(found) > 1 and all(each == "absent" for each in found) else "unknown"


def _of_record(*path: str) -> _Fact:
    return lambda _job, record: _text(_in(record, *path))


def _of_job(name: str) -> _Fact:
    return lambda job, _record: _text(getattr(job, name))


def _number(name: str) -> _Fact:
    return lambda job, _record: _text(job.number_called(name))


def _claim(name: str) -> _Fact:
    return lambda job, _record: _text(dict(job.claims).get(name))


_FACTS: Mapping[str, _Fact] = MappingProxyType(
    {
        "job": _of_job("id"),
        "slot": _of_job("slot"),
        "platform": lambda job, _record: job.platform.value,
        "model": _of_job("model"),
        "attempt": lambda job, _record: job.attempt,
        "stage": lambda job, _record: job.stage.value,
        "opened_at": _of_job("opened_at"),
        **{name: _of_job(name) for name in _TRADE},
        "closed_at": _of_job("closed_at"),
        "serial": _of_job("serial"),
        "udid": _number("udid"),
        "imei": _number("imei1"),
        "imei2": _number("imei2"),
        "storage_bytes": _storage,
        "colour": _of_job("colour"),  # as a person stated it: no phone is asked
        "grade": _of_job("grade"),
        "cosmetic": _of_record("grade", "cosmetic"),
        "functional": _of_record("grade", "functional"),
        "grade_r2": _of_record("grade", "mappings", "r2v3"),
        "battery": _of_record("grade", "battery_band"),
        "locks": _locks,
        "method": _of_job("method"),
        "verdict": _of_job("verdict"),
        "level": _of_job("level"),
        **{name: _claim(name) for name in ("nist_method", "gb_status", "r2_status", "technique")},
        "outcome": lambda job, _record: _text(job.outcome) if job.filed_paper else None,
        "standing": lambda job, _record: paper_status(job),
        "paper": _of_job("filed_paper"),
        "reasons": lambda job, _record: [] if job.certificate else [clean(each, most=64) for each in reasons_of(job)],
        "decision": _of_job("decision"),
        "ended_by": _of_job("ended_by"),
    }
)
"""Every field of the allow-list → how it is read, but for `url`, which is the endpoint's own."""
