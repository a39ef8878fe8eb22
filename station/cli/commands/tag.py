# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe tag PHONE_OR_JOB --asset-tag A-17`: what the shop calls a phone by, before or after it is here."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, passphrase_option, secrets_of, settings_of
from station.text.language import text

if TYPE_CHECKING:
    from station.session.stating import Stated


@cli_text.command("tag")
@click.argument("about", metavar="JOB|SERIAL|IMEI|SLOT")
@click.option("--asset-tag", metavar="TEXT", help=text("option.asset_tag"))
@click.option("--lot", metavar="NAME", help=text("option.lot"))
@click.option("--customer-ref", metavar="TEXT", help=text("option.customer_ref"))
@click.option("--note", metavar="TEXT", help=text("option.note"))
@click.option("--colour", metavar="TEXT", help=text("option.colour"))
@click.option("--ahead", is_flag=True, help=text("option.ahead"))
@click.option("--by", "--operator", "by", metavar="NAME", help=text("option.stated_by"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    about: str,
    asset_tag: str | None,
    lot: str | None,
    customer_ref: str | None,
    note: str | None,
    colour: str | None,
    ahead: bool,
    by: str | None,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 when it is kept; 2 for a text that no field holds, 3 for no such job or phone, 4 for a closed lot."""
    from station.session import operations
    from station.session.reach import reach
    from station.setup.people import load as load_company

    given = {"asset_tag": asset_tag, "lot": lot, "customer_ref": customer_ref, "note": note, "colour": colour}
    fields = {name: value for name, value in given.items() if value is not None}
    if not fields:
        raise click.UsageError(text("usage.missing", name="--asset-tag, --lot, --customer-ref, --note, --colour"))
    home = home_of(context)
    settings = settings_of(home, config)
    person = load_company(home.keys).person(by, "operator")
    with reach(home, settings, secrets_of(passphrase_file)) as station:
        told = station.operations.do(operations.state, about=about, fields=fields, by=person.name, ahead=ahead)
    if as_json:
        from station.documents.trade import PhoneTagged

        output.tell(PhoneTagged.of(told))
    else:
        _say(told)
    return 0


def _say(told: "Stated") -> None:
    if told.job:
        output.message(text("word.tagged_job", job=told.job), bold=True)
    elif told.slot:
        output.message(text("word.tagged_slot", slot=told.slot), bold=True)
    else:
        output.message(text("word.tagged_number", number=told.number), bold=True)
    for name, value in told.fields.items():
        output.say(f"{text(f'trade.{name}')}: {value}")
    if told.also:
        output.message(text("word.same_tag", jobs=", ".join(told.also)))
