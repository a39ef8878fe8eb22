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


def reading_home_of(context: click.Context) -> "Home":
    """The same for a command that only reads: a folder that somebody named and that is not there is a slip of theirs,
    and is not made. Raises: NotInitialisedError.
    """
    from station.errors import NotInitialisedError
    from station.setup.home import HOME_VARIABLE

    home = home_of(context)
    named = (context.obj or {}).get("home") or os.environ.get(HOME_VARIABLE)
    if named and not os.path.lexists(home.path):
        raise NotInitialisedError(subject=str(home.path))
    return home


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
    """The station's passphrase from its file, PROOFWIPE_PASSPHRASE, the agent of `unlock` or the terminal, when it is
    needed; its PIN.
    """
    from station.cli.passphrase import PIN_VARIABLE, find_passphrase
    from station.session.parts import Secrets

    return Secrets(
        passphrase=lambda: find_passphrase(passphrase_file, ask_agent=True), pin=os.environ.get(PIN_VARIABLE)
    )


def with_lot(settings: "Settings", lot: str | None) -> "Settings":
    """The settings with the lot that `--lot` names. Raises: FieldRefusedError."""
    from station.setup.trade_fields import read_trade_value

    return settings if lot is None else settings.with_lot(read_trade_value("lot", lot))


def json_option() -> Decorator:
    """`--json`: one document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help=text("option.json"))


def jsonl_option() -> Decorator:
    """`--jsonl`: one event a line on stdout."""
    return click.option("--jsonl", "as_jsonl", is_flag=True, help=text("option.jsonl"))


def overwrite_option() -> Decorator:
    """`--overwrite [PASSES]`: 1 without a number, 0 for none."""
    from wipe.overwrite.plan import MAXIMUM_PASSES

    return click.option(
        "--overwrite",
        "passes",
        type=click.IntRange(0, MAXIMUM_PASSES),
        is_flag=False,
        flag_value=1,
        default=None,
        help=text("option.overwrite"),
    )


def challenge_option() -> Decorator:
    """`--challenge`; without it: as the settings say."""
    return click.option("--challenge", is_flag=True, help=text("option.challenge"))


def card_option() -> Decorator:
    """`--overwrite-card`, `--no-overwrite-card`; neither: as the settings say."""
    return click.option(
        "--overwrite-card/--no-overwrite-card", "card", default=None, help=text("option.overwrite_card")
    )


def serial_option(*, required: bool = False) -> Decorator:
    """`-s`: the phone's own serial, UDID, IMEI, its slot or port; never a transport name."""
    return click.option(
        "-s",
        "--serial",
        "--udid",
        "serial",
        metavar="SERIAL|IMEI|SLOT",
        required=required,
        multiple=True,
        callback=_one_phone,
        help=text("option.serial"),
    )


def _one_phone(_context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> str | None:
    """A second phone on the line is not what was meant, and the last is not the one that counts."""
    if len(values) > 1:
        raise click.UsageError(text("word.given_twice", option=option.opts[0], values=", ".join(values)))
    return values[0] if values else None


def config_option() -> Decorator:
    """`--config FILE`."""
    return click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help=text("option.config"))


def passphrase_option() -> Decorator:
    """`--passphrase-file FILE`; else PROOFWIPE_PASSPHRASE, else asked at the terminal."""
    return click.option(
        "--passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help=text("option.passphrase_file")
    )
