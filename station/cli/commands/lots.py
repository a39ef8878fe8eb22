# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe lots`: every lot that was announced or has a phone."""

import click

from station.cli import cli_text, output
from station.cli.commands.options import json_option, reading_home_of, settings_of
from station.text.language import text


@cli_text.command("lots")
@json_option()
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """Exit 0, also when there is none."""
    from station.session import lots
    from station.session.jobs import read_jobs

    home = reading_home_of(context)
    settings_of(home)  # whose language counts
    with read_jobs(home) as jobs:
        found = lots.lots(jobs.ledger)
    if as_json:
        from station.documents.trade import LotLineTold, LotsTold

        output.tell(LotsTold(lots=tuple(LotLineTold.of(each) for each in found)))
    elif not found:
        output.message(text("lot.none"))
    else:
        rows = [
            [
                each.name,
                text("lot.open" if each.open else "lot.closed"),
                "?" if each.expected is None else str(each.expected),
                str(each.jobs),
            ]
            for each in found
        ]
        output.table([text(f"lot.{head}") for head in ("name", "state", "expected", "jobs")], rows)
    return 0
