# SPDX-License-Identifier: GPL-3.0-or-later
"""The technician at the terminal, or a file with their answers: a client that answers a session's questions.

What the file says (`station.setup.answers`) is answered at once. The rest is asked, one phone at a time, and what
nobody answers is said in words to be not looked at: nobody guesses.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Protocol, Self

from station.cli.dialogue import ask_alone, ask_eyes, fill_sheet
from station.cli.grammar import Answer, NotLooked
from station.cli.keyboard import Keyboard, NotWanted
from station.cli.output import message
from station.cli.sheet import Filling, names
from station.errors import QuestionClosedError, QuestionNotFoundError, SessionLostError
from station.ledger.job import Job
from station.questions import CONDITION, EYES, SEEN_NOW
from station.session.condition import ConditionSheet
from station.session.events import Question, QuestionAsked, Subscription
from station.setup.answers import Answers
from station.text.language import text

_LOOK_S = 0.2
_GIVE_UP_S = 2.0
_DIGITS = 5


class Asking(Protocol):
    """A session whose questions are answered, here or at a service."""

    def events(self, *kinds: type) -> Subscription:
        """What happens from now on."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those that wait for an answer, oldest first."""

    @property
    def jobs_at_work(self) -> tuple[Job, ...]:
        """Those whose phones are asked about."""

    def answer(self, question_id: str, answer: str | None, *, by: str) -> None:
        """Answer, or decline (None). Raises: QuestionNotFoundError, QuestionClosedError, AnswerRefusedError."""


