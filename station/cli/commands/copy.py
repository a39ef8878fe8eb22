# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe copy JOB --archive|--disclose NAMES`: the same paper with sealed fields opened for who may see them."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    passphrase_option,
    secrets_of,
    settings_of,
)
from station.cli.output import warn
from station.papers.paper_names import current_file, make_folders
from station.session.summary import paper_of
from station.setup.home import write_whole
from station.text.language import text


@cli_text.command("copy")
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
    from station.session.copies import print_again
    from station.session.jobs import read_jobs

    if archive == bool(disclose):
        raise click.UsageError(text("word.archive_or_disclose"))
    home = home_of(context)
    settings = settings_of(home, config)
    with read_jobs(home) as jobs:
        job = jobs.find(job_id)
        made = paper_of(job)
        known = {opening.name: opening for opening in job.openings or ()}
        wanted = tuple(known) if archive else tuple(name.strip() for name in disclose.split(",") if name.strip())
        if not wanted or not set(wanted) <= set(known):
            raise click.UsageError(text("word.sealed_names", known=", ".join(known) or "—"))
        file = Path(current_file(job.summary))
        name = file.with_name(file.stem + ("-archive.pdf" if archive else "-disclosed.pdf"))
        place = (target or home.papers / name).absolute()
        opened = [known[each] for each in wanted]
        pdf = print_again(home, settings, secrets_of(passphrase_file), job, warn=warn, openings=opened)
    if target is None:
        make_folders(home.papers, str(name))
    write_whole(place, pdf)
    if as_json:
        from station.documents.papers import CopyMade

        output.tell(CopyMade(job=job.id, paper=made.id, path=str(place), opened_fields=tuple(sorted(wanted))))
    else:
        output.message(str(place))
        output.message(text("word.not_for_buyers"), bold=True)
    return 0
