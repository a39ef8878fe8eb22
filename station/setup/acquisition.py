# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a phone came from: the acquisition record, typed by a person or written by a shop system.

A TOML file: `[default]` and one table for each slot, port or serial number. Its fields are sealed: papers hold
commitments, the archive copy opens them. `seller_reference` is the number of a register of its own, never a name.
The fields of the trade (`setup.trade_fields`) may stand in it too; they are kept with the job, and no paper holds them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from phones.cleaning import clean
from phones.identity import plain
from station.setup.slot_tables import tables_of
from station.setup.toml_file import read_toml
from station.setup.trade_fields import LONGEST, TRADE_FIELDS, is_trade_value
from station.text.language import text

FIELDS = (
    "reference",
    "acquired_at",
    "place",
    "seller_type",
    "seller_reference",
    "lawful_source",
    "reminder_given",
    "consent_version",
    "consent_sha256",
    "blocklist_query",
    "blocklist_result",
    "property_number",
)
"""research/standards.md 12, group C: intake, seller, lawful source, reminder, consent, block list."""
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisitions:
    """Tables by slot, port or serial number; `default` goes before none of them."""

    default: Mapping[str, str] = field(default_factory=dict)
    by_name: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, names: Iterable[str]) -> dict[str, str]:
        """What is known of the phone that goes by these names, and is sealed into its papers."""
        return {name: value for name, value in self._all(names).items() if name in FIELDS}

    def stated_of(self, names: Iterable[str]) -> dict[str, str]:
        """The fields of the trade of the phone that goes by these names; its property number is its asset tag where
        no other is stated.
        """
        known = self._all(names)
        number = known.get("property_number", "")
        if is_trade_value("asset_tag", number):
            known = {"asset_tag": number} | known
        return {name: value for name in TRADE_FIELDS if (value := known.get(name))}

    def _all(self, names: Iterable[str]) -> dict[str, str]:
        found = dict(self.default)
        for name in names:
            if name:
                found |= self.by_name.get(plain(name), {})
        return found


def load_acquisition(path: Path | None, slots: Mapping[str, str] = MappingProxyType({})) -> Acquisitions:
    """The file, whole. `slots`: port → label.

    Raises: ConfigError for an unreadable file; GivenFileError with every unknown table or field and every value of
    another kind.
    """
    if path is None:
        return Acquisitions()
    file = read_toml(path, step="--acquisition")
    named = dict(tables_of(file, slots.values(), by_number=True))
    for name, table in named.items():
        for key, value in table.items():
            if key in TRADE_FIELDS:
                if not value or not is_trade_value(key, value):
                    file.faults.wrong_value((name, key), value, text("expected.one_line", length=LONGEST[key]))
            elif key not in FIELDS:
                file.faults.unknown_key((name, key), (*FIELDS, *TRADE_FIELDS))
            elif not isinstance(value, str) or not 1 <= len(value) <= LONGEST_VALUE or not _is_plain(value):
                file.faults.wrong_value((name, key), value, text("expected.one_line", length=LONGEST_VALUE))
    file.faults.raise_if_any()
    tables = {plain(name): dict(table) for name, table in named.items()}
    return Acquisitions(default=tables.pop("default", {}), by_name=tables)


def _is_plain(value: str) -> bool:
    return clean(value, most=LONGEST_VALUE) == value
