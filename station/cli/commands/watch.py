# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe watch`: say when phones come and go, until Ctrl-C. For programs, beside a running service, the whole
stream of what it writes and does: that of `/v1/events`.
"""

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phones.clock import utc_now
from phones.port import Presence, Sighting
from station.cli import cli_text, output
from station.cli.commands.options import config_option, jsonl_option, reading_home_of, settings_of
from station.text.language import text

if TYPE_CHECKING:
    from station.client.connection import Connection, Event
    from station.setup.home import Home
    from station.setup.settings import Settings

SILENT_S = 60.0
"""A service gives a sign of life every fifteen seconds."""
AGAIN_S = 1.0


@cli_text.command("watch")
@jsonl_option()
@click.option("--after", type=click.IntRange(0, 2**53), default=None, metavar="N", help=text("option.watch_after"))
@click.option("--job", default="", metavar="JOB", help=text("option.watch_job"))
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help=text("option.watch_kind"))
@config_option()
@click.option("--seconds", type=float, default=None, help=text("option.seconds"))
@click.pass_context
def command(
    context: click.Context,
    as_jsonl: bool,
    after: int | None,
    job: str,
    kinds: tuple[str, ...],
    config: Path | None,
    seconds: float | None,
) -> int:
    """One line a change. Exit 0."""
    home = reading_home_of(context)
    settings = settings_of(home, config)
    until = None if seconds is None else time.monotonic() + seconds
    if as_jsonl and (home.path / "api.sock").exists():
        from station.client.connection import connection_to

        service = connection_to(home)
        if service.answers():
            _follow(service, until, after=after, job=job.upper(), kind=",".join(kinds))
            return 0
    if after is not None or job or kinds:
        raise click.UsageError(text("word.watch_needs_service"))
    _look(home, settings, until, as_jsonl=as_jsonl)
    return 0


def _look(home: "Home", settings: "Settings", until: float | None, *, as_jsonl: bool) -> None:
    """What hangs on the bench, looked at again and again."""
    from station.documents.phones import PhoneChanged, PhoneSeen
    from station.session import bench_operations
    from station.session.events import PhoneAppeared
    from station.session.plugged import POLL_S, changes
    from station.session.reach_bench import reach_bench

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


def _follow(service: "Connection", until: float | None, *, after: int | None, job: str, kind: str) -> None:
    """The service's stream; when the service ends, again from where it was as soon as one answers."""
    from station.errors import SessionLostError

    told = False
    while until is None or time.monotonic() < until:
        try:
            if after is None:
                after = int(service.get("/v1/state")["sequence"])
            with service.events(seconds=SILENT_S, after=after, job=job, kind=kind) as events:
                told = False
                timer = None if until is None else threading.Timer(until - time.monotonic(), events.end)
                if timer is not None:
                    timer.daemon = True
                    timer.start()
                for event in events:
                    after = event.number or after
                    _tell(event)
        except SessionLostError:
            pass
        if until is None or time.monotonic() < until:
            if not told:
                output.message(text("word.watch_waits"))
            told = True
            time.sleep(AGAIN_S)


def _tell(event: "Event") -> None:
    """The document of an event, as it came; where some were lost, a line that says so."""
    if event.kind != "lost":
        output.tell_line(event.document)
        return
    from station.documents.event_lines import lost_line

    output.tell_line(lost_line(utc_now(), 0))
