# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe copy JOB --archive|--disclose NAMES`: the same paper with sealed fields opened for who may see them."""

from pathlib import Path

import click

from station.cli import cli_text as spoken
from station.cli import output
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    open_ledger,
    passphrase_option,
    settings_of,
)
from station.errors import JobNotFoundError
from station.ledger.job import Job
from station.setup.home import write_whole
from station.setup.passphrase import find_passphrase
from station.setup.people import load as load_company
from station.text.language import text


@spoken.command("copy")
@click.argument("job_id", metavar="JOB")
@click.option("--archive", is_flag=True, help=text("option.archive"))
@click.option("--disclose", metavar="NAME,NAME", default="", help=text("option.disclose"))
@click.option("-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), help=text("option.output"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    job_id: str,
    archive: bool,
    disclose: str,
    target: Path | None,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0; 2 when a name is not sealed in this paper; 3 when there is no such job or it has no paper."""
    from station.papers.job_log import job_of
    from station.papers.keys import open_paper_issuer

    if archive == bool(disclose):
        raise click.UsageError(text("word.archive_or_disclose"))
    home = home_of(context)
    settings = settings_of(home, config)
    company = load_company(home.keys)
    ledger = open_ledger(home)
    job = Job.load(ledger, job_id.upper()) or job_of(ledger, job_id.upper())
    if job is None or job.paper is None:
        raise JobNotFoundError(phone=job_id)
    known = {opening.name: opening for opening in job.openings or ()}
    wanted = tuple(known) if archive else tuple(name.strip() for name in disclose.split(",") if name.strip())
    if not wanted or not set(wanted) <= set(known):
        raise click.UsageError(text("word.sealed_names", known=", ".join(known) or "—"))
    name = Path(job.paper.file).stem + ("-archive.pdf" if archive else "-disclosed.pdf")
    place = (target or home.papers / name).absolute()
    with (
        home.claimed(),
        open_paper_issuer(home, settings, company.issuer, find_passphrase(passphrase_file)) as paper_issuer,
    ):
        paper = paper_issuer.reprint(job, openings=[known[each] for each in wanted])
    write_whole(place, paper.pdf)
    if as_json:
        output.document("copy", {"file": str(place), "paper": job.paper.id, "opened": sorted(wanted)})
    else:
        output.words(str(place))
        output.words(text("word.not_for_buyers"), bold=True)
    return 0