class ConsoleClient:
    """While it is entered, every question of the session is answered or declined; at the terminal one phone at a time.

    Once a person was asked about a phone, what else is asked about it comes before other phones.
    """

    def __init__(
        self,
        session: Asking,
        *,
        by: str,
        answers: Answers,
        interactive: bool,
        alone: Callable[[], AbstractContextManager[None]] = nullcontext,
        emulated: bool = False,
        keyboard: Keyboard | None = None,
        leaves_open: bool = False,
    ) -> None:
        """`leaves_open`: where nobody is at the terminal, questions wait for another client. `alone`: held while a
        question stands on the terminal. `emulated`: a bench of virtual phones, where a file may also say what a person
        would have seen.
        """
        self._session = session
        self._by = by
        self._answers = answers
        self._interactive = interactive
        self._alone = alone
        self._emulated = emulated
        self._leaves_open = leaves_open
        self._keyboard = keyboard or Keyboard()
        self._subscription = session.events(QuestionAsked)
        self._asked = threading.Event()
        self._over = threading.Event()
        self._told: set[tuple[str, str]] = set()  # jobs of whose unanswered sheet, or eyes, was told
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        for work in (self._watch, self._ask_person) if self._interactive else (self._watch,):
            thread = threading.Thread(target=work, name=f"console{work.__name__}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._subscription.end()
        self._asked.set()
        for thread in self._threads:
            thread.join(_GIVE_UP_S)

    def _watch(self) -> None:
        """Answers at once what is written: nobody waits here for a person."""
        for numbered in self._subscription:
            if isinstance(numbered.event, QuestionAsked):
                question = numbered.event.question
                written = self._written(question)
                if written is not None:
                    self._answer(question, written)
                elif self._interactive:
                    self._asked.set()
                elif not self._leaves_open:
                    self._say_nobody(question)
                    self._answer(question, None)

    def _written(self, question: Question) -> str | None:
        """What the answers file says; None when it says nothing about this question."""
        seen_now = question.key in SEEN_NOW and not self._emulated
        for table in () if seen_now else (question.slot, question.port, "default"):
            answer = self._answers.get(table, {}).get(question.key)
            if answer is not None:
                return answer if answer in question.choices else None
        return None

    def _say_nobody(self, question: Question) -> None:
        """Once a phone for its sheet, once for every other question."""
        name = text(f"ask.{question.key}", **question.facts)
        if question.key in EYES:
            if (question.job, "eyes") not in self._told:
                self._told.add((question.job, "eyes"))
                message(f"[{question.slot}] {text('answer.nobody', name=text('checking.eyes'))}")
            return
        if question.key in CONDITION:
            if (question.job, "sheet") in self._told:
                return
            self._told.add((question.job, "sheet"))
            tables = [self._answers.get(table, {}) for table in (question.slot, question.port, "default")]
            name = names(tuple(key for key in CONDITION if not any(key in table for table in tables)))
        message(f"[{question.slot}] {text('answer.nobody', name=name)}")

    # -- a person -----------------------------------------------------------------------------------

    def _ask_person(self) -> None:
        while not self._over.is_set():
            question = self._next("")
            if question is None:
                self._asked.wait(_LOOK_S)
                self._asked.clear()
                continue
            with self._alone():
                while question is not None and not self._over.is_set():
                    self._ask(question)
                    question = self._next(question.job)

    def _next(self, job: str) -> Question | None:
        """What is asked now: of that job, if one is named; what holds up a phone first, the oldest first."""
        waiting = [each for each in self._for_person() if not job or each.job == job]
        return min(waiting, key=lambda each: each.key in CONDITION, default=None)

    def _for_person(self) -> list[Question]:
        return [each for each in self._session.questions if self._written(each) is None]

    def _ask(self, question: Question) -> None:
        others = dict.fromkeys(each.slot for each in self._for_person() if each.job != question.job)
        if others:
            message(text("answer.waiting_too", slots=", ".join(others)))
        if question.key in CONDITION:
            self._ask_sheet(question)
            return
        ask = ask_eyes if question.key in EYES else ask_alone
        match ask(
            question, phone=self._phone(question.job), keyboard=self._keyboard, wanted=lambda: self._is_open(question)
        ):
            case Answer(choice):
                given = self._answer(question, choice)
            case NotLooked():
                given = self._answer(question, None)
            case NotWanted():
                given = self._over.is_set()
        if not given:
            self._say_over(question)

    def _ask_sheet(self, first: Question) -> None:
        asked = [each for each in self._for_person() if each.job == first.job and each.key in CONDITION]
        written = {
            each: given
            for each in CONDITION
            for table in ("default", first.port, first.slot)
            if (given := self._answers.get(table, {}).get(each)) in CONDITION[each] and given is not None
        }
        keys = {each.key for each in asked}
        filling = Filling(
            sheet=ConditionSheet(answers={key: given for key, given in written.items() if key not in keys}),
            settled=frozenset(CONDITION) - keys,
        )
        kept = fill_sheet(
            filling,
            slot=first.slot,
            phone=self._phone(first.job),
            keyboard=self._keyboard,
            wanted=lambda: any(map(self._is_open, asked)),
        )
        if isinstance(kept, NotWanted):
            if not self._over.is_set():
                self._say_over(first)
            return
        answers = kept.answers if isinstance(kept, ConditionSheet) else {}
        for each in asked:
            self._answer(each, answers.get(each.key))

    def _phone(self, job: str) -> str:
        """What the phone of a job is called."""
        for each in self._session.jobs_at_work:
            if each.id == job and each.identity is not None:
                number = each.identity.serial or each.opened.usb_serial
                return f"{each.identity.display_name} …{number[-_DIGITS:]}"
        return "—"

    def _is_open(self, question: Question) -> bool:
        return not self._over.is_set() and any(each.id == question.id for each in self._session.questions)

    def _say_over(self, question: Question) -> None:
        message(f"[{question.slot}] {text('word.question_over')}")

    def _answer(self, question: Question, given: str | None) -> bool:
        """Answer, or decline. False when somebody else, or its time, was first."""
        try:
            self._session.answer(question.id, given, by=self._by)
        except (QuestionClosedError, QuestionNotFoundError, SessionLostError):
            return False
        return True
