# SPDX-License-Identifier: GPL-3.0-or-later
"""How a phone on the bench is shown: a picture, a tone, and in big words what to do about its cable."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from station.service.told import PhoneOnBench
from station.session.board import Cable, Row, Urgency
from station.text.language import text

_TONES: Mapping[Cable, str] = MappingProxyType(
    {Cable.NEEDS_YOU: "needs", Cable.UNPLUG: "unplug", Cable.DO_NOT_UNPLUG: "working"}
)
_SIGNS: Mapping[Cable, str] = MappingProxyType({Cable.NEEDS_YOU: "▶", Cable.UNPLUG: "⏏", Cable.DO_NOT_UNPLUG: "■"})
"""Beside the words and the colour, so that neither stands alone."""
_ENDS: Mapping[str, str] = MappingProxyType(
    {
        "bench.doing_certified": "good",
        "bench.doing_certified_before": "good",
        "bench.doing_awaits_validator": "report",
        "bench.doing_report": "report",
    }
)
_ON_A_PAGE: Mapping[str, str] = MappingProxyType(
    {
        "bench.fill_form": "page.fill_form",
        "bench.answer_it": "page.answer_it",
        "bench.doing_confirm": "page.doing_confirm",
    }
)
"""Sentences about the terminal's screen, where a scan alone begins an erase, and what a page says instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """`tone`: needs, working or unplug. `order`: what to do about the cable. `needs`: does it wait for a person?"""

    phone: PhoneOnBench
    picture: str
    tone: str
    order: str
    sign: str
    doing: str
    tells: str
    left: str
    needs: bool


def tile_of(row: Row) -> Tile:
    """In the language in use."""
    tells = "" if row.tells is None else text(_ON_A_PAGE.get(row.tells.key, row.tells.key), **row.tells.facts)
    phone = PhoneOnBench.of(row)
    return Tile(
        phone=phone,
        picture=_picture(row),
        tone=_TONES[row.cable],
        order=_order(row, phone),
        sign=_SIGNS[row.cable],
        doing=text(_ON_A_PAGE[row.doing.key]) if row.doing.key in _ON_A_PAGE else phone.sentence,
        tells=tells,
        left="" if row.left_s is None else text("page.left", minutes=max(1, round(row.left_s / 60))),
        needs=row.cable is Cable.NEEDS_YOU,
    )


def _order(row: Row, phone: PhoneOnBench) -> str:
    if phone.state == "asks_you":
        return text("page.asks_you")
    return text("page.unplug_now" if row.cable is Cable.UNPLUG else f"bench.{row.cable.value}")


def _picture(row: Row) -> str:
    match row.urgency:
        case Urgency.HELP:
            return "stop" if row.problems else "asks"
        case Urgency.CONFIRM:
            return "scan"
        case Urgency.AT_WORK:
            return "work"
        case Urgency.FINISHED:
            return _ENDS.get(row.doing.key, "bad")  # what is not known to be good is not shown as good
