# SPDX-License-Identifier: GPL-3.0-or-later
"""A station's settings told to whoever may read them: each with the line of the file that says it, and no secret.

What may be shown is listed, not what must be hidden: a setting of a later version is hidden until somebody has thought
about it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from station.errors import ConfigError
from station.setup.settings import Settings, load
from station.setup.toml_file import read_toml
from station.setup.toml_lines import line_of

_SHOWN_TEXTS = frozenset(
    {
        "policy.name",
        "policy.minimum_nist",
        "overwrite.earlier",
        "profile",
        "scheme",
        "language",
        "log",
        "validator_key",
        "paper_folder",
        "lot",
        "usbmux_address",
    }
)
"""Numbers and yes or no are shown too; any other text may hold a password, like the address of a key."""


@dataclass(frozen=True, kw_only=True)
class SettingTold:
    """`setting`: its name in the file, "table.key". `value`: null where it is not shown. `line`: of the file that sets
    it; null where it is as it comes.
    """

    setting: str
    value: bool | float | str | None
    shown: bool
    line: int | None


@dataclass(frozen=True, slots=True)
class _Written:
    """What the file sets, and where."""

    tables: Mapping[str, Any]
    lines: Mapping[tuple[str, ...], int]

    def line(self, *path: str) -> int | None:
        """None for what it does not set."""
        found: Any = self.tables
        for name in path:
            if not isinstance(found, Mapping) or name not in found:
                return None
            found = found[name]
        return line_of(self.lines, path) or None


def told_settings(settings: Settings, file: Path) -> tuple[SettingTold, ...]:
    """Those in force, in the order of their description; lines as the file has them now."""
    return tuple(_told((), settings, _written(file)))


def same_as_file(settings: Settings, file: Path) -> bool | None:
    """Does the file still say what is in force? None when it cannot be read or has faults."""
    try:
        return load(file) == settings
    except ConfigError:
        return None


def _told(table: tuple[str, ...], values: Any, written: _Written) -> list[SettingTold]:
    found: list[SettingTold] = []
    for each in fields(values):
        path, value = (*table, each.name), getattr(values, each.name)
        name = ".".join(path)
        if is_dataclass(value):
            found += _told(path, value, written)
        elif name == "slots":
            found += [
                SettingTold(setting=f"slots.{port}", value=label, shown=True, line=written.line("slots", port))
                for port, label in value.items()
            ]
        else:
            shown = isinstance(value, bool | int | float) or name in _SHOWN_TEXTS
            told = value if shown else None
            found.append(SettingTold(setting=name, value=told, shown=shown, line=written.line(*path)))
    return found


def _written(file: Path) -> _Written:
    if not os.path.lexists(file):
        return _Written({}, {})
    try:
        written = read_toml(file)
    except ConfigError:
        return _Written({}, {})
    return _Written(written.tables, written.faults.lines)
