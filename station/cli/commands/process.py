# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe process`: the whole way, for one phone or for every phone that is plugged in.

Guard: one phone is named by `-s` and confirmed by its number (typed at a terminal, or `--confirm` whole);
many need `--all --expect N`. No device is ever taken from the environment, none is "the only one".
"""

import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import click

from certs.errors import WrongSignerError
from phones.bench.bench import Bench
from phones.clock import SystemClock
from phones.errors import PhoneLostError
from phones.identity import PhoneIdentity
from phones.operator import Operator
from phones.port import Sighting
from station.cli import cli_text as spoken
from station.cli import output
from station.cli.cli_text import stage_text
from station.cli.commands.jobs import reason_text, reasons_of, summary
from station.cli.commands.options import (
    config_option,
    home_of,
    jsonl_option,
    open_ledger,
    passphrase_option,
    serial_option,
    settings_of,
)
from station.cli.console import ConsoleOperator, is_terminal, load_answers
from station.cli.view import View, wants_live
from station.errors import CountMismatchError, NotConfirmedError, NotInitialisedError
from station.ledger.entry import parse_time
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import is_finished, unfinished
from station.ledger.stages import Stage
from station.papers.paper_issuer import PaperIssuer
from station.setup.acquisition import Acquisitions, load_acquisition
from station.setup.passphrase import find_passphrase
from station.setup.people import load as load_company
from station.setup.settings import Settings
from station.text.language import text
from station.work.shift import Shift
from station.work.worker import Progress, WorkerContext

INTERRUPTED = 130


@spoken.command("process")
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
    from station.papers.keys import open_paper_issuer
    from station.session.find_phone import find, open_bench
    from wipe.methods.table import METHODS

    if method and method not in METHODS:
        raise click.UsageError(text("word.no_such_method", known=", ".join(METHODS)))
    _one_choice(serial=serial, confirm=confirm, everything=everything, expect=expect, only_resume=only_resume)
    home = home_of(context)
    settings = settings_of(home, config)
    if not home.keys.is_dir():
        raise NotInitialisedError(phone=str(home.path))
    company = load_company(home.keys)
    performer = company.person(operator_name, "operator")
    acquired = load_acquisition(acquisition)
    home.make().start_log()
    with ExitStack() as stack:
        stack.enter_context(home.claimed())
        ledger = open_ledger(home)
        stack.callback(ledger.close)
        ledger.verify()  # nothing is taken up from, or signed over, a record that somebody changed
        paper_issuer = stack.enter_context(
            open_paper_issuer(home, settings, company.issuer, find_passphrase(passphrase_file))
        )
        bench = stack.enter_context(open_bench(home, settings))
        bench.wrap_ports(context.obj.get("wrap_ports"))  # `proofwipe record --whole-job`
        view = stack.enter_context(
            View(
                slot_of=settings.slot,
                live=wants_live() and not (no_progress or as_jsonl),
                quiet=quiet,
                as_events=as_jsonl,
                durations=durations(ledger),
            )
        )
        person = ConsoleOperator(
            slots=settings.slots,
            answers=load_answers(answers),
            interactive=is_terminal() and not as_jsonl,
            alone=view.paused,
            say=view.instruct,
            emulated=bool(settings.emulated_bench),
        )
        shift = Shift(
            bench=bench,
            ledger=ledger,
            slot_of=settings.slot,
            salt=lambda: secrets.token_bytes(16),
            policy=settings.policy,
            performed_by=performer,
            surroundings=surroundings(
                bench, settings, paper_issuer, person, lambda progress: _show(progress, view, shift), method
            ),
        )
        interrupted, missed = False, 0
        try:
            for job in unfinished(ledger):
                output.words(text("word.resumed", job=job.id, stage=stage_text(job.stage.value)))
                shift.resume(job)
            if serial is not None:
                chosen = find(bench, serial, settings)
                _may_sign(paper_issuer, (chosen,), bench)
                numbers = _confirm(chosen, bench, confirm, alone=view.paused)
                missed = _take(shift, (chosen,), settings, acquired, bound=numbers)
            elif everything and expect is not None:
                sightings = gather(bench, expect, still_s=settings.gather_s)
                _may_sign(paper_issuer, sightings, bench)
                missed = _take(shift, sightings, settings, acquired)
        except (KeyboardInterrupt, click.Abort):  # click's own: Ctrl-C at the question
            interrupted = True
        finally:  # whatever went wrong: the bench is not taken away from under workers
            wait(shift, interrupted=interrupted)
    jobs = shift.jobs()
    if interrupted and not jobs:
        raise click.Abort
    for job in jobs:
        _say_result(job, as_jsonl=as_jsonl)
    if jobs and not as_jsonl:
        output.words(text("word.papers_in", folder=home.papers))
    return exit_code(jobs, missed=missed, interrupted=interrupted)


def surroundings(
    bench: Bench,
    settings: Settings,
    paper_issuer: PaperIssuer,
    operator: Operator,
    tell: Callable[[Progress], None],
    method: str = "",
) -> Callable[[str], WorkerContext]:
    """What the worker of a port is given."""

    def of_port(_port: str) -> WorkerContext:
        return WorkerContext(
            clock=SystemClock(),
            operator=operator,
            settings=settings,
            paper_issuer=paper_issuer,
            tell=tell,
            draw=lambda: secrets.token_hex(16),
            wanted_method=method,
            duplicated=lambda serial: serial in bench.duplicated_serials(),
        )

    return of_port


def gather(bench: Bench, expect: int, *, still_s: float) -> tuple[Sighting, ...]:
    """Wait until nobody plugs any more; then the bench must hold exactly `expect` phones.

    The right number is taken when nothing has changed for a third of `still_s`, a wrong one refused when
    nothing has changed for all of it. Raises: CountMismatchError.
    """
    from station.session.find_phone import present

    seen: tuple[Sighting, ...] = ()
    since = time.monotonic()
    while True:
        now = present(bench)
        if [item.port for item in now] != [item.port for item in seen]:
            seen, since = now, time.monotonic()
            output.words(text("word.counted", got=len(seen), expected=expect))
        unchanged_s = time.monotonic() - since
        if len(now) == expect and unchanged_s >= still_s / 3:
            return now
        if unchanged_s >= still_s:
            raise CountMismatchError(expected=str(expect), got=str(len(seen)))
        time.sleep(0.25)


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


def _show(progress: Progress, view: View, shift: Shift) -> None:
    """What a worker tells, with the name of its phone as soon as that is known."""
    name = next((job.identity.display_name for job in shift.jobs() if job.id == progress.job and job.identity), "")
    if name:
        view.name(progress.port, name)
    view.tell(progress)


def _may_sign(paper_issuer: PaperIssuer, sightings: tuple[Sighting, ...], bench: Bench) -> None:
    """A paper that could not be signed in the end is refused before the erase. Raises: WrongSignerError."""
    specimen = paper_issuer.signer.station.specimen
    for sighting in sightings:
        if bench.is_emulated(sighting.port) is not specimen:
            raise WrongSignerError(
                phone=sighting.port,
                expected=text("word.key_specimen" if not specimen else "word.key_station"),
                got=text("word.key_specimen" if specimen else "word.key_station"),
            )


def _take(
    shift: Shift,
    sightings: tuple[Sighting, ...],
    settings: Settings,
    acquired: Acquisitions,
    *,
    bound: Iterable[str] = (),
) -> int:
    """A new job for each port that no taken-up job works on; how many phones got none."""
    ports, missed = set(shift.busy()), 0
    for sighting in sightings:
        if sighting.port in ports:
            output.words(text("word.has_a_job", slot=settings.slot(sighting.port)))
            missed += 1
        else:
            names = (settings.slot(sighting.port), sighting.port, sighting.usb_serial, *bound)
            shift.take(sighting, bound=bound, acquisition=acquired.of(names))
    return missed


def wait(shift: Shift, *, interrupted: bool = False) -> None:
    """Until all jobs are done. Ctrl-C stops nothing half-way: it says what goes on, and a second one leaves.

    Leaving is like a power cut, which the ledger is made for: nothing is closed under the workers, who would
    take that for a fault of the phone. The next start takes their jobs up by looking.
    """
    if not interrupted:
        try:
            shift.wait()
            return
        except KeyboardInterrupt:
            pass
    try:
        working = under_way(shift)
        if working:
            slots = ", ".join(job.opened.slot for job in working)
            output.words(text("word.goes_on", number=len(working), ports=slots))
            output.words(text("word.leave_all_the_same"), bold=True)
        while shift.busy() and under_way(shift):
            time.sleep(0.1)
    except KeyboardInterrupt:
        _leave(shift)
    if shift.busy():
        _leave(shift)  # the rest waits for a person; nothing was done to those phones
    shift.wait()


def under_way(shift: Shift) -> list[Job]:
    """Jobs whose phone may have been told to erase itself, or is about to be."""
    begun = (Stage.READY, Stage.ERASING, Stage.RETURNED, Stage.VERIFIED, Stage.VALIDATED, Stage.FAILED)
    busy = shift.busy()
    return [job for job in shift.jobs() if job.port in busy and job.stage in begun and not is_finished(job)]


def _leave(shift: Shift) -> None:
    left = ", ".join(job.id for job in shift.jobs() if not is_finished(job))
    output.words(text("word.left", jobs=left))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def durations(ledger: Ledger) -> dict[str, tuple[float, ...]]:
    """How long whole jobs took, by model, from this ledger; what `time left` is estimated from."""
    times: dict[str, list[float]] = {}
    for job in (Job.load(ledger, job_id) for job_id in ledger.jobs()):
        if job is not None and job.stage is Stage.CERTIFIED and job.identity is not None:
            spent = (parse_time(job.last_at) - parse_time(job.opened_at)).total_seconds()
            times.setdefault(job.identity.display_name, []).append(spent)
    return {name: tuple(spent) for name, spent in times.items()}


def _confirm(
    chosen: Sighting, bench: Bench, given: str | None, *, alone: Callable[[], AbstractContextManager[None]]
) -> tuple[str, ...]:
    """The whole number in a script, the last four digits (more if they are not unique) at a terminal.

    `alone`: keeps the live table off the question.

    Raises: NotConfirmedError.
    """
    from phones.identity import plain
    from station.session.find_phone import ask, numbers_of, present

    values = ask(bench, chosen)
    numbers = numbers_of(chosen, values)
    if given is not None:
        if plain(given) not in numbers:
            raise NotConfirmedError(phone=chosen.port, expected=text("word.whole_number"), got=given)
        return tuple(numbers)
    if not is_terminal():
        raise NotConfirmedError(phone=chosen.port, expected="--confirm", got="")
    others = [plain(item.usb_serial) for item in present(bench) if item.port != chosen.port and item.usb_serial]
    length = digits_needed(numbers, others)
    identity = PhoneIdentity.from_values(values)
    with alone():
        output.words(
            f"{identity.display_name}  {text('view.serial')} {identity.serial or chosen.usb_serial}  "
            f"IMEI {identity.imei1 or '—'}"
        )
        typed = plain(str(click.prompt(text("ask.confirm", digits=length), err=True)))
    if len(typed) < length or not any(number.endswith(typed) for number in numbers):
        raise NotConfirmedError(phone=chosen.port, expected=text("word.last_digits", digits=length), got=typed)
    return tuple(numbers)


def digits_needed(numbers: Iterable[str], others: Sequence[str]) -> int:
    """Four, or as many more as no other serial on the bench ends in."""
    length = 4
    for number in numbers:
        while length < len(number) and any(other.endswith(number[-length:]) for other in others):
            length += 1
    return length


def _say_result(job: Job, *, as_jsonl: bool) -> None:
    facts = summary(job)
    if as_jsonl:
        output.event("result", facts)
        return
    reasons = reasons_of(job)
    output.words(f"[{facts['slot']}] {facts['model']}  {stage_text(job.stage.value)}  {facts['file']}", bold=True)
    if reasons:
        output.words(f"    {reason_text(reasons[0])}")
    replaced = facts["replaces"]
    if replaced:
        output.words(f"    {text('word.replaces', old=replaced)}", bold=True)
    if job.stage is Stage.VERIFIED:
        output.words(f"    → proofwipe validate {job.id} --accept --by …")
    if len(reasons) > 1:
        output.words(f"    {text('word.more_reasons', number=len(reasons) - 1, job=job.id)}")


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
