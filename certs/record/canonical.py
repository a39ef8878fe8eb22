# SPDX-License-Identifier: GPL-3.0-or-later
"""One record, one spelling: RFC 8785 bytes out, and nothing but RFC 8785 bytes in.

What is hashed and signed are exact bytes. A reader that accepted another spelling (white space, another
key order, a key twice) could be shown one record while a program reads another.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import rfc8785
from pydantic import ValidationError

from certs.errors import RecordMalformedError
from certs.record.schema import MAXIMUM_RECORD_BYTES, RecordDocument

_QUICK = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode
_TOO_LARGE = 2**53
"""From here on not every JSON reader holds a number exactly (RFC 8785)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecord:
    """Bytes that were accepted: as plain JSON types, and as the typed document."""

    data: bytes
    plain: Mapping[str, object]
    document: RecordDocument


def canonical_bytes(document: Mapping[str, object]) -> bytes:
    """RFC 8785 bytes of plain JSON types. Raises: RecordMalformedError for what JSON cannot hold."""
    try:
        return bytes(rfc8785.dumps(dict(document)))  # type: ignore[arg-type]  # what JSON cannot hold raises
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise RecordMalformedError(got="not_json") from error


def read_record(data: bytes) -> ReadRecord:
    """Bytes to a document. Checks in order: size, UTF-8, JSON without duplicates or fractions, canonical
    spelling, fields.

    Raises: RecordMalformedError; `got` names the check.
    """
    if len(data) > MAXIMUM_RECORD_BYTES:
        raise RecordMalformedError(got="too_large")
    plain = _parse(data)
    if not _is_canonical(plain, data):
        raise RecordMalformedError(got="not_canonical")
    try:
        document = RecordDocument.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise RecordMalformedError(got=f"{where}: {first['type']}"[:120]) from error
    return ReadRecord(data=data, plain=plain, document=document)


def _is_canonical(plain: dict[str, object], data: bytes) -> bool:
    """Are `data` the RFC 8785 bytes of what was read from them?

    Without fractions and with ASCII names only, the standard library's encoder writes the same bytes as RFC 8785, in a
    twentieth of the time. Where it does not agree, RFC 8785 decides.
    """
    try:
        quick = _QUICK(plain).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise RecordMalformedError(got="not_json") from error
    return (quick == data and _has_plain_names(plain)) or canonical_bytes(plain) == data


def _has_plain_names(value: object) -> bool:
    """Names outside ASCII could sort otherwise: RFC 8785 goes by UTF-16."""
    if isinstance(value, dict):
        return all(name.isascii() and _has_plain_names(inner) for name, inner in value.items())
    return all(map(_has_plain_names, value)) if isinstance(value, list) else True


def _parse(data: bytes) -> dict[str, object]:
    try:
        text = data.decode("utf-8")
        plain = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
            parse_int=_safe_number,
        )
    except RecordMalformedError:
        raise
    except (ValueError, RecursionError) as error:
        raise RecordMalformedError(got="not_json") from error
    if not isinstance(plain, dict):
        raise RecordMalformedError(got="not_an_object")
    return plain


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RecordMalformedError(got="duplicate_key")
    return found


def _safe_number(text: str) -> int:
    number = int(text) if len(text) <= 17 else _TOO_LARGE
    if abs(number) >= _TOO_LARGE:
        raise RecordMalformedError(got="not_json")
    return number


def _no_fraction(_text: str) -> object:
    raise RecordMalformedError(got="fraction")
