# SPDX-License-Identifier: GPL-3.0-or-later
"""The statement in the QR symbol: a COSE_Sign1 (RFC 9052, ES256) that works from paper alone.

Text = "PW1:" (certificate) or "PR1:" (report) + base45 of the COSE bytes. The protected header names the
kind a second time, so that a report's signature can never pass as a certificate's. The payload is a map of
our own (not a CWT). docs/certificate.md has the field table.
"""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

import cbor2

from certs.errors import StatementMalformedError
from certs.formats import base45, der, ecdsa
from certs.formats.x509_facts import P256, CertificateFacts
from certs.record.identifier import id_bytes, id_text
from phones.clock import moment_of
from phones.commitment import commit
from phones.frozen import dataclass
from phones.identifiers import IDENTIFIERS
from phones.typed_number import spellings

if TYPE_CHECKING:
    from certs.record.issuer import Signer

CERTIFICATE_PREFIX, REPORT_PREFIX = "PW1:", "PR1:"
_KINDS = {"pw1": CERTIFICATE_PREFIX, "pr1": REPORT_PREFIX}
_ALGORITHM, _KEY_ID, _TYPE = 1, 4, 16  # COSE header labels; 16 is typ (RFC 9596)
_ES256 = -7
LONGEST_TEXT = 419
"""Alphanumeric capacity of QR version 12 at level M."""
_DEEPEST = 3
"""A tag, its list, the empty map in it; one more, so that what is wrong there is said in its own words."""
_BYTES, _CHARACTERS, _LIST, _MAP, _TAG = 2, 3, 4, 5, 6
"""Major types of CBOR (RFC 8949 3.1)."""
_LONGEST_STATEMENT = 400

# The payload's keys.
ISSUER, ISSUED_AT, ID = 1, 6, 7
COMMITMENT, RECORD, MODEL, METHOD, USABILITY, SALT, COMMITTED = -1, -2, -3, -4, -5, -6, -7

METHODS = ("none", "clear", "purge")
"""NIST method by its code in the payload."""
USABILITIES = ("", "1", "2", "3", "4", "5", "U", "H")
"""Usability by its code in the payload."""
_BY_CODE = {each.statement_code: each.label for each in IDENTIFIERS if each.statement_code}
COMMITTED_LABELS = ("none", *(_BY_CODE[code] for code in sorted(_BY_CODE)))
"""Which identifier is committed, by its code in the payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a QR statement says. `commitment` is "" when the phone gave no identifier."""

    kind: str  # "pw1" certificate, "pr1" report
    key_id: str
    issuer: str
    issued_at: datetime
    certificate_id: str
    committed: str  # one of COMMITTED_LABELS
    commitment: str
    salt: bytes
    record_sha256: str
    model: str
    method: str
    usability: str

    @property
    def is_report(self) -> bool:
        """True for a report's statement."""
        return self.kind == "pr1"

    def is_about(self, identifier: str) -> bool:
        """Is `identifier` (IMEI, serial number ...; as typed) the committed one?"""
        numbers = spellings(self.committed, identifier) if self.commitment else ()
        return any(commit(self.committed, number, self.salt) == self.commitment for number in numbers)


def sign_statement(statement: Statement, signer: "Signer") -> bytes:
    """COSE_Sign1 bytes, tagged. `signer` is the station's; its key id must be the statement's.

    Raises: StatementMalformedError.
    """
    if signer.station.key_id != statement.key_id:
        raise StatementMalformedError(got="key id")
    header = {_ALGORITHM: _ES256, _KEY_ID: bytes.fromhex(statement.key_id), _TYPE: statement.kind}
    protected = cbor2.dumps(header, canonical=True)
    payload = cbor2.dumps(_payload(statement), canonical=True)
    try:
        r, s = ecdsa.numbers(signer.sign(_to_be_signed(protected, payload)))
    except der.DerError as error:
        raise StatementMalformedError(got="signature") from error
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]), canonical=True)


def _payload(statement: Statement) -> dict[int, object]:
    return {
        ISSUER: statement.issuer,
        ISSUED_AT: int(statement.issued_at.timestamp()),
        ID: id_bytes(statement.certificate_id),
        COMMITMENT: bytes.fromhex(statement.commitment.removeprefix("#")),
        RECORD: bytes.fromhex(statement.record_sha256),
        MODEL: statement.model,
        METHOD: METHODS.index(statement.method),
        USABILITY: USABILITIES.index(statement.usability),
        SALT: statement.salt,
        COMMITTED: COMMITTED_LABELS.index(statement.committed),
    }


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """RFC 9052 4.4: Sig_structure of a COSE_Sign1 without external data."""
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)


def qr_text(data: bytes) -> str:
    """The text of the QR symbol for COSE bytes. Raises: StatementMalformedError (also: too long for version 12)."""
    text = _KINDS[read_statement(data).kind] + base45.encode(data)
    if len(text) > LONGEST_TEXT:
        raise StatementMalformedError(got="too_long")
    return text


def from_qr_text(text: str) -> bytes:
    """The COSE bytes of a scanned text, whose prefix must fit their kind. Raises: StatementMalformedError."""
    if len(text) > LONGEST_TEXT:
        raise StatementMalformedError(got="too_long")
    try:
        data = base45.decode(text[4:])
    except ValueError as error:
        raise StatementMalformedError(got="base45") from error
    if text[:4] != _KINDS[read_statement(data).kind]:
        raise StatementMalformedError(got="prefix")
    return data


