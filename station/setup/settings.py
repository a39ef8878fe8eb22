# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench is told once: deadlines, limits, sale policy, scheme, slots. Read from a TOML file.

An unknown key or a wrong value is an error with its line: a misspelt limit must not be a silent one.
The program never writes this file.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from certs.keys.signing import Signing
from certs.record.facts import SalePolicy
from phones.usb.ports import companion, is_port_path
from station.setup.faults import Faults, written
from station.setup.toml_file import read_toml
from station.setup.trade_fields import LONGEST, is_trade_value
from station.setup.webhooks import TABLE as WEBHOOK
from station.setup.webhooks import Webhook, read_webhooks
from station.text.language import text
from wipe.method import Deadlines, Limits
from wipe.overwrite.pattern import Pattern
from wipe.overwrite.plan import MAXIMUM_PASSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwrite:
    """The overwriting pass: how often (0: not at all), and what passes before the last write. The last is keyed.

    `card`: the memory card in a phone is overwritten too, before the phone is erased.
    """

    passes: int = 0
    earlier: str = "keyed"
    card: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`proofwipe serve`. `erase`: may the API begin an erase? `port`: of TCP on loopback, 0 for the socket alone."""

    erase: bool = False
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """How a phone is measured before its erase. `checks`: "" not at all, or as "quick", "full" or "kiosk" say.

    The rest is for phones whose browser no cable reaches: a host name of the bench's own Wi-Fi (`wifi_host`), the
    address of this machine there, and the operator's certificate for that name with its key, as PEM files.
    """

    checks: str = ""
    wifi_host: str = ""
    wifi_address: str = ""
    wifi_certificate: str = ""
    wifi_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One station's configuration.

    `slots`: port path → the label on the bench ("3-1.4" → "A3"). `printers`: name → host and port of a label printer
    ("shelf" → "192.168.1.40:9100"); nothing is printed to any other address. `recheck_s`: how often a blocked phone
    is asked again. `gather_s`: how long the bench must be still before `--all` takes its count as wrong.
    `unplugged_s`: how long a phone that waits for a person may be unplugged until its job ends.
    `scheme`: grading scheme, "" = by what was checked: `basic-2` after a profile of checks, else `basic`.
    `adb_port`: port of our own adb server, 0 = any free one.
    `usbmux_address`: "127.0.0.1:27015" for a usbmuxd elsewhere. `emulated_bench`: file with the hello of a
    virtual bench (virtual_phones.bench.bench); then only its phones are there, and every one is `emulated`.
    `log`: "own" enters every job into the station's transparency log, "none" does not and papers say so.
    `validator_key`: "required" takes decisions only under a validator's own key, "optional" also at the station.
    `profile`: "gb46864" overwrites every phone at least once, as GB 46864-2025 asks for, or says why it cannot.
    `challenge`: every job waits after the erase for a hardware attestation to be handed in (`proofwipe attest`).
    `paper_folder`: papers lie in a folder for each day, for the lot of the phone, or in none.
    `lot`: the lot of every phone that no other is stated of (`setup.trade_fields`).
    `webhook`: other systems that `serve` tells what happens.
    Paths are relative to the station's folder.
    """

    deadlines: Deadlines = field(default_factory=Deadlines)
    limits: Limits = field(default_factory=Limits)
    policy: SalePolicy = field(default_factory=SalePolicy)
    overwrite: Overwrite = field(default_factory=Overwrite)
    service: Service = field(default_factory=Service)
    checking: Checking = field(default_factory=Checking)
    webhook: tuple[Webhook, ...] = ()
    profile: str = ""
    slots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    printers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    scheme: str = ""
    recheck_s: float = 10.0
    gather_s: float = 15.0
    unplugged_s: float = 120.0
    language: str = ""
    log: str = "own"
    validator_key: str = "optional"
    signing: Signing = field(default_factory=Signing)
    usbmux_address: str = ""
    adb_port: int = 0
    emulated_bench: str = ""
    challenge: bool = False
    paper_folder: str = "day"
    lot: str = ""

    @property
    def passes(self) -> int:
        """How many times a phone is overwritten."""
        return max(self.overwrite.passes, 1 if self.profile == GB_46864 else 0)

    def with_passes(self, passes: int | None) -> "Settings":
        """These, with as many passes as somebody asked for on the command line; None asks for nothing else."""
        if passes is None:
            return self
        overwrite = replace(self.overwrite, passes=passes)
        return replace(self, overwrite=overwrite, profile=self.profile if passes else "")

    def with_check(self, profile: str | None) -> "Settings":
        """These, with the profile of checks that somebody named on the command line; None names no other."""
        return self if profile is None else replace(self, checking=replace(self.checking, checks=profile))

    def with_challenge(self, *, wanted: bool) -> "Settings":
        """These, waiting for an attestation where somebody asked for it on the command line."""
        return replace(self, challenge=True) if wanted else self

    def with_lot(self, lot: str | None) -> "Settings":
        """These, with the lot that somebody named on the command line; None names no other."""
        return self if lot is None else replace(self, lot=lot)

    def with_card(self, *, card: bool | None) -> "Settings":
        """These, with the memory card's overwriting as somebody asked on the command line; None asks nothing else."""
        return self if card is None else replace(self, overwrite=replace(self.overwrite, card=card))

    def slot(self, port: str) -> str:
        """The bench label of a port, or of the same socket on the controller's other bus, or the port path itself."""
        if not self.slots:
            return port
        return self.slots.get(port) or self.slots.get(companion(port)) or port


