# SPDX-License-Identifier: GPL-3.0-or-later
"""What the entries of a job say from plug to verdict: one frozen dataclass a kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from certs.record.facts import Person, SalePolicy, Validation
from phones.evidence import Evidence
from phones.identity import PhoneIdentity
from phones.port import Platform
from phones.verdict import Verdict
from station.ledger import codec
from station.ledger.codec import Base64
from station.ledger.event import Event
from station.ledger.stages import EntryKind, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOpened(Event):
    """A job begins.

    `salt`: 16 bytes, for the commitments of this job. `usb_serial`, `bound`: what the phone was chosen by. `emulated`
    is the station's own finding. `acquisition`: where the phone came from. `disclosures`: statements for the buyer.
    `stated`: fields of the trade that hold for it from the beginning (`station.setup.trade_fields`), None without any.
    """

    kind = EntryKind.JOB_OPENED

    port: str
    slot: str
    platform: Platform
    emulated: bool
    salt: bytes
    policy: SalePolicy
    performed_by: Person
    attempt: int = 1
    usb_serial: str = ""
    bound: tuple[str, ...] = ()
    acquisition: Mapping[str, str] = field(default_factory=dict)
    disclosures: Mapping[str, str] = field(default_factory=dict)
    stated: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceKept(Event):
    """One exchange with the phone."""

    kind = EntryKind.EVIDENCE

    evidence: Evidence

    def to_json(self) -> dict[str, object]:
        """The evidence's own JSON."""
        return codec.to_json(self.evidence)

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """The inverse of `to_json`. Raises: ValueError."""
        return cls(evidence=codec.from_json(Evidence, document))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneIdentified(Event):
    """Who the phone is, in clear, and the how-many-eth job about it this is."""

    kind = EntryKind.IDENTITY

    phone: PhoneIdentity
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemsFound(Event):
    """What a person must mend before the job can go on: problem codes."""

    kind = EntryKind.PROBLEMS

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodChosen(Event):
    """How the phone will be erased. `mark`: 32 random hex digits, what the canary holds."""

    kind = EntryKind.METHOD

    method: str
    mark: str
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBegun(Event):
    """A step that changes nothing on the phone begins."""

    kind = EntryKind.STEP_BEGUN

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutToErase(Event):
    """Written before a step that acts: what is begun is never begun a second time."""

    kind = EntryKind.ABOUT_TO_ERASE

    step: str
    method: str
    attempt: int
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone(Event):
    """A step has come to its end."""

    kind = EntryKind.STEP_DONE

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobJudged(Event):
    """What the evidence amounts to; `level` as the rules of that day name it (`wipe.report.EvidenceLevel`)."""

    kind = EntryKind.VERDICT

    verdict: Verdict
    level: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed(Event):
    """Why the job ends without a certificate: a reason code. `by`: the person who gave the phone up."""

    kind = EntryKind.FAILURE

    reason: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobMoved(Event):
    """The job went to another stage. `because`: numbers of the entries that stand for it."""

    kind = EntryKind.MOVE

    from_: Stage
    to: Stage
    because: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResumed(Event):
    """An interrupted job resumes at that stage, by inspecting the phone."""

    kind = EntryKind.RESUMED

    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCorrected(Event):
    """An answer about the phone's condition, in place of an earlier one, which stays in the ledger.

    `before`: the earlier one, "" where none was given. `evidence`: the later statement as papers have it.
    """

    kind = EntryKind.CORRECTED

    question: str
    before: str
    after: str
    by: str
    role: str
    reason: str
    evidence: Evidence

    @property
    def value_name(self) -> str:
        """Name of the kept value."""
        return f"statement.{self.question}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTaken(Event):
    """A named person's decision about a verified job, signed by them or empty."""

    kind = EntryKind.VALIDATION

    decision: str
    by: str
    role: str
    at: datetime
    grounds: str = ""
    certificate: Base64 = b""
    signature: Base64 = b""

    @classmethod
    def of(cls, validation: Validation) -> Self:
        """The entry of a decision."""
        return cls(
            decision=validation.decision,
            by=validation.by.name,
            role=validation.by.role,
            at=validation.at,
            grounds=validation.grounds,
            certificate=validation.certificate,
            signature=validation.signature,
        )

    @property
    def validation(self) -> Validation:
        """The decision as papers are made from it."""
        return Validation(
            decision=self.decision,
            by=Person(name=self.by, role=self.role),
            at=self.at,
            grounds=self.grounds,
            certificate=self.certificate,
            signature=self.signature,
        )
