# SPDX-License-Identifier: GPL-3.0-or-later
"""The one list of Debian packages, packaging/debian-packages.txt, for Python; the Makefile reads it with set-up.sh."""

import shutil
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).parent.parent / "packaging" / "debian-packages.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One row: a package, the group of targets that needs it, and the signs by which it is known to be there."""

    name: str
    group: str
    signs: tuple[str, ...]

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs among its signs."""
        return tuple(sign for sign in self.signs if not sign.startswith(("/", "-", "module:")))


def packages(group: str) -> tuple[Package, ...]:
    """The rows of one group, in the order of the file. Raises: ValueError for a row that is none."""
    rows = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 3:
            raise ValueError(f"{LIST.name}: {line}")
        rows.append(Package(name=words[0], group=words[1], signs=tuple(words[2].split(","))))
    return tuple(row for row in rows if row.group == group)


def missing_programs(group: str) -> tuple[str, ...]:
    """Names of the group's packages of which a program is not on PATH; files and modules are not looked at."""
    return tuple(
        package.name
        for package in packages(group)
        if any(all(shutil.which(name) is None for name in sign.split("|")) for sign in package.programs)
    )
