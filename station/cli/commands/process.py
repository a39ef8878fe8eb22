# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe process`: the whole way, for one phone or for every phone that is plugged in.

Guard: one phone is named by `-s` and confirmed by its number (typed at a terminal, or `--confirm` whole);
many need `--all --expect N`. No device is ever taken from the environment, none is "the only one".
"""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from phones.errors import PhoneLostError
from phones.identity import plain
from phones.port import Sighting
from station.cli import cli_text, output
from station.cli.cli_text import stage_text
from station.cli.commands.jobs import reason_text
from station.cli.commands.options import (
    config_option,
    home_of,
    jsonl_option,
    passphrase_option,
    secrets_of,
    serial_option,
    settings_of,
)
from station.cli.console import ConsoleClient, load_answers
from station.cli.output import is_terminal
from station.cli.screen import Screen, say_warning
from station.cli.view import View, wants_live
from station.errors import NotConfirmedError, NotInitialisedError
from station.ledger.job import Job
from station.ledger.open_jobs import is_finished
from station.ledger.stages import Stage
from station.session.confirmation import Candidate
from station.session.parts import BenchOpener, Secrets
from station.session.session import Session
from station.session.summary import reasons_of, summary
from station.setup.acquisition import load_acquisition
from station.setup.home import Home
from station.setup.people import load as load_company
from station.setup.settings import Settings
from station.text.language import text

INTERRUPTED = 130


@cli_text.command("process")
@serial_option()
@click.option("--confirm", metavar="NUMBER", help=text("option.confirm"))
@click.option("--all", "everything", is_flag=True, help=text("option.all"))
@click.option("--expect", type=click.IntRange(1, 500), help=text("option.expect"))
@click.option("--resume", "only_resume", is_flag=True, help=text("option.resume"))
@click.option("--method", default="", help=text("option.method"))
@click.option("--operator", "operator_name", help=text("option.operator"))
@click.option("--acquisition", type=click.Path(path_type=Path, dir_okay=False), help=text("option.acquisition"))
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help=text("option.answers"))
@click.option("--quiet", is_flag=True, help=text("option.quiet"))
@click.option("--no-progress", is_flag=True, help=text("option.no_progress"))
@passphrase_option()
@config_option()
@jsonl_option()
@click.pass_context
def command(
    context: click.Context,
    serial: str | None,
    confirm: str | None,
    everything: bool,
    expect: int | None,
    only_resume: bool,
    method: str,
    operator_name: str | None,
    acquisition: Path | None,
    answers: Path | None,
    quiet: bool,
    no_progress: bool,
    passphrase_file: Path | None,
    config: Path | None,
    as_jsonl: bool,
) -> int:
    """Exit 0 certificate(s); 1 failed; 4 blocked; 5 lost; 6 unknown; 7 no certificate yet; 9 some of many."""
    _one_choice(serial=serial, confirm=confirm, everything=everything, expect=expect, only_resume=only_resume)
    home = home_of(context)
    orders = Orders(
        serial=serial,
        confirm=confirm,
        expect=expect,
        method=method,
        operator=operator_name,
        acquisition=acquisition,
        answers=answers,
        quiet=quiet,
        live=not (no_progress or as_jsonl),
        as_jsonl=as_jsonl,
    )
    _jobs, code = lead(home, settings_of(home, config), secrets_of(passphrase_file), orders)
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a person ordered on the command line: one phone (`serial`), or `expect` phones, or only open jobs."""

    serial: str | None = None
    confirm: str | None = None
    expect: int | None = None
    method: str = ""
    operator: str | None = None
    acquisition: Path | None = None
    answers: Path | None = None
    quiet: bool = False
    live: bool = True
    as_jsonl: bool = False


