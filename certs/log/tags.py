# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones in the log: a tag under the operator's secret, so that the same phone is found again and nobody else can
test an IMEI against the log.

tag = first 16 bytes, hex, of HMAC-SHA-256(secret, kind ":" normalised identifier). Whoever loses the secret can no
longer find a phone's earlier entries; whoever leaks it lets outsiders test guesses. It never leaves the station.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

from certs.errors import KeyUnreadableError
from certs.keys.key_files import write_new
from phones.given_files import read_given
from phones.identifiers import normalise

SECRET_BYTES = 32


def device_tag(secret: bytes, kind: str, identifier: str) -> str:
    """The phone's tag: 32 hex digits. `kind`: "imei", "serial", "ecid", "udid"."""
    text = f"{kind}:{normalise(kind, identifier)}"
    return hmac.digest(secret, text.encode(), hashlib.sha256)[:16].hex()


def write_secret(path: Path) -> bytes:
    """Make a secret, readable by its owner only. Raises: KeyFileExistsError, OSError."""
    secret = secrets.token_bytes(SECRET_BYTES)
    write_new(path, secret.hex().encode() + b"\n", mode=0o600)
    return secret


def read_secret(path: Path) -> bytes:
    """Raises: KeyUnreadableError."""
    try:
        secret = bytes.fromhex(read_given(path, 2 * SECRET_BYTES + 2).decode("ascii").strip())
    except OSError as error:
        raise KeyUnreadableError(subject=path.name, got=error.strerror or "") from error
    except ValueError as error:
        raise KeyUnreadableError(subject=path.name) from error
    if len(secret) != SECRET_BYTES:
        raise KeyUnreadableError(subject=path.name)
    return secret
