# SPDX-License-Identifier: GPL-3.0-or-later
"""The dated set of root keys that an attestation chain may end in.

A root is a key, not a certificate: Google issued four certificates over one RSA key, and a phone's chain carries the
one it was made with, even after that has expired. So the set names keys by digest, each with the dates between which
a chain may rest on it. Never asked for over a network ("don't query an endpoint for trusted roots at runtime",
developer.android.com): it ships, and is renewed by a file that the station's owner signed
(`certs.keys.attestation_roots`).
"""

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from functools import cache

from certs.editions.e2027_02.phones.attestation.der import MalformedError
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.package_data import path

SCHEMA = "proofwipe/attestation-roots/1"
LONGEST_FILE_BYTES = 64 * 1024
_MOST_ROOTS = 32
_LONGEST_NAME = 200  # letters that a record holds of it
_FIELDS = {"name", "spki_sha256", "used_from", "used_until", "factory_keys", "source"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """One key that chains may end in. `spki_sha256`: hex, over its SubjectPublicKeyInfo.

    `factory_keys`: keys below it were put into phones in the factory and cannot be replaced, so that certificates on
    the way may have expired (as in Google's verifier).
    """

    name: str
    spki_sha256: str
    used_from: datetime
    used_until: datetime
    factory_keys: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootSet:
    """`version` rises with every renewal; `date`: the day its maker looked; `digest`: SHA-256 of the file, hex."""

    version: int
    date: date
    roots: tuple[Root, ...]
    digest: str

    def of_key(self, public_key: bytes) -> Root | None:
        """The root with this SubjectPublicKeyInfo."""
        digest = hashlib.sha256(public_key).hexdigest()
        return next((root for root in self.roots if root.spki_sha256 == digest), None)


@cache
def shipped() -> RootSet:
    """The set that came with the program."""
    return read_root_set(path("phones", "attestation", "roots.json").read_bytes())


def read_root_set(data: bytes) -> RootSet:
    """A set from its file. Raises: MalformedError; who signed it is another question."""
    document = read_json(data, most=LONGEST_FILE_BYTES)
    if set(document) != {"schema", "version", "date", "roots"} or document["schema"] != SCHEMA:
        raise MalformedError("not a set of attestation roots")
    version, listed = document["version"], document["roots"]
    if type(version) is not int or not 1 <= version <= 10**6:
        raise MalformedError("version")
    if not isinstance(listed, list) or not 1 <= len(listed) <= _MOST_ROOTS:
        raise MalformedError("roots")
    roots = tuple(_root(entry) for entry in listed)
    if len({root.spki_sha256 for root in roots}) != len(roots):
        raise MalformedError("a root twice")
    return RootSet(version=version, date=_day(document["date"]), roots=roots, digest=hashlib.sha256(data).hexdigest())


def read_json(data: bytes, *, most: int) -> dict[str, object]:
    """One JSON object without doubled keys. Raises: MalformedError."""
    if len(data) > most:
        raise MalformedError("file too long")
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError("not JSON") from error
    if not isinstance(found, dict):
        raise MalformedError("not an object")
    return found


def _root(entry: object) -> Root:
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        raise MalformedError("not a root")
    texts = [entry[name] for name in ("name", "spki_sha256", "source")]
    if not all(isinstance(text, str) and 1 <= len(text) <= 600 for text in texts):
        raise MalformedError("not a root")
    if len(entry["name"]) > _LONGEST_NAME or not entry["name"].isprintable():
        raise MalformedError("name of a root")
    if not re.fullmatch("[0-9a-f]{64}", entry["spki_sha256"]) or not isinstance(entry["factory_keys"], bool):
        raise MalformedError("not a root")
    used_from, last_day = _day(entry["used_from"]), _day(entry["used_until"])
    if used_from > last_day:
        raise MalformedError("dates of a root")
    return Root(
        name=entry["name"],
        spki_sha256=entry["spki_sha256"],
        used_from=_midnight(used_from),
        used_until=_midnight(last_day) + timedelta(days=1),
        factory_keys=entry["factory_keys"],
        source=entry["source"],
    )


def _day(found: object) -> date:
    if not isinstance(found, str) or not re.fullmatch("20[0-9]{2}-[0-9]{2}-[0-9]{2}", found):
        raise MalformedError("not a day")
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise MalformedError("not a day") from error


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(_: str) -> object:
    raise ValueError("not a number of JSON")
