# SPDX-License-Identifier: GPL-3.0-or-later
"""The person at the bench: told what to do, asked what only eyes can see.

One protocol for the console, an answers file and the demo's scripted technician.
"""

from collections.abc import Mapping
from typing import Protocol


class Operator(Protocol):
    """Keys name sentences: `instruct.<key>` and `ask.<key>` in a room's `words.toml`."""

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        """Say what to do now (`instruct.<key>`); returns at once."""

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        """Ask `ask.<key>`; one of `choices`, or None when nobody answered in time. Never guesses."""


class SheetOperator(Operator, Protocol):
    """An operator who may also be given a whole sheet, to fill in as they like."""

    def ask_together(
        self, questions: Mapping[str, tuple[str, ...]], *, port: str, timeout_s: float
    ) -> Mapping[str, str]:
        """Ask all of it at once (key → choices); the answers there are when nothing more is open, or time is over."""
