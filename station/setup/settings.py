# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench is told once: deadlines, limits, sale policy, scheme, slots. Read from a TOML file.

An unknown key is an error that names the nearest known one: a misspelt limit must not be a silent one.
The program never writes this file.
"""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from certs.keys.signing import Signing
from certs.record.facts import SalePolicy
from phones.usb.ports import companion, is_port_path
from station.errors import ConfigError
from station.setup.toml_file import read_toml
from station.text.language import text
from wipe.method import Deadlines, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One station's configuration.

    `slots`: port path → the label on the bench ("3-1.4" → "A3"). `recheck_s`: how often a blocked phone
    is asked again. `gather_s`: how long the bench must be still before `--all` takes its count as wrong.
    `scheme`: grading scheme. `adb_port`: port of our own adb server, 0 = any free one.
    `usbmux_address`: "127.0.0.1:27015" for a usbmuxd elsewhere. `emulated_bench`: file with the hello of a
    virtual bench (virtual_phones.bench.bench); then only its phones are there, and every one is `emulated`.
    `log`: "own" enters every job into the station's transparency log, "none" does not and papers say so.
    `validator_key`: "required" takes decisions only under a validator's own key, "optional" also at the station.
    Paths are relative to the station's folder.
    """

    deadlines: Deadlines = field(default_factory=Deadlines)
    limits: Limits = field(default_factory=Limits)
    policy: SalePolicy = field(default_factory=SalePolicy)
    slots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    scheme: str = "basic"
    recheck_s: float = 10.0
    gather_s: float = 15.0
    language: str = ""
    log: str = "own"
    validator_key: str = "optional"
    signing: Signing = field(default_factory=Signing)
    usbmux_address: str = ""
    adb_port: int = 0
    emulated_bench: str = ""

    def slot(self, port: str) -> str:
        """The bench label of a port, or of the same socket on the controller's other bus, or the port path itself."""
        if not self.slots:
            return port
        return self.slots.get(port) or self.slots.get(companion(port)) or port


SHORTEST_ABSENCE_S = 1.0
"""A shorter absence from the port could be a flicker of the cable."""
LONGEST_S = 30 * 86400.0
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "minimum_nist": ("clear", "purge"),
        "language": ("", "en", "zh"),
        "log": ("own", "none"),
        "validator_key": ("required", "optional"),
    }
)
_RANGES: Mapping[str, range] = MappingProxyType({"battery_percent": range(101), "adb_port": range(65536)})
_BEGINNINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({"station_key": ("file:", "pkcs11:")})
_TABLES: dict[str, type] = {"deadlines": Deadlines, "limits": Limits, "policy": SalePolicy, "signing": Signing}


def load(path: Path | None) -> Settings:
    """The settings in `path`; defaults when there is no file.

    Raises: ConfigError for an unreadable file, an unknown key or a value of the wrong type.
    """
    if path is None or not os.path.lexists(path):
        return Settings()
    return from_document(read_toml(path), str(path))


def from_document(document: Mapping[str, Any], where: str) -> Settings:
    """Settings from a parsed TOML document. Raises: ConfigError."""
    values: dict[str, Any] = {}
    for name, value in _checked(document, Settings, where).items():
        if name in _TABLES:
            if not isinstance(value, Mapping):
                raise ConfigError(subject=where, step=name, expected=text("expected.table"), got=type(value).__name__)
            values[name] = _TABLES[name](**_checked(value, _TABLES[name], f"{where} [{name}]"))
        elif name == "slots":
            if not isinstance(value, Mapping):
                raise ConfigError(subject=where, step=name, expected=text("expected.table"), got=type(value).__name__)
            values[name] = _slots(value, where)
        else:
            values[name] = value
    return Settings(**values)


def _checked(table: Mapping[str, Any], kind: type, where: str) -> dict[str, Any]:
    known = {item.name: item.type for item in fields(kind)}
    checked: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise ConfigError(subject=where, step=name, expected=near[0] if near else ", ".join(known), got=name)
        checked[name] = _typed(name, value, known[name], where)
    return checked


def _typed(name: str, value: Any, wanted: object, where: str) -> Any:
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        if not 0 <= value < LONGEST_S:
            raise ConfigError(subject=where, step=name, expected=text("expected.seconds"), got=str(value))
        if name == "absent_at_least_s" and value < SHORTEST_ABSENCE_S:
            raise ConfigError(subject=where, step=name, expected=f">= {SHORTEST_ABSENCE_S}", got=str(value))
        return float(value)
    if wanted in (float, int, str, bool) and type(value) is not wanted:
        kind = getattr(wanted, "__name__", "")
        raise ConfigError(subject=where, step=name, expected=text(f"expected.{kind}"), got=repr(value))
    if name in _CHOICES and value not in _CHOICES[name]:
        raise ConfigError(subject=where, step=name, expected=", ".join(map(str, _CHOICES[name])), got=repr(value))
    if name in _BEGINNINGS and not value.startswith(_BEGINNINGS[name]):
        raise ConfigError(subject=where, step=name, expected=", ".join(_BEGINNINGS[name]), got=repr(value))
    if isinstance(value, int) and name in _RANGES and value not in _RANGES[name]:
        span = _RANGES[name]
        raise ConfigError(subject=where, step=name, expected=f"{span.start}–{span.stop - 1}", got=repr(value))
    return value


def _slots(table: Mapping[str, Any], where: str) -> Mapping[str, str]:
    for path in table:
        if not is_port_path(path):
            raise ConfigError(subject=where, step="slots", expected=text("expected.port_path"), got=repr(path))
    labels = list(table.values())
    if not all(isinstance(label, str) and label for label in labels):
        raise ConfigError(subject=where, step="slots", expected=text("expected.str"), got=repr(labels))
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:  # `-s A3` would mean two phones
        raise ConfigError(subject=where, step="slots", expected=text("expected.one_port_a_label"), got=", ".join(twice))
    return MappingProxyType(dict(table))
