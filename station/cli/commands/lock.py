# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe lock`: the agent forgets the passphrase now."""

import click

from station.cli import cli_text, output
from station.cli.commands.options import home_of
from station.text.language import text


@cli_text.command("lock")
@click.pass_context
def command(context: click.Context) -> int:
    """Exit 0, also when nothing was unlocked."""
    from station.session.agent.asking import lock

    output.message(text("word.locked" if lock(home_of(context)) else "word.was_locked"), bold=True)
    return 0
