# SPDX-License-Identifier: GPL-3.0-or-later
"""What `verify` answers about a file. Loads nothing of a station."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Self, cast

from certs.editions.interface import CardFacts
from certs.verify.code_alone import CodeAnswer
from certs.verify.plain_answer import Plain
from certs.verify.verification import Answer, Summary, Verification
from station.documents.document import Document, known
from station.documents.sentences import Reason
from station.text.language import current

Word = Literal["VALID", "NOT VALID", "SPECIMEN", "REPORT", "CANNOT TELL"]
IssuerIs = Literal["pinned", "unverified", "specimen"]
CarrierState = Literal["cleared", "absent", "stated_absent", "present", "not_covered", "unknown"]


@dataclass(frozen=True, kw_only=True)
class CheckMade:
    """One check of a paper."""

    check: str
    verdict: str
    code: str | None
    detail: str | None


@dataclass(frozen=True, kw_only=True)
class CardOverwritten:
    """What was done to a memory card that was to be overwritten."""

    overwritten: bool
    card_bytes: int | None
    file_system: str | None
    kept_bytes: int
    passes_full: int
    chunks_total: int
    chunks_drawn: int
    chunks_matching: int
    at_most_ppm: int
    short_of: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class MemoryCard:
    """The memory card in the phone, a carrier of its own."""

    carrier_state: CarrierState
    card_overwritten: CardOverwritten | None

    @classmethod
    def of(cls, found: CardFacts) -> Self:
        """From the facts of a record."""
        treated = CardOverwritten(
            overwritten=bool(found.is_overwritten),
            card_bytes=found.capacity_bytes or None,
            file_system=known(found.file_system),
            kept_bytes=found.written_bytes,
            passes_full=found.passes,
            chunks_total=found.chunks_total,
            chunks_drawn=found.chunks_drawn,
            chunks_matching=found.chunks_matching,
            at_most_ppm=found.at_most_ppm,
            short_of=tuple(Reason.of_code(code) for code in found.reasons),
        )
        return cls(
            carrier_state=cast(CarrierState, found.state),
            card_overwritten=None if found.is_overwritten is None else treated,
        )


@dataclass(frozen=True, kw_only=True)
class PaperSummary:
    """What the paper says; only given when nothing speaks against it."""

    paper: str
    record_schema: str
    issued_at: datetime
    issuer: str
    issuer_is: IssuerIs
    station: str
    maker: str | None
    model: str | None
    marketing_name: str | None
    last_four: Mapping[str, str | None]
    nist_method: str
    level: str
    attestation: str | None
    memory_card: MemoryCard | None
    grade: str | None
    title: str
    reasons: tuple[Reason, ...]
    retention_until: str | None
    validator: str | None
    origin: str | None
    log_index: int | None
    attempt: int
    seen_at: datetime | None
    opened: Mapping[str, str]

    @classmethod
    def of(cls, what: Summary) -> Self:
        """From the verifier's own."""
        issuer_is: IssuerIs = "specimen" if what.issuer_is == "specimen" else "unverified"
        return cls(
            paper=what.id,
            record_schema=what.schema,
            issued_at=datetime.fromisoformat(what.issued_at),
            issuer=what.issuer,
            issuer_is="pinned" if what.issuer_is == "pinned" else issuer_is,
            station=what.station,
            maker=known(what.maker),
            model=known(what.model),
            marketing_name=known(what.marketing_name),
            last_four=_last_four(what.last_four),
            nist_method=what.nist_method,
            level=what.level,
            attestation=known(what.attestation),
            memory_card=None if what.card is None else MemoryCard.of(what.card),
            grade=known(what.usability),
            title=what.outcome,
            reasons=tuple(Reason.of_code(code) for code in what.reasons),
            retention_until=known(what.retention_until),
            validator=known(what.validated_by),
            origin=known(what.log_origin),
            log_index=what.log_index,
            attempt=what.attempt,
            seen_at=what.seen_at,
            opened=what.opened,
        )


@dataclass(frozen=True, kw_only=True)
class PhoneShown:
    """The phone that a paper is about, as its page shows it."""

    maker: str | None
    model: str | None
    marketing_name: str | None
    last_four: Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class PlainTold:
    """The same answer as a buyer is told it. `phone` null: nothing that the paper says may be shown."""

    plain_answer: str
    why: str | None
    headline: str
    sentence: str
    next_step: str
    phone: PhoneShown | None

    @classmethod
    def of(cls, what: Plain) -> Self:
        """From the verifier's own."""
        shown = what.phone
        return cls(
            plain_answer=what.answer.value,
            why=what.why.value if what.why else None,
            headline=what.headline(current()),
            sentence=what.sentence(current()),
            next_step=what.next_step(current()),
            phone=None
            if shown is None
            else PhoneShown(
                maker=known(shown.maker),
                model=known(shown.model),
                marketing_name=known(shown.marketing_name),
                last_four=_last_four(shown.last_four),
            ),
        )


