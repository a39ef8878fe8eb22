# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe print manifest|shift|month|audit|sample`: documents for people, as PDF, to a file or a printer."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from certs.log.sampling import CERTIFICATES, REPORTS
from phones.clock import utc_now
from station.cli import cli_text
from station.cli.commands.jobs import beginning, end
from station.cli.commands.options import reading_home_of, settings_of
from station.text.language import text

if TYPE_CHECKING:
    from station.session.jobs import Jobs
    from station.setup.home import Home


@cli_text.group("print")
def command() -> None:
    """Documents for people."""


def _where(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-o FILE` and `--printer NAME`."""
    path = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
    to_file = click.option("-o", "--output", "target", type=path, help=text("option.output"))
    return to_file(click.option("--printer", metavar="NAME", help=text("option.printer"))(function))


@command.command("manifest", help=text("help.print_manifest"))
@click.argument("lot", metavar="LOT")
@click.option("--whole-numbers", is_flag=True, help=text("option.whole_numbers"))
@_where
@click.pass_context
def manifest(context: click.Context, lot: str, whole_numbers: bool, target: Path | None, printer: str | None) -> int:
    """Exit 0; 3 when no job has that lot."""
    from station.printing import make

    def made(home: "Home", jobs: "Jobs") -> bytes:
        return make.manifest(home, jobs, lot, at=utc_now().astimezone(), whole_numbers=whole_numbers)

    return _print(context, made, target, printer)


@command.command("shift", help=text("help.print_shift"))
@click.argument("day", required=False, metavar="[DAY]")
@click.option("--since", metavar="DAY", help=text("option.since"))
@click.option("--until", metavar="DAY", help=text("option.until"))
@_where
@click.pass_context
def shift(
    context: click.Context,
    day: str | None,
    since: str | None,
    until: str | None,
    target: Path | None,
    printer: str | None,
) -> int:
    """Exit 0, also when nothing was done."""
    from station.printing import make

    if day is not None and (since is not None or until is not None):
        raise click.UsageError(text("word.print_when"))
    begin = beginning(day or since or "today", "--since")
    over = end(day or until or since or "today", "--until")
    assert begin is not None
    assert over is not None
    if over == begin and until is None:  # a moment, and nobody said when it is over
        over = begin + timedelta(days=1)

    def made(home: "Home", jobs: "Jobs") -> bytes:
        return make.shift(home, jobs, begin, over, at=utc_now().astimezone())

    return _print(context, made, target, printer)


@command.command("month", help=text("help.print_month"))
@click.argument("name", required=False, metavar="[MONTH]")
@_where
@click.pass_context
def month(context: click.Context, name: str | None, target: Path | None, printer: str | None) -> int:
    """Exit 0, also when nothing was done. Without a month: this one."""
    from station.printing import make

    now = utc_now().astimezone()
    return _print(context, lambda home, jobs: make.month(home, jobs, name or f"{now:%Y-%m}", at=now), target, printer)


@command.command("audit", help=text("help.print_audit"))
@click.argument("name", metavar="JOB|PAPER|SERIAL|IMEI")
@_where
@click.pass_context
def audit(context: click.Context, name: str, target: Path | None, printer: str | None) -> int:
    """Exit 0; 3 when there is no such job; 7 where the ledger was changed."""
    from station.printing import make

    def made(home: "Home", jobs: "Jobs") -> bytes:
        return make.audit(home, jobs.to_act_on(name), at=utc_now().astimezone())

    return _print(context, made, target, printer)


@command.command("sample", help=text("help.print_sample"))
@click.argument("name", metavar="PERIOD")
@click.option("--reports", is_flag=True, help=text("option.sample_reports"))
@_where
@click.pass_context
def sample(context: click.Context, name: str, reports: bool, target: Path | None, printer: str | None) -> int:
    """Exit 0; 3 when no sample of that period was drawn (`sample draw`)."""
    from station.printing import make

    def made(home: "Home", jobs: "Jobs") -> bytes:
        of = REPORTS if reports else CERTIFICATES
        return make.sample(home, jobs, name, at=utc_now().astimezone(), of=of)

    return _print(context, made, target, printer)


def _print(
    context: click.Context, made: "Callable[[Home, Jobs], bytes]", target: Path | None, printer: str | None
) -> int:
    from station.printing.printers import print_on_queue
    from station.session.jobs import read_jobs
    from station.setup.home import write_whole

    if (target is None) == (printer is None):
        raise click.UsageError(text("word.print_where"))
    home = reading_home_of(context)
    settings_of(home)  # whose language counts
    with read_jobs(home) as jobs:
        pdf = made(home, jobs)
    if printer is not None:
        print_on_queue(pdf, printer, title="proofwipe", media="A4")
    elif target is not None:
        write_whole(Path("/dev/stdout") if str(target) == "-" else target.absolute(), pdf)
    return 0
