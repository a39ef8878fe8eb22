# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to a person: asked by a worker as an event with an id, answered by a command, whoever gives it.

The first answer counts. What comes twice or after the time is refused, so that nobody believes to have decided what
was decided already. Nobody guesses: a question that is declined or not answered in time has no answer.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from phones.clock import Clock
from station.errors import AnswerRefusedError, QuestionClosedError, QuestionNotFoundError
from station.session.events import Event, Instruction, Question, QuestionAsked, QuestionClosed

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.001, 0.25
_REMEMBERED = 1000
"""Ids of closed questions, to tell a late answer from a wrong one."""


@dataclass(slots=True)
class _Open:
    question: Question
    until: float  # by the monotonic clock
    closed: threading.Event = field(default_factory=threading.Event)
    answer: str | None = None


class Questions:
    """The questions of a session. Thread safe. `new_id`: an id nobody can have from an earlier session."""

    def __init__(self, *, clock: Clock, new_id: Callable[[], str], publish: Callable[[Event], None]) -> None:
        self._clock = clock
        self._new_id = new_id
        self._publish = publish
        self._lock = threading.Lock()
        self._open: dict[str, _Open] = {}
        self._past: dict[str, None] = {}

    def open(self) -> tuple[Question, ...]:
        """Those that wait for an answer, oldest first."""
        with self._lock:
            return tuple(each.question for each in self._open.values())

    def ask(
        self,
        key: str,
        *,
        job: str,
        port: str,
        slot: str,
        choices: tuple[str, ...],
        facts: Mapping[str, str],
        timeout_s: float,
    ) -> str | None:
        """Ask and wait; one of `choices`, or None when somebody declined or nobody answered within `timeout_s`."""
        answers = self.ask_together({key: choices}, job=job, port=port, slot=slot, facts=facts, timeout_s=timeout_s)
        return answers.get(key)

    def ask_together(
        self,
        asked: Mapping[str, tuple[str, ...]],
        *,
        job: str,
        port: str,
        slot: str,
        facts: Mapping[str, str],
        timeout_s: float,
    ) -> Mapping[str, str]:
        """Ask all at once (key → choices) and wait: what is answered at once waits for nothing else on the sheet.

        Returns the answers; without those that were declined or had none within `timeout_s`.
        """
        until = self._clock.monotonic() + timeout_s
        waiting = [
            _Open(
                Question(
                    id=self._new_id(),
                    job=job,
                    port=port,
                    slot=slot,
                    key=key,
                    choices=choices,
                    facts=dict(facts),
                    asked_at=self._clock.now(),
                    timeout_s=timeout_s,
                ),
                until,
            )
            for key, choices in asked.items()
        ]
        with self._lock:
            self._open |= {each.question.id: each for each in waiting}
        for each in waiting:
            self._publish(QuestionAsked(question=each.question))
        pause = FIRST_PAUSE_S
        while not all(each.closed.is_set() for each in waiting):
            left_s = until - self._clock.monotonic()
            if left_s <= 0:
                for each in waiting:
                    self._close(each.question.id, None, by="")
                break
            self._clock.sleep(min(pause, left_s))
            pause = min(2 * pause, LONGEST_PAUSE_S)
        return {each.question.key: each.answer for each in waiting if each.answer is not None}

    def with_id(self, question_id: str) -> Question:
        """The open one with that id. Raises: QuestionNotFoundError, QuestionClosedError."""
        return self._waiting(question_id).question

    def _waiting(self, question_id: str) -> _Open:
        with self._lock:
            waiting = self._open.get(question_id)
            if waiting is None and question_id in self._past:
                raise QuestionClosedError(subject=question_id)
        if waiting is None:
            raise QuestionNotFoundError(subject=question_id)
        return waiting

    def answer(self, question_id: str, answer: str | None, *, by: str) -> None:
        """Answer a question, or decline it for everybody (None). `by`: who answers, for those who watch.

        Raises: QuestionNotFoundError, QuestionClosedError, AnswerRefusedError when it is none of the choices.
        """
        waiting = self._waiting(question_id)
        if answer is not None and answer not in waiting.question.choices:
            raise AnswerRefusedError(subject=question_id, choices=", ".join(waiting.question.choices), got=answer[:40])
        if self._clock.monotonic() >= waiting.until:  # the worker that asked may not have looked yet
            raise QuestionClosedError(subject=question_id)
        if not self._close(question_id, answer, by=by):
            raise QuestionClosedError(subject=question_id)

    def _close(self, question_id: str, answer: str | None, *, by: str) -> bool:
        """Is it this answer that closed the question?"""
        with self._lock:
            waiting = self._open.pop(question_id, None)
            if waiting is None:
                return False
            self._past[question_id] = None
            if len(self._past) > _REMEMBERED:
                del self._past[next(iter(self._past))]
            waiting.answer = answer
        self._publish(QuestionClosed(question=waiting.question, answer=answer, by=by))
        waiting.closed.set()
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOperator:
    """The person at the bench as a job's worker knows them (`phones.operator.SheetOperator`): whoever watches."""

    job: str
    slot: str
    questions: Questions
    publish: Callable[[Event], None]

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        """Say what to do now."""
        self.publish(Instruction(job=self.job, port=port, slot=self.slot, key=key, facts=dict(facts)))

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        """The answer of whoever gave the first, or None."""
        return self.questions.ask(
            key, job=self.job, port=port, slot=self.slot, choices=choices, facts=facts, timeout_s=timeout_s
        )

    def ask_together(
        self, questions: Mapping[str, tuple[str, ...]], *, port: str, timeout_s: float
    ) -> Mapping[str, str]:
        """The answers of whoever gave the first, to each."""
        return self.questions.ask_together(
            questions, job=self.job, port=port, slot=self.slot, facts={}, timeout_s=timeout_s
        )
