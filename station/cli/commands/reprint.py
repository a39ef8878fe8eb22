# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe reprint JOB`: the same paper again, from the ledger; same id, record and QR, a new signature."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import home_of, passphrase_option, secrets_of, settings_of
from station.cli.output import warn
from station.session.summary import paper_of
from station.setup.home import write_whole
from station.text.language import text


@cli_text.command("reprint")
@click.argument("job_id", metavar="JOB")
@click.option("-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), help=text("option.output"))
@passphrase_option()
@click.pass_context
def command(context: click.Context, job_id: str, target: Path | None, passphrase_file: Path | None) -> int:
    """Exit 0; 3 when there is no such job or it has no paper."""
    from station.session.copies import print_again
    from station.session.jobs import read_jobs

    home = home_of(context)
    settings = settings_of(home)
    with read_jobs(home) as jobs:
        job = jobs.find(job_id)
        place = (target or home.papers / paper_of(job).file).absolute()
        write_whole(place, print_again(home, settings, secrets_of(passphrase_file), job, warn=warn).pdf)
    output.message(str(place))
    return 0
