# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe unlock`: the passphrase once a shift; an agent gives it to commands of this user until its time ends."""

import math
from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import home_of, passphrase_option
from station.text.language import text

HOURS, LONGEST_HOURS = 8.0, 24.0
"""A shift; nobody stays a day and a night at a bench."""


@cli_text.command("unlock")
@click.option(
    "--hours",
    type=click.FloatRange(0, LONGEST_HOURS, min_open=True),
    default=HOURS,
    show_default=True,
    help=text("option.hours"),
)
@passphrase_option()
@click.pass_context
def command(context: click.Context, hours: float, passphrase_file: Path | None) -> int:
    """Exit 0 when the agent holds it; 1 a wrong passphrase, no station here, or no agent; 2 no passphrase."""
    from station.cli.passphrase import find_passphrase, must_open_station
    from station.errors import NotInitialisedError
    from station.session.agent.asking import unlock

    if not math.isfinite(hours):
        raise click.BadParameter(str(hours), param_hint="--hours")
    home = home_of(context)
    if not home.keys.is_dir():
        raise NotInitialisedError(subject=str(home.path))
    passphrase = find_passphrase(passphrase_file)
    must_open_station(passphrase)
    agent = unlock(home, passphrase, hours=hours)
    output.message(text("word.unlocked", until=agent.until), bold=True)
    if not agent.locked:
        output.message(f"! {text('word.memory_not_locked')}")
    return 0