def lead(
    home: Home, settings: Settings, secrets: Secrets, orders: Orders, *, bench: BenchOpener | None = None
) -> tuple[tuple[Job, ...], int]:
    """A session at the terminal, to its end: its jobs, and the exit code. `bench`: another than the station's own.

    Raises: what `Session` raises; click.Abort when it was interrupted before any job; LedgerError for a job that could
    not be read, once the others have been told of.
    """
    from wipe.methods.table import METHODS

    if orders.method and orders.method not in METHODS:
        raise click.UsageError(text("word.no_such_method", known=", ".join(METHODS)))
    if not home.keys.is_dir():
        raise NotInitialisedError(subject=str(home.path))
    performer = load_company(home.keys).person(orders.operator, "operator")
    acquisitions = load_acquisition(orders.acquisition)
    answers = load_answers(orders.answers)
    home.make().start_log()
    with ExitStack() as stack:
        session = stack.enter_context(Session.open(home, settings, secrets, bench=bench, listener=say_warning))
        session.prepare()
        view = stack.enter_context(
            View(
                slot_of=settings.slot,
                live=orders.live and wants_live(),
                quiet=orders.quiet,
                as_events=orders.as_jsonl,
                usual_s=session.jobs.usual_s,
            )
        )
        stack.enter_context(Screen(session, view))
        stack.enter_context(
            ConsoleClient(
                session,
                by=performer.name,
                answers=answers,
                interactive=is_terminal() and not orders.as_jsonl,
                alone=view.paused,
                emulated=bool(settings.emulated_bench),
            )
        )
        interrupted, missed = False, 0
        try:
            session.resume(method=orders.method)
            sightings, numbers = _chosen(session, orders, alone=view.paused)
            started = session.start(
                *sightings, by=performer, bound=numbers, acquisitions=acquisitions, method=orders.method
            )
            missed = len(started.occupied)
            for sighting in started.occupied:
                output.message(text("word.has_a_job", slot=settings.slot(sighting.port)))
        except (KeyboardInterrupt, click.Abort):  # click's own: Ctrl-C at the question
            interrupted = True
        finally:  # whatever went wrong: the bench is not taken away from under workers
            wait(session, interrupted=interrupted)
        jobs, unread = session.read_own_jobs()
    if interrupted and not jobs and unread is None:
        raise click.Abort
    for job in jobs:
        _say_result(job, as_jsonl=orders.as_jsonl)
    if jobs and not orders.as_jsonl:
        output.message(text("word.papers_in", folder=home.papers))
    if unread is not None:
        raise unread
    return jobs, exit_code(jobs, missed=missed, interrupted=interrupted)


def _one_choice(
    *, serial: str | None, confirm: str | None, everything: bool, expect: int | None, only_resume: bool
) -> None:
    """Exactly one of -s, --all and --resume, with what belongs to it. Raises: click.UsageError."""
    chosen = sum((serial is not None, everything, only_resume))
    if chosen == 0:
        raise click.UsageError(text("word.name_the_phone"))
    if chosen > 1:
        raise click.UsageError(text("word.one_of_three"))
    if everything and expect is None:
        raise click.UsageError(text("word.expect_needed"))
    if expect is not None and not everything:
        raise click.UsageError(text("word.expect_with_all"))
    if confirm is not None and serial is None:
        raise click.UsageError(text("word.confirm_with_serial"))


def _chosen(
    session: Session, orders: Orders, *, alone: Callable[[], AbstractContextManager[None]]
) -> tuple[tuple[Sighting, ...], tuple[str, ...]]:
    """The phones that are meant, and the numbers the one of `-s` was confirmed by.

    Raises: PhoneNotFoundError, AmbiguousPhoneError, CountMismatchError, WrongSignerError, NotConfirmedError,
    BenchError.
    """
    if orders.serial is not None:
        sighting = session.find(orders.serial)
        session.must_sign_for(sighting)
        return (sighting,), _confirm(session.identify(sighting), orders.confirm, alone=alone)
    return (session.gather(orders.expect) if orders.expect is not None else ()), ()


