# SPDX-License-Identifier: GPL-3.0-or-later
"""What an issuer publishes below its own domain, `https://<domain>/.well-known/proofwipe/`, so that buyers find its
root without asking the seller: the trust files, a text that a person can read, and the sums of all.

The path is a well-known location (RFC 8615) that proofwipe claims for itself; it is not registered.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from textwrap import wrap

from certs.record.issuer import Issuer
from certs.verify.root_words import root_words
from phones.cleaning import clean
from phones.words import LANGUAGES, say

INDEX, SUMS = "index.txt", "SHA256SUMS"
_TOLD = ("root.pem", "tsa.pem", "log.policy", "root.crl", "organisation.crl", "for-codes")
_MARK = "\ufeff"
"""Without it a browser that is told no character set shows Chinese as garbage."""


def well_known_files(
    files: Mapping[str, bytes], issuer: Issuer, root_sha256: str, *, specimen: bool, now: datetime
) -> dict[str, bytes]:
    """`files` (`certs.keys.key_folder.trust_files`) with index.txt and SHA256SUMS. `root_sha256`: in hexadecimal."""
    parts = [_in_words(language, files, issuer, root_sha256, specimen=specimen, now=now) for language in LANGUAGES]
    all_files = {**files, INDEX: (_MARK + "\n\n".join(parts)).encode()}
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(all_files.items())]
    return {**all_files, SUMS: "".join(lines).encode()}


def in_rows(words: tuple[str, ...]) -> list[str]:
    """Twelve words as rows of four, numbered, to be read out."""
    numbered = [f"{place:2} {word:<8}" for place, word in enumerate(words, 1)]
    return ["  ".join(numbered[start : start + 4]).rstrip() for start in range(0, len(numbered), 4)]


def grouped(fingerprint: str) -> str:
    """A fingerprint as people read it to each other."""
    return " ".join(wrap(fingerprint, 4))


def _in_words(
    language: str, files: Mapping[str, bytes], issuer: Issuer, root_sha256: str, *, specimen: bool, now: datetime
) -> str:
    there = [name for name in _TOLD if any(each.split("/")[0] == name for each in files)]
    text = say(
        "well_known.index",
        language,
        issuer=clean(issuer.name),
        contact=clean(", ".join(part for part in (issuer.address, issuer.contact) if part)) or "—",
        date=now.strftime("%Y-%m-%d"),
        words="\n".join(f"    {row}" for row in in_rows(root_words(root_sha256, language))),
        sha256="\n".join(f"    {row}" for row in wrap(grouped(root_sha256), 40)),
        files="\n".join(f"  {name:<18}{say(f'well_known.{_key(name)}', language)}" for name in there),
    )
    warning = f"{say('well_known.specimen', language)}\n\n" if specimen else ""
    return f"{warning}{text}\n"


def _key(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")
