# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe dashboard`: a one-time address that opens the running service's pages in a browser."""

import click

from station.cli import cli_text, output
from station.cli.commands.options import home_of
from station.text.language import text


@cli_text.command("dashboard")
@click.pass_context
def command(context: click.Context) -> int:
    """Exit 0 when the address is printed; 1 when no service answers; 2 when it has no port."""
    from station.client.connection import connection_to
    from station.errors import ConfigError

    home = home_of(context)
    told = connection_to(home).post("/v1/logins", {})
    address = told.get("address")
    if not address:
        raise ConfigError(subject="service.port", expected=text("expected.service_port"), got="0")
    output.say(str(address))
    output.message(text("word.dashboard"))
    return 0
