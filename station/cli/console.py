# SPDX-License-Identifier: GPL-3.0-or-later
"""The technician at the terminal, or a file with their answers.

Answers file (TOML): `[default]` and `[<slot or port>]` tables, question name → choice, e.g.
`[A3]  cosmetic_front = "B"`. What is neither in the file nor answered at the terminal stays unanswered:
nobody guesses.
"""

import sys
import threading
import tomllib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from station.cli.output import words
from station.errors import ConfigError
from station.text.language import text

SEEN_NOW = frozenset({"setup_screen_seen"})
"""What a person states about something that has just happened: never taken from a file written before it."""


class ConsoleOperator:
    """Instructions go to stderr; questions to the terminal, one phone at a time."""

    def __init__(
        self,
        *,
        slots: Mapping[str, str],
        answers: Mapping[str, Mapping[str, str]],
        interactive: bool,
        alone: Callable[[], AbstractContextManager[None]] = nullcontext,
        say: Callable[[str, str], None] | None = None,
        emulated: bool = False,
    ) -> None:
        """`emulated`: a bench of virtual phones, where a file may also say what a person would have seen."""
        self._emulated = emulated
        self._say = say
        self._alone = alone  # held while a question stands on the terminal
        self._slots = slots
        self._answers = answers
        self._interactive = interactive
        self._terminal = threading.Lock()

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        """Say what to do now."""
        sentence = text(f"instruct.{key}", **facts)
        if self._say is not None:
            self._say(port, sentence)
        else:
            words(f"[{self._slots.get(port, port)}] {sentence}", bold=True)

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        """From the answers file, else from the terminal; None when neither has one within the time."""
        del timeout_s  # a person at a prompt may take their time; without a terminal nobody is asked
        slot = self._slots.get(port, port)
        for table in () if key in SEEN_NOW and not self._emulated else (slot, port, "default"):
            answer = self._answers.get(table, {}).get(key)
            if answer is not None:
                return answer if answer in choices else None
        if not self._interactive:
            return None
        with self._terminal, self._alone():
            question = f"[{slot}] {text(f'ask.{key}', **facts)} ({'/'.join(choices)}, ?)"
            words(question)
            typed = str(click.prompt("", default="?", show_default=False, err=True, prompt_suffix="> ")).strip()
        return typed if typed in choices else None


def load_answers(path: Path | None) -> Mapping[str, Mapping[str, str]]:
    """The answers file. Raises: ConfigError when it is no TOML of tables of texts."""
    if path is None:
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(phone=str(path), expected=text("expected.toml"), got=str(error).splitlines()[0]) from error
    for name, table in document.items():
        if not isinstance(table, dict) or not all(isinstance(answer, str) for answer in table.values()):
            raise ConfigError(phone=str(path), step=name, expected=text("expected.answers"), got=type(table).__name__)
    return document


def is_terminal() -> bool:
    """Is a person there to be asked?"""
    return sys.stdin.isatty() and sys.stderr.isatty()
