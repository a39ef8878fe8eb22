# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspect whatever hangs on a port: ask what fits its presence, put the answers together."""

from collections.abc import Callable, Mapping

from phones.evidence import Moment
from phones.modes import BY_PRESENCE
from phones.port import Sighting
from phones.witness import WitnessedPort


def inspect(phone: WitnessedPort, sighting: Sighting, *, moment: Moment, draw: Callable[[], str]) -> dict[str, str]:
    """Everything the phone says of itself in its present mode, in clear; each exchange leaves evidence.

    Three round trips on an Android shell, one in the trade-in foyer, one paired connection for an iPhone,
    none for a mode that does not talk: then the result is empty. Two answers that name different phones
    make that identifier `malformed`. Raises: BenchError.
    """
    values: dict[str, str] = {}
    for question in BY_PRESENCE[sighting.presence].questions(draw):
        answer = phone.ask(question, moment)
        if not answer.answered:
            # What refuses or loses one question will not answer the next; the caller sees what is missing,
            # and `command.refusal` where the phone said why.
            _add(values, answer.values)
            break
        _add(values, answer.values)
    return values


def _add(values: dict[str, str], more: Mapping[str, str]) -> None:
    for name, text in more.items():
        known = values.get(name)
        if known is not None and known != text and name.startswith("identity."):
            values[name] = "malformed"
        elif known is None or known == "unknown":
            values[name] = text
