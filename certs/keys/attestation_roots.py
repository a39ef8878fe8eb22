# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewed set of attestation roots, signed with the organisation's key: what its stations take and papers hold."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certs.keys.authority import Holder
from certs.keys.list_renewal import organisation_of
from phones.attestation.roots import read_root_set
from phones.attestation.signed_roots import SUBJECT, write_signed_roots


def sign_roots(folder: Path, passphrase: str, content: bytes) -> bytes:
    """The signed file. `content`: the set, as `phones/attestation/roots.json` is spelled.

    Raises: MalformedError for what is no set; KeyFileError.
    """
    read_root_set(content)
    return signed_by(organisation_of(folder, passphrase), content)


def signed_by(organisation: Holder, content: bytes) -> bytes:
    """The same with the key in hand. Raises: MalformedError."""
    return write_signed_roots(
        content,
        certificate=organisation.certificate.public_bytes(serialization.Encoding.DER),
        signature=organisation.key.sign(SUBJECT + content, ec.ECDSA(hashes.SHA256())),
    )
