# SPDX-License-Identifier: GPL-3.0-or-later
"""The document a finished job gets: a certificate's if it was earned, a report's if not."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Literal

from certs.errors import RecordMalformedError
from certs.record.canonical import canonical_bytes
from certs.editions.e2027_02.certs.record.device_facts import device_facts
from certs.editions.e2027_02.certs.record.facts import JobFacts
from certs.editions.e2027_02.certs.record.fields import FieldError, Struct, Table, Text, Time
from certs.editions.e2027_02.certs.record.judged import report_on
from certs.editions.e2027_02.certs.record.reading import ReadRecord, read_document
from certs.editions.e2027_02.certs.record.recompute import fault_of_grounds, is_admitted, outcome_reasons, plain
from certs.editions.e2027_02.certs.record.refusals import refusals, title_of
from certs.editions.e2027_02.certs.record.schema import CERTIFICATE_SCHEMA, OutcomePart, REPORT_SCHEMA, TIME_FORMAT
from certs.editions.e2027_02.certs.record.sealing import seal
from certs.editions.e2027_02.grading import schemes
from certs.editions.e2027_02.grading.choice import scheme_for
from certs.editions.e2027_02.grading.grade import grade
from certs.editions.e2027_02.phones.allowed import MALFORMED, allowed
from certs.editions.e2027_02.phones.commitment import commit
from certs.editions.e2027_02.phones.evidence import Evidence, digest_of
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.identifiers import ON_PAPER, SHOWN, last_four

RETENTION_YEARS = 3  # standards 12: at least three years after issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a record says that is not of the job. `issued_at`: as records spell it; `issuer`, `station`: as records
    have them; `scheme`: name of a shipped one, a path, or "" for the one that follows from what was checked.
    """

    edition: str
    id: str
    issued_at: str
    issuer: Mapping[str, str]
    station: Mapping[str, str]
    scheme: str


_TERMS = Struct(
    Terms,
    edition=Text(most=96),
    id=Text(most=22),
    issued_at=Time(),
    issuer=Table(Text(most=96), Text(most=1000), 3),
    station=Table(Text(most=96), Text(most=1000), 2),
    scheme=Text(most=4096),
)


def read_terms(found: object) -> Terms:
    """From plain JSON types. Raises: RecordMalformedError."""
    try:
        return _TERMS.read(found)
    except FieldError as error:
        raise RecordMalformedError(got=f"terms.{error}"[:120]) from error


def draft_of(facts: JobFacts, terms: Terms) -> tuple[ReadRecord, tuple[str, ...]]:
    """The record this job gets, and what stands between it and a certificate.

    Everything derived in it is computed here, once, from the evidence that stands in it; and its fields pass the door
    through which the records of others must. Raises: RecordMalformedError.
    """
    facts = replace(facts, evidence=known(facts.evidence))
    report = report_on(facts.evidence, facts.method)
    scheme = schemes.load(terms.scheme or scheme_for(facts.evidence))
    graded = grade(facts.evidence, platform=facts.platform, verdict=report.verdict, scheme=scheme)
    issued_at = datetime.fromisoformat(terms.issued_at)
    draft: dict[str, object] = {
        "schema": CERTIFICATE_SCHEMA,
        "id": terms.id,
        "issued_at": terms.issued_at,
        "edition": terms.edition,
        "log": _log(facts),
        "emulated": facts.emulated,
        "outcome": {"title": "certificate", "reasons": []},
        "job": _job(facts),
        "issuer": dict(terms.issuer),
        "station": dict(terms.station),
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
        "retention_until": _years_later(issued_at.date()).isoformat(),
    }
    document = read_document(draft)
    fault = fault_of_grounds(document)
    if fault is not None:
        raise RecordMalformedError(got=f"{fault.code} {fault.detail}")
    reasons = refusals(document)
    if reasons:
        told = OutcomePart(title=title_of(document, reasons), reasons=outcome_reasons(reasons, report.reasons))
        document = replace(document, schema=REPORT_SCHEMA, outcome=told)
        draft |= {"schema": REPORT_SCHEMA, "outcome": plain(told)}
    return ReadRecord(data=canonical_bytes(draft), plain=draft, document=document), reasons


def known(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The evidence as this law reads it. What a later reader asked besides counts neither for nor against, and a text
    that only a later allow-list admits is one of another shape than documented. A piece whose digest is wrong stays as
    it is, so that it is refused.
    """
    return tuple(map(_known, evidence))


def _known(piece: Evidence) -> Evidence:
    values = {
        name: text if is_admitted(name, text) else MALFORMED for name, text in piece.values.items() if _is_known(name)
    }
    if values == piece.values or digest_of(piece.values) != piece.digest:
        return piece
    return replace(piece, values=values, digest=digest_of(values))


def _is_known(name: str) -> bool:
    try:
        allowed(name)
    except KeyError:
        return False
    return True


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
