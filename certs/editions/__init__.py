# SPDX-License-Identifier: GPL-3.0-or-later
"""Every record is read by the law of its own edition, today and for ever (docs/adr/0012-editions.md).

A released edition is a package beside this module, made by `make release-edition`, never changed, and loaded only when
a record names it. The edition in work is the program's own law, `certs.law`; its name holds a hash over the law's
files, so that another state of it is another edition.
"""

import hashlib
import importlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

from certs.editions.interface import Law, RecordReading
from certs.editions.released import RELEASED
from certs.errors import EditionUnknownError, NoEditionError, RecordMalformedError
from certs.record.canonical import read_canonical

ROOT = Path(__file__).parents[2]
IN_WORK_FILES = "in_work.txt"
"""The files of the law in work, one a line; written by `python -m tools.make_tables`."""
_NAME = re.compile(r"[a-z0-9][a-z0-9.\-]{0,63}")


def read_record(data: bytes) -> RecordReading:
    """The record of these bytes, read by the law of the edition it names.

    Raises: RecordMalformedError for bytes that are no canonical JSON, or not what that edition's records are;
    EditionUnknownError for an edition this program does not have.
    """
    plain = read_canonical(data)
    return law(edition_of(plain)).read(data, plain)


def edition_of(plain: Mapping[str, object]) -> str:
    """The edition a record names. Raises: RecordMalformedError for another spelling, EditionUnknownError for none."""
    if "edition" not in plain:
        raise EditionUnknownError(subject="none named")
    name = plain["edition"]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise RecordMalformedError(got="edition: not a name")
    return name


def law(edition: str) -> Law:
    """The law of an edition, loaded the first time it is asked for. Raises: EditionUnknownError."""
    if edition in RELEASED:
        return cast(Law, importlib.import_module(f"{__name__}.{package_of(edition)}.certs.law"))
    if edition == in_work():
        return cast(Law, importlib.import_module("certs.law"))
    raise EditionUnknownError(subject=edition)


def package_of(edition: str) -> str:
    """The package of a released edition: "2026.11" is e2026_11."""
    return "e" + edition.replace(".", "_").replace("-", "_")


@cache
def in_work() -> str:
    """The name of the edition in work, over the bytes of its law."""
    digest = hashlib.sha256()
    for file in Path(__file__).with_name(IN_WORK_FILES).read_text("utf-8").split():
        content = (ROOT / file).read_bytes()
        digest.update(f"{file}\0{len(content)}\0".encode() + content)
    return f"in-work.{digest.hexdigest()[:16]}"


def is_released(edition: str) -> bool:
    """May real papers be signed under it?"""
    return edition in RELEASED


def newest_released() -> str:
    """The newest released edition, "" before the first."""
    return max(RELEASED, key=_order, default="")


def _order(edition: str) -> tuple[int, ...]:
    return tuple(int(step) for step in edition.split("."))


def for_papers(*, specimen: bool) -> str:
    """The edition a station makes its papers under: the newest released one. Before the first there are only specimens.

    Raises: NoEditionError for a station that makes real papers and has no released edition.
    """
    newest = newest_released()
    if newest:
        return newest
    if not specimen:
        raise NoEditionError
    return in_work()
