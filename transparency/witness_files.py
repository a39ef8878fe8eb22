# SPDX-License-Identifier: GPL-3.0-or-later
"""A witness's folder: witness-key.pem, witness-name.txt, and its state (`transparency.witness`)."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs.errors import KeyUnreadableError
from certs.keys.key_files import SCRYPT_COST, read_ed25519_key, write_key, write_new
from certs.log.errors import LogKeyError
from certs.log.notes import LONGEST_NAME, VerifierKey, is_name
from phones.given_files import read_given
from transparency.signing import NoteKey, witness_key

_KEY, _NAME = "witness-key.pem", "witness-name.txt"


def create(folder: Path, name: str, passphrase: str, *, cost: int = SCRYPT_COST) -> VerifierKey:
    """A new witness; its public key goes into other people's policies.

    Raises: LogKeyError for what cannot be a name, KeyFileExistsError, OSError.
    """
    if not is_name(name):
        raise LogKeyError(subject=str(folder), got=name[:80])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate()
    write_key(folder / _KEY, private, passphrase, cost=cost)
    write_new(folder / _NAME, name.encode() + b"\n", mode=0o644)
    return witness_key(name, private).public


def read(folder: Path, passphrase: str) -> NoteKey:
    """Raises: KeyUnreadableError, WrongPassphraseError, LogKeyError."""
    private = read_ed25519_key(folder / _KEY, passphrase)
    try:
        name = read_given(folder / _NAME, 4 * LONGEST_NAME).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnreadableError(subject=_NAME) from error
    if not is_name(name):
        raise LogKeyError(subject=str(folder), got=name[:80])
    return witness_key(name, private)
