# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a time-stamping authority (RFC 3161 over HTTP): the issuer's side of `certs.formats.time_stamp`.

A paper must know its size and the authority's chain before it is signed, so a test token is asked for first
(`connect`). Whatever the authority answers is checked as a verifier will check it before it gets into a paper. It is
never waited for longer than the timeout: no name server, no slow drip of bytes can hold up the bench.
"""

import hashlib
import http.client
import secrets
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from certs.errors import TimeStampError
from certs.formats import cms, der
from certs.formats.der import DerError
from certs.formats.dss import SecurityStore
from certs.formats.time_stamp import LARGEST_TOKEN, TokenError, check_token
from certs.formats.x509_facts import CertificateFacts, RevocationFacts, read_certificate, read_revocation_list

LARGEST_LIST = 16 * 1024
"""A longer revocation list would make the paper too large; papers then carry none for the time stamp."""
_MARGIN = 160
"""Tokens of one authority differ in size by a few bytes (serial number, fraction of a second, ECDSA)."""
_SHA256 = der.element(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"), der.element(der.NULL))
_TRUE = der.element(der.BOOLEAN, b"\xff")
_GRANTED = der.integer(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamper:
    """An authority that has answered once. `token_room`: bytes a paper keeps for its token.

    `certificates`, `revocation_lists`: DER, what a paper's store needs for readers of the token; not what the token
    carries itself.
    """

    url: str
    pinned: tuple[CertificateFacts, ...]
    timeout_s: float
    token_room: int = 0
    certificates: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()

    def stamp(self, signature: bytes) -> bytes:
        """A token over a signature's bytes. Raises: TimeStampError."""
        token = _ask(self.url, signature, self.pinned, self.timeout_s)
        if len(token) > self.token_room - cms.TOKEN_FRAME and self.token_room:
            raise TimeStampError(got=f"{len(token)} bytes")
        return token

    def with_store(self, store: SecurityStore) -> SecurityStore:
        """`store` and what readers of the token need, nothing twice."""
        return SecurityStore(
            certificates=_once((*store.certificates, *self.certificates)),
            revocation_lists=_once((*store.revocation_lists, *self.revocation_lists)),
        )


def connect(url: str, pinned: Iterable[CertificateFacts], *, timeout_s: float) -> TimeStamper:
    """Ask for a test token, to learn size and chain. `pinned`: the authority's root or own certificate.

    Raises: TimeStampError.
    """
    roots = tuple(pinned)
    token = _ask(url, secrets.token_bytes(cms.SIGNATURE_BYTES), roots, timeout_s)
    carried = _certificates(token)
    lists = tuple(_lists((*carried, *roots), timeout_s))
    return TimeStamper(
        url=url,
        pinned=roots,
        timeout_s=timeout_s,
        token_room=len(token) + cms.TOKEN_FRAME + _MARGIN,
        certificates=_once(root.encoded for root in roots if root not in carried),
        revocation_lists=_once(found.encoded for found in lists),
    )


def _once(items: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(items))


def request(data: bytes, nonce: int) -> bytes:
    """RFC 3161 2.4.1 TimeStampReq over SHA-256 of `data`, asking for the authority's certificate."""
    imprint = der.element(der.SEQUENCE, _SHA256, der.element(der.OCTET_STRING, hashlib.sha256(data).digest()))
    return der.element(der.SEQUENCE, der.integer(1), imprint, der.integer(nonce), _TRUE)


def _ask(url: str, data: bytes, pinned: tuple[CertificateFacts, ...], timeout_s: float) -> bytes:
    nonce = secrets.randbits(63) | 1 << 62  # always eight bytes
    body, kind = _exchange("POST", url, request(data, nonce), timeout_s, LARGEST_TOKEN + 1024)
    if kind.partition(";")[0].strip().lower() != "application/timestamp-reply":
        raise TimeStampError(got=f"Content-Type {kind}"[:80])
    try:
        token = _granted(body)
        stamp = check_token(token, data, pinned)
    except (DerError, TokenError) as error:
        raise TimeStampError(got=str(error)[:80]) from error
    if stamp.nonce != nonce:
        raise TimeStampError(got="nonce")
    if not stamp.pinned:
        raise TimeStampError(got="time_stamp_root")
    return token


