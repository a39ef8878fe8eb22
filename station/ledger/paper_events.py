# SPDX-License-Identifier: GPL-3.0-or-later
"""What entries say of papers: in the transparency log, on the page, of their end, and of samples drawn from them."""

from dataclasses import dataclass

from certs.record.sealing import Opening
from station.ledger.codec import Base64
from station.ledger.event import Event
from station.ledger.job_events import DecisionTaken
from station.ledger.stages import EntryKind

# the transparency log -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAnchored(Event):
    """What the transparency log was before the job's START is appended, and the tag the phone goes by in it."""

    kind = EntryKind.LOG_ANCHOR

    origin: str
    tag: str
    station: str
    anchor: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStarted(Event):
    """Where the job's START stands. `attempt`: the log's own count for this tag."""

    kind = EntryKind.LOG_START

    origin: str
    tag: str
    start: int
    attempt: int


# papers -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsSealed(Event):
    """What the job's papers hold only as commitments, with the salts."""

    kind = EntryKind.OPENINGS

    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMade(Event):
    """A record and its signed statement. `outcome`: certificate or report; `file`: name in the folder of papers."""

    id: str
    outcome: str
    file: str
    record: str
    statement: Base64
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateMade(PaperMade):
    """The job has a certificate."""

    kind = EntryKind.CERTIFICATE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade(PaperMade):
    """The job has a report: no certificate, or none yet."""

    kind = EntryKind.REPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLogged(Event):
    """Where the paper's entry stands in the transparency log. `replaces`: the certificate it took the place of."""

    kind = EntryKind.LOGGED

    id: str
    index: int
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPrinted(Event):
    """What the paper carries besides: its log proof, and the certificates and revocation lists of that day, DER.

    `store`: does it carry a security store at all?
    """

    kind = EntryKind.PRINTED

    id: str
    proof: Base64
    store: bool
    certificates: tuple[Base64, ...]
    revocation_lists: tuple[Base64, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperHandedOut(Event):
    """The paper's file is there."""

    kind = EntryKind.HANDED_OUT

    id: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateReplaced(Event):
    """Certificate `by` took the place of this job's certificate `id`."""

    kind = EntryKind.REPLACED

    id: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateWithdrawn(Event):
    """The job's certificate no longer stands.

    `logged`: the reason that stands in the transparency log, "" when it is not in one. `signed`: the decision of a
    validator that it came from.
    """

    kind = EntryKind.WITHDRAWN

    id: str
    reason: str
    by: str
    role: str
    grounds: str
    logged: str
    signed: DecisionTaken | None = None


# samples, of no job -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCommitted(Event):
    """A period's population, written before its sample can be known. `log_size`: entries in the log at that time; `of`:
    reports of resets that nobody could prove; None: certificates.
    """

    kind = EntryKind.SAMPLE

    period: str
    percent: int
    number: int
    sha256: str
    log_size: int
    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDrawn(Event):
    """The sample of a period. `index`, `root`: of the log entry that gave the seed; `chosen`: certificate ids."""

    kind = EntryKind.SAMPLE_DRAWN

    period: str
    index: int
    root: str
    chosen: tuple[str, ...]
    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleInspected(Event):
    """What a person found on a phone of the sample. `found`: none, data or not_available; `id`: its certificate."""

    kind = EntryKind.SAMPLE_RESULT

    id: str
    period: str
    found: str
    tool: str
    by: str
    grounds: str = ""


# the ledger itself --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSigned(Event):
    """The station's key vouches for the entries up to `number`, whose hash is `hash` (`station.ledger.checkpoints`).

    `unfinished`: ids of the jobs that were not finished then. `key`: id of the station's key.
    """

    kind = EntryKind.CHECKPOINT

    number: int
    hash: str
    unfinished: tuple[str, ...]
    key: str
    signature: Base64
