# SPDX-License-Identifier: GPL-3.0-or-later
"""What the offline page asks of the verifier: JSON text in, JSON text out, files as bytes beside it.

Runs in the browser's Python and, for tests, in any other. It judges nothing by itself: a PDF is judged by
`certs.verify.verifier`, a scanned code by `certs.record.statement` and `certs.formats.chain`.
Every answer holds its sentences in both languages, so that the reader can change the language without asking again.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from certs.errors import StatementMalformedError, TrustFileError
from certs.formats import chain
from certs.formats.der import DerError
from certs.formats.x509_facts import COMMON_NAME, ORGANISATION_NAME, CertificateFacts, RevocationFacts, read_certificate
from certs.record.statement import Statement, from_qr_text, read_statement, signer_among
from certs.verify.trust import Trust
from certs.verify.verifier import CHECKS, CLOCK_TOLERANCE, verify
from phones.clock import utc_now
from phones.typed_number import IMEI_DIGITS, folded
from phones.words import LANGUAGES, keys, say

LARGEST_TRUST_FILE = 256 * 1024
STATUS_FILE = b"proofwipe/log-snapshot/"
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_STARTS_PEM = b"-----BEGIN CERTIFICATE-----"


def judge_paper(question: str, files: Sequence[bytes]) -> str:
    """The answer to a PDF: what `proofwipe verify --json` says, and its sentences.

    `question`: {"imei": text or "", "names": names of the trust files}; `files`: the PDF, then the trust files.
    """
    asked = json.loads(question)
    data, *given = (bytes(file) for file in files)
    try:
        trust, status = _trust(zip(asked["names"], given, strict=True))
        snapshot = trust.status(status) if status else None
    except TrustFileError as error:
        return json.dumps({"kind": "trouble", "trouble": _got(error)})
    found = verify(data, trust, imei=asked["imei"] or None, status=snapshot)
    return json.dumps(
        {
            "kind": "paper",
            "answer": found.answer.value,
            "code": found.code,
            "exit_code": found.exit_code,
            "asked": bool(asked["imei"]),
            "total": len(CHECKS),
            "sentence": _said([found.code or found.answer.name]),
            "next": _said([found.code], "next"),
            "warnings": list(found.warnings),
            "warning_sentences": _said(found.warnings),
            "warning_next": _said(found.warnings, "next"),
            "checks": [asdict(check) for check in found.checks],
            "summary": found.summary.to_json() if found.summary else None,
            "reasons": _said(found.summary.reasons if found.summary else (), "reason"),
            "at": found.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        default=str,
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
        return json.dumps({"kind": "statement", "answer": "NOT VALID", "code": "E_QR", "detail": _got(error)})
    given = [bytes(file) for file in files]
    certificates = [each for file in given for each in _certificates(file)]
    lists = [each for file in given for each in _lists(file)]
    answer, code, station = _paper_alone(data, statement, certificates, lists)
    typed = asked["imei"]
    same = statement.is_about(typed) if typed and _could_be(typed, statement.committed) else None
    if same is False and answer != "NOT VALID":
        answer, code = "NOT VALID", "E_DEVICE"
    return json.dumps(
        {
            "kind": "statement",
            "answer": answer,
            "code": code,
            "same_phone": same,
            "committed": statement.committed,
            "report": statement.is_report,
            "issuer": statement.issuer,
            "id": statement.certificate_id,
            "issued_at": statement.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "model": statement.model,
            "method": statement.method,
            "usability": statement.usability,
            "record": statement.record_sha256,
            "key": statement.key_id,
            "signer": _described(station) if station else None,
        }
    )


def look_at_trust(question: str, files: Sequence[bytes]) -> str:
    """What each trust file holds, or why it cannot be used. `question`: {"names": [...]}, one for each of `files`."""
    names = json.loads(question)["names"]
    given = [(name, bytes(file)) for name, file in zip(names, files, strict=True)]
    return json.dumps([_looked_at(name, file, given) for name, file in given])


def _looked_at(name: str, file: bytes, given: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    try:
        if file.startswith(STATUS_FILE):
            # Only a pinned log policy can say whose log it is; the file itself need not be read twice.
            policies = [each for each in given if _trust([each])[0].log_policy]
            return {"error": "" if policies else "no log policy", "holds": [{"kind": "status"}]}
        trust, _ = _trust([(name, file)])
    except TrustFileError as error:
        return {"error": _got(error), "holds": []}
    holds = [
        # What stands above a time-stamping authority is used as one, whatever it may be besides.
        {**_described(each), **({"kind": "stamper"} if each in trust.time_stampers else {})}
        for each in _certificates(file)
    ]
    holds += [
        {"kind": "list", "until": each.next_update.strftime("%Y-%m-%d"), "count": len(each.revoked)}
        for each in trust.revocation_lists
    ]
    if trust.log_policy:
        holds += [{"kind": "policy", "name": ", ".join(each.name for each in trust.log_policy.logs)}]
    return {"error": "", "holds": holds}


def _trust(files: Iterable[tuple[str, bytes]]) -> tuple[Trust, bytes]:
    """What is pinned, and the status file or b"". Certificates of organisations and stations pin nothing: they serve
    printed pages. Raises: TrustFileError.
    """
    pinned: list[tuple[str, bytes]] = []
    status = b""
    for name, file in files:
        if file.startswith(STATUS_FILE):
            status = file
        elif file.startswith(_STARTS_PEM) and len(file) <= LARGEST_TRUST_FILE:
            pinned += [(name, block) for block in _blocks_that_pin(file)]
        else:
            pinned.append((name, file))
    return Trust.from_bytes(pinned), status


def _blocks_that_pin(text: bytes) -> list[bytes]:
    """The text without its certificates of organisations and stations. All of it, if it is not made of certificates."""
    blocks = list(_PEM.finditer(text))
    if not blocks or text.count(b"-----BEGIN") != len(blocks):
        return [text]
    kinds = [_kind_of_block(block[1]) for block in blocks]
    return [block[0] for block, kind in zip(blocks, kinds, strict=True) if kind not in ("organisation", "station")]


def _kind_of_block(text: bytes) -> str:
    try:
        return _kind(_certificate(text))
    except (binascii.Error, DerError):
        return ""


def _certificates(text: bytes) -> list[CertificateFacts]:
    """The certificates of a PEM text that can be read."""
    found = []
    for block in _PEM.findall(text[:LARGEST_TRUST_FILE]):
        try:
            found.append(_certificate(block))
        except (binascii.Error, DerError):
            continue
    return found


def _lists(file: bytes) -> tuple[RevocationFacts, ...]:
    """The revocation lists in a trust file; none in one of another kind."""
    try:
        return Trust.from_bytes([("", file)]).revocation_lists
    except TrustFileError:
        return ()


def _certificate(block: bytes) -> CertificateFacts:
    return read_certificate(base64.b64decode(b"".join(block.split()), validate=True))


def _kind(certificate: CertificateFacts) -> str:
    """Root, organisation, station, stamper or "": what the certificate may be, whoever issued it."""
    if certificate.extended_key_usage == (chain.TIME_STAMPING,):
        return "stamper"
    for kind, check in (("root", chain.check_root), ("organisation", chain.check_organisation)):
        try:
            check(certificate)
        except chain.ChainError:
            continue
        return kind
    signs_papers = "content_commitment" in (certificate.key_usage or ())
    return "station" if signs_papers and not certificate.authority and certificate.policies else ""


def _described(certificate: CertificateFacts) -> dict[str, Any]:
    return {
        "kind": _kind(certificate),
        "organisation": certificate.name(ORGANISATION_NAME) or "",
        "name": certificate.name(COMMON_NAME) or "",
        "fingerprint": certificate.fingerprint,
        "until": certificate.not_after.strftime("%Y-%m-%d"),
    }


def _paper_alone(
    data: bytes, statement: Statement, certificates: list[CertificateFacts], lists: list[RevocationFacts]
) -> tuple[str, str, CertificateFacts | None]:
    """Word, code and station of a statement without its PDF. No proof of when it was made: every revocation counts."""
    named = [each for each in certificates if each.key_id == statement.key_id and _kind(each) == "station"]
    if not named:
        return "CANNOT TELL", "P_NO_STATION", None
    station = signer_among(data, named)
    if station is None:
        return "NOT VALID", "E_QR", None
    if not station.is_valid_at(statement.issued_at):
        return "NOT VALID", "E_EXPIRED", station
    if statement.issued_at > utc_now() + CLOCK_TOLERANCE:
        return "NOT VALID", "E_FUTURE", station
    above = _above(station, certificates)
    for certificate, authority in zip((station, *above), above, strict=False):
        if any(each.is_signed_by(authority) and each.entry(certificate.serial) for each in lists):
            return "NOT VALID", "E_REVOKED", station
    if len(above) < 2:
        # A specimen needs no root and earns no trust, as with a PDF.
        return ("SPECIMEN", "", station) if chain.is_specimen(station) else ("CANNOT TELL", "E_UNTRUSTED", station)
    return ("SPECIMEN" if chain.is_specimen(station) else "CODE GENUINE"), "", station


def _above(station: CertificateFacts, certificates: list[CertificateFacts]) -> tuple[CertificateFacts, ...]:
    """Organisation and root of this station as far as they stand among the certificates, each issued by the next."""
    found: tuple[CertificateFacts, ...] = ()
    for organisation in certificates:
        try:
            chain.check_station(station, organisation)
            chain.check_organisation(organisation)
        except chain.ChainError:
            continue
        root = next((each for each in certificates if _kind(each) == "root" and organisation.is_signed_by(each)), None)
        if root is not None:
            return organisation, root
        found = (organisation,)
    return found


def _could_be(typed: str, committed: str) -> bool:
    """Was the kind of number typed that the code names? Another kind cannot differ."""
    number = folded(typed)
    is_imei = number.isascii() and number.isdecimal() and len(number) == IMEI_DIGITS
    return is_imei if committed == "imei" else committed == "serial" and not is_imei


def _said(codes: Iterable[str], room: str = "verify") -> Mapping[str, list[str]]:
    """The sentences of codes in both languages; a code without a sentence stays a code, so that it is seen."""
    known = set(keys(f"{room}."))
    return {
        language: [say(f"{room}.{code}", language) if f"{room}.{code}" in known else code for code in codes]
        for language in LANGUAGES
    }


def _got(error: StatementMalformedError | TrustFileError) -> str:
    return str(error.facts.get("got", ""))[:120]
