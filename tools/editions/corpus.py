# SPDX-License-Identifier: GPL-3.0-or-later
"""The papers each released edition was issued with, and the SHA-256 of their files: they are kept as they are for ever.

An answer that is right for a paper that was exchanged says nothing about the papers that are out there.
"""

import hashlib
import json
from pathlib import Path

from tools.editions.copying import released

CORPUS = "tests/papers_of_earlier_editions"
TABLE = f"{CORPUS}/sha256.json"
"""Edition → file → digest. Written by `make release-edition`; never by hand."""


def recorded(root: Path) -> dict[str, dict[str, str]]:
    """The table; empty where there is none."""
    file = root / TABLE
    found: dict[str, dict[str, str]] = json.loads(file.read_bytes()) if file.is_file() else {}
    return found


def record(root: Path, edition: str) -> None:
    """Enter the papers of a new edition. Raises: FileExistsError for one whose papers are recorded."""
    table = recorded(root)
    if edition in table:
        raise FileExistsError(f"the papers of edition {edition} are recorded; they are never changed")
    table[edition] = {path: _digest(file) for path, file in sorted(_files(root / CORPUS / edition).items())}
    (root / TABLE).write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def faults(root: Path) -> list[str]:
    """What is no longer as it was recorded: papers changed, missing or added, editions without papers. A link is no
    file: what it shows can change.
    """
    table = recorded(root)
    found = [
        f"{edition}: its papers are not recorded in {TABLE}" for edition in sorted(set(released(root)) - set(table))
    ]
    found += [
        f"{edition}: papers of an edition that was not released" for edition in sorted(set(table) - set(released(root)))
    ]
    for edition, digests in sorted(table.items()):
        there = _files(root / CORPUS / edition)
        found += [f"{edition}: {path} was added to its papers" for path in sorted(there.keys() - digests.keys())]
        for path, digest in digests.items():
            file = there.get(path)
            if file is None or file.is_symlink():
                found.append(f"{edition}: {path} is missing among its papers")
            elif _digest(file) != digest:
                found.append(f"{edition}: {path} of its papers was changed")
    return found


def _files(folder: Path) -> dict[str, Path]:
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return {path.relative_to(folder).as_posix(): path for path in found}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
