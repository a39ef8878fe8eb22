# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe wipe --plan`: what an erase of this phone would be; writes nothing to it."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import (
    card_option,
    challenge_option,
    config_option,
    json_option,
    overwrite_option,
    reading_home_of,
    serial_option,
    settings_of,
)
from station.text.language import current, text
from station.work import blocking


@cli_text.command("wipe")
@click.option("--plan", "planning", is_flag=True, required=True, help=text("option.plan"))
@click.option("--method", help=text("option.method"))
@overwrite_option()
@challenge_option()
@card_option()
@serial_option()
@json_option()
@config_option()
@click.pass_context
def command(
    context: click.Context,
    planning: bool,
    method: str | None,
    passes: int | None,
    challenge: bool,
    card: bool | None,
    serial: str | None,
    as_json: bool,
    config: Path | None,
) -> int:
    """Exit 0 when the erase could begin, 4 when a problem stands in its way, 3 when there is no such phone."""
    del planning  # required: an erase itself is `proofwipe process`
    from station.documents.phones import ErasePlanned
    from station.session import bench_operations
    from station.session.reach_bench import reach_bench
    from wipe.methods.table import METHODS
    from wipe.plan import plan

    if method and method not in METHODS:
        raise click.UsageError(text("word.no_such_method", known=", ".join(METHODS)))
    home = reading_home_of(context)
    settings = settings_of(home, config).with_passes(passes).with_card(card=card).with_challenge(wanted=challenge)
    with reach_bench(home, settings) as bench:
        found = bench.do(bench_operations.inspect, wanted=serial or "")
    sighting, values = found.sighting, found.values
    slot = settings.slot(sighting.port)
    problem = blocking.problem_of(sighting, values, method or "")
    if problem is not None:
        if as_json:
            output.tell(ErasePlanned.of(None, values, sighting, slot, problem=problem))
        output.message(f"{problem.reason(current())} → {problem.next_step(current())}")
        return 4
    planned = plan(
        values,
        sighting,
        settings.limits,
        wanted=method,
        passes=settings.passes,
        card=settings.overwrite.card,
        challenge=settings.challenge,
    )
    if as_json:
        output.tell(ErasePlanned.of(planned, values, sighting, slot))
    else:
        for line in planned.lines(current()):
            output.say(line)
    return 0 if planned.can_begin else 4