def _granted(reply: bytes) -> bytes:
    """The token out of a TimeStampResp (RFC 3161 2.4.2). Raises: DerError, TimeStampError."""
    parts = der.members(reply)
    status = der.members(parts[0].encoded) if parts else ()
    if not status or status[0].encoded != _GRANTED:
        raise TimeStampError(got=f"status {status[0].content.hex() if status else '?'}")
    if len(parts) != 2:
        raise DerError("no token")
    return parts[1].encoded


def _certificates(token: bytes) -> tuple[CertificateFacts, ...]:
    """What the token carries, as far as we can read it; `check_token` has accepted its shape."""
    signed = der.members(der.members(token)[1].content)
    found = []
    for element in der.read_all(signed[3].content) if signed[3].tag == der.CONTEXT_0 else ():
        with suppress(DerError):
            found.append(read_certificate(element.encoded))
    return tuple(found)


def _lists(chain: tuple[CertificateFacts, ...], timeout_s: float) -> Iterable[RevocationFacts]:
    """Revocation lists over the chain, from the addresses its certificates name; none if they cannot be had.

    They only help readers who want the token's revocation proven too; a token is good without.
    """
    for certificate in chain:
        if certificate.issuer == certificate.subject:
            continue
        for address in (certificate.revocation_points or ())[:1]:
            with suppress(TimeStampError, DerError):
                found = read_revocation_list(_exchange("GET", address, b"", timeout_s, LARGEST_LIST)[0])
                if any(found.is_signed_by(above) for above in chain):
                    yield found


def _exchange(method: str, url: str, body: bytes, timeout_s: float, largest: int) -> tuple[bytes, str]:
    """One HTTP exchange: the answer and its content type, within the timeout altogether. Raises: TimeStampError."""
    call = _Call(method, url, body, timeout_s, largest)
    call.thread.start()
    call.thread.join(timeout_s)
    if call.thread.is_alive():
        call.give_up()
        raise TimeStampError(got=f"{timeout_s:g} s")
    if call.failure is not None:
        raise TimeStampError(got=f"{type(call.failure).__name__}: {call.failure}"[:120]) from call.failure
    return call.answer


class _Call:
    """An exchange in a thread of its own: sockets know a timeout for each byte only, not for all of them."""

    def __init__(self, method: str, url: str, body: bytes, timeout_s: float, largest: int) -> None:
        where = urlsplit(url)
        if where.scheme not in ("http", "https") or not where.hostname:
            raise TimeStampError(got=url[:80])
        kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(where.hostname, where.port, timeout=timeout_s)
        self._path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        self._method, self._body, self._largest = method, body, largest
        self.answer: tuple[bytes, str] = (b"", "")
        self.failure: Exception | None = None
        self.thread = threading.Thread(target=self._run, name="time stamp", daemon=True)

    def _run(self) -> None:
        try:
            headers = {"Content-Type": "application/timestamp-query"} if self._body else {}
            self._connection.request(self._method, self._path, body=self._body or None, headers=headers)
            with self._connection.getresponse() as response:
                data = response.read(self._largest + 1)
                if response.status != http.client.OK or len(data) > self._largest:
                    raise TimeStampError(got=f"HTTP {response.status}, {len(data)} bytes")
                self.answer = data, response.headers.get("Content-Type", "")
        except (OSError, ValueError, http.client.HTTPException, TimeStampError) as error:
            self.failure = error
        finally:
            self._connection.close()

    def give_up(self) -> None:
        """Break the exchange off, so that its thread ends soon."""
        if (sock := self._connection.sock) is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
