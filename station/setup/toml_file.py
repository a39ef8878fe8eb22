# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door for TOML files that people write for a station: configuration, answers, acquisition.

Each is read whole and checked whole before anything is begun; `Faults` then names every fault with its line.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phones.cleaning import clean
from phones.given_files import read_given
from phones.given_toml import LARGEST_FILE, read_toml_text
from station.errors import ConfigError
from station.setup.faults import Faults
from station.setup.toml_lines import lines_of_keys
from station.text.language import os_reason, text

_PLACE = re.compile(r" \(at (?:line ([0-9]+), column [0-9]+|end of document)\)")


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """What a file says, and where its faults are collected."""

    tables: dict[str, Any]
    faults: Faults


def read_toml(path: Path, *, step: str = "") -> WrittenFile:
    """A file, if it is TOML. `step`: the option that named it.

    Raises: ConfigError when it is not there or cannot be read; GivenFileError, which is one, when it is no TOML.
    """
    try:
        data = read_given(path, LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(subject=str(path), step=step, expected=text("expected.toml"), got=os_reason(error)) from error
    faults = Faults(str(path))
    try:
        tables = read_toml_text(data)
    except ValueError as error:  # no UTF-8, no TOML, or too deep
        said = str(error).split("\n", 1)[0]
        place = _PLACE.search(said)
        line = int(place[1] or data.count(b"\n") + 1) if place is not None else 0
        faults.unreadable(line, clean(_PLACE.sub("", said), most=200))
        faults.raise_if_any()
        raise
    return WrittenFile(tables, Faults(str(path), lines_of_keys(data.decode("utf-8"))))
