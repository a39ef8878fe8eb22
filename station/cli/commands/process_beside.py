# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe process` beside a running service: its bench does the work, this terminal is its client."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING

import click

from certs.record.facts import Person
from phones.clock import SystemClock
from phones.port import Sighting
from station.cli import output
from station.cli.attached import Attached, BenchElsewhere
from station.cli.commands.process import Orders, confirm_phone, one_at_a_time, say_left_alone, say_results
from station.cli.console import ConsoleClient
from station.cli.keyboard import Keyboard
from station.cli.output import is_terminal
from station.cli.results import INTERRUPTED, exit_code
from station.cli.screen import Screen
from station.cli.view import View, wants_live
from station.client.connection import connection_to
from station.session import beginning
from station.session.jobs import read_jobs
from station.session.plugged import gather
from station.session.remote.client import Elsewhere, find_session
from station.setup.acquisition import Acquisitions
from station.setup.answers import Answers
from station.setup.home import Home
from station.setup.people import load as load_company
from station.setup.settings import Settings
from station.text.language import text

if TYPE_CHECKING:
    from station.ledger.job import Job

UNKNOWN = 6
"""What became of the phones is not known here; the ledger says it when the service is there again."""


def lead_beside(
    home: Home, settings: Settings, orders: Orders, *, by: Person, acquisitions: Acquisitions, answers: Answers
) -> "tuple[tuple[Job, ...], int] | None":
    """Its jobs and the exit code, as of `lead`; None where no service holds the station.

    Raises: what the service refuses; click.Abort.
    """
    service, at = connection_to(home), find_session(home, warn=output.warn)
    if at is None or not service.answers():
        return None
    if orders.own_config:
        raise click.UsageError(text("word.config_of_service"))
    validators = load_company(home.keys).names("validator")
    with ExitStack() as stack:
        jobs = stack.enter_context(read_jobs(home))
        attached = stack.enter_context(Attached(at, service, jobs, papers=home.papers, told=orders.as_jsonl))
        view = stack.enter_context(
            View(
                slot_of=settings.slot,
                live=orders.live and wants_live(),
                quiet=orders.quiet or orders.as_jsonl,
                usual_s=jobs.usual_s,
            )
        )
        if not orders.as_jsonl:
            stack.enter_context(Screen(attached, view))
        keyboard, alone = Keyboard(), one_at_a_time(view.paused)
        stack.enter_context(
            ConsoleClient(
                attached,
                by=by.name,
                answers=answers,
                interactive=is_terminal() and not orders.as_jsonl,
                alone=alone,
                emulated=bool(settings.emulated_bench),
                keyboard=keyboard,
                leaves_open=orders.wait_for_answers,
            )
        )
        there, missed = True, 0
        try:
            if orders.serial is None and orders.expect is None:
                attached.take_up()
            else:
                sightings, numbers = _chosen(at, attached, orders, settings, keyboard, alone)
                begun = attached.begin(
                    lambda: at.do(
                        beginning.begin,
                        phones=sightings,
                        by=by.name,
                        bound=numbers,
                        wishes=orders.wishes,
                        acquired=beginning.tables_of(acquisitions),
                    )
                )
                missed = say_left_alone(settings, occupied=begun.occupied, measured=begun.measured)
            there = attached.wait()
        except KeyboardInterrupt:
            if not attached.own_jobs:
                raise click.Abort from None
            output.message(text("word.goes_on_at_service", jobs=", ".join(job.id for job in attached.own_jobs)))
            return attached.own_jobs, INTERRUPTED
        own = attached.own_jobs
    if not orders.as_jsonl:
        say_results(own, validators, home)
    return own, exit_code(own, missed=missed) if there else UNKNOWN


def _chosen(
    at: Elsewhere,
    attached: Attached,
    orders: Orders,
    settings: Settings,
    keyboard: Keyboard,
    alone: Callable[[], AbstractContextManager[None]],
) -> tuple[tuple[Sighting, ...], tuple[str, ...]]:
    """As without a service: one phone, confirmed by its number, or as many as were counted."""
    if orders.serial is not None:
        found = at.do(beginning.meant, wanted=orders.serial, wishes=orders.wishes).candidate()
        return (found.sighting,), tuple(sorted(confirm_phone(found, orders.confirm, keyboard, alone=alone)))
    assert orders.expect is not None
    bench, still_s = BenchElsewhere(at), settings.gather_s
    return gather(bench, orders.expect, still_s=still_s, clock=SystemClock(), publish=attached.publish), ()
