# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as programs see it: the same object in every list, answer and event."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal, Self, TypeVar

from station.documents.document import Document, known
from station.documents.phones import PhoneNamed
from station.documents.sentences import Reason
from station.ledger.entry import parse_time
from station.ledger.stages import Stage
from station.ledger.summary import JobSummary
from station.papers.paper_names import current_file
from station.session.summary import Standing, paper_status, reasons_of

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, kw_only=True)
class ClaimsMade:
    """What the paper says of the erase, in the words of three standards; they are never merged into one."""

    nist_method: str
    gb_status: str
    r2_status: str
    technique: str


@dataclass(frozen=True, kw_only=True)
class JobTold(PhoneNamed):
    """One job with its phone, its result and its paper."""

    job: str
    stage: Stage
    attempt: int
    method: str | None
    operator: str
    validator: str | None
    decision: Literal["accepted", "rejected"] | None
    awaits_decision: bool
    opened_at: datetime
    erase_begun_at: datetime | None
    decided_at: datetime | None
    papered_at: datetime | None
    closed_at: datetime | None
    took_s: int | None
    verdict: str | None
    level: str | None
    grade: str | None
    claims: ClaimsMade | None
    reasons: tuple[Reason, ...]
    outcome: Literal["certificate", "report"] | None
    standing: Standing | None
    paper: str | None
    certificate: str | None
    report: str | None
    awaiting_record: str | None
    replaces: str | None
    ended_by: str | None
    log_index: int | None
    file: str | None
    path: str | None
    references: Mapping[str, str]
    asset_tag: str | None
    lot: str | None
    customer_ref: str | None
    note: str | None
    colour: str | None
    evidence: tuple[Mapping[str, object], ...] | None

    @classmethod
    def of(
        cls, job: JobSummary, papers: Path | None, *, evidence: tuple[Mapping[str, object], ...] | None = None
    ) -> Self:
        """`papers`: the folder of the station's papers, None where no folder is told: `path` is the name then.
        `evidence`: only where one job was asked for.
        """
        filed = bool(job.filed_paper)
        file = current_file(job) if filed else ""
        return cls(
            slot=known(job.slot),
            port=known(job.port),
            platform=job.platform,
            model=known(job.model),
            serial=known(job.serial),
            udid=known(job.number_called("udid")),
            imei=known(job.number_called("imei1")),
            imei2=known(job.number_called("imei2")),
            job=job.id,
            stage=job.stage,
            attempt=job.attempt,
            method=known(job.method),
            operator=job.performed_by,
            validator=known(job.validator),
            decision=_one_of(job.decision, "accepted", "rejected"),
            awaits_decision=job.awaits_decision,
            opened_at=parse_time(job.opened_at),
            erase_begun_at=moment_of(job.erase_begun_at),
            decided_at=moment_of(job.decided_at),
            papered_at=moment_of(job.papered_at) if filed else None,
            closed_at=moment_of(job.closed_at),
            took_s=job.took_s,
            verdict=known(job.verdict),
            level=known(job.level),
            grade=known(job.grade),
            claims=ClaimsMade(**dict(job.claims)) if job.claims else None,
            reasons=() if job.certificate else tuple(Reason.of_code(code) for code in reasons_of(job)),
            outcome=_one_of(job.outcome, "certificate", "report") if filed else None,
            standing=paper_status(job),
            paper=known(job.filed_paper),
            certificate=known(job.certificate),
            report=known(job.report) if filed else None,
            awaiting_record=known(job.report) if job.awaits_decision else None,
            replaces=known(job.replaces),
            ended_by=known(job.ended_by),
            log_index=job.log_index,
            file=known(file),
            path=(str((papers / file).absolute()) if papers is not None else file) if file else None,
            references=dict(job.references),
            asset_tag=known(job.asset_tag),
            lot=known(job.lot),
            customer_ref=known(job.customer_ref),
            note=known(job.note),
            colour=known(job.colour),
            evidence=evidence,
        )

    def without_numbers(self) -> Self:
        """What somebody is told of it who may not read: nothing of the phone's numbers, its owner or its files."""
        phone = replace(self, serial=None, udid=None, imei=None, imei2=None, path=None, file=None, evidence=None)
        return replace(phone, asset_tag=None, lot=None, customer_ref=None, note=None, colour=None, references={})


@dataclass(frozen=True, kw_only=True)
class JobsTold(Document):
    """`jobs`, and the answer of every command that decided about some: `validate`, `withdraw`, `abandon`."""

    NAME: ClassVar[str] = "jobs"

    jobs: tuple[JobTold, ...]


def moment_of(at: str) -> datetime | None:
    """A time of the ledger; null for ""."""
    return parse_time(at) if at else None


def _one_of(word: str, *words: Word) -> Word | None:
    """The word, if it is one of these; a ledger's text is not taken on trust."""
    return next((each for each in words if each == word), None)
