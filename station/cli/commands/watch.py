# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe watch`: say when phones come and go, until Ctrl-C."""

import time
from pathlib import Path

import click

from phones.clock import utc_now
from phones.port import Presence, Sighting
from station.cli import cli_text, output
from station.cli.commands.options import config_option, jsonl_option, reading_home_of, settings_of
from station.text.language import text


@cli_text.command("watch")
@jsonl_option()
@config_option()
@click.option("--seconds", type=float, default=None, help=text("option.seconds"))
@click.pass_context
def command(context: click.Context, as_jsonl: bool, config: Path | None, seconds: float | None) -> int:
    """One line a change. Exit 0."""
    from station.documents.phones import PhoneChanged, PhoneSeen
    from station.session import bench_operations
    from station.session.events import PhoneAppeared
    from station.session.plugged import POLL_S, changes
    from station.session.reach_bench import reach_bench

    home = reading_home_of(context)
    settings = settings_of(home, config)
    until = None if seconds is None else time.monotonic() + seconds
    known: dict[str, Sighting] = {}
    with reach_bench(home, settings, fixed=False) as bench:
        while until is None or time.monotonic() < until:
            seen = {item.port: item for item in bench.do(bench_operations.phones, settle=False).sightings}
            for change in changes(known, seen, settings.slot):
                item = change.sighting if isinstance(change, PhoneAppeared) else None
                if as_jsonl:
                    shown = item or Sighting(port=change.port, presence=Presence.ABSENT)
                    output.tell_line(PhoneChanged(at=utc_now(), **PhoneSeen.fields_of(shown, change.slot)))
                else:
                    what = text(f"presence.{item.presence.value}") if item else text("presence.absent")
                    serial = item.usb_serial if item else ""
                    output.message(f"{time.strftime('%H:%M:%S')} [{change.slot}] {what} {serial}".rstrip())
            known = seen
            time.sleep(POLL_S)
    return 0
