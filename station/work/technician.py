# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's technician: a script, named as such on every paper, with its hands on virtual phones only.

It presses what its script says when a phone asks for something or the program instructs it. It answers
questions from the script; what it "sees" of a phone's screen it reads from that phone, so that a phone
that never got to its set-up screen is not said to have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from station.work.worker import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """`on_problem`: problem code → what is pressed on the phone. `on_instruction`: instruction key → the same.
    `answers`: question key → choice.
    """

    on_problem: Mapping[str, str]
    on_instruction: Mapping[str, str]
    answers: Mapping[str, str]


class ScriptedTechnician:
    """An Operator whose hands are `press(port, action)`."""

    def __init__(self, script: Script, press: Callable[[str, str], None]) -> None:
        self._script = script
        self._press = press

    def notice(self, progress: Progress) -> None:
        """React to a phone that is blocked by something a hand can mend."""
        for problem in progress.problems:
            action = self._script.on_problem.get(problem.code.value)
            if action is not None:
                self._press(progress.port, action)

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        """Do what the program says, if the script knows how."""
        del facts
        action = self._script.on_instruction.get(key)
        if action is not None:
            self._press(port, action)

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        """The script's answer, or none."""
        del port, facts, timeout_s
        answer = self._script.answers.get(key)
        return answer if answer in choices else None
