# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the JSON beside each shipped TOML table (`phones.package_data`): python -m tools.make_tables."""

import sys
from pathlib import Path

from phones import package_data
from phones.words import ROOMS


def tables() -> list[Path]:
    """The TOML files that are read at every start: sentences, captions, rules, schemes."""
    return [
        *(file for room in ROOMS if (file := package_data.path(room, "words.toml")).is_file()),
        package_data.path("certs", "page", "labels.toml"),
        *sorted(package_data.path("wipe", "rules").glob("*.toml")),
        *sorted(package_data.path("grading", "schemes").glob("*.toml")),
    ]


def main() -> int:
    """Writes what is not as it should be, and says so."""
    for file in tables():
        wanted, made = package_data.made_from(file.read_bytes()), file.with_suffix(".json")
        if not made.is_file() or made.read_bytes() != wanted:
            made.write_bytes(wanted)
            print(f"made {made.relative_to(package_data.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
