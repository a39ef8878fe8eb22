# SPDX-License-Identifier: GPL-3.0-or-later
"""The one reader of TOML files that people write for a station: configuration, answers, acquisition.

Python reads TOML in Python, with one call inside another for each bracket and a name's parts joined anew for each dot,
so that a small file can take long or go too deep: size and lines are bounded, and depth is an answer.
"""

import tomllib
from pathlib import Path
from typing import Any

from phones.cleaning import clean
from phones.given_files import read_given
from station.errors import ConfigError
from station.text.language import os_reason, text

LARGEST_FILE = 1024 * 1024
LONGEST_LINE = 4096


def read_toml(path: Path, *, step: str = "") -> dict[str, Any]:
    """The tables of a file. Raises: ConfigError, also when there is no file; `step` is the option that named it."""
    try:
        written = read_given(path, LARGEST_FILE + 1).decode("utf-8")
        if len(written) > LARGEST_FILE or any(len(line) > LONGEST_LINE for line in written.split("\n")):
            raise ValueError(f"> {LARGEST_FILE} B, > {LONGEST_LINE} B/line")
        return tomllib.loads(written)
    except OSError as error:
        got = os_reason(error)
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, or too deep
        got = clean(str(error).split("\n", 1)[0], most=200)
    raise ConfigError(subject=str(path), step=step, expected=text("expected.toml"), got=got)
