# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's technician: a script, named as such on every paper, with its hands on virtual phones only.

It presses what its script says when a phone asks for something or the program instructs it, and answers
questions from the script. What it is asked to look at it reads from that phone, never from the script: a
phone that never got to its set-up screen is not said to have, and one that asks for its owner is said to.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from station.session.events import Event, Instruction, QuestionAsked
from station.work.worker import Progress

if TYPE_CHECKING:
    from station.session.session import Session

_ASKS_FOR_OWNER = {"set_up": "not_looked", "new": "not_asked", "owner_wanted": "asked"}
SEEN: Mapping[str, Mapping[str, str]] = {
    "setup_screen_seen": {"set_up": "no", "new": "yes", "owner_wanted": "yes"},
    "owner_account_seen": _ASKS_FOR_OWNER,
    "activation_owner_seen": _ASKS_FOR_OWNER,
    "recovery_wipe_seen": {"recovery_wiped": "wiped", "recovery_refused": "refused"},
}
"""Question key → what a virtual phone shows (`virtual_phones.phone.VirtualPhone.screen`) → the true answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """`on_problem`: problem code → what is pressed on the phone. `on_instruction`: instruction key → the same.
    `answers`: question key → choice; `answers_about`: port → what is another choice there.
    `looks_at`: keys of `SEEN` that are answered as the phone shows it.

    Raises: ValueError when an answer to a question of `SEEN` is written down before, or there is no such question.
    """

    on_problem: Mapping[str, str]
    on_instruction: Mapping[str, str]
    answers: Mapping[str, str]
    answers_about: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    looks_at: Collection[str] = ()

    def __post_init__(self) -> None:
        written = self.answers.keys() | {key for answers in self.answers_about.values() for key in answers}
        wrong = sorted((SEEN.keys() & written) | (set(self.looks_at) - SEEN.keys()))
        if wrong:
            raise ValueError(f"a phone is looked at, no script knows: {', '.join(wrong)}")


class ScriptedTechnician:
    """The listener of a session, because virtual phones wait for nobody; its hands are `press(port, action)`, its
    eyes `look(port)`: what the phone there shows, "" when there is none.
    """

    def __init__(self, script: Script, press: Callable[[str, str], None], look: Callable[[str], str]) -> None:
        self._script = script
        self._press = press
        self._look = look

    def notice(self, session: "Session", event: Event) -> None:
        """Press what helps a phone that is blocked, do what the program says, and answer what the script knows."""
        match event:
            case Progress():
                for problem in event.problems:
                    self._act(event.port, self._script.on_problem.get(problem.code.value))
            case Instruction():
                self._act(event.port, self._script.on_instruction.get(event.key))
            case QuestionAsked(question=question):
                about = self._script.answers_about.get(question.port, {})
                answer = about.get(question.key, self._script.answers.get(question.key))
                if question.key in self._script.looks_at:
                    answer = SEEN[question.key].get(self._look(question.port))
                session.answer(question.id, answer if answer in question.choices else None, by="script")

    def _act(self, port: str, action: str | None) -> None:
        if action is not None:
            self._press(port, action)
