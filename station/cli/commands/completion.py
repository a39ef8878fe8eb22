# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe completion SHELL`: what a shell reads to complete commands and options with the Tab key."""

import click
from click.shell_completion import get_completion_class

from station.cli import cli_text
from station.text.language import text

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_PROOFWIPE_COMPLETE"
"""How the shell asks the program, which click answers before any command is run."""


@cli_text.command("completion")
@click.argument("shell", type=click.Choice(SHELLS), metavar="bash|zsh|fish")
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """The script on stdout. Exit 0."""
    click.echo(script(context.find_root().command, shell), nl=False)
    return 0


def script(program: click.Command, shell: str) -> str:
    """The same whatever shells are installed here; click's own `source` would start a bash to ask its version."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(text("usage.bad_value", name=shell, expected=", ".join(SHELLS)))
    completion = kind(program, {}, "proofwipe", VARIABLE)
    return str(completion.source_template % completion.source_vars())
