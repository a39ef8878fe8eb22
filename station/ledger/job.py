# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of one phone on this bench. Its stage is its last move; a retry is a new job.

A `Job` is the ledger entries that bear its id, read back in order: nothing about a job lives anywhere
else, so a station that was killed knows as much as one that was not.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from certs.record.facts import LogPlace
from certs.record.sealing import Opening
from phones.evidence import Evidence
from phones.identity import PhoneIdentity
from phones.port import Platform
from station.errors import LedgerCorruptError, OutOfOrderError
from station.ledger.ahead import ahead_of_numbers, ahead_of_slot, taken
from station.ledger.corrections import corrected
from station.ledger.entry import Entry
from station.ledger.event import Event
from station.ledger.job_events import (
    AboutToErase,
    AnswerCorrected,
    DecisionTaken,
    EvidenceKept,
    JobFailed,
    JobJudged,
    JobMoved,
    JobOpened,
    MethodChosen,
    PhoneIdentified,
    StepBegun,
    StepDone,
)
from station.ledger.ledger import Ledger
from station.ledger.paper_events import (
    CertificateMade,
    CertificateReplaced,
    CertificateWithdrawn,
    FieldsSealed,
    LogAnchored,
    LogStarted,
    PaperHandedOut,
    PaperLogged,
    PaperMade,
    PaperPrinted,
    ReportMade,
)
from station.ledger.stages import MOVES, EntryKind, Stage
from station.ledger.summary import JobSummary


def new_job_id() -> str:
    """Eight letters and digits, easy to type: 40 random bits, Crockford base 32."""
    return "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(8))


