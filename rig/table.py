# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rig found: one row a scenario, and whether all is as expected."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

_WIDTHS = (44, 40, 48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`good` False: seen differs from expected. `skipped` is a reason, and never good."""

    name: str
    expected: str
    seen: str
    seconds: float
    good: bool
    skipped: str = ""
    part: str = ""  # the scenario or phase that makes this row again; "" when none does


def all_good(rows: list[Row]) -> bool:
    """Not one row differs, not one was skipped, and there are rows."""
    return bool(rows) and all(row.good and not row.skipped for row in rows)


def write(rows: list[Row], path: Path) -> None:
    """Append-free: the whole list, for the host to read."""
    path.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1), encoding="utf-8")


def read(path: Path) -> list[Row]:
    """What `write` wrote. Raises: OSError, ValueError."""
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def lines(rows: list[Row]) -> list[str]:
    """The table, to be printed."""
    head = _line("scenario", "expected", "seen", "seconds")
    out = [head, "-" * len(head)]
    for row in rows:
        mark = "SKIP" if row.skipped else "ok" if row.good else "DIFFERS"
        out.append(_line(row.name, row.expected, row.skipped or row.seen, f"{row.seconds:6.1f}") + f"  {mark}")
    return out


def _line(name: str, expected: str, seen: str, seconds: str) -> str:
    cells = (name, expected, seen)
    return "  ".join(f"{cell[:width]:<{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)) + f"  {seconds:>7}"
