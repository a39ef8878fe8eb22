# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe export jobs`: jobs for other programs and spreadsheets, in columns that stay."""

import sys
from pathlib import Path

import click

from station.cli import cli_text
from station.cli.commands.jobs import beginning, end
from station.cli.commands.options import reading_home_of, settings_of
from station.ledger.job_filter import JobFilter
from station.text.language import text


@cli_text.group("export")
def command() -> None:
    """Data for other programs."""


@command.command("jobs", help=text("help.export_jobs"))
@click.option("--since", metavar="DAY", help=text("option.since"))
@click.option("--until", metavar="DAY", help=text("option.until"))
@click.option("--lot", metavar="NAME", default="", help=text("option.by_lot"))
@click.option("--asset-tag", metavar="TEXT", default="", help=text("option.by_asset_tag"))
@click.option("--format", "form", type=click.Choice(("csv", "jsonl")), default="csv", help=text("option.export_form"))
@click.option("--excel", is_flag=True, help=text("option.export_excel"))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help=text("option.export_out"))
@click.pass_context
def jobs_command(
    context: click.Context,
    since: str | None,
    until: str | None,
    lot: str,
    asset_tag: str,
    form: str,
    excel: bool,
    out: Path | None,
) -> int:
    """Exit 0, also when no job fits."""
    from station.documents.job_rows import csv_of, lines_of
    from station.session.jobs import read_jobs
    from station.setup.home import write_whole

    home = reading_home_of(context)
    settings_of(home)  # whose language counts
    wanted = JobFilter(since=beginning(since, "--since"), until=end(until, "--until"), lot=lot, asset_tag=asset_tag)
    with read_jobs(home) as jobs:
        found = jobs.ledger.view.each(wanted)
        portions = csv_of(found, for_spreadsheet=excel) if form == "csv" else lines_of(found)
        if out is None or str(out) == "-":
            for each in portions:
                sys.stdout.buffer.write(each)
            sys.stdout.buffer.flush()
        else:
            write_whole(out.absolute(), portions)
    return 0
