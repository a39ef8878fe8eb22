# SPDX-License-Identifier: GPL-3.0-or-later
"""One record, one spelling: RFC 8785 bytes out, and nothing but RFC 8785 bytes in.

What is hashed and signed are exact bytes. A reader that accepted another spelling (white space, another
key order, a key twice) could be shown one record while a program reads another.
"""

import json
from collections.abc import Mapping

from certs.errors import RecordMalformedError

MAXIMUM_RECORD_BYTES = 4 * 1024 * 1024
LARGEST_NUMBER = 2**53 - 1
"""What every JSON reader holds exactly (RFC 8785)."""

_ENCODERS = {
    sorts: json.JSONEncoder(
        ensure_ascii=False, sort_keys=sorts, separators=(",", ":"), allow_nan=False, check_circular=False
    ).encode
    for sorts in (True, False)
}


def canonical_bytes(document: Mapping[str, object]) -> bytes:
    """RFC 8785 bytes of plain JSON types without fractions. Raises: RecordMalformedError for what they cannot hold."""
    try:
        _must_be_plain(document)
        return _spelled(document)
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordMalformedError(got="not_json") from error


def read_canonical(data: bytes) -> dict[str, object]:
    """Bytes to plain JSON types. Checks in order: size, UTF-8, JSON without duplicates or fractions, spelling.

    Raises: RecordMalformedError; `got` names the check.
    """
    if len(data) > MAXIMUM_RECORD_BYTES:
        raise RecordMalformedError(got="too_large")
    plain = _parse(data)
    try:
        canonical = _spelled(plain) == data
    except (ValueError, RecursionError) as error:
        raise RecordMalformedError(got="not_json") from error
    if not canonical:
        raise RecordMalformedError(got="not_canonical")
    return plain


def _spelled(plain: Mapping[str, object]) -> bytes:
    """RFC 8785 bytes of plain JSON types without fractions, from the standard library's encoder.

    RFC 8785 sorts names by their UTF-16 units and Python by their characters; these orders differ only where there are
    characters beyond the 65,536 of one unit.
    """
    text = _ENCODERS[True](plain)
    if len(text.encode("utf-16-le")) != 2 * len(text):
        text = _ENCODERS[False](_in_order(plain))
    return text.encode()


def _in_order(value: object) -> object:
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: str(name).encode("utf-16-be"))
        return {name: _in_order(value[name]) for name in names}
    return [_in_order(each) for each in value] if isinstance(value, list | tuple) else value


def _must_be_plain(value: object) -> None:
    """Raises: TypeError, ValueError for what `_parse` would not give."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise TypeError("a name that is no text")
            _must_be_plain(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _must_be_plain(inner)
    elif isinstance(value, int):
        if abs(value) > LARGEST_NUMBER:
            raise ValueError("a number that not every reader holds")
    elif value is not None and not isinstance(value, str):
        raise TypeError("no plain JSON type")


def _parse(data: bytes) -> dict[str, object]:
    try:
        plain = json.loads(
            data.decode("utf-8"),
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
    number = int(text) if len(text) <= 17 else LARGEST_NUMBER + 1
    if abs(number) > LARGEST_NUMBER:
        raise RecordMalformedError(got="not_json")
    return number


def _no_fraction(_text: str) -> object:
    raise RecordMalformedError(got="fraction")
