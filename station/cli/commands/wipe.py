# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe wipe --plan`: what an erase of this phone would be; writes nothing to it."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, serial_option, settings_of
from station.text.language import current, text
from station.work import blocking


@cli_text.command("wipe")
@click.option("--plan", "planning", is_flag=True, required=True, help=text("option.plan"))
@click.option("--method", help=text("option.method"))
@serial_option()
@json_option()
@config_option()
@click.pass_context
def command(
    context: click.Context, planning: bool, method: str | None, serial: str | None, as_json: bool, config: Path | None
) -> int:
    """Exit 0 when the erase could begin, 4 when a problem stands in its way, 3 when there is no such phone."""
    del planning  # required: an erase itself is `proofwipe process`
    from station.session.bench import open_bench
    from station.session.find_phone import ask, find
    from wipe.methods.table import METHODS
    from wipe.plan import plan

    if method and method not in METHODS:
        raise click.UsageError(text("word.no_such_method", known=", ".join(METHODS)))
    home = home_of(context)
    settings = settings_of(home, config)
    with open_bench(home, settings, fixed=True) as bench:
        sighting = find(bench, serial, settings)
        values = ask(bench, sighting)
    problem = blocking.problem_of_presence(sighting) or blocking.problem_of_answers(values)
    if problem is not None:
        if as_json:
            output.document("plan", {"can_begin": False, "problem": problem.code.value})
        output.message(f"{problem.reason(current())} → {problem.next_step(current())}")
        return 4
    planned = plan(values, sighting, settings.limits, wanted=method)
    if as_json:
        output.document("plan", planned.to_json())
    else:
        for line in planned.lines(current()):
            output.say(line)
    return 0 if planned.can_begin else 4