@dataclass(slots=True)
class Job:
    """One job, kept in step with the ledger: every fact is appended there before it is known here."""

    ledger: Ledger
    id: str
    opened: JobOpened
    summary: JobSummary
    last_at: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    corrected_by: frozenset[str] = frozenset()  # who corrected an answer about it
    identity: PhoneIdentity | None = None
    mark: str = ""
    steps_begun: list[str] = field(default_factory=list)
    steps_done: dict[str, int] = field(default_factory=dict)  # step → number of the entry that says so
    verdict: JobJudged | None = None
    validation: DecisionTaken | None = None
    validation_number: int = 0
    certificate: CertificateMade | None = None
    certificate_number: int = 0
    report: ReportMade | None = None
    log: LogPlace | None = None  # where its START stands in the transparency log
    log_anchor: LogAnchored | None = None
    logged: Mapping[str, PaperLogged] = field(default_factory=dict)  # paper's id → where its entry stands
    printed: Mapping[str, PaperPrinted] = field(default_factory=dict)  # paper's id → what it carries besides
    handed_out: frozenset[str] = frozenset()  # ids of papers whose file was written
    openings: tuple[Opening, ...] | None = None
    ended: CertificateReplaced | CertificateWithdrawn | None = None  # how its certificate lost its standing
    finished_at: str = ""  # when the work on the phone was over
    corrected_at: str = ""  # when an answer about it was corrected last
    _kinds: dict[int, EntryKind] = field(default_factory=dict)

    @classmethod
    def open(cls, ledger: Ledger, *, job_id: str, opened: JobOpened) -> "Job":
        """A new job at SEEN, with what was stated ahead of the next phone in its slot."""
        with ledger.together():
            entry = ledger.append(opened, job_id)
            job = cls._begun(ledger, entry, opened)
            job._take_ahead(ahead_of_slot(ledger, opened.slot, at=entry.at))
        return job

    @classmethod
    def load(cls, ledger: Ledger, job_id: str) -> "Job | None":
        """The job as the ledger tells it, or None when there is no such job. Raises: LedgerError."""
        entries = ledger.entries(job_id)
        first = next(entries, None) if job_id else None
        if first is None:
            return None
        if not isinstance(first.event, JobOpened):
            raise LedgerCorruptError(subject=str(ledger.path), got=f"entry {first.number}")
        job = cls._begun(ledger, first, first.event)
        for entry in entries:
            job._take(entry)
        return job

    @classmethod
    def _begun(cls, ledger: Ledger, entry: Entry, opened: JobOpened) -> "Job":
        job = cls(ledger=ledger, id=entry.job, opened=opened, summary=JobSummary.begun(entry, opened))
        job._take(entry)
        return job

    @property
    def paper(self) -> PaperMade | None:
        """Its certificate, else its report, if it has one."""
        return self.certificate or self.report

    def write(self, event: Event) -> int:
        """Append a fact; returns its number, to be cited by a move."""
        if isinstance(event, JobMoved):
            raise OutOfOrderError(expected="Job.move", got="write of a move")
        if isinstance(event, PhoneIdentified):
            return self._identified(event)
        entry = self.ledger.append(event, self.id)
        self._take(entry)
        return entry.number

    def _identified(self, event: PhoneIdentified) -> int:
        """Together with what was stated ahead of the phone with these numbers."""
        with self.ledger.together():
            entry = self.ledger.append(event, self.id)
            self._take(entry)
            self._take_ahead(ahead_of_numbers(self.ledger, (*event.phone.numbers.values(), self.opened.usb_serial)))
        return entry.number

    def _take_ahead(self, ahead: Iterable[Entry]) -> None:
        for each in ahead:
            self._take(self.ledger.append(taken(each, self.ledger.entries(self.id)), self.id))

    def keep(self, piece: Evidence) -> None:
        """Append a piece of evidence: the Witness's journal."""
        self.write(EvidenceKept(evidence=piece))

    def move(self, to: Stage, *, because: Iterable[int]) -> None:
        """Go to another stage, citing entries of this job that stand for it.

        Raises: OutOfOrderError when the table has no such move or no cited entry is of a kind it asks for.
        """
        wanted = MOVES.get((self.stage, to))
        cited = tuple(because)
        if wanted is None:
            raise OutOfOrderError(subject=self.id, expected=f"a move the table allows from {self.stage}", got=to)
        if not any(self._kinds.get(number) in wanted for number in cited):
            raise OutOfOrderError(
                subject=self.id, expected=f"one of {', '.join(wanted)}", got=f"entries {list(cited)} for {to}"
            )
        if to is Stage.VALIDATED and (self.validation is None or self.validation.decision != "accepted"):
            raise OutOfOrderError(subject=self.id, expected="an accepted validation", got="none")
        self._take(self.ledger.append(JobMoved(from_=self.stage, to=to, because=cited), self.id))

    @property
    def stage(self) -> Stage:
        """The target of its last move."""
        return self.summary.stage

    @property
    def opened_at(self) -> str:
        """Time of its first entry."""
        return self.summary.opened_at

    @property
    def attempt(self) -> int:
        """The how-many-eth job about this phone it is."""
        return self.summary.attempt

    @property
    def method(self) -> str:
        """How the phone is erased, "" while that is not chosen."""
        return self.summary.method

    @property
    def problems(self) -> tuple[str, ...]:
        """What a person has to mend: problem codes."""
        return self.summary.problems

    @property
    def failure(self) -> str:
        """Why it ended without a certificate, "" when it did not."""
        return self.summary.failure

    @property
    def report_is_last(self) -> bool:
        """False: the job has failed since, and its report does not say so yet."""
        return self.summary.report_is_last

    def lot_now(self) -> str:
        """The lot that is stated of it: others state it while a worker is at the job. Raises: LedgerError."""
        now = self.ledger.view.fold(self.id)
        return "" if now is None else now.lot

    @property
    def platform(self) -> Platform:
        """Which family the phone belongs to."""
        return self.opened.platform

    @property
    def port(self) -> str:
        """The port path the job was opened on."""
        return self.opened.port

    @property
    def salt(self) -> bytes:
        """The job's commitment salt."""
        return self.opened.salt

    @property
    def next_evidence_number(self) -> int:
        """Evidence is numbered from 1 within a job, across restarts."""
        return max((piece.number for piece in self.evidence), default=0) + 1

    def _take(self, entry: Entry) -> None:
        event = entry.event
        self._kinds[entry.number] = entry.kind
        self.last_at = entry.at
        self.summary = self.summary.after(entry)
        if is_work(event):
            self.finished_at = entry.at
        match event:
            case EvidenceKept():
                self.evidence.append(event.evidence)
            case AnswerCorrected():
                self.evidence = corrected(self.evidence, event)
                self.corrected_by |= {event.by}
                self.corrected_at = entry.at
            case PhoneIdentified():
                self.identity = event.phone
            case MethodChosen():
                self.mark, self.steps_begun, self.steps_done = event.mark, [], {}
            case StepBegun() | AboutToErase():
                self.steps_begun.append(event.step)
            case StepDone():
                self.steps_done[event.step] = entry.number
            case JobJudged():
                self.verdict = event
            case DecisionTaken():
                self.validation, self.validation_number = event, entry.number
            case _:
                self._take_paper(event, entry.number)

    def _take_paper(self, event: Event, number: int) -> None:
        match event:
            case CertificateMade():
                self.certificate, self.certificate_number = event, number
            case ReportMade():
                self.report = event
            case LogAnchored():
                self.log_anchor = event
            case LogStarted():
                self.log = LogPlace(
                    origin=event.origin,
                    device_tag=event.tag,
                    start=event.start,
                    attempt=event.attempt,
                    anchor=self.log_anchor.anchor if self.log_anchor is not None else (),
                )
            case PaperLogged():
                self.logged = {**self.logged, event.id: event}
            case PaperPrinted():
                self.printed = {**self.printed, event.id: event}
            case PaperHandedOut():
                self.handed_out |= {event.id}
            case FieldsSealed():
                self.openings = event.openings
            case CertificateReplaced() | CertificateWithdrawn():
                self.ended = event
            case _:
                pass  # kept for the chain; everything they say can be computed again


def is_work(event: Event) -> bool:
    """Is it part of the work on the phone? A person's decision changes nothing of that, nor does a later answer."""
    return isinstance(event, EvidenceKept | JobJudged) or (isinstance(event, JobFailed) and event.reason != "rejected")
