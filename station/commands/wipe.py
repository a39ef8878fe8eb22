# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe wipe --plan`: what an erase of this phone would be; writes nothing to it."""

import secrets
from pathlib import Path

import click

from phones.clock import SystemClock
from phones.evidence import Moment
from station import output
from station.commands.options import config_option, home_of, json_option, serial_option, settings_of
from station.language import current, text


@click.command("wipe", help=text("help.wipe"))
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
    from phones.inspection import inspect
    from wipe.plan import plan

    from phones.witness import Witness, WitnessedPort
    from station.floor import open_bench, present, select

    home = home_of(context)
    settings = settings_of(home, config)
    with open_bench(home, settings) as bench:
        sighting = select(present(bench), serial, settings)
        witness = Witness(clock=SystemClock(), journal=lambda _piece: None, salt=secrets.token_bytes(16))
        phone = WitnessedPort(bench.port(sighting.port), witness)
        try:
            values = inspect(phone, sighting, moment=Moment.BEFORE, draw=lambda: secrets.token_hex(16))
        finally:
            phone.let_go()
    planned = plan(values, sighting, settings.limits, wanted=method)
    if as_json:
        output.document("plan", planned.to_json())
    else:
        for line in planned.lines(current()):
            click.echo(line)
    return 0 if planned.can_begin else 4
