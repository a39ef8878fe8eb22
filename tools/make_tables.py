# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the JSON beside each shipped TOML table (`phones.shipped`): python -m tools.make_tables."""

import sys
from pathlib import Path

from phones import shipped
from phones.words import ROOMS


def tables() -> list[Path]:
    """The TOML files that are read at every start: sentences, captions, rules, schemes."""
    return [
        *(file for room in ROOMS if (file := shipped.path(room, "words.toml")).is_file()),
        shipped.path("certs", "page", "labels.toml"),
        *sorted(shipped.path("wipe", "rules").glob("*.toml")),
        *sorted(shipped.path("grading", "schemes").glob("*.toml")),
    ]


def main() -> int:
    """Writes what is not as it should be, and says so."""
    for file in tables():
        wanted, made = shipped.made_from(file.read_bytes()), file.with_suffix(".json")
        if not made.is_file() or made.read_bytes() != wanted:
            made.write_bytes(wanted)
            print(f"made {made.relative_to(shipped.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
