# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe token add|list|remove`: who may use the service over TCP, and as what."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import home_of, reading_home_of
from station.text.language import text

ROLES = ("technician", "validator", "kiosk", "integrator", "auditor")
DAYS, LONGEST_DAYS = 90, 366


@cli_text.group("token")
def command() -> None:
    """Tokens of programs."""


@command.command("add", help=text("help.token_add"))
@click.option("--role", type=click.Choice(ROLES), required=True, help=text("option.token_role"))
@click.option("--person", required=True, help=text("option.token_person"))
@click.option(
    "--days", type=click.IntRange(1, LONGEST_DAYS), default=DAYS, show_default=True, help=text("option.token_days")
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=text("option.token_out"))
@click.pass_context
def add(context: click.Context, role: str, person: str, days: int, out: Path) -> int:
    """Exit 0 when the file is written; 2 for somebody who has not that role here."""
    from phones.clock import utc_now
    from station.service import tokens
    from station.service.callers import Role
    from station.setup.people import load as load_company

    home = home_of(context)
    company = load_company(home.keys)
    if role != "auditor":
        company.person(person, "validator" if role == "validator" else "operator")
    made = tokens.add(home, role=Role(role), person=person, days=days, now=utc_now(), out=out)
    facts = {"id": made.id, "role": made.role, "person": made.person, "until": made.until[:10]}
    output.message(text("word.token_made", file=out, **facts))
    return 0


@command.command("list", help=text("help.token_list"))
@click.pass_context
def list_tokens(context: click.Context) -> int:
    """One a line. Exit 0."""
    from station.service import tokens

    for each in tokens.tokens(reading_home_of(context)):
        output.say(text("word.token_line", id=each.id, role=each.role, person=each.person, until=each.until[:10]))
    return 0


@command.command("remove", help=text("help.token_remove"))
@click.argument("token_id", metavar="ID")
@click.pass_context
def remove(context: click.Context, token_id: str) -> int:
    """Exit 0 when it is refused from now on; 2 when there is none."""
    from station.service import tokens

    tokens.remove(home_of(context), token_id)
    output.message(text("word.token_removed", id=token_id))
    return 0