GB_46864 = "gb46864"
CHECKS = ("quick", "full", "kiosk")
"""Values of `station.checking.act.Profile`, which stands above this room."""
_SHORTEST: Mapping[str, float] = MappingProxyType({"absent_at_least_s": 1.0})
"""Seconds. A shorter absence from the port could be a flicker of the cable."""
LONGEST_S = 30 * 86400.0
_ADDRESS = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})", re.ASCII)
"""Host and port; an IPv6 address in brackets."""
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "minimum_nist": ("clear", "purge"),
        "language": ("", "en", "zh"),
        "log": ("own", "none"),
        "paper_folder": ("day", "lot", "none"),
        "validator_key": ("required", "optional"),
        "profile": ("", GB_46864),
        "checks": ("", *CHECKS),
        "earlier": tuple(pattern.value for pattern in Pattern),
    }
)
_RANGES: Mapping[str, range] = MappingProxyType(
    {"battery_percent": range(101), "adb_port": range(65536), "port": range(65536), "passes": range(MAXIMUM_PASSES + 1)}
)
_BEGINNINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({"station_key": ("file:", "pkcs11:")})
TABLES: Mapping[str, type] = MappingProxyType(
    {
        "deadlines": Deadlines,
        "limits": Limits,
        "policy": SalePolicy,
        "signing": Signing,
        "overwrite": Overwrite,
        "service": Service,
        "checking": Checking,
    }
)
"""Table of the file → what holds it."""


def load(path: Path | None) -> Settings:
    """The settings in `path`; defaults when there is no file.

    Raises: ConfigError for an unreadable file; GivenFileError with every unknown key and every value of a wrong kind.
    """
    if path is None or not os.path.lexists(path):
        return Settings()
    file = read_toml(path)
    return _checked(file.tables, file.faults)


def from_document(document: Mapping[str, Any], where: str) -> Settings:
    """Settings from a parsed TOML document. Raises: GivenFileError."""
    return _checked(document, Faults(where))


def _checked(document: Mapping[str, Any], faults: Faults) -> Settings:
    values: dict[str, Any] = {}
    for name, value in document.items():
        if (name in TABLES or name in ("slots", "printers")) and not isinstance(value, Mapping):
            faults.wrong_value((name,), value, text("expected.table"))
        elif name in TABLES:
            values[name] = {key: _value((name, key), each, TABLES[name], faults) for key, each in value.items()}
        elif name == "slots":
            values[name] = _slots(value, faults)
        elif name == "printers":
            values[name] = _printers(value, faults)
        elif name == WEBHOOK:
            values[name] = read_webhooks(value, faults)
        else:
            values[name] = _value((name,), value, Settings, faults)
    faults.raise_if_any()
    return Settings(**{name: TABLES[name](**each) if name in TABLES else each for name, each in values.items()})


def _value(path: tuple[str, ...], value: Any, kind: type, faults: Faults) -> Any:
    """A value as its setting holds it; what it may not be is a fault."""
    kinds = {item.name: item.type for item in fields(kind)}
    name = path[-1]
    if name not in kinds:
        faults.unknown_key(path, kinds)
    elif not _fits(name, kinds[name], value):
        faults.wrong_value(path, value, what_it_takes(name, kinds[name]), _CHOICES.get(name, ()))
    elif kinds[name] is float:
        return float(value)
    return value


def _fits(name: str, wanted: object, value: Any) -> bool:
    if wanted is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and _SHORTEST.get(name, 0.0) <= value < LONGEST_S
    if type(value) is not wanted:
        return False
    if name in _BEGINNINGS:
        return str(value).startswith(_BEGINNINGS[name])
    if name == "lot":
        return is_trade_value(name, value)
    return value in _CHOICES.get(name, (value,)) and value in _RANGES.get(name, (value,))


def what_it_takes(name: str, wanted: object) -> str:
    """In words, what a setting of that name and type may be."""
    if name in _CHOICES:
        return text("fault.one_of", words=", ".join(map(written, _CHOICES[name])))
    if name in _BEGINNINGS:
        return text("fault.begins", words=", ".join(map(written, _BEGINNINGS[name])))
    if name in _RANGES:
        return text("fault.range", least=_RANGES[name].start, most=_RANGES[name].stop - 1)
    if name == "lot":
        return text("expected.one_line", length=LONGEST[name])
    if wanted is float:
        return text("expected.seconds", least=f"{_SHORTEST.get(name, 0.0):g}")
    return text(f"expected.{getattr(wanted, '__name__', '')}")


def _slots(table: Mapping[str, Any], faults: Faults) -> Mapping[str, str]:
    first: dict[str, str] = {}
    for port, label in table.items():
        if not is_port_path(port):
            faults.other(("slots", port), text("fault.port", allowed=text("expected.port_path")))
        elif not isinstance(label, str) or not label:
            faults.wrong_value(("slots", port), label, text("expected.str"))
        elif label in first:  # `-s A3` would mean two phones
            faults.wrong_value(("slots", port), label, text("expected.one_port_a_label"))
        elif label == "default":  # the table of an answers file for every slot
            faults.wrong_value(("slots", port), label, text("fault.not_default"))
        else:
            first[label] = port
    return MappingProxyType(dict(table))


def _printers(table: Mapping[str, Any], faults: Faults) -> Mapping[str, str]:
    for name, address in table.items():
        if not isinstance(address, str) or not _is_address(address):
            faults.wrong_value(("printers", name), address, text("expected.printer"))
    return MappingProxyType(dict(table))


def _is_address(address: str) -> bool:
    found = _ADDRESS.fullmatch(address)
    return found is not None and 0 < int(found[1]) < 65536
