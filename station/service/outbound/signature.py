# SPDX-License-Identifier: GPL-3.0-or-later
"""Standard Webhooks signatures, v1: HMAC-SHA256 over `id.timestamp.body`; tests verify them with that library.

The library is small and has no dependencies; but its timestamp loses the zone of the time it is given, it signs with
one secret only, and ten lines are less than a dependency of every bench.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import stat
from pathlib import Path

from phones.durable_files import write_new
from phones.given_files import read_given
from station.errors import ConfigError, FileNotWrittenError
from station.text.language import os_reason, text

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret, as the specification has them."""
MOST_SECRETS = 2
LARGEST_FILE = 4096


def signature(secrets_: tuple[bytes, ...], *, id: str, timestamp: int, body: bytes) -> str:  # noqa: A002 - the specification's word
    """What stands in `webhook-signature`: one signature for each secret, so that a receiver may change over."""
    signed = f"{id}.{timestamp}.".encode() + body
    made = (hmac.digest(each, signed, hashlib.sha256) for each in secrets_)
    return " ".join(f"v1,{base64.b64encode(each).decode()}" for each in made)


def read_secrets(path: Path) -> tuple[bytes, ...]:
    """The secret in a file for its owner alone: `whsec_` and base64 on a line; a second line while it is changed.

    Raises: ConfigError, which says nothing of what is in it.
    """
    try:
        mode = path.stat().st_mode
        data = read_given(path, LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(subject=str(path), expected=text("expected.webhook_secret"), got=os_reason(error)) from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigError(subject=str(path), expected=text("expected.owner_alone"), got=f"{stat.S_IMODE(mode):04o}")
    found = tuple(map(_secret, data.split())) if len(data) <= LARGEST_FILE else ()
    if not 1 <= len(found) <= MOST_SECRETS or None in found:
        raise ConfigError(subject=str(path), expected=text("expected.webhook_secret"), got="…")
    return tuple(each for each in found if each is not None)


def _secret(line: bytes) -> bytes | None:
    if not line.startswith(PREFIX.encode()):
        return None
    try:
        found = base64.b64decode(line.removeprefix(PREFIX.encode()), validate=True)
    except binascii.Error:
        return None
    return found if SHORTEST <= len(found) <= LONGEST else None


def write_secret(path: Path) -> None:
    """A new secret in a new file, for its owner alone. Raises: FileNotWrittenError."""
    made = f"{PREFIX}{base64.b64encode(secrets.token_bytes(32)).decode()}\n"
    try:
        write_new(path, made.encode(), mode=0o600)
    except OSError as error:
        raise FileNotWrittenError(subject=str(path), cause=os_reason(error)) from error
