# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence the program says, in English and Chinese, kept beside the room that says it.

Shape: each room has a `words.toml`; a leaf table holds `en` and `zh`, e.g.
`[error.phone_lost.reason]  en = "..."  zh = "..."`. Placeholders are `{name}`.
"""

from functools import cache

from phones import package_data

LANGUAGES = ("en", "zh")
ROOMS = ("phones", "wipe", "grading", "certs", "station")
"""Named, not searched for: beside an installed program stand other programs' folders, whose words are none of ours."""


class _Blank(dict[str, str]):
    """A placeholder without a fact is drawn as nothing: a message must never fail to be said."""

    def __missing__(self, key: str) -> str:
        return ""


def say(key: str, language: str = "en", **facts: object) -> str:
    """The sentence for `key` in `language` ("en" or "zh"), with `facts` filled in.

    Raises: KeyError for a key no room has; that is a mistake of ours, and a test looks for it.
    """
    entry = catalogue()[key]
    text = entry.get(language) or entry["en"]
    return text.format_map(_Blank({name: str(value) for name, value in facts.items()})).strip()


def has(key: str) -> bool:
    """Has any room a sentence for `key`?"""
    return key in catalogue()


def keys(prefix: str = "") -> tuple[str, ...]:
    """All keys that begin with `prefix`, sorted."""
    return tuple(sorted(key for key in catalogue() if key.startswith(prefix)))


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every sentence by its key: language to text."""
    entries: dict[str, dict[str, str]] = {}
    for room in ROOMS:
        if package_data.path(room, "words.toml").is_file():
            _flatten("", package_data.table(room, "words.toml"), entries)
    return entries


def _flatten(prefix: str, table: dict[str, object], entries: dict[str, dict[str, str]]) -> None:
    if set(table) & set(LANGUAGES):
        entries[prefix] = {name: str(text) for name, text in table.items()}
        return
    for name, value in table.items():
        if isinstance(value, dict):
            _flatten(f"{prefix}.{name}" if prefix else name, value, entries)
