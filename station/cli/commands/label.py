# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe label JOB…`: a label for the shelf, or one that says from afar that the phone is not to be sold."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import reading_home_of, settings_of
from station.printing.sizes import RESOLUTIONS, SIZES, USUAL
from station.text.language import text


@cli_text.command("label")
@click.argument("names", nargs=-1, required=True, metavar="JOB|PAPER|SERIAL|IMEI…")
@click.option(
    "--size", type=click.Choice(tuple(SIZES)), default=USUAL, show_default=True, help=text("option.label_size")
)
@click.option("--zpl", is_flag=True, help=text("option.label_zpl"))
@click.option(
    "--dpi",
    type=click.Choice([str(each) for each in RESOLUTIONS]),
    default="203",
    show_default=True,
    help=text("option.label_dpi"),
)
@click.option("--printer", metavar="NAME", help=text("option.printer"))
@click.option("--to", "address", metavar="NAME|HOST:PORT", help=text("option.printer_to"))
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help=text("option.output"),
)
@click.pass_context
def command(
    context: click.Context,
    names: tuple[str, ...],
    size: str,
    zpl: bool,
    dpi: str,
    printer: str | None,
    address: str | None,
    target: Path | None,
) -> int:
    """Exit 0 when the labels were made; 1 when a printer did not take them; 2, 3 as `jobs`."""
    from station.printing.facts import Standing, label_facts
    from station.printing.label_pdf import labels_pdf
    from station.printing.printers import address_of, print_on_queue, print_raw
    from station.printing.zpl import labels_zpl
    from station.session.jobs import read_jobs
    from station.setup.home import write_whole

    if sum(each is not None for each in (printer, address, target)) != 1:
        raise click.UsageError(text("word.label_where"))
    home = reading_home_of(context)
    settings = settings_of(home)
    place = address_of(address, settings.printers) if address is not None else None
    with read_jobs(home) as read:
        labels = [label_facts(read.to_act_on(name)) for name in names]
    chosen = SIZES[size]
    speaks_zpl = zpl or place is not None
    data = labels_zpl(labels, chosen, int(dpi)) if speaks_zpl else labels_pdf(labels, chosen)
    if place is not None:
        print_raw(data, place)
    elif printer is not None:
        media = f"Custom.{size}mm"
        print_on_queue(data, printer, title=text("print.labels"), raw=speaks_zpl, media=media)
    elif target is not None:
        write_whole(Path("/dev/stdout") if str(target) == "-" else target.absolute(), data)
    for facts in labels:
        if facts.standing is Standing.STOP:
            output.message(text("word.label_stop", job=facts.job, why=" ".join(facts.reasons)))
    return 0
