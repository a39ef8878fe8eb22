# SPDX-License-Identifier: GPL-3.0-or-later
"""Private keys at rest: PKCS#8, PBES2 with scrypt (N = 2^17, r = 8, p = 1) and AES-256-CBC.

`cryptography`'s own encryption uses a key derivation that allows about 2,300 guesses a second a core
(research/certificate.md 10.1); scrypt at N = 2^17 allows about two. `cryptography` reads the file;
OpenSSL 3.0's command line does not (its memory limit), so `openssl pkcs8` is no recovery tool;
`proofwipe keys export` writes a copy that it reads.
"""

import base64
import secrets
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from certs.errors import KeyFileExistsError, KeyUnreadableError, WrongPassphraseError
from certs.formats import der
from phones import durable_files
from phones.given_files import read_given

SCRYPT_COST = 2**17
_BLOCK_SIZE, _PARALLEL = 8, 1
_GREATEST_COST = 2**20  # a hostile file must not make us allocate without bound
_LARGEST_FILE = 64 * 1024
_FIRST_LINE, _LAST_LINE = "-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----END ENCRYPTED PRIVATE KEY-----"
_PBKDF2, _HMAC_SHA256, _PORTABLE_ROUNDS = "1.2.840.113549.1.5.12", "1.2.840.113549.2.9", 600_000
_PBES2, _SCRYPT, _AES_256_CBC = "1.2.840.113549.1.5.13", "1.3.6.1.4.1.11591.4.11", "2.16.840.1.101.3.4.1.42"

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
"""P-256 signs papers; Ed25519 signs the log's checkpoints and a witness's cosignatures."""


def write_key(path: Path, key: PrivateKey, passphrase: str, *, cost: int = SCRYPT_COST) -> None:
    """Write `key`, encrypted, to `path` with mode 0600; the file is whole or not there.

    Raises: KeyFileExistsError (never overwritten), OSError.
    """
    write_new(path, encrypted_pem(key, passphrase, cost=cost), mode=0o600)


def write_new(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file that must not exist yet, atomically and durably. Raises: KeyFileExistsError, OSError."""
    try:
        durable_files.write_new(path, data, mode=mode)
    except FileExistsError as error:
        raise KeyFileExistsError(subject=path.name) from error


def encrypted_pem(key: PrivateKey, passphrase: str, *, cost: int = SCRYPT_COST) -> bytes:
    """RFC 5958 EncryptedPrivateKeyInfo (PBES2, RFC 8018; scrypt parameters, RFC 7914) as PEM."""
    salt = secrets.token_bytes(16)
    secret = Scrypt(salt=salt, length=32, n=cost, r=_BLOCK_SIZE, p=_PARALLEL).derive(passphrase.encode())
    derivation = der.element(
        der.SEQUENCE,
        der.element(der.OCTET_STRING, salt),
        der.integer(cost),
        der.integer(_BLOCK_SIZE),
        der.integer(_PARALLEL),
    )
    return _wrapped(key, secret, der.element(der.SEQUENCE, der.oid(_SCRYPT), derivation))


def portable_pem(key: ec.EllipticCurvePrivateKey, passphrase: str) -> bytes:
    """The same with PBKDF2 (HMAC-SHA-256, 600,000 rounds): weaker, but OpenSSL and everything else reads it."""
    salt = secrets.token_bytes(16)
    secret = PBKDF2HMAC(hashes.SHA256(), length=32, salt=salt, iterations=_PORTABLE_ROUNDS).derive(passphrase.encode())
    derivation = der.element(
        der.SEQUENCE,
        der.element(der.OCTET_STRING, salt),
        der.integer(_PORTABLE_ROUNDS),
        der.element(der.SEQUENCE, der.oid(_HMAC_SHA256), der.element(der.NULL)),
    )
    return _wrapped(key, secret, der.element(der.SEQUENCE, der.oid(_PBKDF2), derivation))


def _wrapped(key: PrivateKey, secret: bytes, derivation: bytes) -> bytes:
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    start = secrets.token_bytes(16)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(start)).encryptor()
    encrypted = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    parameters = der.element(
        der.SEQUENCE,
        derivation,
        der.element(der.SEQUENCE, der.oid(_AES_256_CBC), der.element(der.OCTET_STRING, start)),
    )
    algorithm = der.element(der.SEQUENCE, der.oid(_PBES2), parameters)
    whole = der.element(der.SEQUENCE, algorithm, der.element(der.OCTET_STRING, encrypted))
    return _pem(whole)


def _pem(data: bytes) -> bytes:
    text = base64.b64encode(data).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([_FIRST_LINE, *lines, _LAST_LINE, ""]).encode()


def read_key(path: Path, passphrase: str) -> ec.EllipticCurvePrivateKey:
    """The P-256 key in `path`.

    Raises: KeyUnreadableError (missing, no rights, not our format), WrongPassphraseError.
    """
    key = _read(path, passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyUnreadableError(subject=path.name)
    return key


def read_ed25519_key(path: Path, passphrase: str) -> ed25519.Ed25519PrivateKey:
    """The Ed25519 key in `path`. Raises: as `read_key`."""
    key = _read(path, passphrase)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise KeyUnreadableError(subject=path.name)
    return key


def _read(path: Path, passphrase: str) -> object:
    try:
        data = read_given(path, _LARGEST_FILE + 1)
    except OSError as error:
        raise KeyUnreadableError(subject=path.name, got=error.strerror or "") from error
    if len(data) > _LARGEST_FILE or not _has_our_format(data):
        raise KeyUnreadableError(subject=path.name)
    try:
        return serialization.load_pem_private_key(data, passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise WrongPassphraseError(subject=path.name) from error


def _has_our_format(data: bytes) -> bool:
    """PBES2, scrypt within our bounds, AES-256-CBC: told apart from a wrong passphrase before any is tried."""
    try:
        lines = data.decode("ascii").strip().splitlines()
        if (lines[0], lines[-1]) != (_FIRST_LINE, _LAST_LINE):
            return False
        whole = der.read_all(der.read(base64.b64decode("".join(lines[1:-1]), validate=True), der.SEQUENCE).content)
        scheme, parameters = der.read_all(whole[0].content)
        derivation, cipher = der.read_all(parameters.content)
        derivation_name, numbers = der.read_all(derivation.content)
        cost = int.from_bytes(der.read_all(numbers.content)[1].content, "big")
        cipher_name = der.read_all(cipher.content)[0]
    except (ValueError, IndexError):
        return False
    names = (scheme.encoded, derivation_name.encoded, cipher_name.encoded)
    return names == (der.oid(_PBES2), der.oid(_SCRYPT), der.oid(_AES_256_CBC)) and cost <= _GREATEST_COST
