# SPDX-License-Identifier: GPL-3.0-or-later
"""The technician at the terminal, or a file with their answers: a client that answers a session's questions.

Answers file (TOML): `[default]` and `[<slot or port>]` tables, question name → choice, e.g.
`[A3]  cosmetic_front = "B"`. What is neither in the file nor answered at the terminal is declined: nobody guesses.
"""

import queue
import select
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from station.cli.output import message
from station.errors import ConfigError, QuestionClosedError
from station.session.events import Question, QuestionAsked
from station.session.session import Session
from station.setup.toml_file import read_toml
from station.text.language import text

SEEN_NOW = frozenset({"activation_owner_seen", "owner_account_seen", "setup_screen_seen", "signed_out_seen"})
"""What a person states about something that has just happened: never taken from a file written before it."""
_LOOK_S = 0.2
_GIVE_UP_S = 2.0


class ConsoleClient:
    """While it is entered, every question of the session is answered or declined; at the terminal one at a time."""

    def __init__(
        self,
        session: Session,
        *,
        by: str,
        answers: Mapping[str, Mapping[str, str]],
        interactive: bool,
        alone: Callable[[], AbstractContextManager[None]] = nullcontext,
        emulated: bool = False,
    ) -> None:
        """`alone`: held while a question stands on the terminal. `emulated`: a bench of virtual phones, where a file
        may also say what a person would have seen.
        """
        self._session = session
        self._by = by
        self._answers = answers
        self._interactive = interactive
        self._alone = alone
        self._emulated = emulated
        self._subscription = session.events(QuestionAsked)
        self._for_person: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        for work in (self._watch, self._ask_person):
            thread = threading.Thread(target=work, name=f"console{work.__name__}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._subscription.end()
        self._for_person.put(None)
        for thread in self._threads:
            thread.join(_GIVE_UP_S)

    def _watch(self) -> None:
        """Reads quickly whatever is asked: nobody waits here for a person."""
        for numbered in self._subscription:
            if isinstance(numbered.event, QuestionAsked):
                question = numbered.event.question
                written = self._written(question)
                if written is None and self._interactive:
                    self._for_person.put(question)
                else:
                    self._answer(question, written)

    def _written(self, question: Question) -> str | None:
        """What the answers file says; None when it says nothing about this question."""
        seen_now = question.key in SEEN_NOW and not self._emulated
        for table in () if seen_now else (question.slot, question.port, "default"):
            answer = self._answers.get(table, {}).get(question.key)
            if answer is not None:
                return answer
        return None

    def _ask_person(self) -> None:
        while (question := self._for_person.get()) is not None:
            if question not in self._session.questions:
                continue
            with self._alone():
                facts = dict(question.facts)
                message(f"[{question.slot}] {text(f'ask.{question.key}', **facts)} ({'/'.join(question.choices)}, ?)")
                click.echo("> ", nl=False, err=True)
                typed = self._typed(question)
                if typed is None:
                    click.echo("", err=True)  # the line that stands open
            if typed is None or not self._answer(question, typed):
                message(f"[{question.slot}] {text('word.question_over')}")

    def _typed(self, question: Question) -> str | None:
        """The line a person typed; None when the question was closed before, by its time or by somebody else."""
        while not self._over.is_set() and question in self._session.questions:
            if select.select([sys.stdin], [], [], _LOOK_S)[0]:
                return sys.stdin.readline().strip()
        return None

    def _answer(self, question: Question, given: str | None) -> bool:
        """Answer, or decline with what is none of the choices. False when somebody else, or its time, was first."""
        try:
            self._session.answer(question.id, given if given in question.choices else None, by=self._by)
        except QuestionClosedError:
            return False
        return True


def load_answers(path: Path | None) -> Mapping[str, Mapping[str, str]]:
    """The answers file. Raises: ConfigError when it is no TOML of tables of texts."""
    if path is None:
        return {}
    document = read_toml(path)
    for name, table in document.items():
        if not isinstance(table, dict) or not all(isinstance(answer, str) for answer in table.values()):
            raise ConfigError(subject=str(path), step=name, expected=text("expected.answers"), got=type(table).__name__)
    return document
