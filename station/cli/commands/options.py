# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several commands share, with their sentences."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from station.text.language import prefer, text

if TYPE_CHECKING:  # commands that need no station, as `verify`, wait for none of it
    from station.session.parts import Secrets
    from station.setup.home import Home
    from station.setup.settings import Settings

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def home_of(context: click.Context) -> "Home":
    """The station folder chosen on the command line or by default."""
    from station.setup.home import find_home

    return find_home((context.obj or {}).get("home"))


def settings_of(home: "Home", config: Path | None = None) -> "Settings":
    """Settings from `--config`, which must be there, else from the station's own file. Raises: ConfigError."""
    from station.errors import ConfigError
    from station.setup.settings import load

    if config is not None and not config.is_file():
        raise ConfigError(subject="--config", step=str(config), expected=text("expected.toml"), got=text("os.ENOENT"))
    settings = load(config or home.config)
    prefer(settings.language)
    return settings


def secrets_of(passphrase_file: Path | None) -> "Secrets":
    """The station's passphrase from its file, PROOFWIPE_PASSPHRASE or the terminal, when it is needed; its PIN."""
    from station.cli.passphrase import PIN_VARIABLE, find_passphrase
    from station.session.parts import Secrets

    return Secrets(passphrase=lambda: find_passphrase(passphrase_file), pin=os.environ.get(PIN_VARIABLE))


def json_option() -> Decorator:
    """`--json`: one document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help=text("option.json"))


def jsonl_option() -> Decorator:
    """`--jsonl`: one event a line on stdout."""
    return click.option("--jsonl", "as_jsonl", is_flag=True, help=text("option.jsonl"))


def serial_option(*, required: bool = False) -> Decorator:
    """`-s`: the phone's own serial, UDID, IMEI, its slot or port; never a transport name."""
    return click.option(
        "-s", "--serial", "--udid", "serial", metavar="SERIAL|IMEI|SLOT", required=required, help=text("option.serial")
    )


def config_option() -> Decorator:
    """`--config FILE`."""
    return click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help=text("option.config"))


def passphrase_option() -> Decorator:
    """`--passphrase-file FILE`; else PROOFWIPE_PASSPHRASE, else asked at the terminal."""
    return click.option(
        "--passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help=text("option.passphrase_file")
    )
