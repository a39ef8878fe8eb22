# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the JSON beside each shipped TOML table (`phones.package_data`), the sentences a page may need
(`certs.page.sentences`) and the list of the law's files (`certs.editions.in_work`): python -m tools.make_tables.
"""

import json
import sys
from pathlib import Path

from certs.page.sentences import ON_PAPER
from phones import package_data
from phones.words import ROOMS, catalogue
from tools.editions.boundary import DATA
from tools.editions.closure import law_of


def tables() -> list[Path]:
    """The TOML files that are read at every start: sentences, captions, rules, schemes."""
    return [
        *(file for room in ROOMS if (file := package_data.path(room, "words.toml")).is_file()),
        package_data.path("phones", "refusals.toml"),
        package_data.path("certs", "page", "labels.toml"),
        *sorted(package_data.path("wipe", "rules").glob("*.toml")),
        *sorted(package_data.path("grading", "schemes").glob("*.toml")),
    ]


def made_files() -> dict[Path, bytes]:
    """Every made file and what must stand in it."""
    found = {file.with_suffix(".json"): package_data.made_from(file.read_bytes()) for file in tables()}
    sentences = {key: entry for key, entry in sorted(catalogue().items()) if key.startswith(ON_PAPER)}
    text = json.dumps(sentences, ensure_ascii=False, indent=0, separators=(",", ":"))
    found[package_data.path("certs", "page", "sentences.json")] = text.encode() + b"\n"
    made = {file.relative_to(package_data.ROOT) for file in found}
    data = {file.as_posix() for file in made if any(file.match(pattern) for pattern in DATA)}
    law = "".join(f"{file}\n" for file in sorted(data.union(law_of(package_data.ROOT).files)))
    found[package_data.path("certs", "editions", "in_work.txt")] = law.encode()
    return found


def main() -> int:
    """Writes what is not as it should be, and says so."""
    for made, wanted in made_files().items():
        if not made.is_file() or made.read_bytes() != wanted:
            made.write_bytes(wanted)
            print(f"made {made.relative_to(package_data.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
