# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a job: the canonical JSON that is signed.

A `Record` cannot exist unless everything derived in it follows from its evidence, and a certificate's cannot
exist unless nothing stands against it (`certs.record.refusals`). There are two ways to one. `Record(data=...)` takes
bytes and computes everything derived again. `Record.of_job` takes a job's facts and nothing derived: verdict, claims,
grade and outcome are computed by the law, once, while it writes the record, and whether it is a certificate follows.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from certs import editions
from certs.editions.interface import TIME_FORMAT, Draft, RecordFacts, RecordReading
from certs.errors import CertificateEarnedError, NotCertifiableError, RecordMalformedError, WrongSignerError
from certs.record.canonical import MAXIMUM_RECORD_BYTES
from certs.record.facts import JobFacts, job_json
from certs.record.issuer import Issuer, Station
from grading.choice import PLAIN

_NOT_YET = "PW-0000-0000-0000-0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The exact bytes of one record, believed.

    Raises: RecordMalformedError for bytes that are no record or say what their evidence does not.
    """

    data: bytes
    read: RecordReading = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        read = editions.read_record(self.data)
        fault = read.fault()
        if fault is not None:
            raise RecordMalformedError(got=f"{fault.code} {fault.detail}")
        object.__setattr__(self, "read", read)

    @classmethod
    def of_job(
        cls,
        facts: JobFacts,
        issuer: Issuer,
        station: Station,
        scheme: str,
        *,
        issued_at: datetime,
        certificate_id: str,
        edition: str = "",
    ) -> "Record":
        """The record a finished job gets: a certificate's if it was earned, a report's if not.

        `issued_at`: aware; kept to the second. `scheme`: the grading scheme's name, or the path of a TOML file.
        `edition`: whose law makes it; the one in work if none is named.
        Raises: WrongSignerError, RecordMalformedError, SchemeError, RulesError.
        """
        return cls._of(_draft(facts, issuer, station, scheme, edition, issued_at, certificate_id))

    @classmethod
    def _of(cls, draft: Draft) -> "Record":
        """Of a draft that the law made a moment ago: what it computed is not computed again.

        Raises: RecordMalformedError for one that is larger than any reader takes.
        """
        if len(draft.reading.data) > MAXIMUM_RECORD_BYTES:
            raise RecordMalformedError(got="too_large")
        made = object.__new__(cls)
        object.__setattr__(made, "data", draft.reading.data)
        object.__setattr__(made, "read", draft.reading)
        return made

    @property
    def facts(self) -> RecordFacts:
        """What it says, as far as a program needs to know."""
        return self.read.facts

    @property
    def is_report(self) -> bool:
        """True for a report, which is never a certificate."""
        return self.facts.is_report


def certificate_record(
    facts: JobFacts,
    issuer: Issuer,
    station: Station,
    scheme: str,
    *,
    issued_at: datetime,
    certificate_id: str,
    edition: str = "",
) -> Record:
    """`Record.of_job`, for a job that must have earned a certificate.

    Raises: NotCertifiableError (with every reason), WrongSignerError, RecordMalformedError, SchemeError.
    """
    draft = _draft(facts, issuer, station, scheme, edition, issued_at, certificate_id)
    if draft.refusals:
        raise NotCertifiableError(draft.refusals)
    return Record._of(draft)


def report_record(
    facts: JobFacts,
    issuer: Issuer,
    station: Station,
    scheme: str,
    *,
    issued_at: datetime,
    certificate_id: str,
    edition: str = "",
) -> Record:
    """`Record.of_job`, for a job that must not have earned a certificate.

    Raises: CertificateEarnedError, WrongSignerError, RecordMalformedError, SchemeError.
    """
    draft = _draft(facts, issuer, station, scheme, edition, issued_at, certificate_id)
    if not draft.refusals:
        raise CertificateEarnedError(subject=facts.job_id)
    return Record._of(draft)


def content(facts: JobFacts, issuer: Issuer, station: Station, scheme: str, *, edition: str = "") -> str:
    """SHA-256, hex, of what a validator looks at before deciding.

    Raises: WrongSignerError, RecordMalformedError, SchemeError.
    """
    draft = _draft(facts, issuer, station, scheme, edition, facts.finished_at, _NOT_YET)
    return draft.reading.content_digest()


_SCHEME_IS_NAMED = frozenset({"2026.11", "2027.01"})
"""Editions whose law wants a scheme's name; later ones choose by what was checked where none is given."""


def _draft(
    facts: JobFacts,
    issuer: Issuer,
    station: Station,
    scheme: str,
    edition: str,
    issued_at: datetime,
    certificate_id: str,
) -> Draft:
    """What the law of the edition makes of the job."""
    if facts.emulated != station.specimen:
        raise WrongSignerError(expected="a specimen key" if facts.emulated else "a station key", got=station.key_id)
    name = edition or editions.in_work()
    terms = {
        "edition": name,
        "id": certificate_id,
        "issued_at": issued_at.astimezone(UTC).strftime(TIME_FORMAT),
        "issuer": {"name": issuer.name, "address": issuer.address, "contact": issuer.contact},
        "station": {"name": station.name, "key_id": station.key_id},
        "scheme": scheme or (PLAIN if name in _SCHEME_IS_NAMED else ""),
    }
    return editions.law(name).draft(job_json(facts), terms)
