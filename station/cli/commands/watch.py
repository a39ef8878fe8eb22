# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe watch`: say when phones come and go, until Ctrl-C."""

import time
from pathlib import Path

import click

from phones.port import Sighting
from station.cli import cli_text, output
from station.cli.commands.list import as_data
from station.cli.commands.options import config_option, home_of, jsonl_option, settings_of
from station.text.language import text


@cli_text.command("watch")
@jsonl_option()
@config_option()
@click.option("--seconds", type=float, default=None, help=text("option.seconds"))
@click.pass_context
def command(context: click.Context, as_jsonl: bool, config: Path | None, seconds: float | None) -> int:
    """One line a change. Exit 0."""
    from station.session.bench import open_bench
    from station.session.events import PhoneAppeared
    from station.session.find_phone import present
    from station.session.plugged import POLL_S, changes

    home = home_of(context)
    settings = settings_of(home, config)
    until = None if seconds is None else time.monotonic() + seconds
    known: dict[str, Sighting] = {}
    with open_bench(home, settings) as bench:
        while until is None or time.monotonic() < until:
            seen = {item.port: item for item in present(bench)}
            for change in changes(known, seen, settings.slot):
                item = change.sighting if isinstance(change, PhoneAppeared) else None
                if as_jsonl:
                    output.event("watch", {"port": change.port, "phone": as_data(item, settings) if item else None})
                else:
                    what = text(f"presence.{item.presence.value}") if item else text("presence.absent")
                    serial = item.usb_serial if item else ""
                    output.message(f"{time.strftime('%H:%M:%S')} [{change.slot}] {what} {serial}".rstrip())
            known = seen
            time.sleep(POLL_S)
    return 0
