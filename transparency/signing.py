# SPDX-License-Identifier: GPL-3.0-or-later
"""Ed25519 keys that sign: the log's its checkpoints, a witness's its cosignatures."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs.log.notes import COSIGNATURE, ED25519, Signature, VerifierKey, cosigned_text


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A private key under a name. `kind`: ED25519 (a log) or COSIGNATURE (a witness): never one key for both."""

    name: str
    private: Ed25519PrivateKey
    kind: int = ED25519

    @property
    def public(self) -> VerifierKey:
        """What others check with; `str()` of it goes into a policy."""
        return VerifierKey(name=self.name, kind=self.kind, public=self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """A log's signature over a note's text."""
        return Signature(name=self.name, key_id=self.public.key_id, data=self.private.sign(text.encode()))

    def cosign(self, text: str, *, at: datetime) -> Signature:
        """A witness's cosignature over a checkpoint's text. `at`: aware."""
        seconds = int(at.timestamp())
        signature = self.private.sign(cosigned_text(text, seconds).encode())
        return Signature(name=self.name, key_id=self.public.key_id, data=seconds.to_bytes(8, "big") + signature)


def witness_key(name: str, private: Ed25519PrivateKey) -> NoteKey:
    """A key that cosigns."""
    return NoteKey(name, private, COSIGNATURE)