def _confirm(
    candidate: Candidate, given: str | None, *, alone: Callable[[], AbstractContextManager[None]]
) -> tuple[str, ...]:
    """The whole number in a script, the last four digits (more if they are not unique) at a terminal.

    `alone`: keeps the live table off the question.

    Raises: NotConfirmedError.
    """
    port = candidate.sighting.port
    if given is not None:
        if not candidate.is_named(given):
            raise NotConfirmedError(subject=port, needed=text("word.whole_number"), got=given)
        return tuple(candidate.numbers)
    if not is_terminal():
        raise NotConfirmedError(subject=port, needed=text("word.whole_number"), got="")
    identity = candidate.identity
    with alone():
        output.message(
            f"{identity.display_name}  {text('view.serial')} {identity.serial or candidate.sighting.usb_serial}  "
            f"IMEI {identity.number('imei1') or '—'}"
        )
        typed = str(click.prompt(text("ask.confirm", digits=candidate.digits), err=True))
    if not candidate.ends_in(typed):
        expected = text("word.last_digits", digits=candidate.digits)
        raise NotConfirmedError(subject=port, needed=expected, got=plain(typed))
    return tuple(candidate.numbers)


def wait(session: Session, *, interrupted: bool) -> None:
    """Until all jobs are done. Ctrl-C stops nothing half-way: it says what goes on, and a second one leaves.

    Leaving is like a power cut, which the ledger is made for: nothing is closed under the workers, who would
    take that for a fault of the phone. The next start resumes their jobs by inspecting the phones.
    """
    if not interrupted:
        try:
            session.wait()
            return
        except KeyboardInterrupt:
            pass
    try:
        if working := session.jobs_running:
            slots = ", ".join(job.opened.slot for job in working)
            output.message(text("word.goes_on", number=len(working), ports=slots))
            output.message(text("word.leave_all_the_same"), bold=True)
        session.wait_for_erases()
    except KeyboardInterrupt:
        leave(session)
    if session.busy:
        leave(session)  # the rest waits for a person; nothing was done to those phones
    session.wait()


def leave(session: Session) -> None:
    """End the program under its workers, whatever else fails: the names of their jobs are in memory, and nothing is
    read of a ledger that may be gone. Never returns.
    """
    try:
        left = ", ".join(job.id for job in session.jobs_at_work if not is_finished(job))
        output.message(text("word.left", jobs=left))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(INTERRUPTED)


def _say_result(job: Job, *, as_jsonl: bool) -> None:
    facts = summary(job.summary)
    if as_jsonl:
        output.event("result", facts)
        return
    reasons = reasons_of(job.summary)
    output.message(f"[{facts['slot']}] {facts['model']}  {stage_text(job.stage.value)}  {facts['file']}", bold=True)
    if reasons:
        output.message(f"    {reason_text(reasons[0])}")
    replaced = facts["replaces"]
    if replaced:
        output.message(f"    {text('word.replaces', old=replaced)}", bold=True)
    if job.stage is Stage.VERIFIED:
        output.message(f"    → proofwipe validate {job.id} --accept --by …")
    if len(reasons) > 1:
        output.message(f"    {text('word.more_reasons', number=len(reasons) - 1, job=job.id)}")


def exit_code(jobs: tuple[Job, ...], *, missed: int = 0, interrupted: bool = False) -> int:
    """The code of one job, or of many: all good 0, an unknown outcome outranks the rest, mixed 9.

    `missed`: phones that were asked for and got no job; `interrupted`: before all had one. Then never 0.
    """
    codes = [_job_code(job) for job in jobs] + [PhoneLostError.exit_code] * missed
    if interrupted:
        codes.append(INTERRUPTED)
    if not codes:
        return 8
    if len(set(codes)) == 1:
        return codes[0]
    return 6 if 6 in codes else 9


def _job_code(job: Job) -> int:
    if job.stage is Stage.CERTIFIED:
        return 0
    if job.stage in (Stage.VERIFIED, Stage.VALIDATED):
        return 7
    if job.failure == "blocked":
        return 4
    if job.steps_begun and any(step in ("did_not_return", "did_not_leave") for step in (job.failure,)):
        return 6
    return 5 if job.failure in ("phone_lost", "phone_silent") else 1
