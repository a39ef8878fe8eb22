# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence the program says, in English and Chinese, kept beside the room that says it.

Shape: each room has a `words.toml`; a leaf table holds `en` and `zh`, e.g.
`[error.phone_lost.reason]  en = "..."  zh = "..."`. Placeholders are `{name}`.
"""

from functools import cache
from typing import Any

from phones import package_data

LANGUAGES = ("en", "zh")
ROOMS = ("phones", "wipe", "grading", "certs", "station")
"""Named, not searched for: beside an installed program stand other programs' folders, whose words are none of ours.
What two of them say, the later one says.
"""


class _Blank(dict[str, str]):
    """A placeholder without a fact is drawn as nothing: a message must never fail to be said."""

    def __missing__(self, key: str) -> str:
        return ""


def say(key: str, language: str = "en", **facts: object) -> str:
    """The sentence for `key` in `language` ("en" or "zh"), with `facts` filled in.

    Raises: KeyError for a key no room has; that is a mistake of ours, and a test looks for it.
    """
    entry = _entry(key)
    if entry is None:
        raise KeyError(key)
    text = entry.get(language) or entry["en"]
    return text.format_map(_Blank({name: str(value) for name, value in facts.items()})).strip()


def has(key: str) -> bool:
    """Has any room a sentence for `key`?"""
    return _entry(key) is not None


def keys(prefix: str = "") -> tuple[str, ...]:
    """All keys that begin with `prefix`, sorted."""
    return tuple(sorted(key for key in catalogue() if key.startswith(prefix)))


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every sentence by its key: language to text."""
    entries: dict[str, dict[str, str]] = {}
    for room in ROOMS:
        _flatten("", _table(room), entries)
    return entries


@cache
def _table(room: str) -> dict[str, Any]:
    """What a room says, nested as in its TOML; empty for a room that is not installed."""
    return package_data.table(room, "words.toml") if package_data.path(room, "words.toml").is_file() else {}


def _entry(key: str) -> dict[str, str] | None:
    """The sentence of `key`, looked for in one room after the other: a verifier says a dozen, of a thousand."""
    for room in reversed(ROOMS):
        found: Any = _table(room)
        for step in key.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, dict) and set(found) & set(LANGUAGES):
            return found
    return None


def _flatten(prefix: str, table: dict[str, object], entries: dict[str, dict[str, str]]) -> None:
    if set(table) & set(LANGUAGES):
        entries[prefix] = {name: str(text) for name, text in table.items()}
        return
    for name, value in table.items():
        if isinstance(value, dict):
            _flatten(f"{prefix}.{name}" if prefix else name, value, entries)
