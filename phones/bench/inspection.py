# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspect whatever hangs on a port: ask what fits its presence, put the answers together."""

from collections.abc import Callable, Mapping

from phones.android.inspection import inspection_questions
from phones.android.trade_in import getstatus_question
from phones.evidence import Moment
from phones.link import Question
from phones.port import Presence, Sighting
from phones.witness import WitnessedPort

SHELL_TIMEOUT_S = 60.0
"""For one batch of questions: dumpsys of a busy phone takes seconds, ten at worst (`unconfirmed`)."""
TRADE_IN_TIMEOUT_S = 60.0
APPLE_TIMEOUT_S = 60.0


def inspect(phone: WitnessedPort, sighting: Sighting, *, moment: Moment, draw: Callable[[], str]) -> dict[str, str]:
    """Everything the phone says of itself in its present mode, in clear; each exchange leaves evidence.

    Three round trips on an Android shell, one in the trade-in foyer, one paired connection for an iPhone,
    none for a mode that does not talk: then the result is empty. Two answers that name different phones
    make that identifier `malformed`. Raises: BenchError.
    """
    values: dict[str, str] = {}
    for question in _questions(sighting, draw):
        answer = phone.ask(question, moment)
        if not answer.answered:
            # What refuses or loses one question will not answer the next; the caller sees what is missing,
            # and `command.refusal` where the phone said why.
            _add(values, answer.values)
            break
        _add(values, answer.values)
    return values


def _questions(sighting: Sighting, draw: Callable[[], str]) -> tuple[Question, ...]:
    if sighting.presence is Presence.ADB_DEVICE:
        return inspection_questions(draw, timeout_s=SHELL_TIMEOUT_S)
    if sighting.presence is Presence.ADB_FOYER:
        return (getstatus_question(draw(), timeout_s=TRADE_IN_TIMEOUT_S),)
    if sighting.presence is Presence.APPLE:
        # Imported here: the Apple driver loads pymobiledevice3, which takes a second.
        from phones.apple.inspection import inspection_question

        return (inspection_question(timeout_s=APPLE_TIMEOUT_S),)
    return ()


def _add(values: dict[str, str], more: Mapping[str, str]) -> None:
    for name, text in more.items():
        known = values.get(name)
        if known is not None and known != text and name.startswith("identity."):
            values[name] = "malformed"
        elif known is None or known == "unknown":
            values[name] = text
