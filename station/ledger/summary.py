# SPDX-License-Identifier: GPL-3.0-or-later
"""What lists and screens show of a job: its entries folded into one small frozen value, without its evidence.

The same fold serves a job in memory (`Job.summary`) and the projection's row of it, so that they cannot disagree.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from phones.port import Platform
from station.ledger.entry import Entry, parse_time
from station.ledger.event import Event
from station.ledger.job_events import (
    AnswerCorrected,
    DecisionTaken,
    JobFailed,
    JobJudged,
    JobMoved,
    JobOpened,
    MethodChosen,
    PhoneIdentified,
    ProblemsFound,
)
from station.ledger.paper_events import (
    CertificateMade,
    CertificateReplaced,
    CertificateWithdrawn,
    LogStarted,
    PaperHandedOut,
    PaperLogged,
    ReportMade,
)
from station.ledger.stages import EntryKind, Stage
from station.ledger.trade_events import FieldsStated
from station.setup.trade_fields import TRADE_FIELDS


class Result(StrEnum):
    """What came of a job; every job has exactly one."""

    CERTIFIED = "certified"
    """Its certificate stands."""
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    AWAITING = "awaiting"
    """Erased and verified; nobody has decided."""
    NOT_CERTIFIED = "not_certified"
    """It ended without a certificate."""
    OPEN = "open"
    """Anything else: at work, or left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """One job as its entries tell it.

    `number`: of its first entry, which orders jobs. `model`: what a person calls the phone. `numbers`: those that name
    the phone, in clear. `certificate`, `report`: ids of its papers; `outcome`, `file`, `title`, `reasons`, `log_index`,
    `replaces`: of the certificate, else of the report. `handed_out`: ids of papers whose file was written.
    `report_is_last`: False when the job has failed since. `decided`: a person has taken a decision.
    `ended`: "replaced" by certificate `ended_by`, or "withdrawn" for the reason `ended_by`.
    `took_s`: seconds from plug to certificate. `verdict`, `level`: of the erase; `grade`: the usability class on the
    paper; each "" where there is none. `validator`: who decided, and `decision`: accepted or rejected. `papered_at`:
    when its newest paper was made. `named_numbers`: what each of the numbers is called, with it. `claims`: those of
    the paper, by name. `references`: what its acquisition record says. `erase_begun_at`, `decided_at`, `closed_at`:
    when the erase was begun, a person decided, and the job came to its end; "" before. `asset_tag`, `lot`,
    `customer_ref`, `note`, `colour`: as they were stated last.
    """

    id: str
    number: int
    opened_at: str
    port: str
    slot: str
    platform: Platform
    emulated: bool
    performed_by: str
    stage: Stage = Stage.SEEN
    attempt: int = 1
    method: str = ""
    model: str = ""
    serial: str = ""
    numbers: tuple[str, ...] = ()
    failure: str = ""
    problems: tuple[str, ...] = ()
    certificate: str = ""
    report: str = ""
    outcome: str = ""
    file: str = ""
    title: str = ""
    reasons: tuple[str, ...] = ()
    log_index: int | None = None
    replaces: str = ""
    handed_out: tuple[str, ...] = ()
    report_is_last: bool = True
    decided: bool = False
    ended: str = ""
    ended_by: str = ""
    took_s: int | None = None
    verdict: str = ""
    level: str = ""
    grade: str = ""
    validator: str = ""
    decision: str = ""
    papered_at: str = ""
    named_numbers: tuple[tuple[str, str], ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    erase_begun_at: str = ""
    decided_at: str = ""
    closed_at: str = ""
    asset_tag: str = ""
    lot: str = ""
    customer_ref: str = ""
    note: str = ""
    colour: str = ""

    @classmethod
    def begun(cls, entry: Entry, opened: JobOpened) -> "JobSummary":
        """The job of its first entry."""
        return cls(
            id=entry.job,
            number=entry.number,
            opened_at=entry.at,
            port=opened.port,
            slot=opened.slot,
            platform=opened.platform,
            emulated=opened.emulated,
            performed_by=opened.performed_by.name,
            references=tuple(sorted(opened.acquisition.items())),
            **_trade(opened.stated or {}),
        )

    def after(self, entry: Entry) -> "JobSummary":
        """The job with one more entry."""
        change = _CHANGES.get(entry.kind)
        return self if change is None else replace(self, **change(self, entry.event, entry))

    @property
    def paper(self) -> str:
        """Id of its certificate, else of its report."""
        return self.certificate or self.report

    @property
    def finished(self) -> bool:
        """CERTIFIED or FAILED with its paper, or VERIFIED and nothing but a person's decision can change it.

        A report that stands in the ledger alone is none yet: its file, and its CLOSE in the log, may be missing. Only
        what waits for a decision needs neither.
        """
        if self.stage is Stage.CERTIFIED:
            return bool(self.certificate)
        if self.awaits_decision:
            return self.report_is_last
        if not self.report or self.report not in self.handed_out:
            return False
        if self.stage is Stage.FAILED:
            return self.report_is_last
        return self.stage is Stage.VERIFIED and not self.decided

    @property
    def work_is_over(self) -> bool:
        """Nothing more will be done to the phone; what may be missing is a decision or a paper."""
        return self.stage.final or self.stage in (Stage.VERIFIED, Stage.VALIDATED)

    @property
    def awaits_decision(self) -> bool:
        """Erased and verified, and nothing but a person's yes stands between it and its certificate."""
        return bool(self.report) and self.would_await(self.reasons)

    def would_await(self, reasons: tuple[str, ...]) -> bool:
        """Is a person's decision all that is missing, if these are the reasons against a certificate?"""
        return self.stage is Stage.VERIFIED and not self.decided and reasons == (AWAITING,)

    @property
    def result(self) -> Result:
        """What came of it, by what its entries say now."""
        if self.certificate:
            return Result(self.ended) if self.ended in (Result.WITHDRAWN, Result.REPLACED) else Result.CERTIFIED
        if self.awaits_decision:
            return Result.AWAITING
        ended = self.stage is Stage.FAILED or (self.stage is Stage.VERIFIED and self.finished)
        return Result.NOT_CERTIFIED if ended else Result.OPEN

    @property
    def against(self) -> tuple[str, ...]:
        """Why there is no certificate, most telling first: what ended the job, then what the paper says."""
        ended = (*self.problems, self.failure) if self.failure == "blocked" else (self.failure, *self.problems)
        return tuple(dict.fromkeys(code for code in (*ended, *self.reasons) if code))

    @property
    def main_reason(self) -> str:
        """The code that says best why a job that has ended has no certificate; "" for every other, and for none."""
        if self.result is not Result.NOT_CERTIFIED:
            return ""
        return next((code for code in self.against if code != AWAITING), "")

    @property
    def filed_paper(self) -> str:
        """Id of the paper that people get; "" while a decision is missing and what it is about was never filed."""
        return "" if self.awaits_decision and self.report not in self.handed_out else self.paper

    def number_called(self, name: str) -> str:
        """The number of that name ("imei1"), "" without one."""
        return dict(self.named_numbers).get(name, "")

    @property
    def stated(self) -> Mapping[str, str]:
        """The fields of the trade that say something, by name."""
        return {name: value for name in TRADE_FIELDS if (value := getattr(self, name))}

    @property
    def words(self) -> str:
        """What a person may look for, in one line; bounded."""
        texts = (
            self.id,
            self.slot,
            self.model,
            *self.numbers,
            self.certificate,
            self.report,
            self.performed_by,
            self.validator,
            self.asset_tag,
            self.lot,
            self.customer_ref,
        )
        return " ".join(text for text in texts if text)[:LONGEST_WORDS]


LONGEST_WORDS = 1000
AWAITING = "awaiting_validation"
"""Why a report is no certificate yet, where nobody has decided (`certs.record.refusals`)."""
LONGEST_GRADE = 8
LONGEST_CLAIM = 64
CLAIMS = ("nist_method", "gb_status", "r2_status", "technique")
"""Of the record, in the order of the page."""


def _trade(stated: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in stated.items() if name in TRADE_FIELDS}


_Change = Callable[[JobSummary, Any, Entry], dict[str, Any]]


def _identified(_job: JobSummary, event: PhoneIdentified, _entry: Entry) -> dict[str, Any]:
    phone = event.phone
    return {
        "attempt": event.attempt,
        "model": phone.display_name,
        "serial": phone.serial,
        "numbers": tuple(phone.numbers.values()),
        "named_numbers": tuple(phone.numbers.items()),
    }


def _moved(job: JobSummary, event: JobMoved, entry: Entry) -> dict[str, Any]:
    if event.to is Stage.ERASING:
        return {"stage": event.to, "erase_begun_at": entry.at}
    if not event.to.final:
        return {"stage": event.to}
    moved = {"stage": event.to, "closed_at": entry.at}
    if event.to is not Stage.CERTIFIED:
        return moved
    spent = parse_time(entry.at) - parse_time(job.opened_at)
    return {**moved, "took_s": round(spent.total_seconds())}


def _certified(_job: JobSummary, event: CertificateMade, entry: Entry) -> dict[str, Any]:
    return {"certificate": event.id, **_of_paper(event, entry)}


def _reported(job: JobSummary, event: ReportMade, entry: Entry) -> dict[str, Any]:
    paper = {} if job.certificate else _of_paper(event, entry)
    return {"report": event.id, "report_is_last": True, **paper}


def _of_paper(event: CertificateMade | ReportMade, entry: Entry) -> dict[str, Any]:
    return {
        "grade": _grade_in(event.record),
        "claims": _claims_in(event.record),
        "papered_at": entry.at,
        "outcome": event.outcome,
        "file": event.file,
        "title": event.title,
        "reasons": event.reasons,
        "log_index": None,
        "replaces": "",
    }


def _grade_in(record: str) -> str:
    """The usability class as the record has it; no law is asked, for this is only shown in lists."""
    try:
        graded = json.loads(record)["grade"]
        found = graded["usability"] if graded else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return str(found)[:LONGEST_GRADE]


def _claims_in(record: str) -> tuple[tuple[str, str], ...]:
    """What the record claims, as it has it; shown, like the grade, and not judged."""
    try:
        claims = json.loads(record)["erase"]["claims"]
        return tuple((name, str(claims[name])[:LONGEST_CLAIM]) for name in CLAIMS)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()


def _logged(job: JobSummary, event: PaperLogged, _entry: Entry) -> dict[str, Any]:
    return {"log_index": event.index, "replaces": event.replaces} if event.id == job.paper else {}


def _handed_out(job: JobSummary, event: PaperHandedOut, _entry: Entry) -> dict[str, Any]:
    return {"handed_out": tuple(dict.fromkeys((*job.handed_out, event.id)))}


def _replaced(_job: JobSummary, event: CertificateReplaced, _entry: Entry) -> dict[str, Any]:
    return {"ended": event.kind.value, "ended_by": event.by}


def _withdrawn(_job: JobSummary, event: CertificateWithdrawn, _entry: Entry) -> dict[str, Any]:
    return {"ended": event.kind.value, "ended_by": event.reason}


def _problems(_job: JobSummary, event: ProblemsFound, _entry: Entry) -> dict[str, Any]:
    return {"problems": event.codes}


def _method(_job: JobSummary, event: MethodChosen, _entry: Entry) -> dict[str, Any]:
    return {"method": event.method, "problems": ()}


def _failed(_job: JobSummary, event: JobFailed, _entry: Entry) -> dict[str, Any]:
    return {"failure": event.reason, "report_is_last": False}


def _corrected(_job: JobSummary, _event: AnswerCorrected, _entry: Entry) -> dict[str, Any]:
    return {"report_is_last": False}


def _decided(_job: JobSummary, event: DecisionTaken, entry: Entry) -> dict[str, Any]:
    return {"decided": True, "decided_at": entry.at, "validator": event.by, "decision": event.decision}


def _judged(_job: JobSummary, event: JobJudged, _entry: Entry) -> dict[str, Any]:
    return {"verdict": event.verdict.value, "level": event.level}


def _stated(_job: JobSummary, event: FieldsStated, _entry: Entry) -> dict[str, Any]:
    return _trade(event.fields)


def _started(_job: JobSummary, event: LogStarted, _entry: Entry) -> dict[str, Any]:
    return {"attempt": event.attempt}


_CHANGES: Mapping[EntryKind, _Change] = MappingProxyType(
    {
        EntryKind.IDENTITY: _identified,
        EntryKind.PROBLEMS: _problems,
        EntryKind.METHOD: _method,
        EntryKind.MOVE: _moved,
        EntryKind.VERDICT: _judged,
        EntryKind.CORRECTED: _corrected,
        EntryKind.VALIDATION: _decided,
        EntryKind.FAILURE: _failed,
        EntryKind.CERTIFICATE: _certified,
        EntryKind.REPORT: _reported,
        EntryKind.LOG_START: _started,
        EntryKind.LOGGED: _logged,
        EntryKind.HANDED_OUT: _handed_out,
        EntryKind.REPLACED: _replaced,
        EntryKind.WITHDRAWN: _withdrawn,
        EntryKind.STATED: _stated,
    }
)
"""Kinds that change a summary; the others say nothing that lists show."""

SUMMARISED: frozenset[EntryKind] = frozenset({EntryKind.JOB_OPENED, *_CHANGES})


def is_summarised(event: Event) -> bool:
    """Does this event begin or change a summary?"""
    return event.kind in SUMMARISED
