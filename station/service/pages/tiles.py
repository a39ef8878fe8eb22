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


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """How a phone that is done is shown."""

    picture: str
    tone: str
    order: str
    sign: str


_GOOD = _End(picture="good", tone="unplug", order="page.unplug_now", sign="⏏")
_TO_VALIDATE = _End(picture="report", tone="unplug", order="page.unplug_now", sign="⏏")
_REPORT = _End(picture="report", tone="report", order="page.unplug_report", sign="!")
_BAD = _End(picture="bad", tone="failed", order="page.unplug_failed", sign="✗")
_REJECTED = _End(picture="bad", tone="failed", order="page.unplug_rejected", sign="✗")
_ENDS: Mapping[str, _End] = MappingProxyType(
    {
        "bench.doing_certified": _GOOD,
        "bench.doing_certified_before": _GOOD,
        "bench.doing_awaits_validator": _TO_VALIDATE,
        "bench.doing_report": _REPORT,
        "bench.doing_rejected": _REJECTED,
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
    """`tone`: needs, working, unplug, report or failed. `order`: what to do about the cable. `needs`: does it
    wait for a person? `check`: the act of checking that is under way, in words, "" for none; `check_left_s`: whole
    seconds that it waits for a person yet, None where that is not known.
    """

    phone: PhoneOnBench
    picture: str
    tone: str
    order: str
    sign: str
    doing: str
    tells: str
    left: str
    needs: bool
    check: str = ""
    check_left_s: int | None = None

    @property
    def check_left(self) -> str:
        """As a clock shows it: minutes and seconds."""
        left = self.check_left_s or 0
        return f"{left // 60}:{left % 60:02}"


def tile_of(row: Row) -> Tile:
    """In the language in use."""
    tells = "" if row.tells is None else text(_ON_A_PAGE.get(row.tells.key, row.tells.key), **row.tells.facts)
    if row.check and not tells and row.cable is not Cable.NEEDS_YOU:
        tells = text("page.check_alone")
    phone = PhoneOnBench.of(row)
    end = _end(row)
    return Tile(
        phone=phone,
        picture=_picture(row) if end is None else end.picture,
        tone=_TONES[row.cable] if end is None else end.tone,
        order=_order(row, phone) if end is None else text(end.order),
        sign=_SIGNS[row.cable] if end is None else end.sign,
        doing=text(_ON_A_PAGE[row.doing.key]) if row.doing.key in _ON_A_PAGE else phone.sentence,
        tells=tells,
        left="" if row.left_s is None or row.check else text("page.left", minutes=max(1, round(row.left_s / 60))),
        needs=row.cable is Cable.NEEDS_YOU,
        check=text(f"checking.{row.check}") if row.check else "",
        check_left_s=None if row.check_left_s is None else round(row.check_left_s),
    )


def _end(row: Row) -> _End | None:
    """What is not known to be good is not shown as good. None while it is not done."""
    return _ENDS.get(row.doing.key, _BAD) if row.urgency is Urgency.FINISHED else None


def _order(row: Row, phone: PhoneOnBench) -> str:
    return text("page.asks_you" if phone.state == "asks_you" else f"bench.{row.cable.value}")


def _picture(row: Row) -> str:
    match row.urgency:
        case Urgency.HELP:
            return "stop" if row.problems else "asks"
        case Urgency.CONFIRM:
            return "scan"
        case _:
            return "work"
