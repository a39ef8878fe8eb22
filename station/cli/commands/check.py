# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe check -s …`: one phone measured, over the cable, in its own browser and by hand. Nothing is erased."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from grading.report import CheckOutcome, CheckResult
from grading.schemes import Scheme, load
from phones.evidence import Evidence, Moment
from station.checking.act import Measurer, Profile
from station.checking.alone import results
from station.checking.flow import CAN_BE_CHECKED, Skips, done, stuck
from station.checking.scratch import may_be_left
from station.checking.table import ACTS, acts_of
from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, serial_option, settings_of
from station.cli.console import ConsoleClient
from station.cli.keyboard import EndOfInput, Keyboard, Line
from station.cli.measured_words import measured_of
from station.cli.measuring import Wanted, measuring_for
from station.cli.screen import Screen
from station.cli.view import View
from station.setup.answers import load_answers
from station.setup.settings import CHECKS
from station.text.language import current, text
from station.work import blocking

SCHEME = "basic-2"
_MARKS = {"pass": "+", "fail": "!", "indeterminate": "?", "not_tested": "-", "not_applicable": " "}


@cli_text.command("check")
@serial_option()
@click.option(
    "--profile", type=click.Choice(CHECKS), default="quick", show_default=True, help=text("option.check_profile")
)
@click.option("--only", default="", metavar="ACT,ACT", help=text("option.check_only"))
@click.option("--again", "anew", is_flag=True, help=text("option.check_anew"))
@click.option("--scheme", default=SCHEME, show_default=True, help=text("option.check_scheme"))
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help=text("option.answers"))
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    serial: str | None,
    profile: str,
    only: str,
    anew: bool,
    scheme: str,
    answers: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 all passed; 1 a check failed; 3 no such phone; 4 it tells no number; 6 not all could be measured."""
    home = home_of(context)
    settings = settings_of(home, config)
    rules = load(scheme)
    wanted = _wanted(only)
    given = load_answers(answers, settings.slots, emulated=bool(settings.emulated_bench))
    turn, keyboard, skipping = threading.Lock(), Keyboard(), _Skipping()
    interactive = output.is_terminal() and not as_json

    @contextmanager
    def alone() -> Iterator[None]:
        with turn:
            yield

    with ExitStack() as stack:
        bench = stack.enter_context(measuring_for(home, settings))
        view = stack.enter_context(View(slot_of=settings.slot, live=False, quiet=as_json))
        stack.enter_context(Screen(bench, view))
        stack.enter_context(
            ConsoleClient(
                bench,
                by="",
                answers=given,
                interactive=interactive,
                alone=alone,
                emulated=bool(settings.emulated_bench),
                keyboard=keyboard,
            )
        )
        sighting = bench.find(serial or "")
        problem = blocking.problem_of_presence(sighting)
        if problem is not None:
            output.message(f"{problem.reason(current())} → {problem.next_step(current())}")
            return 4
        if sighting.presence not in CAN_BE_CHECKED:
            output.message(text("measuring.only_looked_at"))
        if interactive:
            output.message(text("measuring.how_to_skip"))
            stack.enter_context(_listening(skipping, keyboard, turn, lambda: bool(bench.questions)))
        began = time.monotonic()
        file = bench.measure(sighting, Wanted(profile=Profile(profile), only=wanted, anew=anew), skipping.skips)
        took_s = round(time.monotonic() - began)
    found = results(file, rules)
    if as_json:
        from station.documents.checks import CheckMeasured, PhoneChecked

        output.tell(
            PhoneChecked(
                slot=settings.slot(sighting.port),
                port=sighting.port,
                scheme=rules.name,
                scheme_version=rules.version,
                scheme_sha256=rules.sha256,
                profile=profile,
                file=str(file.path),
                checks=tuple(map(CheckMeasured.of, found)),
            )
        )
    else:
        did = done(file.evidence)
        acts = acts_of(Profile(profile), file.platform, Moment.BEFORE, only=wanted)
        show(found, rules, hand_acts=sum(act.hand_acts for act in acts if act.name in did), seconds=took_s)
        output.message(text("measuring.kept", file=str(file.path)))
    say_what_stays(file.evidence)
    if may_be_left(file.evidence):
        output.message(text("measuring.scratch_left"))
    return _code(found)


def say_what_stays(evidence: Sequence[Evidence]) -> None:
    """That no further try lifts a fault that was heard, and what does."""
    if held := stuck(evidence):
        output.message(text("measuring.stuck", acts=", ".join(text(f"checking.{name}") for name in held)))


def _wanted(only: str) -> frozenset[str]:
    names = frozenset(filter(None, (each.strip() for each in only.split(","))))
    known = dict.fromkeys(act.name for act in ACTS)  # one name may stand for several platforms
    for name in names - set(known):
        raise click.UsageError(text("measuring.no_such_act", got=name, known=", ".join(known)))
    return names


def show(found: tuple[CheckResult, ...], rules: Scheme, *, hand_acts: int, seconds: int) -> None:
    """By who measures, in the order in which they do."""
    who = {check.name: check.measurer for check in rules.checks}
    order = [each.value for each in Measurer]
    ranked = sorted(found, key=lambda each: order.index(who[each.name]) if who[each.name] in order else -1)
    output.table(
        [
            text("view.check"),
            text("measuring.column_who"),
            text("measuring.column_limit"),
            text("measuring.column_measured"),
            text("measuring.column_result"),
        ],
        [
            [
                f"{_MARKS[each.outcome.value]} {text(f'check.{each.name}')}",
                text(f"measuring.who_{who[each.name]}") if who[each.name] in order else "",
                each.limit,
                measured_of(each),
                text(f"outcome.{each.outcome.value}"),
            ]
            for each in ranked
        ],
    )
    counted = Counter(each.outcome for each in found)
    output.say(
        text(
            "measuring.summary",
            passed=counted[CheckOutcome.PASS],
            failed=counted[CheckOutcome.FAIL],
            unknown=counted[CheckOutcome.INDETERMINATE],
            untested=counted[CheckOutcome.NOT_TESTED],
            without=counted[CheckOutcome.NOT_APPLICABLE],
            acts=hand_acts,
            seconds=seconds,
        )
    )


def _code(found: tuple[CheckResult, ...]) -> int:
    outcomes = {each.outcome for each in found}
    if CheckOutcome.FAIL in outcomes:
        return 1
    return 6 if outcomes & {CheckOutcome.INDETERMINATE, CheckOutcome.NOT_TESTED} else 0


class _Skipping:
    """What a person at this terminal skips."""

    def __init__(self) -> None:
        self._count = 0
        self._rest = False
        self.skips = Skips(skipped=lambda: self._count, rest_skipped=lambda: self._rest)

    def hear(self, typed: str) -> None:
        """A line was typed while nothing was asked."""
        if typed.lower() in {"s", "r"}:
            self._rest = self._rest or typed.lower() == "r"
            self._count += 1


@contextmanager
def _listening(
    skipping: _Skipping, keyboard: Keyboard, turn: threading.Lock, asks: Callable[[], bool]
) -> Iterator[None]:
    """While it is entered, lines typed when no question stands on the terminal are heard."""
    over = threading.Event()

    def hear() -> None:
        while not over.wait(0.1):
            if asks():
                continue
            with turn:
                heard = keyboard.line(lambda: not over.is_set() and not asks())
            if isinstance(heard, EndOfInput):
                return
            if isinstance(heard, Line):
                skipping.hear(heard.typed)

    thread = threading.Thread(target=hear, name="skips", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(2)
