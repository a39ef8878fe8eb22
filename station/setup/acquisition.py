# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a phone came from: the acquisition record, typed by a person or written by a shop system.

A TOML file: `[default]` and one table for each slot, port or serial number. Everything in it is sealed: papers hold
commitments, the archive copy opens them. `seller_reference` is the number of a register of its own, never a name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from phones.cleaning import clean
from phones.identity import plain
from station.setup.slot_tables import tables_of
from station.setup.toml_file import read_toml
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
        """What is known of the phone that goes by these names."""
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
            if key not in FIELDS:
                file.faults.unknown_key((name, key), FIELDS)
            elif not isinstance(value, str) or not 1 <= len(value) <= LONGEST_VALUE or not _is_plain(value):
                file.faults.wrong_value((name, key), value, text("expected.one_line", length=LONGEST_VALUE))
    file.faults.raise_if_any()
    tables = {plain(name): dict(table) for name, table in named.items()}
    return Acquisitions(default=tables.pop("default", {}), by_name=tables)


def _is_plain(value: str) -> bool:
    return clean(value, most=LONGEST_VALUE) == value
