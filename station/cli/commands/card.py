# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe card`: the bench card, with the one-time code of a job that waits for photos, or for the bench alone."""

from pathlib import Path

import click

from station.checking.photos.card import BENCH, symbol_text
from station.cli import cli_text, output
from station.cli.commands.options import reading_home_of, settings_of
from station.cli.commands.photo import code_meant
from station.setup.photo_desk import PhotoDesk
from station.text.language import text


@cli_text.command("card")
@click.option("-s", "--slot", metavar="SLOT|PORT|CODE", help=text("option.photo_slot"))
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help=text("option.output"),
)
@click.pass_context
def command(context: click.Context, slot: str | None, target: Path | None) -> int:
    """Without -o the symbol is shown in the terminal. Exit 0; 3 when no such job waits for photos."""
    from station.printing.bench_card import card_pdf, in_letters
    from station.setup.home import write_whole

    code = BENCH
    if slot is not None:
        home = reading_home_of(context)
        code = code_meant(PhotoDesk(folder=home.photos), settings_of(home), slot)
    if target is None:
        output.say(f"{in_letters(symbol_text(code))}\n{code}")
        return 0
    write_whole(Path("/dev/stdout") if str(target) == "-" else target.absolute(), card_pdf(symbol_text(code), code))
    return 0
