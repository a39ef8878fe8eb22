# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the page (`grading/phone_checks`), read once: nothing else of this machine is ever given out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from phones.package_data import path

KINDS: Mapping[str, str] = MappingProxyType(
    {
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        ".svg": "image/svg+xml",
    }
)
"""Suffix → Content-Type; files of other kinds are not part of the page."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """`kind`: its Content-Type."""

    body: bytes
    kind: str


@cache
def page_files() -> Mapping[str, PageFile]:
    """Path below the page's folder → file. Raises: OSError."""
    return files_of(path("grading", "phone_checks"))


def files_of(folder: Path) -> Mapping[str, PageFile]:
    """The same of any folder. Raises: OSError."""
    found = {
        file.relative_to(folder).as_posix(): PageFile(file.read_bytes(), KINDS[file.suffix])
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix in KINDS
    }
    return MappingProxyType(found)
