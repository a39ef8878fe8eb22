# SPDX-License-Identifier: GPL-3.0-or-later
"""Files with a table for each phone: `[default]`, and one named by a slot, a port or, in some, a phone's number."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from phones.identity import plain
from phones.usb.ports import is_port_path
from station.setup.toml_file import WrittenFile
from station.text.language import text

DEFAULT = "default"
SHORTEST_NUMBER, LONGEST_NUMBER = 6, 64
"""Characters of what may be a phone's serial number, IMEI or UDID."""


def tables_of(
    file: WrittenFile, slots: Collection[str], *, by_number: bool = False
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and content of every table whose name can mean a phone here; of all others a fault is kept.

    `slots`: the labels of the bench; `by_number`: a phone's own number names a table too.
    """
    allowed = text(
        "fault.acquisition_tables" if by_number else "fault.answers_tables",
        slots=", ".join(slots) or text("fault.no_slots"),
    )
    seen: dict[str, str] = {}
    for name, table in file.tables.items():
        if not isinstance(table, Mapping):
            file.faults.other((name,), text("fault.no_table"))
        elif dotted := next((f"{name}.{key}" for key in table if is_port_path(f"{name}.{key}")), ""):
            file.faults.other((name,), text("fault.dotted", port=dotted))
        elif not (name == DEFAULT or name in slots or is_port_path(name) or (by_number and is_number(name))):
            file.faults.unknown_table((name,), allowed, (DEFAULT, *slots))
        elif by_number and plain(name) in seen:
            file.faults.other((name,), text("fault.same_table", other=f"[{seen[plain(name)]}]"))
        else:
            seen[plain(name)] = name
            yield name, table


def is_number(name: str) -> bool:
    """Could a phone be called so? Letters and digits with a digit among them, whatever separates them."""
    bare = plain(name)
    return (
        SHORTEST_NUMBER <= len(bare) <= LONGEST_NUMBER
        and bare.isascii()
        and bare.isprintable()
        and any(map(str.isdigit, bare))
    )
