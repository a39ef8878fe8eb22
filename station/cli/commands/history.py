# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe history NUMBER`: every visit of a phone, found by any of its numbers."""

import click

from station.cli import cli_text, output
from station.cli.commands.options import json_option, reading_home_of, settings_of
from station.documents.job_words import local_time
from station.text.language import text


@cli_text.command("history")
@click.argument("name", metavar="SERIAL|IMEI|JOB|PAPER")
@json_option()
@click.pass_context
def command(context: click.Context, name: str, as_json: bool) -> int:
    """Exit 0; 3 for a phone that was never here."""
    from station.documents.job_story import stage_word
    from station.session.history import history_of
    from station.session.jobs import read_jobs

    home = reading_home_of(context)
    settings_of(home)  # whose language counts
    with read_jobs(home) as jobs:
        found = history_of(jobs.ledger, name)
    if as_json:
        from station.documents.trade import HistoryTold

        output.tell(HistoryTold.of(found, home.papers))
        return 0
    output.message(" · ".join(found.numbers.values()), bold=True)
    for visit in found.visits:
        job = visit.job
        shown = (job.id, local_time(job.opened_at), job.model, stage_word(job.stage), job.filed_paper)
        output.say(" · ".join(part for part in shown if part))
        for each in visit.stated:
            fields = ", ".join(f"{text(f'trade.{key}')} {value or '—'}" for key, value in each.fields.items())
            output.say(f"  {local_time(each.at)} {each.by}: {fields}")
    if found.waiting:
        fields = ", ".join(f"{text(f'trade.{key}')} {value}" for key, value in found.waiting.items())
        output.say(text("word.waiting_fields", fields=fields))
    return 0
