# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the station key's passphrase comes from: a file, the environment, or the person at the terminal."""

import os
from pathlib import Path

import click

from station.console import is_terminal
from station.errors import ConfigError
from station.language import text

VARIABLE = "PROOFWIPE_PASSPHRASE"


def find_passphrase(file: Path | None, *, confirm: bool = False) -> str:
    """The passphrase. Raises: ConfigError when it is nowhere to be had or the file cannot be read."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(phone=str(file), expected="a readable text file", got=type(error).__name__) from error
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    if not is_terminal():
        raise ConfigError(phone="passphrase", expected=f"--passphrase-file or {VARIABLE}", got="")
    return str(click.prompt(text("ask.passphrase"), hide_input=True, confirmation_prompt=confirm, err=True))
