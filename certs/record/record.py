# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a job: the canonical JSON that is signed.

A `Record` cannot exist unless everything derived in it follows from its evidence, and a certificate's cannot
exist unless nothing stands against it (`certs.record.refusals`): the constructor itself asks. There is no way round.
"""

import base64
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from certs.errors import CertificateEarnedError, NotCertifiableError, RecordMalformedError, WrongSignerError
from certs.page.renderer import renderer
from certs.record.canonical import ReadRecord, canonical_bytes, read_record
from certs.record.device_facts import device_facts
from certs.record.facts import JobFacts
from certs.record.issuer import Issuer, Station
from certs.record.recompute import fault_of, outcome_reasons, plain
from certs.record.refusals import refusals, title_of
from certs.record.schema import CERTIFICATE_SCHEMA, REPORT_SCHEMA, TIME_FORMAT, RecordDocument
from certs.record.sealing import seal
from grading.grade import grade
from grading.schemes import Scheme
from phones.commitment import commit
from phones.identifiers import ON_PAPER, SHOWN, last_four
from wipe import rules
from wipe.judge import judge

_NOT_YET = "PW-0000-0000-0000-0000"
RETENTION_YEARS = 3  # standards 12: at least three years after issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The exact bytes of one record, believed.

    Raises: RecordMalformedError for bytes that are no record or say what their evidence does not.
    """

    data: bytes
    read: ReadRecord = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        read = read_record(self.data)
        fault = fault_of(read)
        if fault is not None:
            raise RecordMalformedError(got=f"{fault.code} {fault.detail}")
        object.__setattr__(self, "read", read)

    @property
    def document(self) -> RecordDocument:
        """The typed document."""
        return self.read.document

    @property
    def is_report(self) -> bool:
        """True for a report, which is never a certificate."""
        return self.document.is_report


def certificate_record(
    facts: JobFacts, issuer: Issuer, station: Station, scheme: Scheme, *, issued_at: datetime, certificate_id: str
) -> Record:
    """The record of a certificate. `issued_at`: aware; kept to the second.

    Raises: NotCertifiableError (with every reason), WrongSignerError, RecordMalformedError.
    """
    draft, reasons = _draft(facts, issuer, station, scheme, issued_at=issued_at, certificate_id=certificate_id)
    if reasons:
        raise NotCertifiableError(reasons)
    return Record(data=canonical_bytes(draft))


def report_record(
    facts: JobFacts, issuer: Issuer, station: Station, scheme: Scheme, *, issued_at: datetime, certificate_id: str
) -> Record:
    """The record of a report: the same facts, and why they are no certificate.

    Raises: CertificateEarnedError, WrongSignerError, RecordMalformedError.
    """
    draft, reasons = _draft(facts, issuer, station, scheme, issued_at=issued_at, certificate_id=certificate_id)
    if not reasons:
        raise CertificateEarnedError(subject=facts.job_id)
    return Record(data=canonical_bytes(draft))


def content(facts: JobFacts, issuer: Issuer, station: Station, scheme: Scheme) -> dict[str, object]:
    """The record as a validator looks at it before deciding, plain JSON.

    `certs.record.validation` says what of it counts.

    Raises: WrongSignerError, RecordMalformedError.
    """
    draft, _ = _draft(facts, issuer, station, scheme, issued_at=facts.finished_at, certificate_id=_NOT_YET)
    return draft


def _draft(
    facts: JobFacts, issuer: Issuer, station: Station, scheme: Scheme, *, issued_at: datetime, certificate_id: str
) -> tuple[dict[str, object], tuple[str, ...]]:
    """The document this job gets, and what stands between it and a certificate."""
    if facts.emulated != station.specimen:
        raise WrongSignerError(expected="a specimen key" if facts.emulated else "a station key", got=station.key_id)
    rule_file = rules.load()
    report = judge(facts.evidence, method=facts.method, rules=rule_file)
    graded = grade(facts.evidence, platform=facts.platform, verdict=report.verdict, scheme=scheme)
    draft: dict[str, object] = {
        "schema": CERTIFICATE_SCHEMA,
        "id": certificate_id,
        "issued_at": _time(issued_at),
        "renderer": renderer(),
        "log": _log(facts),
        "emulated": facts.emulated,
        "outcome": {"title": "certificate", "reasons": []},
        "job": _job(facts),
        "issuer": {"name": issuer.name, "address": issuer.address, "contact": issuer.contact},
        "station": {"name": station.name, "key_id": station.key_id},
        "performed_by": plain(facts.performed_by),
        "validation": _validation(facts),
        "policy": plain(facts.policy),
        "device": _device(facts),
        "device_facts": plain(device_facts(facts.evidence)),
        "evidence": [piece.to_json() for piece in facts.evidence],
        "erase": plain(report),
        "grade": plain(graded),
        "rules": {"version": report.rules_version, "sha256": report.rules_sha256},
        "disclosures": dict(facts.disclosures),
        "sealed": {opening.name: seal(opening) for opening in facts.openings},
        "retention_until": _years_later(issued_at.astimezone(UTC).date()).isoformat(),
    }
    read = read_record(canonical_bytes(draft))
    reasons = refusals(read.document)
    if reasons:
        draft["schema"] = REPORT_SCHEMA
        told = outcome_reasons(reasons, report.reasons)
        draft["outcome"] = {"title": title_of(read.document, reasons), "reasons": list(told)}
    return draft, reasons


def _job(facts: JobFacts) -> dict[str, object]:
    return {
        "id": facts.job_id,
        "attempt": facts.attempt,
        "opened_at": _time(facts.opened_at),
        "finished_at": _time(facts.finished_at),
        "port": facts.port,
        "slot": facts.slot,
        "stage": facts.stage.upper(),
        "failure": facts.failure,
        "problems": list(facts.problems),
    }


def _validation(facts: JobFacts) -> dict[str, str]:
    decided = facts.validation
    if decided is None:
        state: Literal["awaiting", "not_required"] = "awaiting" if facts.policy.require_validation else "not_required"
        return {"decision": state, "by": "", "role": "", "at": "", "grounds": "", "certificate": "", "signature": ""}
    return {
        "decision": decided.decision,
        "by": decided.by.name,
        "role": decided.by.role,
        "at": _time(decided.at),
        "grounds": decided.grounds,
        "certificate": base64.b64encode(decided.certificate).decode(),
        "signature": base64.b64encode(decided.signature).decode(),
    }


def _log(facts: JobFacts) -> object:
    place = facts.log
    if place is None:
        return "none"
    return {
        "origin": place.origin,
        "device_tag": place.device_tag,
        "start": place.start,
        "attempt": place.attempt,
        "anchor": list(place.anchor),
    }


def _device(facts: JobFacts) -> dict[str, object]:
    identity = facts.identity
    return {
        "platform": facts.platform.value,
        "maker": identity.maker,
        "model": identity.model,
        "marketing_name": identity.marketing_name,
        **{f"{each.name}_last4": last_four(identity.number(each.name)) for each in SHOWN},
        "commitments": {
            each.name: commit(each.label, number, facts.salt) if (number := identity.number(each.name)) else ""
            for each in ON_PAPER
        },
        "salt": facts.salt.hex(),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(TIME_FORMAT)


def _years_later(day: date) -> date:
    """The same day three years on; 29 February becomes 1 March, never earlier than promised."""
    try:
        return day.replace(year=day.year + RETENTION_YEARS)
    except ValueError:
        return date(day.year + RETENTION_YEARS, 3, 1)
