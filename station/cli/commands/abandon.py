# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe abandon JOB --by NAME`: a phone that will not be erased after all; only while nothing was begun on it."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, passphrase_option, secrets_of, settings_of
from station.setup.people import load as load_company
from station.text.language import text


@cli_text.command("abandon")
@click.argument("job_id", metavar="JOB|SERIAL|IMEI")
@click.option("--by", metavar="NAME", required=True, help=text("option.abandoned_by"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context, job_id: str, by: str, passphrase_file: Path | None, config: Path | None, as_json: bool
) -> int:
    """Exit 0 when it is given up; 3 no such job, 4 its erase has begun."""
    from station.session import operations
    from station.session.reach import reach

    home = home_of(context)
    settings = settings_of(home, config)
    person = load_company(home.keys).person(by, "operator")
    with reach(home, settings, secrets_of(passphrase_file)) as station:
        found = station.jobs.find(job_id, fits=lambda each: not each.finished)
        station.operations.do(operations.abandon, job=found.id, by=person.name)
        job = station.jobs.by_id(found.id)
    if as_json:
        from station.documents.jobs import JobsTold, JobTold

        output.tell(JobsTold(jobs=(JobTold.of(job.summary, home.papers),)))
    else:
        output.message(text("word.abandoned", job=job.id, by=person.name), bold=True)
    return 0
