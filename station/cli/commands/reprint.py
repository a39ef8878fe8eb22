# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe reprint NAME…`: the same papers again, from the ledger; same id, record and QR, a new signature."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.commands.jobs import MOST, beginning, end
from station.cli.commands.options import home_of, json_option, passphrase_option, secrets_of, settings_of
from station.cli.output import warn
from station.documents.job_words import paper_status_text
from station.ledger.job import Job
from station.ledger.job_filter import JobFilter
from station.papers.paper_names import current_file, make_folders
from station.session.summary import paper_of, paper_status
from station.setup.home import Home, write_whole
from station.text.language import text

if TYPE_CHECKING:
    from station.session.jobs import Jobs


@cli_text.command("reprint")
@click.argument("names", nargs=-1, metavar="JOB|PAPER|SERIAL|IMEI…")
@click.option("--since", metavar="DAY", help=text("option.since"))
@click.option("--until", metavar="DAY", help=text("option.until"))
@click.option("-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), help=text("option.output"))
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help=text("option.reprint_to"))
@passphrase_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    names: tuple[str, ...],
    since: str | None,
    until: str | None,
    target: Path | None,
    folder: Path | None,
    passphrase_file: Path | None,
    as_json: bool,
) -> int:
    """Exit 0; 2 for a name that several jobs have; 3 when there is no such job or it has no paper."""
    from station.session.copies import print_again
    from station.session.jobs import read_jobs
    from station.session.parts import Secrets

    asked = since is not None or until is not None
    if bool(names) == asked or (target is not None and (folder is not None or len(names) != 1)):
        raise click.UsageError(text("word.reprint_which"))
    home = home_of(context)
    settings = settings_of(home)
    given = secrets_of(passphrase_file)
    secrets = Secrets(passphrase=cache(given.passphrase), pin=given.pin)  # asked for once, however many there are
    printed = []
    with read_jobs(home) as read:
        fits = JobFilter(since=beginning(since, "--since"), until=end(until, "--until"))
        jobs = [read.find(name) for name in names] or list(_papers(read, fits))  # all found before the first is made
        for job in jobs:
            paper_of(job)
        for job in jobs:
            place = target.absolute() if target is not None else _place(home, folder, job)
            write_whole(place, print_again(home, settings, secrets, job, warn=warn))
            printed.append((job, place))
            if not as_json:
                _say(job, place)
    if as_json:
        from station.documents.papers import PaperPrinted, PapersPrinted

        told = (
            PaperPrinted(job=job.id, paper=paper_of(job).id, standing=paper_status(job.summary), path=str(place))
            for job, place in printed
        )
        output.tell(PapersPrinted(papers=tuple(told)))
    elif not printed:
        output.message(text("word.no_jobs_fit"))
    return 0


def _papers(read: "Jobs", fits: JobFilter) -> Iterator[Job]:
    """Jobs of these days that have a paper of their own, oldest first; none that only waits for a decision."""
    for found in read.select(fits, most=MOST)[::-1]:
        if found.filed_paper:
            yield read.by_id(found.id)


def _place(home: Home, folder: Path | None, job: Job) -> Path:
    file = current_file(job.summary)
    if folder is None:
        make_folders(home.papers, file)
        return (home.papers / file).absolute()
    make_folders(folder.absolute().parent, f"{folder.absolute().name}/{Path(file).name}")
    return folder.absolute() / Path(file).name


def _say(job: Job, place: Path) -> None:
    output.message(str(place))
    standing = paper_status_text(job.summary)
    if standing:
        output.message(f"! {paper_of(job).id}: {standing}. {text('word.reprint_ended')}", bold=True)
