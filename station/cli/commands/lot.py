# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe lot NAME`: what a lot should hold, what came of it, and its end."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    passphrase_option,
    reading_home_of,
    secrets_of,
    settings_of,
)
from station.text.language import text

if TYPE_CHECKING:
    from station.ledger.trade_events import ModelExpected
    from station.session.lots import Count, Lot

MOST = 1_000_000


@cli_text.command("lot")
@click.argument("name", metavar="LOT")
@click.option("--expect", "expected", type=click.IntRange(0, MOST), help=text("option.lot_expected"))
@click.option("--model", "models", multiple=True, metavar="MODEL=N", help=text("option.lot_model"))
@click.option("--close", "closing", is_flag=True, help=text("option.lot_close"))
@click.option("--yes", is_flag=True, help=text("option.lot_yes"))
@click.option("--by", "--operator", "by", metavar="NAME", help=text("option.stated_by"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    name: str,
    expected: int | None,
    models: tuple[str, ...],
    closing: bool,
    yes: bool,
    by: str | None,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0; 3 for a lot that nobody named, 4 for one that differs or is closed."""
    from station.session import lots
    from station.session.jobs import read_jobs

    announcing = expected is not None or bool(models)
    if closing and announcing:
        raise click.UsageError(text("usage.lot_one"))
    if not closing and not announcing:
        home = reading_home_of(context)
        settings_of(home, config)  # whose language counts
        with read_jobs(home) as jobs:
            found = lots.lot(jobs.ledger, name)
    else:
        wanted = _models(models)
        found = _acted(context, name, expected, wanted, closing, yes, by, passphrase_file, config)
    if as_json:
        from station.documents.trade import LotTold

        output.tell(LotTold.of(found))
    else:
        _say(found)
    return 0


def _acted(
    context: click.Context,
    name: str,
    expected: int | None,
    models: "tuple[ModelExpected, ...]",
    closing: bool,
    yes: bool,
    by: str | None,
    passphrase_file: Path | None,
    config: Path | None,
) -> "Lot":
    from station.session import lots, operations
    from station.session.reach import reach
    from station.setup.people import load as load_company

    home = home_of(context)
    settings = settings_of(home, config)
    person = load_company(home.keys).person(by, "operator")
    with reach(home, settings, secrets_of(passphrase_file)) as station:
        if closing:
            station.operations.do(operations.close_lot, lot=name, by=person.name, differences_known=yes)
        else:
            station.operations.do(operations.state_lot, lot=name, by=person.name, expected=expected, models=models)
        return lots.lot(station.jobs.ledger, name)


def _models(given: tuple[str, ...]) -> "tuple[ModelExpected, ...]":
    """Raises: click.UsageError."""
    from station.ledger.trade_events import ModelExpected

    found = []
    for each in given:
        model, _, number = each.rpartition("=")
        if not model.strip() or not (number.isascii() and number.isdecimal()) or int(number) > MOST:
            raise click.UsageError(text("usage.bad_value", name="--model", expected="MODEL=N"))
        found.append(ModelExpected(model=model.strip(), expected=int(number)))
    return tuple(found)


def _say(lot: "Lot") -> None:
    state = text("lot.open" if lot.open else "lot.closed")
    output.message(f"{lot.name} · {state}", bold=True)
    heads = ("expected", "arrived", "erased", "certified", "awaiting", "reported", "at_work", "missing", "unexpected")
    rows = [[model, *_cells(count)] for model, count in lot.models.items()]
    rows.append([text("lot.total"), *_cells(lot.total)])
    output.table([text("lot.model"), *(text(f"lot.{head}") for head in heads)], rows)
    if lot.not_come:
        output.message(text("lot.not_come", number=len(lot.not_come), numbers=", ".join(lot.not_come)))


def _cells(count: "Count") -> list[str]:
    numbers = (count.expected, count.arrived, count.erased, count.certified, count.awaiting, count.reported)
    rest = (count.at_work, count.missing, count.unexpected)
    return ["?" if number is None else str(number) for number in (*numbers, *rest)]
