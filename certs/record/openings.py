# SPDX-License-Identifier: GPL-3.0-or-later
"""`openings.json` of the archive copy: which sealed fields of a record are opened, and whether they fit it.

Canonical JSON {"schema": "proofwipe/openings/1", "id": certificate id, "openings": [{"name", "salt", "value"}]},
names in ascending order, each once, salt 32 hex digits. It may open some fields and leave others shut.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from certs.editions.interface import RecordFacts
from certs.errors import OpeningsMalformedError, RecordMalformedError
from certs.record.canonical import canonical_bytes
from certs.record.sealing import SALT_BYTES, Opening, seal
from phones.commitment import commit

SCHEMA = "proofwipe/openings/1"
MOST_OPENINGS = 30
LARGEST_FILE = 64 * 1024
LONGEST_VALUE = 1000
ACQUISITION = "acquisition."
"""Begins the name of everything about how the phone was acquired: the seller's side."""
_NAME = re.compile(r"[A-Za-z0-9_.+\-]{1,96}")
_SALT = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"PW(-[0-9A-HJKMNP-TV-Z]{4}){4}")
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """The opened fields of one paper."""

    id: str
    openings: tuple[Opening, ...]


def write_openings(certificate_id: str, openings: Iterable[Opening]) -> bytes:
    """The file that opens these fields of a paper. Raises: OpeningsMalformedError when it could not be read back."""
    rows = [
        {"name": one.name, "salt": one.salt.hex(), "value": one.value}
        for one in sorted(openings, key=lambda one: one.name)
    ]
    try:
        data = canonical_bytes({"schema": SCHEMA, "id": certificate_id, "openings": rows})
    except RecordMalformedError as error:
        raise OpeningsMalformedError(got=error.got) from error
    read_openings(data)
    return data


def read_openings(data: bytes) -> Openings:
    """Bytes to openings, strictly: one spelling, known fields, bounds. Raises: OpeningsMalformedError."""
    if len(data) > LARGEST_FILE:
        raise OpeningsMalformedError(got="too_large")
    try:
        found = json.loads(data.decode("utf-8"))
        canonical = isinstance(found, dict) and canonical_bytes(found) == data  # a key twice cannot come out the same
    except (ValueError, RecursionError, RecordMalformedError) as error:
        raise OpeningsMalformedError(got="not_json") from error
    if not canonical:
        raise OpeningsMalformedError(got="not_canonical")
    if set(found) != {"schema", "id", "openings"} or found["schema"] != SCHEMA:
        raise OpeningsMalformedError(got="schema")
    paper, rows = found["id"], found["openings"]
    if not isinstance(paper, str) or not _ID.fullmatch(paper):
        raise OpeningsMalformedError(got="id")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_OPENINGS:
        raise OpeningsMalformedError(got="openings")
    openings = tuple(_opening(row) for row in rows)
    names = [one.name for one in openings]
    if names != sorted(set(names)):
        raise OpeningsMalformedError(got="order")
    return Openings(id=paper, openings=openings)


def _opening(row: object) -> Opening:
    if not isinstance(row, dict) or set(row) != {"name", "salt", "value"}:
        raise OpeningsMalformedError(got="opening")
    name, salt, value = row["name"], row["salt"], row["value"]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise OpeningsMalformedError(got="name")
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise OpeningsMalformedError(got="salt")
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_VALUE or _HIDDEN.search(value):
        raise OpeningsMalformedError(got="value")
    opening = Opening(name=name, salt=bytes.fromhex(salt), value=value)
    if len(opening.salt) != SALT_BYTES:
        raise OpeningsMalformedError(got="salt")
    return opening


def first_mismatch(record: RecordFacts, opened: Openings) -> str:
    """The name of the first opened field that is not what the record sealed, "id" for another paper's, or "".

    An identifier must fit the device's own commitment and printed last four too: else two numbers could be one phone's.
    """
    if opened.id != record.id:
        return "id"
    for one in opened.openings:
        if record.sealed.get(one.name) != seal(one):
            return one.name
        identifier = record.identifier(one.name)
        if identifier is not None:
            if commit(identifier.label, one.value, bytes.fromhex(record.salt)) != identifier.commitment:
                return one.name
            if not one.value.endswith(identifier.last4):
                return one.name
    return ""