def read_statement(data: bytes) -> Statement:
    """Take a COSE_Sign1 apart, strictly; its signature is not verified here.

    Accepted is only the one encoding we write: reading and writing again must give the same bytes.
    Raises: StatementMalformedError.
    """
    protected, payload, _signature = _take_apart(data)
    header = _load(protected)
    fields = _load(payload)
    if not isinstance(header, dict) or not isinstance(fields, dict):
        raise StatementMalformedError(got="not_a_map")
    try:
        return _statement(header, fields)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise StatementMalformedError(got="fields") from error


def _take_apart(data: bytes) -> tuple[bytes, bytes, bytes]:
    if len(data) > _LONGEST_STATEMENT:
        raise StatementMalformedError(got="too_long")
    tagged = _load(data)
    if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != 18:
        raise StatementMalformedError(got="not_cose")
    parts = tagged.value
    if not isinstance(parts, list | tuple) or len(parts) != 4:
        raise StatementMalformedError(got="not_cose")
    protected, unprotected, payload, signature = parts
    if not all(isinstance(part, bytes) for part in (protected, payload, signature)) or unprotected != {}:
        raise StatementMalformedError(got="not_cose")
    if len(signature) != 64:
        raise StatementMalformedError(got="not_cose")
    return protected, payload, signature


def _load(data: bytes) -> object:
    """One CBOR item whose canonical encoding is exactly these bytes."""
    _end_of_item(data, 0, depth=0)
    stream = BytesIO(data)
    try:
        item: object = cbor2.CBORDecoder(stream).decode()
        again = cbor2.dumps(item, canonical=True)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError, EOFError, AttributeError) as error:
        raise StatementMalformedError(got="cbor") from error
    if again != data:
        raise StatementMalformedError(got="not_canonical")
    return item


def _end_of_item(data: bytes, start: int, *, depth: int) -> int:
    """Where one CBOR item ends, if it is no deeper than a statement is and its maps have whole numbers for keys.

    The library takes time that doubles with each map that is the key of a map, so such an item never reaches it.
    Raises: StatementMalformedError.
    """
    if start >= len(data) or depth > _DEEPEST:
        raise StatementMalformedError(got="cbor")
    major, argument = data[start] >> 5, data[start] & 0x1F
    at = start + 1
    if argument > 27:  # lengths that are not said beforehand, and reserved ones
        raise StatementMalformedError(got="cbor")
    if argument > 23:
        size = 1 << (argument - 24)
        argument, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major in (_BYTES, _CHARACTERS):
        at += argument
    elif major in (_LIST, _TAG):
        for _ in range(1 if major == _TAG else argument):
            at = _end_of_item(data, at, depth=depth + 1)
    elif major == _MAP:
        for _ in range(argument):
            if at < len(data) and data[at] >> 5 > 1:
                raise StatementMalformedError(got="cbor")
            at = _end_of_item(data, _end_of_item(data, at, depth=depth + 1), depth=depth + 1)
    if at > len(data):
        raise StatementMalformedError(got="cbor")
    return at


def _statement(header: dict[object, object], fields: dict[object, object]) -> Statement:
    if len(header) != 3 or len(fields) != 10 or header[_ALGORITHM] != _ES256:
        raise ValueError("header")
    kind = _text(header, _TYPE)
    if kind not in _KINDS:
        raise ValueError("type")
    committed = COMMITTED_LABELS[_whole(fields, COMMITTED)]
    commitment = _blob(fields, COMMITMENT, 0 if committed == "none" else 16)
    return Statement(
        kind=kind,
        key_id=_blob(header, _KEY_ID, 8).hex(),
        issuer=_text(fields, ISSUER),
        issued_at=moment_of(_whole(fields, ISSUED_AT)),
        certificate_id=id_text(_blob(fields, ID, 10)),
        committed=committed,
        commitment="#" + commitment.hex() if commitment else "",
        salt=_blob(fields, SALT, 16),
        record_sha256=_blob(fields, RECORD, 32).hex(),
        model=_text(fields, MODEL),
        method=METHODS[_whole(fields, METHOD)],
        usability=USABILITIES[_whole(fields, USABILITY)],
    )


def _text(table: dict[object, object], key: int) -> str:
    found = table[key]
    if not isinstance(found, str):
        raise TypeError("expected a text")
    return found


def _blob(table: dict[object, object], key: int, size: int) -> bytes:
    found = table[key]
    if not isinstance(found, bytes) or len(found) != size:
        raise TypeError("expected bytes of a fixed size")
    return found


def _whole(table: dict[object, object], key: int) -> int:
    found = table[key]
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise TypeError("expected a whole number")
    return found


def is_signed_by(data: bytes, certificate: CertificateFacts) -> bool:
    """Does the certificate's key verify this COSE_Sign1 (smaller s only), and does `kid` name it?

    Raises: StatementMalformedError.
    """
    statement = read_statement(data)
    protected, payload, signature = _take_apart(data)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if statement.key_id != certificate.key_id or not ecdsa.has_smaller_s(ecdsa.to_der(r, s)):
        return False
    return certificate.verifies(ecdsa.to_der(r, s), _to_be_signed(protected, payload), P256)


def signer_among(data: bytes, stations: Iterable[CertificateFacts]) -> CertificateFacts | None:
    """The station whose key signed this statement, or None: how paper alone is checked.

    Raises: StatementMalformedError.
    """
    return next((station for station in stations if is_signed_by(data, station)), None)
