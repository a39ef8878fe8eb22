# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's technician: a script, named as such on every paper, with its hands on virtual phones only.

It presses what its script says when a phone asks for something or the program instructs it. It answers
questions from the script; what it "sees" of a phone's screen it reads from that phone, so that a phone
that never got to its set-up screen is not said to have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from station.session.events import Event, Instruction, QuestionAsked
from station.work.worker import Progress

if TYPE_CHECKING:
    from station.session.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """`on_problem`: problem code → what is pressed on the phone. `on_instruction`: instruction key → the same.
    `answers`: question key → choice.
    """

    on_problem: Mapping[str, str]
    on_instruction: Mapping[str, str]
    answers: Mapping[str, str]


class ScriptedTechnician:
    """The listener of a session, because virtual phones wait for nobody; its hands are `press(port, action)`."""

    def __init__(self, script: Script, press: Callable[[str, str], None]) -> None:
        self._script = script
        self._press = press

    def notice(self, session: "Session", event: Event) -> None:
        """Press what helps a phone that is blocked, do what the program says, and answer what the script knows."""
        match event:
            case Progress():
                for problem in event.problems:
                    self._act(event.port, self._script.on_problem.get(problem.code.value))
            case Instruction():
                self._act(event.port, self._script.on_instruction.get(event.key))
            case QuestionAsked(question=question):
                answer = self._script.answers.get(question.key)
                session.answer(question.id, answer if answer in question.choices else None, by="script")

    def _act(self, port: str, action: str | None) -> None:
        if action is not None:
            self._press(port, action)
