# SPDX-License-Identifier: GPL-3.0-or-later
"""Freeze the law in work as an edition (docs/adr/0012-editions.md).

    python -m tools.release_edition 2026.11     # copy the law, then issue the edition's papers for the tests
    python -m tools.release_edition --check     # exit 1 if a released edition or its papers are not as released

`make release-edition NAME=2026.11` and `make check` do these. A released edition is never changed: a second release of
a name is refused.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tools.editions import corpus
from tools.editions.closure import BoundaryError
from tools.editions.copying import faults, release
from tools.make_tables import made_files

ROOT = Path(__file__).parents[1]
_NAME = re.compile(r"[0-9]{4}\.[0-9]{2}(\.[0-9]+)?")


def main() -> int:
    """Exit 0 when it was done or all is well, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="", help="the edition: year, month, and a further number if needed")
    parser.add_argument("--check", action="store_true", help="compare released editions with their manifests")
    asked = parser.parse_args()
    return _check() if asked.check or not asked.name else _release(asked.name)


def _check() -> int:
    found = faults(ROOT) + corpus.faults(ROOT)
    found += [
        f"{file.relative_to(ROOT)} is out of date: python -m tools.make_tables"
        for file, wanted in made_files().items()
        if not file.is_file() or file.read_bytes() != wanted
    ]
    for fault in found:
        print(fault)
    return 1 if found else 0


def _release(name: str) -> int:
    if not _NAME.fullmatch(name):
        print(f"{name}: an edition is named by year and month: 2026.11, or 2026.11.1")
        return 1
    if _check():
        return 1
    try:
        folder = release(ROOT, name)
    except (BoundaryError, FileExistsError) as error:
        print(error)
        return 1
    print(
        f"edition {name}: {sum(1 for each in folder.rglob('*') if each.is_file())} files in {folder.relative_to(ROOT)}"
    )
    # A new process: this one has imported the table as it was.
    target = str(ROOT / corpus.CORPUS / name)
    issued = subprocess.run(
        [sys.executable, "-m", "tools.make_golden", target, "--edition", name, "--few"], cwd=ROOT, check=False
    )
    if issued.returncode == 0:
        corpus.record(ROOT, name)
    return issued.returncode


if __name__ == "__main__":
    sys.exit(main())
