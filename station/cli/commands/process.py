# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe process`: the whole way, for one phone or for every phone that is plugged in.

Guard: one phone is named by `-s` and confirmed by its number (typed at a terminal, or `--confirm` whole);
many need `--all --expect N`. No device is ever taken from the environment, none is "the only one".
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from phones.identity import plain
from phones.port import Sighting
from station.cli import cli_text, output
from station.cli.commands.options import (
    card_option,
    challenge_option,
    config_option,
    home_of,
    jsonl_option,
    overwrite_option,
    passphrase_option,
    secrets_of,
    serial_option,
    settings_of,
    with_lot,
)
from station.cli.console import ConsoleClient
from station.cli.dialogue import ask_yes_no
from station.cli.event_printer import EventPrinter
from station.cli.keyboard import Keyboard
from station.cli.output import is_terminal
from station.cli.results import INTERRUPTED, exit_code, say_result, totals_text
from station.cli.screen import Screen, say_warning
from station.cli.view import View, wants_live
from station.errors import BeingMeasuredError, NotConfirmedError, NotInitialisedError, StationBusyError
from station.ledger.job import Job
from station.ledger.open_jobs import is_finished
from station.session.beforehand import must_have_room
from station.session.beginning import Wishes
from station.session.confirmation import Candidate
from station.session.operations import OpenStation
from station.session.parts import BenchOpener, Secrets
from station.session.remote.server import serve
from station.session.session import Session
from station.setup.acquisition import load_acquisition
from station.setup.answers import load_answers
from station.setup.home import Home
from station.setup.people import load as load_company
from station.setup.settings import CHECKS, Settings
from station.text.language import current, text

TRIES = 3
"""How often a number may be mistyped at the terminal."""


