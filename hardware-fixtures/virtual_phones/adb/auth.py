# SPDX-License-Identifier: GPL-3.0-or-later
"""The device's half of adb's RSA authorisation: a random token, its signature, the host's public key.

The host signs the 20-byte token as if it were a SHA-1 digest (PKCS#1 v1.5) [measured]. Its public key
comes as base64 of a 524-byte record, then " user@host" and NUL: u32 words (64), u32 n0inv, modulus
little-endian 256 bytes, rr 256 bytes, u32 exponent [measured; read: adb source].
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

TOKEN_BYTES = 20
_RECORD_BYTES = 524
_MODULUS_WORDS = 64


class HostKeyError(ValueError):
    """The host sent something that is not an adb public key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKey:
    """A host's public key. `fingerprint` as Android's dialog shows it: MD5 of the record, hex with colons."""

    public: rsa.RSAPublicKey
    fingerprint: str
    comment: str

    def signed(self, token: bytes, signature: bytes) -> bool:
        """Did the owner of this key sign `token`?"""
        try:
            self.public.verify(signature, token, padding.PKCS1v15(), utils.Prehashed(hashes.SHA1()))
        except InvalidSignature:
            return False
        return True


def parse_host_key(payload: bytes) -> HostKey:
    """The key in the payload of AUTH(3). Raises: HostKeyError."""
    text, _, comment = payload.rstrip(b"\0").partition(b" ")
    try:
        record = base64.b64decode(text, validate=True)
    except binascii.Error as broken:
        raise HostKeyError("not base64") from broken
    if len(record) != _RECORD_BYTES:
        raise HostKeyError(f"{len(record)} bytes, not {_RECORD_BYTES}")
    words, _n0inv = struct.unpack_from("<II", record)
    (exponent,) = struct.unpack_from("<I", record, _RECORD_BYTES - 4)
    if words != _MODULUS_WORDS:
        raise HostKeyError("not a 2048-bit key")
    modulus = int.from_bytes(record[8 : 8 + 4 * _MODULUS_WORDS], "little")
    try:
        public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as broken:
        raise HostKeyError("no RSA key has these numbers") from broken
    digest = hashlib.md5(record, usedforsecurity=False).hexdigest().upper()
    pairs = ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))
    return HostKey(public=public, fingerprint=pairs, comment=comment.decode("utf-8", "replace"))
