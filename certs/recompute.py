# SPDX-License-Identifier: GPL-3.0-or-later
"""A record may say only what follows from its evidence: everything derived is derived again and compared.

Used by the writer of a record (so that no other can be written) and by the verifier (so that no other is
believed), with the rule file and the scheme the record names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum

from certs.canonical import ReadRecord
from certs.device_facts import device_facts
from certs.refusals import refusals, title_of
from grading import schemes
from grading.grade import grade
from phones.allowed import MALFORMED, allowed
from phones.evidence import Evidence, digest_of
from phones.port import Platform
from phones.verdict import Verdict
from wipe import rules
from wipe.judge import judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a record is not believed. `code`: E_RECORD, E_RULES, or E_RULES_UNKNOWN (cannot be computed here)."""

    code: str
    detail: str


def fault_of(record: ReadRecord) -> Fault | None:
    """The first way in which the record says something that does not follow from its evidence, or None."""
    document = record.document
    try:
        rule_file = rules.load(document.rules.version)
        scheme = schemes.load(document.grade.scheme) if document.grade else None
    except UNKNOWN_FILE as error:
        return Fault(code="E_RULES_UNKNOWN", detail=str(error)[:120])
    if rule_file.sha256 != document.rules.sha256 or document.rules.sha256 != document.erase.rules_sha256:
        return Fault(code="E_RULES_UNKNOWN", detail="rules.sha256")
    if scheme is not None and document.grade is not None and scheme.sha256 != document.grade.scheme_sha256:
        return Fault(code="E_RULES_UNKNOWN", detail="grade.scheme_sha256")
    pieces = evidence_of(record.plain)
    bad = _bad_piece(pieces)
    if bad is not None:
        return Fault(code="E_RECORD", detail=f"evidence {bad}")
    report = judge(pieces, method=document.erase.method, rules=rule_file)
    if plain(report) != record.plain["erase"]:
        return Fault(code="E_RULES", detail="erase")
    if scheme is not None:
        graded = grade(pieces, platform=Platform(document.device.platform), verdict=Verdict(report.verdict), scheme=scheme)
        if plain(graded) != record.plain["grade"]:
            return Fault(code="E_RULES", detail="grade")
    if device_facts(pieces) != record.plain["device_facts"]:
        return Fault(code="E_RULES", detail="device_facts")
    reasons = refusals(document, pieces)
    if document.is_report != bool(reasons) or tuple(document.outcome.reasons) != outcome_reasons(reasons, report.reasons):
        return Fault(code="E_RULES", detail="outcome")
    if document.outcome.title != title_of(reasons):
        return Fault(code="E_RULES", detail="outcome.title")
    return None


def outcome_reasons(reasons: tuple[str, ...], of_the_erase: tuple[str, ...]) -> tuple[str, ...]:
    """What a report gives as its reasons: why there is no certificate, then why the erase is not verified."""
    return tuple(dict.fromkeys((*reasons, *of_the_erase)))[:50] if reasons else ()


def evidence_of(document: Mapping[str, object]) -> tuple[Evidence, ...]:
    """The evidence of a document that passed `certs.canonical.read_record`."""
    pieces = document["evidence"]
    if not isinstance(pieces, list):
        raise TypeError("evidence: expected an array")
    return tuple(Evidence.from_json(piece) for piece in pieces)


def _bad_piece(pieces: tuple[Evidence, ...]) -> int | None:
    """The number of the first piece whose digest, order or values are not what a witness writes."""
    last = 0
    for piece in pieces:
        if piece.number <= last or digest_of(piece.values) != piece.digest:
            return piece.number
        if not all(_is_admitted(name, text) for name, text in piece.values.items()):
            return piece.number
        last = piece.number
    return None


def _is_admitted(name: str, text: str) -> bool:
    try:
        rule = allowed(name)
    except KeyError:
        return False
    if text == MALFORMED:
        return True
    if rule.identifier:
        return len(text) == 33 and text[0] == "#" and set(text[1:]) <= set("0123456789abcdef")
    return rule.admit(text) == text


def plain(value: object) -> object:
    """Frozen dataclasses, enums, mappings and tuples as plain JSON types."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    return value
