# SPDX-License-Identifier: GPL-3.0-or-later
"""Station keys that never leave their device: PKCS#11 through python-pkcs11 (the extra `hsm`).

A key is named by an RFC 7512 URI, `pkcs11:token=NAME;object=NAME?module-path=FILE`, and found by the key id of the
station's certificate (CKA_ID, eight bytes), so that the keys of several years can share one object name. The PIN
is tried once: a device locks itself after a few wrong ones.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certs import crypto
from certs.errors import TokenError, WrongPassphraseError, WrongSignerError
from certs.formats import der, ecdsa
from certs.keys.signing import TOKEN_SCHEME
from certs.record.issuer import Station, public_bytes

_P256 = der.oid("1.2.840.10045.3.1.7")
_KEY_ID_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """Where a key lies: the driver's library, the token's label, the object's label."""

    module: str
    token: str
    name: str


class _Logins:
    """By which PIN this process has logged in to which device. While it is logged in a device answers every further PIN
    alike, so that whoever gives one again is held against the one that the device took: as a hash, which makes a copy
    of the PIN less and no more, for the work goes on with the PIN in memory. Thread safe.
    """

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._taken: dict[tuple[str, str], bytes] = {}

    def by(self, where: TokenKey, pin: str) -> None:
        """The device took that PIN."""
        self._taken[where.module, where.token] = self._hash(pin)

    def was_by(self, where: TokenKey, pin: str) -> bool:
        """False also where nobody logged in here."""
        return hmac.compare_digest(self._taken.get((where.module, where.token), b""), self._hash(pin))

    def _hash(self, pin: str) -> bytes:
        return hashlib.scrypt(pin.encode("utf-8", "surrogateescape"), salt=self._salt, n=2**14, r=8, p=1)


_LOGINS = _Logins()
"""A login is the whole process's."""


def parse_uri(text: str) -> TokenKey:
    """The three parts of a URI; anything else in it is refused, not ignored. Raises: TokenError."""
    path, _, query = text.removeprefix(TOKEN_SCHEME).partition("?")
    said: dict[str, str] = {}
    for part in [*path.split(";"), *query.split("&")]:
        name, equals, value = part.partition("=")
        if not equals or name in said or name not in ("token", "object", "module-path"):
            raise TokenError(got=part[:80])
        said[name] = unquote(value)
    if not text.startswith(TOKEN_SCHEME) or set(said) != {"token", "object", "module-path"} or not all(said.values()):
        raise TokenError(got=text[:120])
    return TokenKey(module=said["module-path"], token=said["token"], name=said["object"])


class TokenSigner:
    """A station's key in a device. Safe for several threads: the device is asked by one at a time."""

    def __init__(self, station: Station, key: Any) -> None:
        self.station = station
        self._key = key
        self._turn = threading.Lock()

    def sign(self, data: bytes) -> bytes:
        """ECDSA P-256 over SHA-256 of `data`, DER, with the smaller s. Raises: TokenError when the device fails."""
        import pkcs11  # noqa: PLC0415 - only a station with a device has it

        digest = hashlib.sha256(data).digest()
        with self._turn, _translated():
            plain = self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
        if len(plain) != 64:
            raise TokenError(got=f"{len(plain)} bytes")
        return ecdsa.with_smaller_s(ecdsa.to_der(int.from_bytes(plain[:32], "big"), int.from_bytes(plain[32:], "big")))


def open_signer(uri: str, station: Station, pin: str) -> TokenSigner:
    """The signer for a station whose key lies in a device; one test signature shows that it is that key.

    Raises: TokenError (also for no such key), WrongPassphraseError, WrongSignerError.
    """
    where = parse_uri(uri)
    with _translated():
        import pkcs11  # noqa: PLC0415 - see above

        session = _session(where, pin)
        wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
        found = list(session.get_objects({**wanted, pkcs11.Attribute.ID: bytes.fromhex(station.key_id)}))
        found = found or list(session.get_objects({**wanted, pkcs11.Attribute.LABEL: where.name}))
    if len(found) != 1:
        raise TokenError(got=f"{where.token}: {len(found)} x {where.name} {station.key_id}")
    signer = TokenSigner(station, found[0])
    if not crypto.verify_p256(public_bytes(station.certificate), signer.sign(b"whose key is it"), b"whose key is it"):
        raise WrongSignerError(expected=station.key_id, got="another key")
    return signer


def create_key(uri: str, pin: str) -> ec.EllipticCurvePublicKey:
    """Have the device make a P-256 key that it never gives away; its public half.

    Raises: TokenError, WrongPassphraseError.
    """
    where = parse_uri(uri)
    with _translated():
        import pkcs11  # noqa: PLC0415 - see above

        session = _session(where, pin, writes=True)
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: _P256}, local=True
        )
        public, private = parameters.generate_keypair(
            store=True,
            label=where.name,
            private_template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
        )
        point = der.read(bytes(public[pkcs11.Attribute.EC_POINT]), der.OCTET_STRING).content
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        identifier = hashlib.sha256(spki).digest()[:_KEY_ID_BYTES]
        for half in (public, private):
            half[pkcs11.Attribute.ID] = identifier
    return key


def _session(where: TokenKey, pin: str, *, writes: bool = False) -> Any:
    import pkcs11  # noqa: PLC0415 - see above

    token = pkcs11.lib(where.module).get_token(token_label=where.token)
    try:
        session = token.open(user_pin=pin, rw=writes)
    except pkcs11.exceptions.UserAlreadyLoggedIn:  # sessions of one process share the login, and no PIN is looked at
        if not _LOGINS.was_by(where, pin):
            raise WrongPassphraseError(subject="PKCS#11 PIN") from None
        return token.open(rw=writes)
    _LOGINS.by(where, pin)
    return session


@contextmanager
def _translated() -> Iterator[None]:
    """The library's exceptions as ours."""
    try:
        import pkcs11.exceptions  # noqa: PLC0415 - see above
    except ImportError as error:
        raise TokenError(got="python-pkcs11 (pip install 'proofwipe[hsm]')") from error
    try:
        yield
    except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange, pkcs11.exceptions.PinInvalid) as error:
        raise WrongPassphraseError(subject="PKCS#11 PIN") from error
    except (pkcs11.exceptions.PKCS11Error, RuntimeError, der.DerError, ValueError) as error:
        raise TokenError(got=f"{type(error).__name__} {error}".strip()[:120]) from error
