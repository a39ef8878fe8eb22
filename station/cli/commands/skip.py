# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe skip JOB`: the check that is under way on a phone is not done; it stays untested."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, settings_of
from station.text.language import text


@cli_text.command("skip")
@click.argument("job_id", metavar="JOB|SERIAL|IMEI")
@click.option("--rest", is_flag=True, help=text("option.skip_rest"))
@config_option()
@click.pass_context
def command(context: click.Context, job_id: str, rest: bool, config: Path | None) -> int:
    """Exit 0 when nobody does it any more; 3 no such job, or none at work."""
    from station.session import operations
    from station.session.reach import reach

    home = home_of(context)
    with reach(home, settings_of(home, config)) as station:
        found = station.jobs.find(job_id, fits=lambda each: not each.finished)
        station.operations.do(operations.skip_check, job=found.id, rest=rest)
    output.message(text("word.skipped_rest" if rest else "word.skipped", job=found.id), bold=True)
    return 0
