# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe list`: what is plugged in, without asking any phone anything."""

from pathlib import Path

import click

from phones.port import Sighting
from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, settings_of
from station.errors import NoPhoneError
from station.setup.settings import Settings
from station.text.language import text


@cli_text.command("list")
@json_option()
@config_option()
@click.pass_context
def command(context: click.Context, as_json: bool, config: Path | None) -> int:
    """Show every phone with its slot, presence and serial. Exit 0, also when there is none."""
    from station.session.bench import open_bench
    from station.session.find_phone import settled

    home = home_of(context)
    settings = settings_of(home, config)
    try:
        with open_bench(home, settings, fixed=True) as bench:
            sightings, notes = settled(bench), bench.notes()
    except NoPhoneError:
        sightings, notes = (), {}
    if as_json:
        output.document("list", {"phones": [as_data(item, settings) for item in sightings], "notes": dict(notes)})
        return 0
    if not sightings:
        output.message(text("word.no_phone"))
    else:
        output.table(
            [text(f"view.{key}") for key in ("slot", "port", "presence", "serial", "usb")],
            [
                [
                    settings.slot(item.port),
                    item.port,
                    text(f"presence.{item.presence.value}"),
                    item.usb_serial or "—",
                    f"{item.vendor_id:04x}:{item.product_id:04x}" if item.vendor_id else "—",
                ]
                for item in sightings
            ],
        )
    for note in notes.values():
        output.message(note)
    return 0


def as_data(item: Sighting, settings: Settings) -> dict[str, object]:
    """A sighting as JSON."""
    return {
        "slot": settings.slot(item.port),
        "port": item.port,
        "presence": item.presence.value,
        "platform": item.platform.value if item.platform else None,
        "serial": item.usb_serial,
        "vendor_id": item.vendor_id,
        "product_id": item.product_id,
        "interfaces": list(item.interfaces),
    }
