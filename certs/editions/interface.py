# SPDX-License-Identifier: GPL-3.0-or-later
"""What the program and an edition say to each other: bytes, plain JSON types, and the few dataclasses of this module.

An edition is the law that a paper was made under (docs/adr/0012-editions.md). Released ones are never changed and
import this module for ever: a field may be added with a default, nothing is renamed, taken away or given another
meaning.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from phones.frozen import dataclass

if TYPE_CHECKING:
    from certs.formats.dss import SecurityStore
    from certs.page.pdf_profile import PaperFile
    from certs.record.statement import Statement

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_MOMENT = len("2026-11-28T12:00:00Z")
"""How records spell a moment."""


def moment(text: str) -> datetime:
    """A time as records spell it. Raises: ValueError."""
    if len(text) != _MOMENT or text[-1] != "Z":
        raise ValueError("not a time as records spell it")
    return datetime.fromisoformat(text)  # strptime loads the library's calendar and locale


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedNumber:
    """One number that names the phone. `name`: as openings spell it, `imei1`; `label`: what it is committed under,
    `imei`; `commitment`: "" for one the phone has not; `last4`: as printed; `shown`: does it stand on the page?
    """

    name: str
    label: str
    commitment: str
    last4: str
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntryPlace:
    """The job's place in the transparency log. `anchor`: lines of the checkpoint that stood when the job opened."""

    origin: str
    device_tag: str
    start: int
    attempt: int
    anchor: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A named person's decision. `certificate`, `signature`: DER in base64, "" without a key of their own."""

    decision: str
    by: str
    role: str
    at: str
    grounds: str
    certificate: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What a record says of the memory card in the phone, a carrier of its own.

    `state`: cleared, absent, stated_absent, present, not_covered or unknown, as its residues say. `is_overwritten`:
    None when nobody set out to; the figures are then 0. `capacity_bytes`: 0 when it was not told; `file_system`: its
    name, "" when not told. `at_most_ppm`: with 99 % confidence at most so many parts in a million of what was written
    are not there. `reasons`: codes why it is not called overwritten.
    """

    state: str
    is_overwritten: bool | None = None
    capacity_bytes: int = 0
    file_system: str = ""
    written_bytes: int = 0
    passes: int = 0
    chunks_total: int = 0
    chunks_drawn: int = 0
    chunks_matching: int = 0
    at_most_ppm: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """What a program needs to know of a record, whatever its edition: to find its keys, its log and its phone, and to
    tell a person about it. Times as records spell them; `log`: None for a paper in no log; `salt`: hexadecimal.
    `attestation`: how the phone's hardware attestation was judged, "valid" is level A; "" where nobody asked for one.
    `attestation_roots_signer`: SHA-256, hex, over the public key (SubjectPublicKeyInfo) that signed the set of roots an
    attestation was judged against; "" for a set that came with the program, and without an attestation.
    `card`: None where no method was begun, and from laws up to 2027.01, which do not tell.
    """

    schema: str
    edition: str
    id: str
    issued_at: str
    is_report: bool
    emulated: bool
    title: str
    reasons: tuple[str, ...]
    issuer: str
    station: str
    key_id: str
    log: LogEntryPlace | None
    opened_at: str
    attempt: int
    platform: str
    maker: str
    model: str
    marketing_name: str
    identifiers: tuple[CommittedNumber, ...]
    salt: str
    nist_method: str
    level: str
    usability: str
    retention_until: str
    validation: Decision
    sealed: Mapping[str, str]
    attestation: str = ""
    attestation_roots_signer: str = ""
    card: CardFacts | None = None

    def identifier(self, name: str) -> CommittedNumber | None:
        """The identifier of that name, None for one that records do not have."""
        return next((one for one in self.identifiers if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a record is not believed. `code`: E_RECORD, E_RULES, E_ATTESTATION (`detail`: what the attestation in its
    evidence really is), or E_RULES_UNKNOWN (cannot be computed here).
    """

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the law makes of a job: its record, and what stands between it and a certificate, most telling first; with
    none it is a certificate's, else a report's.
    """

    reading: "RecordReading"
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureVerdict:
    """What the law says of an erase. `verdict`: passed, failed or indeterminate; `reasons`: most telling first."""

    verdict: str
    level: str
    reasons: tuple[str, ...]


class RecordReading(Protocol):
    """One record, read by the law of its edition."""

    @property
    def data(self) -> bytes:
        """Its exact bytes."""

    @property
    def plain(self) -> Mapping[str, object]:
        """The same as plain JSON types."""

    @property
    def facts(self) -> RecordFacts:
        """What the program needs to know of it."""

    def fault(self) -> Fault | None:
        """The first way in which it says something that does not follow from its evidence, or None.

        Raises: ProofwipeError, ValueError, TypeError, LookupError, ArithmeticError for what no bench can have written.
        """

    def statement(self) -> "Statement":
        """What its QR statement must say."""

    def content_digest(self) -> str:
        """SHA-256, hex, of what a validator's signature stands under."""

    def graded(self, scheme: str) -> Mapping[str, object]:
        """Its phone's grade by another scheme, as a record has it (`grade`), plain JSON types.

        `scheme`: the name of one that belongs to its edition, or the path of a TOML file. Raises: SchemeError.
        """

    def drawing(
        self,
        *,
        attached: bytes,
        statement: bytes,
        qr_text: str,
        contents_bytes: int,
        proof: bytes = b"",
        openings: bytes = b"",
        store: "SecurityStore | None" = None,
    ) -> "PaperFile":
        """Its page and everything around it, unsigned. `attached`: the bytes that are attached as the record.

        Raises: PageError.
        """


class Law(Protocol):
    """One edition's law: its entry module."""

    def read(self, data: bytes, plain: Mapping[str, object]) -> RecordReading:
        """The record of these bytes, whose canonical JSON is `plain`. Raises: RecordMalformedError for its fields."""

    def draft(self, job: Mapping[str, object], terms: Mapping[str, object]) -> Draft:
        """The record a job gets. `job`: `certs.record.facts.job_json`; `terms`: edition, id, issued_at, issuer and
        station as records have them; scheme: its name, the path of a TOML file, or (editions after 2027.01) "" for
        the one that follows from what was checked.

        Raises: RecordMalformedError, SchemeError, RulesError.
        """

    def verdict(self, evidence: Sequence[Mapping[str, object]], method: str) -> ErasureVerdict:
        """What these pieces of evidence, as records have them, prove. Raises: RulesError, ValueError, TypeError."""
