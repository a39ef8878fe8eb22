# SPDX-License-Identifier: GPL-3.0-or-later
"""A validator's own signature: what exactly they signed, and whether it stands under a record.

The subject is canonical JSON of their decision and of the SHA-256 of everything they looked at, which is for the
record's edition to say (`certs.record.validated_content`).
The key belongs to a person; its certificate is issued by the organisation, names them, and cannot sign papers.
"""

import base64

from certs.editions.interface import RecordReading, moment
from certs.formats import chain
from certs.formats.x509_facts import COMMON_NAME, P256, read_certificate
from certs.record.canonical import canonical_bytes
from phones.frozen import dataclass
from phones.verdict import Verdict

SUBJECT_SCHEMA = "proofwipe/validation/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """PASSED: signed by a validator of the organisation. INDETERMINATE: nobody decided ("none"), or somebody did
    without a key of their own ("unsigned"). FAILED: a signature that does not stand; `detail` says why.

    `certificate`: the validator's, DER, for a reader who holds a revocation list; b"" without one.
    """

    verdict: Verdict
    detail: str
    certificate: bytes = b""


def subject(content: str, *, decision: str, by: str, role: str, at: str, grounds: str) -> bytes:
    """The bytes a validator signs. `content`: `RecordReading.content_digest`; `at`: as the record writes times."""
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


def check(record: RecordReading, organisation: bytes) -> Checked:
    """Does the validator's signature stand? `organisation`: the issuing organisation's certificate, DER.

    Whether the organisation is trusted, and whether it has revoked the validator, is asked by others.
    """
    said = record.facts.validation
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
        record.content_digest(),
        decision=said.decision,
        by=said.by,
        role=said.role,
        at=said.at,
        grounds=said.grounds,
    )
    if validator.name(COMMON_NAME) != said.by:
        wrong = "another person's certificate"
    elif chain.is_specimen(validator) != record.facts.emulated:
        wrong = "specimen"
    elif not said.at or not validator.is_valid_at(moment(said.at)):
        wrong = "certificate not valid then"
    else:
        wrong = "" if validator.verifies(signature, signed, P256) else "signature"
    return Checked(verdict=Verdict.FAILED if wrong else Verdict.PASSED, detail=wrong, certificate=encoded)
