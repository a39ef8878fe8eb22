# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewed set of roots: signed by the organisation whose stations may use it, so that a station takes no set from
anybody else, and a record can hold the set it was judged against.

JSON with three base64 texts: the set's exact bytes, the organisation's certificate (DER), its ECDSA P-256 signature
(DER r, s; SHA-256) over SUBJECT and the set. Whether that organisation is the one of the paper is for the verifier.
"""

import base64
import binascii
import hashlib
import json

from certs.editions.e2027_02.phones.attestation.certificates import read_certificate
from certs.editions.e2027_02.phones.attestation.der import MalformedError
from certs.editions.e2027_02.phones.attestation.roots import LONGEST_FILE_BYTES, RootSet, read_json, read_root_set
from certs.editions.e2027_02.phones.attestation.signatures import check
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.verdict import Verdict

SCHEMA = "proofwipe/attestation-roots-signed/1"
SUBJECT = b"proofwipe/attestation-roots-signed/1\n"
"""What stands before the set in the signed bytes: a signature for something else never signs a set."""
LONGEST_SIGNED_BYTES = 8 * 1024
"""So that it fits into a record."""
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_FIELDS = ("certificate", "roots", "schema", "signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRoots:
    """`signer`: SHA-256, hex, over the SubjectPublicKeyInfo in the organisation's certificate."""

    roots: RootSet
    signer: str
    certificate: bytes


def read_signed_roots(data: bytes) -> SignedRoots:
    """A set whose signature holds. Raises: MalformedError."""
    document = read_json(data, most=LONGEST_SIGNED_BYTES)
    if tuple(sorted(document)) != _FIELDS or document["schema"] != SCHEMA:
        raise MalformedError("not a signed set of attestation roots")
    content, certificate, signature = (_bytes(document[name]) for name in ("roots", "certificate", "signature"))
    key = read_certificate(certificate).public_key
    if check(_ECDSA_SHA256, key, signature, SUBJECT + content) is not Verdict.PASSED:
        raise MalformedError("the signature does not hold")
    return SignedRoots(roots=read_root_set(content), signer=hashlib.sha256(key).hexdigest(), certificate=certificate)


def write_signed_roots(content: bytes, *, certificate: bytes, signature: bytes) -> bytes:
    """The file. `signature`: over SUBJECT + content. Raises: MalformedError for what could not be read again."""
    texts = {"roots": content, "certificate": certificate, "signature": signature}
    document = {"schema": SCHEMA, **{name: base64.b64encode(part).decode() for name, part in texts.items()}}
    data = (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()
    read_signed_roots(data)
    return data


def _bytes(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > 2 * LONGEST_FILE_BYTES:
        raise MalformedError("not base64")
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("not base64") from error
