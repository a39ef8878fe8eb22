# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench: a tile a phone, those first that need a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fastapi import Response

from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import part, show
from station.service.running import Running
from station.service.told import PhoneOnBench
from station.session.board import Cable, Row, Urgency
from station.text.language import text

PAGES = PageRoutes()
_TONES: Mapping[Cable, str] = MappingProxyType(
    {Cable.NEEDS_YOU: "needs", Cable.UNPLUG: "unplug", Cable.DO_NOT_UNPLUG: "working"}
)
_ENDS: Mapping[str, str] = MappingProxyType(
    {
        "bench.doing_certified": "good",
        "bench.doing_certified_before": "good",
        "bench.doing_awaits_validator": "report",
        "bench.doing_report": "report",
    }
)
_ON_A_PAGE: Mapping[str, str] = MappingProxyType({"bench.fill_form": "page.fill_form"})
"""Sentences that name a key of the terminal's screen, and what a page says instead."""


@PAGES.add("GET", "/", Right.SEE)
def bench(browser: Seen, service: Service) -> Response:
    """The whole page."""
    return show("bench.html", browser, **_facts(service))


@PAGES.add("GET", "/parts/tiles", Right.SEE)
def tiles(browser: Seen, service: Service) -> Response:
    """The tiles alone, as things stand."""
    return part("bench_tiles.html", browser, **_facts(service))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """How a phone is shown. `tone`: needs, working or unplug. `order`: what to do about the cable, in big words."""

    phone: PhoneOnBench
    picture: str
    tone: str
    order: str
    tells: str
    left: str


def tile_of(row: Row) -> Tile:
    """In the language in use."""
    tells = "" if row.tells is None else text(_ON_A_PAGE.get(row.tells.key, row.tells.key), **row.tells.facts)
    phone = PhoneOnBench.of(row)
    left = "" if row.left_s is None else text("page.left", minutes=max(1, round(row.left_s / 60)))
    order = text("page.asks_you" if phone.state == "asks_you" else f"bench.{row.cable.value}")
    return Tile(phone=phone, picture=_picture(row), tone=_TONES[row.cable], order=order, tells=tells, left=left)


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


def _facts(service: Running) -> dict[str, Any]:
    return {
        "tiles": [tile_of(row) for row in service.bench.rows()],
        "totals": service.bench.totals(),
        "erase": service.at.settings.service.erase,
    }
