# SPDX-License-Identifier: GPL-3.0-or-later
"""A record may say only what follows from its evidence: everything derived is derived again and compared.

Used by the writer of a record (so that no other can be written) and by the verifier (so that no other is
believed), with the rule file and the scheme the record names.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from certs.editions.interface import Fault
from certs.editions.e2027_02.certs.record.device_facts import device_facts
from certs.editions.e2027_02.certs.record.reading import ReadRecord
from certs.editions.e2027_02.certs.record.refusals import refusals, title_of
from certs.editions.e2027_02.certs.record.schema import OutcomePart, RecordDocument
from certs.editions.e2027_02.grading import schemes
from certs.editions.e2027_02.grading.checks import may_say
from grading.errors import SchemeError
from certs.editions.e2027_02.grading.grade import grade
from certs.editions.e2027_02.phones.allowed import MALFORMED, allowed
from certs.editions.e2027_02.phones.commitment import is_commitment
from certs.editions.e2027_02.phones.evidence import Evidence, digest_of
from certs.editions.e2027_02.phones.port import Platform
from certs.editions.e2027_02.phones.signs import NOT_MEASURED, SOURCES
from certs.editions.e2027_02.wipe import rules
from wipe.errors import RulesError
from certs.editions.e2027_02.wipe.judge import judge
from certs.editions.e2027_02.wipe.report import EraseReport


def fault_of(record: ReadRecord) -> Fault | None:
    """The first way in which the record says something that does not follow from its evidence, or None."""
    bad = fault_of_grounds(record.document)
    if bad is not None:
        return bad
    rule_file, scheme = _files_of(record.document)
    report = judge(record.document.evidence, method=record.document.erase.method, rules=rule_file)
    if report.attestation != record.document.erase.attestation:
        found = report.attestation
        return Fault(code="E_ATTESTATION", detail=found.code if found is not None else "nobody_asked")
    different = _first_difference(record.document, report, scheme)
    return Fault(code="E_RULES", detail=different) if different else None


def fault_of_grounds(document: RecordDocument) -> Fault | None:
    """What is wrong with that from which everything else follows: rule file, scheme, evidence."""
    try:
        _files_of(document)
    except (RulesError, SchemeError, _OtherFile) as error:
        return Fault(code="E_RULES_UNKNOWN", detail=str(error)[:120])
    bad = _bad_piece(document.evidence)
    return Fault(code="E_RECORD", detail=f"evidence {bad}") if bad is not None else None


class _OtherFile(Exception):
    """Rule file or scheme here is another than the record's."""


def _files_of(document: RecordDocument) -> tuple[rules.Rules, schemes.Scheme | None]:
    """The rule file and the scheme the record names, byte for byte. Raises: RulesError, SchemeError, _OtherFile."""
    rule_file = _rule_file(document.rules.version)
    if rule_file.sha256 != document.rules.sha256:
        raise _OtherFile("rules.sha256")
    if document.grade is None:
        return rule_file, None
    scheme = _shipped(document.grade.scheme)
    if scheme.sha256 != document.grade.scheme_sha256:
        raise _OtherFile("grade.scheme_sha256")
    return rule_file, scheme


@cache
def _rule_file(version: str) -> rules.Rules:
    """A rule file of this program, read once. Raises: RulesError."""
    return rules.load(version)


@cache
def _shipped(name: str) -> schemes.Scheme:
    """A scheme of this program, read once. Raises: SchemeError, _OtherFile."""
    if name not in schemes.shipped():
        raise _OtherFile("grade.scheme")
    return schemes.load(name)


def _first_difference(document: RecordDocument, report: EraseReport, scheme: schemes.Scheme | None) -> str:
    """The name of the first derived field that is not what the evidence gives, or ""."""
    if report != document.erase:
        return "erase"
    if scheme is None and not document.is_report:
        return "grade"
    if scheme is not None:
        platform = Platform(document.device.platform)
        if grade(document.evidence, platform=platform, verdict=report.verdict, scheme=scheme) != document.grade:
            return "grade"
    if device_facts(document.evidence) != document.device_facts:
        return "device_facts"
    reasons = refusals(document)
    outcome = OutcomePart(title=title_of(document, reasons), reasons=outcome_reasons(reasons, report.reasons))
    if document.is_report != bool(reasons) or document.outcome != outcome:
        return "outcome"
    return ""


def outcome_reasons(reasons: tuple[str, ...], of_the_erase: tuple[str, ...]) -> tuple[str, ...]:
    """What a report gives as its reasons: why there is no certificate, then why the erase is not verified."""
    return tuple(dict.fromkeys((*reasons, *of_the_erase)))[:50] if reasons else ()


def _bad_piece(pieces: tuple[Evidence, ...]) -> int | None:
    """The number of the first piece whose digest, order or values are not what a witness writes."""
    last = 0
    for piece in pieces:
        if piece.number <= last or digest_of(piece.values) != piece.digest:
            return piece.number
        if not all(is_admitted(name, text) for name, text in piece.values.items()) or not _by_its_own_way(piece):
            return piece.number
        last = piece.number
    return None


def _by_its_own_way(piece: Evidence) -> bool:
    """What a page in the phone's own browser claims comes from there, and nothing else does."""
    return all(may_say(piece, name.removeprefix(NOT_MEASURED).removeprefix(SOURCES)) for name in piece.values)


def is_admitted(name: str, text: str) -> bool:
    """May evidence have this text under this name?"""
    try:
        rule = allowed(name)
    except KeyError:
        return False
    if text == MALFORMED:
        return True
    if rule.identifier:
        return is_commitment(text)
    return rule.admit(text) == text


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def plain(value: object) -> object:
    """Frozen dataclasses, enums, mappings and tuples as plain JSON types."""
    if type(value) in (str, int, bool):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    return value
