# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verifier answers: one word, the first failed check, and every check that was made."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from certs.editions.interface import CardFacts
from phones.frozen import dataclass
from phones.verdict import Verdict
from phones.words import say

if TYPE_CHECKING:
    from certs.verify.case import Case


class Answer(StrEnum):
    """The five answers to people. Only VALID is good news about a certificate."""

    VALID = "VALID"
    NOT_VALID = "NOT VALID"
    SPECIMEN = "SPECIMEN"
    REPORT = "REPORT"
    CANNOT_TELL = "CANNOT TELL"

    @property
    def exit_code(self) -> int:
        """0 for VALID, 6 for CANNOT TELL, 7 for everything else."""
        return {Answer.VALID: 0, Answer.CANNOT_TELL: 6}.get(self, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. `code` is "" if passed or not made. `detail` is for a technician, in English, without markup."""

    name: str
    verdict: Verdict
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneOnPaper:
    """What phone a paper is about, as its page shows it. `kind`: "certificate", "report" or "specimen".

    `last_four`: name of an identifier that the page shows → its last four characters, or "".
    """

    kind: str
    maker: str
    model: str
    marketing_name: str
    last_four: Mapping[str, str]

    @classmethod
    def of(cls, case: "Case") -> "PhoneOnPaper":
        """From a case whose record passed every check but perhaps that of the phone in hand."""
        facts = case.record.facts
        return cls(
            kind="specimen" if facts.emulated else ("report" if facts.is_report else "certificate"),
            maker=facts.maker,
            model=facts.model,
            marketing_name=facts.marketing_name,
            last_four={one.name: one.last4 for one in facts.identifiers if one.shown},
        )

    @property
    def name(self) -> str:
        """Maker and model as people say them."""
        return " ".join(filter(None, (self.maker, self.marketing_name or self.model)))

    def to_json(self) -> dict[str, object]:
        """Plain JSON types; the last four characters as `<name>_last4`."""
        shown = {f"{name}_last4": text for name, text in self.last_four.items()}
        return {"maker": self.maker, "model": self.model, "marketing_name": self.marketing_name, **shown}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the record says; only given when nothing speaks against the file."""

    schema: str
    id: str
    issued_at: str
    issuer: str
    issuer_is: str  # "pinned", "unverified" or "specimen": a name proves nothing before its root is pinned
    station: str
    maker: str
    model: str
    marketing_name: str
    last_four: Mapping[str, str]  # name of an identifier that the page shows → its last four characters, or ""
    nist_method: str
    level: str
    attestation: str  # code of the judgement; "valid" is level A, "" where nobody asked for one
    card: CardFacts | None  # None where no method was begun, and on papers of editions that do not tell
    usability: str
    outcome: str
    reasons: tuple[str, ...]
    retention_until: str
    validated_by: str
    log_origin: str  # "" for a paper in no log
    log_index: int | None  # None unless proven under a pinned policy
    attempt: int  # how often this phone had been begun on, by the log; by the bench without one
    seen_at: datetime | None  # earliest moment at which the paper is proven to have existed
    opened: Mapping[str, str]  # sealed fields this copy opens

    @classmethod
    def of(cls, case: "Case") -> "Summary":
        """From a case that passed every check."""
        facts = case.record.facts
        return cls(
            schema=facts.schema,
            id=facts.id,
            issued_at=facts.issued_at,
            issuer=facts.issuer,
            issuer_is="pinned" if case.root else ("specimen" if facts.emulated else "unverified"),
            station=facts.station,
            maker=facts.maker,
            model=facts.model,
            marketing_name=facts.marketing_name,
            last_four={one.name: one.last4 for one in facts.identifiers if one.shown},
            nist_method=facts.nist_method,
            level=facts.level,
            attestation=facts.attestation,
            card=facts.card,
            usability=facts.usability,
            outcome=facts.title,
            reasons=facts.reasons,
            retention_until=facts.retention_until,
            validated_by=facts.validation.by,
            log_origin="" if facts.log is None else facts.log.origin,
            log_index=case.proven.index if case.proven else None,
            attempt=facts.attempt if facts.log is None else facts.log.attempt,
            seen_at=case.seen_at,
            opened=dict(case.opened),
        )

    def to_json(self) -> dict[str, object]:
        """Plain JSON types; the last four characters as `<name>_last4`."""
        plain = {name: value for name, value in asdict(self).items() if name != "last_four"}
        shown = {f"{name}_last4": text for name, text in self.last_four.items()}
        return {**plain, **shown, "seen_at": self.seen_at.isoformat() if self.seen_at else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What `certs.verify.verifier.seal` answers. PASSED: unchanged, and signed by a station of an issuer you pinned.
    INDETERMINATE: unchanged, signed by somebody you did not pin, or by a specimen key. FAILED: anything else.

    It is no answer about a certificate: the content was not looked at.
    """

    verdict: Verdict
    code: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The answer. `code`: of the first check that decided it, "" for VALID, SPECIMEN and REPORT. `phone`: what the
    paper is about; only given when nothing speaks against the paper, or nothing but the number typed.
    `foreign`: a PDF in which nothing of a proofwipe paper was found; it is NOT VALID all the same.
    """

    answer: Answer
    code: str
    checks: tuple[Check, ...]
    warnings: tuple[str, ...] = ()
    summary: Summary | None = None
    phone: PhoneOnPaper | None = None
    foreign: bool = False
    at: datetime

    @property
    def exit_code(self) -> int:
        """The process exit code for this answer (design 6)."""
        return self.answer.exit_code

    def sentence(self, language: str = "en") -> str:
        """One line for a person: what the answer means, and why."""
        if self.code:
            return say(f"verify.{self.code}", language)
        return say(f"verify.{self.answer.name}", language)

    def warning_sentences(self, language: str = "en") -> tuple[str, ...]:
        """One line per warning."""
        return tuple(say(f"verify.{code}", language) for code in self.warnings)
