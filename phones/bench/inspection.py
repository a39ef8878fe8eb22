# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspect whatever hangs on a port: ask what fits its presence, put the answers together."""

from collections.abc import Callable, Mapping

from phones.evidence import Moment
from phones.modes import BY_PRESENCE
from phones.port import Sighting
from phones.shared_numbers import NOTE
from phones.witness import WitnessedPort


def inspect(phone: WitnessedPort, sighting: Sighting, *, moment: Moment, draw: Callable[[], str]) -> dict[str, str]:
    """Everything the phone says of itself in its present mode, in clear; each exchange leaves evidence.

    Three round trips on an Android shell, one in the trade-in foyer, one paired connection for an iPhone,
    none for a mode that does not talk: then the result is empty, but for the number that USB shows of a phone which
    tells none itself. Two answers that name different phones
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
    for question in BY_PRESENCE[sighting.presence].more(sighting):
        answer = phone.ask(question, moment)
        if answer.answered:
            _add(values, answer.values)
    if BY_PRESENCE[sighting.presence].unnamed and sighting.usb_serial:
        _add(values, _shown(phone, sighting, moment))
    return values


def _shown(phone: WitnessedPort, sighting: Sighting, moment: Moment) -> dict[str, str]:
    """The number that USB shows, as the serial number of a phone that tells none, and whether many phones have it."""
    shown = phone.record_sighting("port.seen", sighting, moment).values
    if serial := shown.get("port.usb_serial", ""):
        return {"identity.serial": serial}
    return {NOTE: "serial"} if shown.get(NOTE) else {}


def _add(values: dict[str, str], more: Mapping[str, str]) -> None:
    for name, text in more.items():
        known = values.get(name)
        if known is not None and known != text and name.startswith("identity."):
            values[name] = "malformed"
        elif known is None or known == "unknown":
            values[name] = text
