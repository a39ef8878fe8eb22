# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe reprint JOB`: the same paper again, from the ledger; same id, record and QR, a new signature."""

from pathlib import Path

import click

from station.cli import cli_text as spoken
from station.cli import output
from station.cli.commands.options import home_of, open_ledger, passphrase_option, settings_of
from station.errors import JobNotFoundError
from station.ledger.job import Job
from station.setup.home import write_whole
from station.setup.passphrase import find_passphrase
from station.setup.people import load as load_company
from station.text.language import text


@spoken.command("reprint")
@click.argument("job_id", metavar="JOB")
@click.option("-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), help=text("option.output"))
@passphrase_option()
@click.pass_context
def command(context: click.Context, job_id: str, target: Path | None, passphrase_file: Path | None) -> int:
    """Exit 0; 3 when there is no such job or it has no paper."""
    from station.papers.job_log import job_of
    from station.papers.keys import open_paper_issuer

    home = home_of(context)
    settings = settings_of(home)
    company = load_company(home.keys)
    ledger = open_ledger(home)
    job = Job.load(ledger, job_id.upper()) or job_of(ledger, job_id.upper())
    if job is None or job.paper is None:
        raise JobNotFoundError(phone=job_id)
    place = (target or home.papers / job.paper.file).absolute()
    with (
        home.claimed(),
        open_paper_issuer(home, settings, company.issuer, find_passphrase(passphrase_file)) as paper_issuer,
    ):
        write_whole(place, paper_issuer.reprint(job).pdf)
    output.words(str(place))
    return 0
