# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for words in whatever files a run leaves, in every spelling a program might have put them there.

A file is looked at as it lies and as what it means: rows of a ledger, strings of JSON, streams, attachments
and drawn text of a PDF.
"""

import base64
import hashlib
import io
import json
import re
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pypdf
from pypdf.generic import StreamObject

_BROKEN = frozenset(
    f"{code} {way}"
    for code in ("utf-8", "utf-16-le", "utf-16-be")
    for way in ("hex", "HEX", "base64+0", "base64+1", "base64+2")
)
"""Spellings that programs break into lines."""
_STREAM = re.compile(rb"stream\r?\n")


def spellings(word: str) -> dict[str, bytes]:
    """Name of a spelling → the bytes that betray `word` in it."""
    plain = {"utf-8": word.encode(), "utf-16-le": word.encode("utf-16-le"), "utf-16-be": word.encode("utf-16-be")}
    found = dict(plain)
    for name, data in plain.items():
        found[f"{name} hex"] = data.hex().encode()
        found[f"{name} HEX"] = data.hex().upper().encode()
        for offset in range(3):
            found[f"{name} base64+{offset}"] = _base64_core(data, offset)
    found["json escapes"] = json.dumps(word)[1:-1].encode()
    return found


def _base64_core(data: bytes, offset: int) -> bytes:
    """The letters of base64 that depend on `data` alone when it begins `offset` bytes into a group of three."""
    letters = base64.b64encode(bytes(offset) + data)
    first = (0, 2, 3)[offset]
    return letters[first : (offset + len(data)) * 8 // 6]


class Search:
    """`words`: name → word. Finds any of them in any spelling; a word that several names share is looked for once."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = dict(words)
        names: dict[str, list[str]] = {}
        for name, word in words.items():
            names.setdefault(word, []).append(name)
        self._needles = [
            (", ".join(named), spelling, needle)
            for word, named in names.items()
            for spelling, needle in spellings(word).items()
        ]

    def within(self, data: bytes) -> list[str]:
        """ "names (spelling)" of everything found. In text, hex and base64 are also found across line breaks."""
        unbroken = b"".join(data.split()) if _is_text(data) else b""
        return sorted(
            f"{names} ({spelling})"
            for names, spelling, needle in self._needles
            if needle in data or (unbroken and spelling in _BROKEN and needle in unbroken)
        )

    def in_file(self, path: Path) -> list[str]:
        """ "file view: names (spelling)" of everything found in a file, as it lies and as what it means."""
        seen: set[bytes] = set()
        found = []
        for view, data in views(path):
            digest = hashlib.sha256(data).digest()
            if digest not in seen:
                seen.add(digest)
                found += [f"{path.name} {view}: {hit}" for hit in self.within(data)]
        return found


def _is_text(data: bytes) -> bool:
    return b"\0" not in data


def views(path: Path) -> Iterator[tuple[str, bytes]]:
    """The file as it lies, then as what it means."""
    data = path.read_bytes()
    yield "bytes", data
    if data.startswith(b"SQLite format 3\0"):
        yield "rows", "\n".join(_rows(path)).encode()
    elif data.startswith(b"%PDF-"):
        yield from _pdf_views(path, data)
    elif path.suffix == ".json":
        yield "strings", "\n".join(_strings(json.loads(data))).encode()


def _rows(path: Path) -> Iterator[str]:
    """Every value of every table; JSON inside JSON is opened, so that no escape hides a word."""
    connection = sqlite3.connect(path)
    try:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    yield from _strings(value)
    finally:
        connection.close()


def _strings(value: object) -> Iterator[str]:
    """All texts in a JSON value, keys too; a text that is itself JSON is opened."""
    if isinstance(value, Mapping):
        for key, member in value.items():
            yield str(key)
            yield from _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)
    elif isinstance(value, bytes):
        yield value.decode("latin-1")
    else:
        yield str(value)
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                yield from _strings(json.loads(value))
            except ValueError:
                return


def _pdf_views(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "inflated", b"\n".join(inflated(data))
    reader = pypdf.PdfReader(io.BytesIO(data))
    for number in sorted({number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)):
        found = reader.get_object(number)
        yield f"object {number}", str(found).encode("utf-8", "surrogateescape")
        if isinstance(found, StreamObject):
            yield f"stream {number}", found.get_data()
    for name, contents in reader.attachments.items():
        for content in contents:
            yield f"attachment {name}", content
    yield "text", pdf_text(path).encode()


def inflated(data: bytes) -> Iterator[bytes]:
    """What any place after the word `stream` inflates to, whatever the PDF says of it."""
    for match in _STREAM.finditer(data):
        try:
            yield zlib.decompressobj().decompress(data[match.end() :])
        except zlib.error:
            continue


def pdf_text(path: Path) -> str:
    """What a reader of the page can select and copy, line breaks taken out as well as left in."""
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True, timeout=60)
    text = done.stdout.decode("utf-8", "replace")
    return text + "\n" + text.replace("\n", "")
