# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench without rounds: whatever is plugged in is listed, whatever a person confirms starts at once.

Everything here is asked by a screen and answered at once; phones are asked who they are in threads of their own.
"""

import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from certs.record.facts import Person
from phones.errors import BenchError, ProofwipeError
from phones.identity import plain
from phones.modes import BY_PRESENCE
from phones.port import Sighting
from station.errors import JobNotFoundError, LedgerError, QuestionClosedError, QuestionNotFoundError
from station.ledger.earlier import EarlierResult
from station.session.beforehand import must_have_room
from station.session.board import Board, Row, Totals
from station.session.condition import KEYS, ConditionSheet
from station.session.confirmation import Candidate
from station.session.events import (
    Event,
    JobEnded,
    JobInterrupted,
    JobStarted,
    PhoneAppeared,
    PhoneLeft,
    Question,
    QuestionAsked,
    QuestionClosed,
    Warned,
)
from station.session.find_phone import FEWEST_DIGITS
from station.session.session import Session
from station.setup.acquisition import Acquisitions
from station.setup.home import Home
from station.work.blocking import may_begin

ASKED_AT_ONCE = 8
ASK_AGAIN_S = 3.0
"""How often a phone that something stands in the way of is asked whether it still does."""
MOST_WARNINGS = 100
"""That wait to be asked for; a service that nobody asks keeps the newest."""
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What a person must say yes to before this phone is erased."""

    candidate: Candidate
    earlier: EarlierResult | None

    @property
    def is_any(self) -> bool:
        """Is there anything to ask at all?"""
        return self.earlier is not None or self.candidate.only_report or self.candidate.overwrites_card


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What somebody meant by what they typed or scanned.

    `port`: of the one phone meant. `startable`: it waits to be confirmed, and was confirmed by that. `whole`: it was a
    whole number, which nobody types by accident. `several`: slots of phones that all end in it; `short`: how many
    characters would tell them apart. All empty: no phone is called so.
    """

    port: str = ""
    startable: bool = False
    whole: bool = False
    several: tuple[str, ...] = ()
    short: int = 0


@dataclass(slots=True)
class _Known:
    sighting: Sighting
    candidate: Candidate | None = None
    earlier: EarlierResult | None = None
    asking: bool = False
    ask_again_at: float = field(default=0.0)


class ContinuousBench:
    """A context in which phones come and go. Thread safe; `rows` and `totals` are for a screen's own pace."""

    def __init__(
        self,
        session: Session,
        *,
        home: Home,
        by: Person,
        acquisitions: Acquisitions | None = None,
        method: str = "",
    ) -> None:
        self._session = session
        self._home = home
        self._by = by
        self._acquisitions = acquisitions or Acquisitions()
        self._method = method
        self._board = Board(session.jobs.usual_s)
        self._known: dict[str, _Known] = {}
        self._sheets: dict[str, ConditionSheet] = {}  # port → what a person has stated of the phone there
        self._resumed: dict[str, frozenset[str]] = {}  # port → numbers of a phone whose job began before this bench did
        self._stated_by: dict[str, str] = {}  # port → who stated it, where that is not who works here
        self._warnings: deque[ProofwipeError] = deque(maxlen=MOST_WARNINGS)
        self._used: set[str] = set()  # ports whose sheet was asked for, and is in the ledger
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._events = session.events()
        self._pool = ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="who")
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._follow, self._ask_phones)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        self._session.watch_phones()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._events.end()
        for thread in self._threads:
            thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    # -- what a screen shows ----------------------------------------------------------------------------

    def rows(self) -> tuple[Row, ...]:
        """Every phone, those first that need a person."""
        with self._lock:
            return self._board.rows(time.monotonic())

    def totals(self) -> Totals:
        """Of this screen's time."""
        with self._lock:
            return self._board.totals(time.monotonic())

    def questions(self, port: str) -> tuple[Question, ...]:
        """Open questions about the phone there, oldest first."""
        with self._lock:
            return self._board.questions(port)

    def warnings(self) -> tuple[ProofwipeError, ...]:
        """What was told since this was last asked."""
        with self._lock:
            told = tuple(self._warnings)
            self._warnings.clear()
        return told

    def job_at(self, port: str) -> str:
        """The job that works there, or that has ended while its phone still hangs there; "" when there is none."""
        with self._lock:
            row = self._board.row(port, time.monotonic())
            return row.job if row is not None else ""

    @property
    def erasing(self) -> tuple[str, ...]:
        """Slots of phones that may have been told to erase themselves, or are about to be."""
        return tuple(job.opened.slot for job in self._session.jobs_running)

    # -- what a person does -----------------------------------------------------------------------------

    def meant_by(self, typed: str) -> Meant:
        """Which phone is meant by a slot, a whole number, or the last characters of one."""
        wanted = plain(typed)
        with self._lock:
            rows = {row.port: row for row in self._board.rows(time.monotonic())}
            known = {port: each for port, each in self._known.items() if port in rows}
            resumed = {port: numbers for port, numbers in self._resumed.items() if port in rows}
        for row in rows.values():
            if wanted in (plain(row.slot), plain(row.port)):
                return Meant(port=row.port)
        found = [port for port, each in known.items() if each.candidate and each.candidate.is_named(wanted)]
        found += [port for port, numbers in resumed.items() if wanted in numbers]
        whole = bool(found)
        if not found:
            found = [port for port, each in known.items() if each.candidate and each.candidate.ends_in(wanted)]
            found += [port for port, numbers in resumed.items() if _ends_in(wanted, numbers)]
        if len(found) > 1:
            return Meant(several=tuple(rows[port].slot for port in found), short=len(wanted) + 1)
        if not found:
            near = [
                each.candidate.digits
                for each in known.values()
                if each.candidate and any(number.endswith(wanted) for number in each.candidate.numbers if wanted)
            ]
            return Meant(short=max(near, default=0))
        (port,) = found
        row = rows[port]
        return Meant(port=port, startable=not row.job and not row.problems, whole=whole)

    def doubt(self, port: str) -> Doubt | None:
        """What must be asked before the phone there is erased; None when it has not said who it is.

        Raises: LedgerError.
        """
        with self._lock:
            known = self._known.get(port)
        if known is None or known.candidate is None:
            return None
        return Doubt(candidate=known.candidate, earlier=self._session.earlier_result(known.candidate))

    def begin(self, port: str, *, again: bool = False) -> bool:
        """Start the job of a phone that was confirmed; False when it is gone or has one already. `again`: a person
        wants it erased although it has a good result.

        Raises: DiskNearlyFullError before anything is begun; WrongSignerError; LedgerError.
        """
        with self._lock:
            known = self._known.get(port)
        if known is None or known.candidate is None:
            return False
        must_have_room(self._home.path)
        started = self._session.start(
            known.candidate.sighting,
            by=self._by,
            bound=tuple(known.candidate.numbers),
            acquisitions=self._acquisitions,
            method=self._method,
            again=again,
        )
        return bool(started.jobs)

    def abandon(self, port: str) -> bool:
        """Give up the phone there; False when it has no job. Raises: EraseBegunError, LedgerError."""
        job = self.job_at(port)
        if job:
            self._session.abandon(job, by=self._by)
        return bool(job)

    def sheet(self, port: str) -> ConditionSheet:
        """What was stated of the phone there, or an empty sheet."""
        with self._lock:
            return self._sheets.get(port) or ConditionSheet()

    def state(self, port: str, sheet: ConditionSheet, *, by: str = "", job: str = "") -> None:
        """A person has looked at the phone there and states this; it can be changed until it is asked for. `by`: their
        name, where it is not who works here. `job`: of the phone they looked at, where time has passed since.

        Raises: where `job` is given, JobNotFoundError when another one is there, QuestionClosedError when it was asked
        for already.
        """
        with self._lock:
            if job and self.job_at(port) != job:
                raise JobNotFoundError(subject=job)
            if job and port in self._used and not any(each.key in KEYS for each in self._board.questions(port)):
                raise QuestionClosedError(subject=job)
            self._sheets[port] = sheet
            self._stated_by[port] = by or self._by.name
            self._board.form_wanted(port, wanted=False)
            waiting = [each for each in self._board.questions(port) if each.key in KEYS]
        for question in waiting:
            self._answer_from_sheet(question)

    def _answer_from_sheet(self, question: Question) -> None:
        with self._lock:
            sheet, by = self._sheets.get(question.port), self._stated_by.get(question.port, self._by.name)
        if sheet is not None:
            with suppress(QuestionClosedError, QuestionNotFoundError):
                self._session.answer(question.id, sheet.answers.get(question.key), by=by)

    def answer(self, question: Question, choice: str | None) -> None:
        """Raises: QuestionClosedError, QuestionNotFoundError, AnswerRefusedError."""
        self._session.answer(question.id, choice, by=self._by.name)

    # -- what happens -----------------------------------------------------------------------------------

    def _follow(self) -> None:
        for numbered in self._events:
            with self._lock:
                self._take(numbered.event)
            if isinstance(numbered.event, QuestionAsked) and numbered.event.question.key in KEYS:
                self._answer_from_sheet(numbered.event.question)

    def _take(self, event: Event) -> None:
        self._board.tell(event, time.monotonic())
        match event:
            case PhoneAppeared():
                if not self.job_at(event.port):  # a phone that is being erased comes and goes, and is asked nothing
                    self._known[event.port] = _Known(sighting=event.sighting)
                    self._resumed.pop(event.port, None)
            case PhoneLeft():
                if not self.job_at(event.port):
                    self._known.pop(event.port, None)
                    self._resumed.pop(event.port, None)
            case QuestionClosed() if event.question.key in KEYS:
                self._used.add(event.question.port)
            case JobStarted():
                self._used.discard(event.port)
                self._resumed.pop(event.port, None)
                self._sheets.pop(event.port, None)
                self._board.form_wanted(event.port, wanted=True)
                self._name_of_job(event)
            case JobEnded() | JobInterrupted():
                self._used.add(event.port)
                self._sheets.pop(event.port, None)
                self._board.form_wanted(event.port, wanted=False)
            case Warned():
                self._warnings.append(event.error)
            case _:
                pass

    def _name_of_job(self, event: JobStarted) -> None:
        """What the phone is called: by what it said before it was confirmed, else by what the ledger knows."""
        known = self._known.get(event.port)
        if known is not None and known.candidate is not None:
            return
        for job in self._session.jobs_at_work:
            if job.id == event.job:
                identity = job.identity
                usb_serial = job.opened.usb_serial
                self._resumed[event.port] = (
                    identity.called_by(usb_serial) if identity is not None else frozenset({plain(usb_serial)} - {""})
                )
                self._board.name(
                    event.port,
                    model=identity.display_name if identity is not None else "",
                    number=identity.serial if identity is not None and identity.serial else usb_serial,
                )

    def _ask_phones(self) -> None:
        """Who are those that have no job? Asked once, and again while something stands in their way."""
        while not self._over.wait(_LOOK_S):
            now = time.monotonic()
            with self._lock:
                due = [
                    (port, each)
                    for port, each in self._known.items()
                    if not self.job_at(port)
                    and not each.asking
                    and (BY_PRESENCE[each.sighting.presence].link or may_begin(each.sighting, self._method))
                    and (each.candidate is None or each.candidate.problems)
                    and now >= each.ask_again_at
                ]
                for _port, each in due:
                    each.asking = True
            for port, each in due:
                self._pool.submit(self._ask, port, each)

    def _ask(self, port: str, known: _Known) -> None:
        try:
            candidate = self._session.identify(known.sighting, method=self._method)
            earlier = self._session.earlier_result(candidate)
        except (BenchError, LedgerError) as error:
            with self._lock:
                self._warnings.append(error)
                known.asking, known.ask_again_at = False, time.monotonic() + ASK_AGAIN_S
            return
        with self._lock:
            known.asking, known.ask_again_at = False, time.monotonic() + ASK_AGAIN_S
            known.candidate, known.earlier = candidate, earlier
            if self._known.get(port) is known:
                self._board.met(candidate, finished_before=earlier is not None)


def _ends_in(typed: str, numbers: frozenset[str]) -> bool:
    """Are these the last digits of one of them, and enough of them?"""
    return len(typed) >= FEWEST_DIGITS and any(number.endswith(typed) for number in numbers)
