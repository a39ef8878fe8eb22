# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe list`: what is plugged in, without asking any phone anything."""

from pathlib import Path

import click

from phones.port import Platform, Sighting
from station.cli import cli_text, output
from station.cli.commands.options import config_option, json_option, reading_home_of, settings_of
from station.errors import NoPhoneError
from station.text.language import text


@cli_text.command("list")
@json_option()
@config_option()
@click.pass_context
def command(context: click.Context, as_json: bool, config: Path | None) -> int:
    """Show every phone with its slot, presence and serial. Exit 0, also when there is none."""
    from station.session import bench_operations
    from station.session.reach_bench import reach_bench

    home = reading_home_of(context)
    settings = settings_of(home, config)
    try:
        with reach_bench(home, settings) as bench:
            seen = bench.do(bench_operations.phones)
            sightings, notes = seen.sightings, seen.notes
    except NoPhoneError:
        sightings, notes = (), {}
    if as_json:
        from station.documents.phones import PhoneSeen, PhonesListed

        told = (PhoneSeen(**PhoneSeen.fields_of(item, settings.slot(item.port))) for item in sightings)
        output.tell(PhonesListed(phones=tuple(told), notes=notes))
        return 0
    if not sightings:
        output.message(text("word.no_phone"))
    else:
        named = any(settings.slot(item.port) != item.port for item in sightings)
        columns = ("slot", "port", "presence", "number") if named else ("slot", "presence", "number")
        rows = [
            {
                "slot": settings.slot(item.port),
                "port": item.port,
                "presence": text(f"presence.{item.presence.value}"),
                "number": number_of(item),
            }
            for item in sightings
        ]
        output.table([text(f"view.{key}") for key in columns], [[row[key] for key in columns] for row in rows])
        output.message(text("view.plugged_in", number=len(rows)))
    for note in notes.values():
        output.message(note)
    return 0


def number_of(item: Sighting) -> str:
    """What USB shows: a serial number, but of an iPhone the UDID, which stands nowhere on the phone."""
    if not item.usb_serial:
        return "—"
    return text("view.udid_of", udid=item.usb_serial) if item.platform is Platform.APPLE else item.usb_serial
