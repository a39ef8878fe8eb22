# SPDX-License-Identifier: GPL-3.0-or-later
"""TOML that somebody else wrote: a station's files, another's grading scheme.

Python reads TOML in Python, with one call inside another for each bracket and a name's parts joined anew for each dot,
so that a small file can take long or go too deep: size, lines and dots are bounded, and depth is an answer.
"""

import tomllib
from typing import Any

LARGEST_FILE = 1024 * 1024
LONGEST_LINE = 4096
MOST_DOTS = 100
"""In a line: 4000 letters of dotted names take a tenth of a second."""


def read_toml_text(data: bytes) -> dict[str, Any]:
    """The tables of a file within the bounds. Raises: ValueError, also for what goes too deep."""
    if len(data) > LARGEST_FILE or any(map(_is_long, data.split(b"\n"))):
        raise ValueError(f"> {LARGEST_FILE} B, > {LONGEST_LINE} B/line, > {MOST_DOTS} dots/line")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("too deep") from error


def _is_long(line: bytes) -> bool:
    return len(line) > LONGEST_LINE or line.count(b".") > MOST_DOTS
