# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench is told once: deadlines, limits, sale policy, scheme, slots. Read from a TOML file.

An unknown key is an error that names the nearest known one: a misspelt limit must not be a silent one.
The program never writes this file.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from certs.facts import SalePolicy
from station.errors import ConfigError
from wipe.method import Deadlines, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One station's configuration.

    `slots`: port path → the label on the bench ("3-1.4" → "A3"). `recheck_s`: how often a blocked phone
    is asked again. `method`: platform → method to prefer, "" = the best that fits. `scheme`: grading scheme.
    """

    deadlines: Deadlines = field(default_factory=Deadlines)
    limits: Limits = field(default_factory=Limits)
    policy: SalePolicy = field(default_factory=SalePolicy)
    slots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    scheme: str = "basic"
    recheck_s: float = 10.0
    identify_s: float = 30.0
    retention_days: int = 1096
    language: str = ""
    usbmux_address: str = ""

    def slot(self, port: str) -> str:
        """The bench label of a port, or the port path itself."""
        return self.slots.get(port, port)


_TABLES: dict[str, type] = {"deadlines": Deadlines, "limits": Limits, "policy": SalePolicy}


def load(path: Path | None) -> Settings:
    """The settings in `path`; defaults when there is no file.

    Raises: ConfigError for an unreadable file, an unknown key or a value of the wrong type.
    """
    if path is None or not path.exists():
        return Settings()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(phone=str(path), expected="a TOML file", got=str(error).splitlines()[0]) from error
    return from_document(document, str(path))


def from_document(document: Mapping[str, Any], where: str) -> Settings:
    """Settings from a parsed TOML document. Raises: ConfigError."""
    values: dict[str, Any] = {}
    for name, value in _checked(document, Settings, where).items():
        if name in _TABLES:
            if not isinstance(value, Mapping):
                raise ConfigError(phone=where, step=name, expected="a table", got=type(value).__name__)
            values[name] = _TABLES[name](**_checked(value, _TABLES[name], f"{where} [{name}]"))
        elif name == "slots":
            if not isinstance(value, Mapping):
                raise ConfigError(phone=where, step=name, expected="a table", got=type(value).__name__)
            values[name] = MappingProxyType({str(port): str(label) for port, label in value.items()})
        else:
            values[name] = value
    return Settings(**values)


def _checked(table: Mapping[str, Any], kind: type, where: str) -> dict[str, Any]:
    known = {item.name: item.type for item in fields(kind)}
    checked: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise ConfigError(phone=where, step=name, expected=near[0] if near else ", ".join(known), got=name)
        checked[name] = _typed(name, value, known[name], where)
    return checked


def _typed(name: str, value: Any, wanted: object, where: str) -> Any:
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        if value < 0:
            raise ConfigError(phone=where, step=name, expected="a number of seconds, 0 or more", got=str(value))
        return float(value)
    if wanted in (float, int, str, bool) and type(value) is not wanted:
        raise ConfigError(phone=where, step=name, expected=getattr(wanted, "__name__", ""), got=repr(value))
    return value