@cli_text.command("process")
@serial_option()
@click.option("--confirm", metavar="NUMBER", help=text("option.confirm"))
@click.option("--all", "everything", is_flag=True, help=text("option.all"))
@click.option("--expect", type=click.IntRange(1, 500), help=text("option.expect"))
@click.option("--resume", "only_resume", is_flag=True, help=text("option.resume"))
@click.option("--method", default="", help=text("option.method"))
@overwrite_option()
@challenge_option()
@card_option()
@click.option("--check", "checks", type=click.Choice(CHECKS), help=text("option.check"))
@click.option("--again", is_flag=True, help=text("option.again"))
@click.option("--operator", "operator_name", help=text("option.operator"))
@click.option("--lot", metavar="NAME", help=text("option.lot_of_all"))
@click.option("--acquisition", type=click.Path(path_type=Path, dir_okay=False), help=text("option.acquisition"))
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help=text("option.answers"))
@click.option("--wait-for-answers", is_flag=True, help=text("option.wait_for_answers"))
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
    passes: int | None,
    challenge: bool,
    card: bool | None,
    checks: str | None,
    again: bool,
    operator_name: str | None,
    lot: str | None,
    acquisition: Path | None,
    answers: Path | None,
    wait_for_answers: bool,
    quiet: bool,
    no_progress: bool,
    passphrase_file: Path | None,
    config: Path | None,
    as_jsonl: bool,
) -> int:
    """Exit 0 certificate(s), or erased and only a validator is waited for; 1 failed; 4 blocked; 5 lost; 6 unknown;
    7 erased, but a report only; 9 some of many.
    """
    _one_choice(serial=serial, confirm=confirm, everything=everything, expect=expect, only_resume=only_resume)
    home = home_of(context)
    orders = Orders(
        serial=serial,
        confirm=confirm,
        expect=expect,
        method=method,
        again=again,
        operator=operator_name,
        acquisition=acquisition,
        answers=answers,
        wait_for_answers=wait_for_answers,
        quiet=quiet,
        live=not (no_progress or as_jsonl),
        as_jsonl=as_jsonl,
        wishes=Wishes(method=method, passes=passes, card=card, challenge=challenge, again=again, check=checks),
        own_config=config is not None,
    )
    settings = settings_of(home, config).with_passes(passes).with_card(card=card).with_challenge(wanted=challenge)
    settings = with_lot(settings, lot).with_check(checks)
    _jobs, code = lead(home, settings, secrets_of(passphrase_file), orders)
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a person ordered on the command line: one phone (`serial`), or `expect` phones, or only open jobs.

    `wishes`, `own_config`: for a service that holds the station, and has settings of its own.
    """

    serial: str | None = None
    confirm: str | None = None
    expect: int | None = None
    method: str = ""
    again: bool = False
    operator: str | None = None
    acquisition: Path | None = None
    answers: Path | None = None
    wait_for_answers: bool = False
    quiet: bool = False
    live: bool = True
    as_jsonl: bool = False
    wishes: Wishes = field(default_factory=Wishes)
    own_config: bool = False


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
    company = load_company(home.keys)
    performer, validators = company.person(orders.operator, "operator"), company.names("validator")
    acquisitions = load_acquisition(orders.acquisition, settings.slots)
    answers = load_answers(orders.answers, settings.slots, emulated=bool(settings.emulated_bench))
    home.make().start_log()
    must_have_room(home.path)
    with ExitStack() as stack:
        try:
            session = stack.enter_context(Session.open(home, settings, secrets, bench=bench, listener=say_warning))
        except StationBusyError:
            from station.cli.commands.process_beside import lead_beside

            beside = lead_beside(home, settings, orders, by=performer, acquisitions=acquisitions, answers=answers)
            if beside is None:
                raise
            return beside
        if orders.as_jsonl:
            stack.enter_context(EventPrinter(session, home.papers))
        session.prepare()
        stack.enter_context(serve(OpenStation(home=home, session=session)))
        view = stack.enter_context(
            View(
                slot_of=settings.slot,
                live=orders.live and wants_live(),
                quiet=orders.quiet or orders.as_jsonl,
                usual_s=session.jobs.usual_s,
            )
        )
        if not orders.as_jsonl:
            stack.enter_context(Screen(session, view))
        keyboard, alone = Keyboard(), one_at_a_time(view.paused)
        stack.enter_context(
            ConsoleClient(
                session,
                by=performer.name,
                answers=answers,
                interactive=is_terminal() and not orders.as_jsonl,
                alone=alone,
                emulated=bool(settings.emulated_bench),
                keyboard=keyboard,
                leaves_open=orders.wait_for_answers,
            )
        )
        interrupted, missed = False, 0
        try:
            session.resume(method=orders.method)
            sightings, numbers = _chosen(session, orders, keyboard, alone=alone)
            started = session.start(
                *sightings,
                by=performer,
                bound=numbers,
                acquisitions=acquisitions,
                method=orders.method,
                again=orders.again,
            )
            missed = say_left_alone(
                settings,
                occupied=tuple(each.port for each in started.occupied),
                measured=tuple(each.port for each in started.measured),
            )
        except (KeyboardInterrupt, click.Abort):  # click's own: Ctrl-C at the question
            interrupted = True
        finally:  # whatever went wrong: the bench is not taken away from under workers
            wait(session, interrupted=interrupted)
        jobs, unread = session.read_own_jobs()
    if interrupted and not jobs and unread is None:
        raise click.Abort
    if not orders.as_jsonl:  # else each result was told as it happened
        say_results(jobs, validators, home)
    if unread is not None:
        raise unread
    return jobs, exit_code(jobs, missed=missed, interrupted=interrupted)


def say_left_alone(settings: Settings, *, occupied: Sequence[str], measured: Sequence[str]) -> int:
    """Why the phones on these ports get no job; how many they are."""
    for port in occupied:
        output.message(text("word.has_a_job", slot=settings.slot(port)))
    for port in measured:
        error = BeingMeasuredError(subject=settings.slot(port))
        output.message(f"{error.reason(current())} → {error.hint(current())}")
    return len(occupied) + len(measured)


def say_results(jobs: Sequence[Job], validators: Sequence[str], home: Home) -> None:
    """What came of these jobs, and where their papers are."""
    for job in jobs:
        say_result(job, validators=validators)
    if len(jobs) > 1:
        output.message(totals_text(jobs, validators), bold=True)
    if any(job.summary.filed_paper for job in jobs):
        output.message(text("word.papers_in", folder=home.papers))


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


def one_at_a_time(paused: Callable[[], AbstractContextManager[None]]) -> Callable[[], AbstractContextManager[None]]:
    """The terminal for one asker: two questions never stand on it at once, nor the live table above them."""
    turn = threading.Lock()

    @contextmanager
    def alone() -> Iterator[None]:
        with turn, paused():
            yield

    return alone


def _chosen(
    session: Session, orders: Orders, keyboard: Keyboard, *, alone: Callable[[], AbstractContextManager[None]]
) -> tuple[tuple[Sighting, ...], tuple[str, ...]]:
    """The phones that are meant, and the numbers the one of `-s` was confirmed by.

    Raises: PhoneNotFoundError, AmbiguousPhoneError, CountMismatchError, WrongSignerError, NotConfirmedError,
    BenchError.
    """
    if orders.serial is not None:
        sighting = session.find(orders.serial)
        session.must_sign_for(sighting)
        candidate = session.identify(sighting, method=orders.method)
        return (sighting,), confirm_phone(candidate, orders.confirm, keyboard, alone=alone)
    return (session.gather(orders.expect) if orders.expect is not None else ()), ()


def confirm_phone(
    candidate: Candidate, given: str | None, keyboard: Keyboard, *, alone: Callable[[], AbstractContextManager[None]]
) -> tuple[str, ...]:
    """The whole number in a script, the last four digits (more if they are not unique) at a terminal.

    `alone`: keeps the live table off the question.

    Raises: NotConfirmedError.
    """
    port = candidate.sighting.port
    if given is not None:
        if not candidate.is_named(given):
            raise NotConfirmedError(subject=port, needed=text("word.whole_number"), got=given)
        _say_card(candidate)
        if candidate.only_report:
            output.message(f"! {text('word.only_report')}")
        return tuple(candidate.numbers)
    if not is_terminal():
        raise NotConfirmedError(subject=port, needed=text("word.whole_number"), got="")
    identity = candidate.identity
    with alone():
        output.message(
            f"{identity.display_name}  {text('view.serial')} {identity.serial or candidate.sighting.usb_serial}  "
            f"IMEI {identity.number('imei1') or '—'}"
        )
        _say_card(candidate)
        needed, typed = text("word.last_digits", digits=candidate.digits), ""
        for _try in range(TRIES):
            typed = str(click.prompt(text("ask.confirm", digits=candidate.digits), err=True))
            if candidate.ends_in(typed):
                break
            output.message(text("word.confirm_again", needed=needed, got=plain(typed)))
        else:
            raise NotConfirmedError(subject=port, needed=needed, got=plain(typed))
        if candidate.only_report:
            output.message(text("word.only_report"))
            if ask_yes_no(text("ask.all_the_same"), keyboard=keyboard, wanted=lambda: True) is not True:
                raise click.Abort
    return tuple(candidate.numbers)


def _say_card(candidate: Candidate) -> None:
    """What is agreed to besides the phone's own erase, before the number that agrees to it."""
    if candidate.overwrites_card:
        output.message(f"! {text('word.card_overwritten')}")
    elif candidate.card in ("adopted", "out_of_reach"):
        output.message(f"! {text('word.card_left')}")


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
    if any(not is_finished(job) for job in session.jobs_at_work):
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
