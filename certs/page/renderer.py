# SPDX-License-Identifier: GPL-3.0-or-later
"""Which program drew a page: a name over everything a drawing depends on.

A verifier draws the page again. If its own drawing program is another, a different drawing is no proof of
fraud: it answers CANNOT TELL. Only with the same renderer a difference is a lie on the page.
"""

import hashlib
from functools import cache
from pathlib import Path

from phones import package_data
from phones.words import keys, say

_SENTENCES_ON_PAPER = (
    "band.",
    "cap.",
    "check.",
    "condition.",
    "error.",
    "method.",
    "next.",
    "outcome.",
    "problem.",
    "reason.",
    "refusal.",
    "residue.",
    "technique.",
    "usability.",
)
"""Sentences of the rooms that `certs.page.labels` may put on a page; help texts and prompts are none of them."""


@cache
def renderer() -> str:
    """The name: "1." and 16 hex digits: SHA-256 over drawing code, captions, sentences, letters and colour profile."""
    digest = hashlib.sha256()
    for folder, endings in (("page", (".py", ".toml", ".json")), ("fonts", (".bin",)), ("icc", (".icc",))):
        for file in _files(package_data.path("certs", folder), endings):
            _take(digest, f"{folder}/{file.name}", file.read_bytes())
    for key in keys():
        if key.startswith(_SENTENCES_ON_PAPER):
            _take(digest, f"words/{key}", f"{say(key, 'en')}\0{say(key, 'zh')}".encode())
    return f"1.{digest.hexdigest()[:16]}"


def _files(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    return sorted((file for file in folder.iterdir() if file.suffix in endings), key=lambda file: file.name)


def _take(digest: "hashlib._Hash", name: str, data: bytes) -> None:
    digest.update(f"{name}\0{len(data)}\0".encode() + data)
