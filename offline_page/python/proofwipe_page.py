# SPDX-License-Identifier: GPL-3.0-or-later
"""What the offline page asks of the verifier: JSON text in, JSON text out, files as bytes beside it.

Runs in the browser's Python and, for tests, in any other. It judges nothing by itself: a PDF is judged by
`certs.verify`, a scanned code by `certs.statement` and `certs.chain`. Every answer holds its sentences in both
languages, so that the reader can change the language without asking again.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from certs import chain
from certs.der import DerError
from certs.errors import CertsError, StatementMalformedError, TrustFileError
from certs.statement import Statement, from_qr_text, read_statement, signer_among
from certs.trust import Trust
from certs.verify import CLOCK_TOLERANCE, verify
from certs.x509_facts import COMMON_NAME, ORGANISATION_NAME, CertificateFacts, read_certificate
from phones.identity import plain
from phones.words import LANGUAGES, keys, say

IMEI_DIGITS = 15
LARGEST_TRUST_FILE = 256 * 1024
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


def judge_paper(question: str, files: Sequence[bytes]) -> str:
    """The answer to a PDF: what `proofwipe verify --json` says, and its sentences.

    `question`: {"imei": text or "", "roots": how many of `files` are root files}; `files`: the PDF, then trust files.
    """
    asked = json.loads(question)
    data, *trusted = (bytes(file) for file in files)
    found = verify(data, _trust(trusted), imei=asked["imei"] or None)
    return json.dumps(
        {
            "kind": "paper", "answer": found.answer.value, "code": found.code, "exit_code": found.exit_code,
            "compared": bool(asked["imei"]) and _verdict_of(found.checks, "device") != "indeterminate",
            "sentence": {language: found.sentence(language) for language in LANGUAGES},
            "warnings": list(found.warnings),
            "warning_sentences": {language: found.warning_sentences(language) for language in LANGUAGES},
            "checks": [asdict(check) for check in found.checks],
            "summary": asdict(found.summary) if found.summary else None,
            "reasons": _reasons(found.summary.reasons if found.summary else ()),
            "at": found.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def judge_statement(question: str, files: Sequence[bytes]) -> str:
    """The answer to the text of a scanned code. `question`: {"text": ..., "imei": ...}; `files`: trust files.

    The code alone never makes a VALID: it proves who signed it and which phone it names, not the page around it.
    """
    asked = json.loads(question)
    try:
        data = from_qr_text(asked["text"])
        statement = read_statement(data)
    except StatementMalformedError as error:
        return json.dumps({"kind": "statement", "answer": "NOT VALID", "code": "E_QR", "detail": error.got})
    stations = _certificates([bytes(file) for file in files])
    answer, code, station = _paper_alone(data, statement, stations)
    same = statement.is_about(asked["imei"]) if asked["imei"] and statement.commitment else None
    if same is False and _could_be(asked["imei"], statement.committed):
        answer, code = ("NOT VALID", "E_DEVICE") if answer != "NOT VALID" else (answer, code)
    return json.dumps(
        {
            "kind": "statement", "answer": answer, "code": code, "same_phone": same,
            "committed": statement.committed, "report": statement.is_report, "issuer": statement.issuer,
            "id": statement.certificate_id, "issued_at": statement.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "model": statement.model, "method": statement.method, "usability": statement.usability,
            "record": statement.record_sha256, "key": statement.key_id,
            "signer": _described(station) if station else None,
        }
    )


def look_at_trust(question: str, files: Sequence[bytes]) -> str:
    """What trust files hold: roots, organisations and stations, or why they cannot be used."""
    del question
    shown: list[dict[str, Any]] = []
    for file in files:
        try:
            shown += [_described(certificate) for certificate in _read(bytes(file))]
        except CertsError as error:
            return json.dumps({"error": str(error.got)[:120], "certificates": []})
    return json.dumps({"error": "", "certificates": shown})


def _trust(files: Iterable[bytes]) -> Trust:
    """The roots among the trust files; the other certificates serve scanned codes."""
    roots = [certificate.encoded for certificate in _certificates(files) if _kind(certificate) == "root"]
    return Trust.from_der(*dict.fromkeys(roots))


def _certificates(files: Iterable[bytes]) -> list[CertificateFacts]:
    return [certificate for file in files for certificate in _read(file)]


def _read(text: bytes) -> list[CertificateFacts]:
    """Certificates of a PEM text. Raises: TrustFileError."""
    if len(text) > LARGEST_TRUST_FILE:
        raise TrustFileError(got="too large")
    blocks = _PEM.findall(text)
    if not blocks or text.count(b"-----BEGIN") != len(blocks):
        raise TrustFileError(got="no certificate, or something else beside it")
    try:
        return [read_certificate(base64.b64decode(b"".join(block.split()), validate=True)) for block in blocks]
    except (binascii.Error, DerError) as error:
        raise TrustFileError(got=str(error)[:120]) from error


def _kind(certificate: CertificateFacts) -> str:
    """Root, organisation, station or "": what the certificate may be, whoever issued it."""
    if certificate.authority:
        try:
            chain.check_root(certificate)
        except chain.ChainError:
            return "organisation" if _is_organisation(certificate) else ""
        return "root"
    usage = certificate.key_usage or frozenset()
    return "station" if "content_commitment" in usage and certificate.policies else ""


def _is_organisation(certificate: CertificateFacts) -> bool:
    try:
        chain.check_organisation(certificate)
    except chain.ChainError:
        return False
    return True


def _described(certificate: CertificateFacts) -> dict[str, Any]:
    return {
        "kind": _kind(certificate), "organisation": certificate.name(ORGANISATION_NAME) or "",
        "name": certificate.name(COMMON_NAME) or "", "fingerprint": certificate.fingerprint,
        "until": certificate.not_after.strftime("%Y-%m-%d"), "specimen": chain.is_specimen(certificate),
    }


def _paper_alone(
    data: bytes, statement: Statement, certificates: list[CertificateFacts]
) -> tuple[str, str, CertificateFacts | None]:
    """Word, code and station of a statement without its PDF."""
    named = [each for each in certificates if each.key_id == statement.key_id and _kind(each) == "station"]
    if not named:
        return "CANNOT TELL", "P_NO_STATION", None
    station = signer_among(data, named)
    if station is None:
        return "NOT VALID", "E_QR", None
    if not station.is_valid_at(statement.issued_at):
        return "NOT VALID", "E_EXPIRED", station
    if statement.issued_at > datetime.now(UTC) + CLOCK_TOLERANCE:
        return "NOT VALID", "E_FUTURE", station
    if chain.is_specimen(station):
        return "SPECIMEN", "", station
    return ("CODE GENUINE", "", station) if _leads_to_a_root(station, certificates) else (
        "CANNOT TELL", "E_UNTRUSTED", station
    )


def _leads_to_a_root(station: CertificateFacts, certificates: list[CertificateFacts]) -> bool:
    """Do organisation and root of this station stand among the files, each issued by the one above?"""
    for organisation in certificates:
        try:
            chain.check_station(station, organisation)
            chain.check_organisation(organisation)
        except chain.ChainError:
            continue
        return any(_kind(root) == "root" and organisation.is_signed_by(root) for root in certificates)
    return False


def _could_be(typed: str, committed: str) -> bool:
    """Was the kind of number typed that the code names? Another kind cannot differ."""
    number = plain(typed)
    is_imei = number.isascii() and number.isdecimal() and len(number) == IMEI_DIGITS
    return is_imei if committed == "imei" else committed == "serial" and not is_imei


def _verdict_of(checks: Iterable[Any], name: str) -> str:
    return next((check.verdict.value for check in checks if check.name == name), "indeterminate")


def _reasons(codes: Iterable[str]) -> dict[str, list[str]]:
    """Why no certificate was issued, in both languages; a code without a sentence stays a code."""
    known = set(keys("reason."))
    return {
        language: [say(f"reason.{code}", language) if f"reason.{code}" in known else code for code in codes]
        for language in LANGUAGES
    }
