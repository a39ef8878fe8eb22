# SPDX-License-Identifier: GPL-3.0-or-later
"""What the offline page asks of the verifier: JSON text in, JSON text out, files as bytes beside it.

Runs in the browser's Python and, for tests, in any other. It judges nothing by itself: a PDF is judged by
`certs.verify.verifier`, a scanned code by `certs.verify.code_alone`.
Every answer holds its sentences in both languages, so that the reader can change the language without asking again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from certs.errors import StatementMalformedError, TrustFileError
from certs.formats.x509_facts import COMMON_NAME, ORGANISATION_NAME, CertificateFacts
from certs.verify.code_alone import certificates_in, check_code, kind_of, lists_in, parts_that_pin
from certs.verify.plain_answer import Plain, numbers_of, plain_of, plain_of_code
from certs.verify.root_words import root_words
from certs.verify.trust import Trust
from certs.verify.verifier import CHECKS, verify
from phones.words import LANGUAGES, keys, say

STATUS_FILE = b"proofwipe/log-snapshot/"
TRUSTED_SOURCES = frozenset({"site", "issuer"})
"""From whom a root may come to be worth anything (SOURCES of steps.js). Nobody asked yet is none of them, so that the
best answer before the question is answered is CANNOT TELL, as it is for the seller's."""


def judge_paper(question: str, files: Sequence[bytes]) -> str:
    """The answer to a PDF: what `proofwipe verify --json` says, and its sentences.

    `question`: {"imei": text or "", "names": names of the trust files, "source": from whom they came}; `files`: the
    PDF, then the trust files.
    """
    asked = json.loads(question)
    data, *given = (bytes(file) for file in files)
    try:
        trust, status = _trust(zip(asked["names"], given, strict=True))
        snapshot = trust.status(status) if status else None
    except TrustFileError as error:
        return json.dumps({"kind": "trouble", "trouble": _got(error)})
    source = _source(asked["source"], has_root=bool(trust.roots))
    if source not in ("", "trusted"):
        trust = replace(trust, roots=())
    found = verify(data, trust, imei=asked["imei"] or None, status=snapshot)
    return json.dumps(
        {
            "kind": "paper",
            "plain": _plain(plain_of(found)),
            "source": source,
            "answer": found.answer.value,
            "code": found.code,
            "exit_code": found.exit_code,
            "asked": bool(asked["imei"]),
            "total": len(CHECKS),
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
    """The answer to the text of a scanned code. `question`: {"text": ..., "imei": ..., "source": ...}; `files`: trust
    files.

    The code alone never makes a VALID: it proves who signed it and which phone it names, not the page around it.
    """
    asked = json.loads(question)
    given = [bytes(file) for file in files]
    certificates = [each for file in given for each in certificates_in(file)]
    roots = [each for each in certificates if kind_of(each) == "root"]
    source = _source(asked["source"], has_root=bool(roots))
    if source not in ("", "trusted"):
        roots = []
    lists = [each for file in given for each in lists_in(file)]
    found = check_code(asked["text"], certificates, roots, lists, number=asked["imei"])
    statement, station = found.statement, found.station
    is_report = statement is not None and statement.is_report
    plain = plain_of_code(found.answer, found.code, same_phone=found.same_phone, is_report=is_report)
    said = {"kind": "statement", "plain": _plain(plain), "source": source, "answer": found.answer, "code": found.code}
    if statement is None:
        return json.dumps({**said, "detail": found.detail})
    return json.dumps(
        {
            **said,
            "same_phone": found.same_phone,
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
        for each in certificates_in(file)
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
        else:
            pinned += parts_that_pin(name, file)
    return Trust.from_bytes(pinned), status


def _described(certificate: CertificateFacts) -> dict[str, Any]:
    return {
        "kind": kind_of(certificate),
        "organisation": certificate.name(ORGANISATION_NAME) or "",
        "name": certificate.name(COMMON_NAME) or "",
        "fingerprint": certificate.fingerprint,
        "until": certificate.not_after.strftime("%Y-%m-%d"),
        "words": {language: root_words(certificate.fingerprint, language) for language in LANGUAGES},
    }


def _source(named: str, *, has_root: bool) -> str:
    """What the origin of the files is worth: "" without a root, "trusted", "unasked", or as it was named."""
    if not has_root:
        return ""
    return "trusted" if named in TRUSTED_SOURCES else named or "unasked"


def _plain(plain: Plain) -> dict[str, Any]:
    """One of three answers with its words, each in both languages."""
    phone = plain.phone
    return {
        "answer": plain.answer.value,
        "why": plain.why.value if plain.why else "",
        "headline": {language: plain.headline(language) for language in LANGUAGES},
        "sentence": {language: plain.sentence(language) for language in LANGUAGES},
        "next": {language: plain.next_step(language) for language in LANGUAGES},
        "not_looked_up": {language: plain.not_looked_up(language) for language in LANGUAGES},
        "dangers": _said(plain.dangers),
        "phone": {each: f"{phone.name} · {numbers_of(phone, each)}" for each in LANGUAGES} if phone else None,
    }


def _said(codes: Iterable[str], room: str = "verify") -> Mapping[str, list[str]]:
    """The sentences of codes in both languages; a code without a sentence stays a code, so that it is seen."""
    known = set(keys(f"{room}."))
    return {
        language: [say(f"{room}.{code}", language) if f"{room}.{code}" in known else code for code in codes]
        for language in LANGUAGES
    }


def _got(error: StatementMalformedError | TrustFileError) -> str:
    return str(error.facts.get("got", ""))[:120]
