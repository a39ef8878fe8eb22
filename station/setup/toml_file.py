# SPDX-License-Identifier: GPL-3.0-or-later
"""The one reader of TOML files that people write for a station: configuration, answers, acquisition."""

from pathlib import Path
from typing import Any

from phones.cleaning import clean
from phones.given_files import read_given
from phones.given_toml import LARGEST_FILE, read_toml_text
from station.errors import ConfigError
from station.text.language import os_reason, text


def read_toml(path: Path, *, step: str = "") -> dict[str, Any]:
    """The tables of a file. Raises: ConfigError, also when there is no file; `step` is the option that named it."""
    try:
        return read_toml_text(read_given(path, LARGEST_FILE + 1))
    except OSError as error:
        got = os_reason(error)
    except ValueError as error:  # no UTF-8, no TOML, or too deep
        got = clean(str(error).split("\n", 1)[0], most=200)
    raise ConfigError(subject=str(path), step=step, expected=text("expected.toml"), got=got)
