# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the station key's passphrase comes from: a file, the environment, or the person at the terminal."""

import os
from pathlib import Path

import click

from station.cli.output import is_terminal
from station.errors import ConfigError
from station.text.language import text

VARIABLE = "PROOFWIPE_PASSPHRASE"
PIN_VARIABLE = "PROOFWIPE_PIN"
"""Of a key device, if its PIN is not the passphrase."""
LONGEST = 4096
"""Bytes of a passphrase file."""
VALIDATOR_VARIABLE = "PROOFWIPE_VALIDATOR_PASSPHRASE"


def find_passphrase(file: Path | None, *, confirm: bool = False) -> str:
    """The passphrase. Raises: ConfigError when it is nowhere to be had or the file cannot be read."""
    if file is not None:
        try:
            with file.open("rb") as opened:  # a pipe is as good as a file here: `--passphrase-file <(pass show …)`
                given = opened.read(LONGEST + 1)
            if len(given) > LONGEST:
                raise ConfigError(subject=str(file), expected=text("expected.passphrase"), got=f"> {LONGEST} B")
            return _not_empty(given.decode("utf-8").rstrip("\r\n"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                subject=str(file), expected=text("expected.text_file"), got=type(error).__name__
            ) from error
    if VARIABLE in os.environ:
        return _not_empty(os.environ[VARIABLE], VARIABLE)
    if not is_terminal():
        raise ConfigError(subject="passphrase", expected=text("expected.passphrase_source"), got="")
    typed = str(click.prompt(text("ask.passphrase"), hide_input=True, err=True))
    if confirm and typed != str(click.prompt(text("ask.passphrase_again"), hide_input=True, err=True)):
        raise ConfigError(subject="passphrase", expected=text("expected.same_twice"), got="")
    return typed


def find_validators_passphrase(file: Path | None, key: Path) -> str:
    """The passphrase of a validator's own key: from its own file or the person, never the station's.

    Raises: ConfigError.
    """
    if file is not None:
        return find_passphrase(file)
    if VALIDATOR_VARIABLE in os.environ:
        return _not_empty(os.environ[VALIDATOR_VARIABLE], VALIDATOR_VARIABLE)
    if not is_terminal():
        sources = f"--key-passphrase-file, {VALIDATOR_VARIABLE}"
        raise ConfigError(subject=str(key), step="passphrase", expected=sources, got="")
    return str(click.prompt(text("ask.key_passphrase", name=key.name), hide_input=True, err=True))


def _not_empty(passphrase: str, where: str) -> str:
    if not passphrase:
        raise ConfigError(subject=where, expected=text("expected.passphrase"), got="")
    return passphrase
