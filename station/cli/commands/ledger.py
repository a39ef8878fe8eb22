# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe ledger verify|export|backup`."""

import os
import sys
from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import home_of, json_option
from station.text.language import text


@cli_text.group("ledger")
def command() -> None:
    """The record of everything the bench did."""


@command.command("verify", help=text("help.ledger_verify"))
@json_option()
@click.pass_context
def verify(context: click.Context, as_json: bool) -> int:
    """Walk the chain. Exit 0 when it is whole, 1 with the first broken entry named."""
    from station.session.jobs import read_jobs

    with read_jobs(home_of(context)) as jobs:
        number, head = jobs.ledger.verify()
    if as_json:
        output.document("ledger-verify", {"entries": number, "head": head})
    else:
        output.message(text("word.ledger_whole", number=number, head=head))
    return 0


@command.command("export", help=text("help.ledger_export"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@click.pass_context
def export(context: click.Context, file: Path) -> int:
    """All entries as JSON lines, with their hashes. Exit 0."""
    import json

    from station.session.jobs import read_jobs
    from station.setup.home import write_whole

    with read_jobs(home_of(context)) as jobs:
        number, head = jobs.ledger.verify()
        lines = (
            json.dumps({**entry._asdict(), "payload": json.loads(entry.payload)}, ensure_ascii=False, sort_keys=True)
            for entry in jobs.ledger.stored()
        )
        if str(file) == "-":
            try:
                for line in lines:
                    click.echo(line)
                sys.stdout.flush()
            except BrokenPipeError:  # `| head` has read what it wanted
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return 0
        else:
            write_whole(file.absolute(), "".join(f"{line}\n" for line in lines).encode())
    output.message(text("word.ledger_whole", number=number, head=head))
    return 0


@command.command("backup", help=text("help.ledger_backup"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def backup(context: click.Context, file: Path) -> int:
    """A consistent copy, checked after it was made. Exit 0."""
    from phones.clock import SystemClock
    from station.ledger.ledger import Ledger
    from station.session.jobs import read_jobs

    if file.exists():  # an older copy is what shows that a newer ledger lost its tail
        raise click.UsageError(text("word.backup_exists", file=file))
    with read_jobs(home_of(context)) as jobs:
        jobs.ledger.backup(file)
    copy = Ledger(file, clock=SystemClock())
    number, head = copy.verify()
    copy.close()
    output.message(text("word.ledger_copied", file=file, number=number, head=head))
    return 0