def _last_four(said: Mapping[str, str]) -> dict[str, str | None]:
    return {"imei" if name == "imei1" else name: known(text) for name, text in said.items()}


@dataclass(frozen=True, kw_only=True)
class FileAnswered:
    """One file, or one name under which nothing could be looked at."""

    file: str
    path: str
    answer: Word
    code: str | None
    sentence: str
    plain: PlainTold
    warnings: tuple[Reason, ...]
    exit_code: int
    checks: tuple[CheckMade, ...]
    summary: PaperSummary | None

    @classmethod
    def of(cls, found: Verification, plain: Plain, *, file: str, path: str) -> Self:
        """What the verifier found in the file of that name."""
        return cls(
            file=file,
            path=path,
            answer=found.answer.value,
            code=known(found.code),
            sentence=found.sentence(current()),
            plain=PlainTold.of(plain),
            warnings=tuple(Reason.of_code(code) for code in found.warnings),
            exit_code=found.exit_code,
            checks=tuple(
                CheckMade(check=each.name, verdict=each.verdict.value, code=known(each.code), detail=known(each.detail))
                for each in found.checks
            ),
            summary=PaperSummary.of(found.summary) if found.summary else None,
        )

    @classmethod
    def unread(cls, plain: Plain, *, file: str, path: str, sentence: str, code: str) -> Self:
        """A name under which nothing could be looked at."""
        return cls(
            file=file,
            path=path,
            answer="CANNOT TELL",
            code=code,
            sentence=sentence,
            plain=PlainTold.of(plain),
            warnings=(),
            exit_code=Answer.CANNOT_TELL.exit_code,
            checks=(),
            summary=None,
        )


@dataclass(frozen=True, kw_only=True)
class VerificationTold(FileAnswered, Document):
    """`verify` of one file; with --jsonl one line a file."""

    NAME: ClassVar[str] = "verification"


@dataclass(frozen=True, kw_only=True)
class Total:
    """All files together."""

    checked: int
    answers: Mapping[str, int]
    passed_over: int
    exit_code: int


@dataclass(frozen=True, kw_only=True)
class TotalTold(Total, Document):
    """`verify --jsonl` of several files: the last line."""

    NAME: ClassVar[str] = "verification-total"


@dataclass(frozen=True, kw_only=True)
class VerificationsTold(Document):
    """`verify --json` of several files."""

    NAME: ClassVar[str] = "verifications"

    files: tuple[FileAnswered, ...]
    total: Total


@dataclass(frozen=True, kw_only=True)
class StatementRead:
    """What a code says."""

    paper: str
    is_report: bool
    issuer: str
    issued_at: datetime
    model: str | None
    committed: str | None
    nist_method: str
    grade: str | None
    record_sha256: str
    key_id: str


@dataclass(frozen=True, kw_only=True)
class CodeAnswered(Document):
    """`verify --code`: a QR code alone, without its paper."""

    NAME: ClassVar[str] = "code-verification"

    answer: str
    code: str | None
    detail: str | None
    sentence: str
    plain: PlainTold
    same_phone: bool | None
    exit_code: int
    statement: StatementRead | None

    @classmethod
    def of(cls, found: CodeAnswer, plain: Plain) -> Self:
        """What was found in a code. Nothing that a code says is repeated when it is not genuine."""
        what = None if found.answer == "NOT VALID" else found.statement
        return cls(
            answer=found.answer,
            code=known(found.code),
            detail=known(found.detail),
            sentence=plain.sentence(current()),
            plain=PlainTold.of(plain),
            same_phone=found.same_phone,
            exit_code=found.exit_code,
            statement=None
            if what is None
            else StatementRead(
                paper=what.certificate_id,
                is_report=what.is_report,
                issuer=what.issuer,
                issued_at=what.issued_at,
                model=known(what.model),
                committed=known(what.committed),
                nist_method=what.method,
                grade=known(what.usability),
                record_sha256=what.record_sha256,
                key_id=what.key_id,
            ),
        )
