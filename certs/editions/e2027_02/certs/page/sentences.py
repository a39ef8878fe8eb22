# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences of all rooms that a page may need, in one file of its own: certs/page/sentences.json.

`python -m tools.make_tables` takes them out of the rooms' words.toml. A page depends on this file alone, so that an
edition can keep the words it was released with.
"""

import json
from collections.abc import Mapping
from functools import cache

from certs.editions.e2027_02.phones import package_data

ON_PAPER = (
    "band.",
    "cap.",
    "check.",
    "condition.",
    "contradiction.",
    "error.",
    "method.",
    "next.",
    "outcome.",
    "part_name.",
    "problem.",
    "reason.",
    "refusal.",
    "residue.",
    "technique.",
    "usability.",
)
"""How the keys of sentences begin that `certs.page.labels` may put on a page; help texts and prompts are none."""


class _Blank(dict[str, str]):
    """A placeholder without a fact is drawn as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def has(key: str) -> bool:
    """Is there a sentence for `key`?"""
    return key in _sentences()


def say(key: str, language: str, **facts: object) -> str:
    """The sentence for `key` in "en" or "zh", with `facts` filled in. Raises: KeyError."""
    entry = _sentences()[key]
    return entry[language].format_map(_Blank({name: str(value) for name, value in facts.items()})).strip()


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(package_data.path("certs", "page", "sentences.json").read_bytes())
    return found
