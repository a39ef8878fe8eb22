# SPDX-License-Identifier: GPL-3.0-or-later
"""A validator's own signature: what exactly they signed, and whether it stands under a record.

The subject is canonical JSON of their decision and of the SHA-256 of everything they looked at: the record
without what the decision itself changes (id, issue time, renderer, outcome, stage and failure of the job,
retention). So one signature stands under the paper that was awaiting it and under the one it earned.
The key belongs to a person; its certificate is issued by the organisation, names them, and cannot sign papers.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from certs.formats import chain
from certs.formats.x509_facts import COMMON_NAME, P256, read_certificate
from certs.record.canonical import ReadRecord, canonical_bytes
from certs.record.schema import TIME_FORMAT
from phones.verdict import Verdict

SUBJECT_SCHEMA = "proofwipe/validation/1"
CONTENT = (
    "job",
    "performed_by",
    "policy",
    "device",
    "device_facts",
    "evidence",
    "erase",
    "grade",
    "rules",
    "disclosures",
    "sealed",
    "emulated",
    "log",
)
"""Record fields a validator answers for."""
_CHANGED_BY_THE_DECISION = ("stage", "failure")  # of `job`


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """PASSED: signed by a validator of the organisation. INDETERMINATE: nobody decided ("none"), or somebody did
    without a key of their own ("unsigned"). FAILED: a signature that does not stand; `detail` says why.

    `certificate`: the validator's, DER, for a reader who holds a revocation list; b"" without one.
    """

    verdict: Verdict
    detail: str
    certificate: bytes = b""


def content_digest(document: Mapping[str, object]) -> str:
    """SHA-256, hex, of the canonical JSON of what a validator looks at. `document`: a record as plain JSON."""
    content = {name: document[name] for name in CONTENT}
    job = document["job"]
    if isinstance(job, Mapping):
        content["job"] = {name: value for name, value in job.items() if name not in _CHANGED_BY_THE_DECISION}
    return hashlib.sha256(canonical_bytes(content)).hexdigest()


def subject(content: str, *, decision: str, by: str, role: str, at: str, grounds: str) -> bytes:
    """The bytes a validator signs. `content`: from `content_digest`; `at`: as the record writes times."""
    return canonical_bytes(
        {
            "schema": SUBJECT_SCHEMA,
            "content": content,
            "decision": decision,
            "by": by,
            "role": role,
            "at": at,
            "grounds": grounds,
        }
    )


def check(record: ReadRecord, organisation: bytes) -> Checked:
    """Does the validator's signature stand? `organisation`: the issuing organisation's certificate, DER.

    Whether the organisation is trusted, and whether it has revoked the validator, is asked by others.
    """
    said = record.document.validation
    if said.decision not in ("accepted", "rejected"):
        alone = not (said.certificate or said.signature)
        return Checked(verdict=Verdict.INDETERMINATE if alone else Verdict.FAILED, detail="none")
    if not said.certificate and not said.signature:
        return Checked(verdict=Verdict.INDETERMINATE, detail="unsigned")
    try:
        encoded = base64.b64decode(said.certificate, validate=True)
        signature = base64.b64decode(said.signature, validate=True)
        validator = read_certificate(encoded)
        chain.check_validator(validator, read_certificate(organisation))
    except ValueError as error:  # ours, of the base64 and of the DER reader
        return Checked(verdict=Verdict.FAILED, detail=str(error)[:80])
    signed = subject(
        content_digest(record.plain),
        decision=said.decision,
        by=said.by,
        role=said.role,
        at=said.at,
        grounds=said.grounds,
    )
    if validator.name(COMMON_NAME) != said.by:
        wrong = "another person's certificate"
    elif chain.is_specimen(validator) != record.document.emulated:
        wrong = "specimen"
    elif not said.at or not validator.is_valid_at(datetime.strptime(said.at, TIME_FORMAT).replace(tzinfo=UTC)):
        wrong = "certificate not valid then"
    else:
        wrong = "" if validator.verifies(signature, signed, P256) else "signature"
    return Checked(verdict=Verdict.FAILED if wrong else Verdict.PASSED, detail=wrong, certificate=encoded)
