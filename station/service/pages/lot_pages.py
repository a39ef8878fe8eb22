# SPDX-License-Identifier: GPL-3.0-or-later
"""Lots: what each should hold and what came of it; an asset tag and a phone are scanned one after the other, in either
order, with the scanner's Enter alone.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from station.errors import JobNotFoundError
from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import go, part, show
from station.service.trade_bodies import Short
from station.session import lots, operations
from station.session.stating import Stated
from station.text.language import text

PAGES = PageRoutes()
HEADS = ("expected", "arrived", "erased", "certified", "awaiting", "reported", "at_work", "missing", "unexpected")
Choice = Literal["", "yes"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Scanned(_Body):
    """What stands in the two fields so far."""

    lot: Short
    asset_tag: Short = ""
    phone: Short = ""
    ahead: Choice = ""


class Announced(_Body):
    """A lot, and how many phones it should hold; "" where nobody says."""

    lot: Short
    expected: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,6}$")] = ""


class Closing(_Body):
    """`known`: the differences are."""

    lot: Short
    known: Choice = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the table; "?" where nobody said how many."""

    name: str
    cells: tuple[str, ...]


@PAGES.add("GET", "/lots", Right.READ)
def lots_page(browser: Seen, service: Service, name: Annotated[str, Query(max_length=64)] = "") -> Response:
    """The list, or one of them."""
    ledger = service.at.session.jobs.ledger
    if not name:
        return show("lots.html", browser, lines=lots.lots(ledger))
    found = lots.lot(ledger, name)
    return show("lot.html", browser, lot=found, heads=HEADS, lines=_lines(found), **_form(lot=found.name))


@PAGES.add("GET", "/parts/lots", Right.READ)
def lot_table(browser: Seen, service: Service, name: Annotated[str, Query(max_length=64)]) -> Response:
    """The table of one, as things stand."""
    found = lots.lot(service.at.session.jobs.ledger, name)
    return part("lot_table.html", browser, lot=found, heads=HEADS, lines=_lines(found))


@PAGES.add("POST", "/lots/phone", Right.OPERATE)
def scanned(browser: Seen, service: Service, body: Scanned) -> Response:
    """Asks for what is missing; states both once both are there, in this lot."""
    tag, phone = body.asset_tag.strip(), body.phone.strip()
    if not (tag and phone):
        return part("lot_scan.html", browser, **_form(lot=body.lot, tag=tag, phone=phone, ahead=body.ahead))
    by = browser.caller.operator(service.at.home, None).name
    fields = {"asset_tag": tag, "lot": body.lot}
    try:
        told = operations.state(service.at, about=phone, fields=fields, by=by, ahead=bool(body.ahead))
    except JobNotFoundError:  # it is not here yet
        told = operations.state(service.at, about=phone, fields=fields, by=by, ahead=True)
    answer = part("lot_scan.html", browser, **_form(lot=body.lot, said=_said(told, tag), also=told.also))
    answer.headers["HX-Trigger"] = "proofwipe:changed"
    return answer


@PAGES.add("POST", "/lots", Right.OPERATE)
def announce(browser: Seen, service: Service, body: Announced) -> Response:
    """Then its page."""
    by = browser.caller.operator(service.at.home, None).name
    expected = int(body.expected) if body.expected else None
    operations.state_lot(service.at, lot=body.lot, by=by, expected=expected)
    return go(f"/lots?name={quote(body.lot.strip(), safe='')}")


@PAGES.add("POST", "/lots/close", Right.OPERATE)
def close(browser: Seen, service: Service, body: Closing) -> Response:
    """Where it differs only with the differences known."""
    by = browser.caller.operator(service.at.home, None).name
    operations.close_lot(service.at, lot=body.lot, by=by, differences_known=bool(body.known))
    return go(f"/lots?name={quote(body.lot.strip(), safe='')}")


def _form(
    *, lot: str, tag: str = "", phone: str = "", ahead: str = "", said: str = "", also: tuple[str, ...] = ()
) -> dict[str, Any]:
    wanted = "phone" if tag and not phone else "tag"
    return {"name": lot, "tag": tag, "number": phone, "ahead": ahead, "said": said, "also": also, "wanted": wanted}


def _said(told: Stated, tag: str) -> str:
    facts = {"job": told.job, "number": told.number, "slot": told.slot}
    key = "job" if told.job else "slot" if told.slot else "number"
    return f"{tag}: {text(f'word.tagged_{key}', **facts)}"


def _lines(lot: lots.Lot) -> tuple[Line, ...]:
    rows = [*lot.models.items(), (text("lot.total"), lot.total)]
    return tuple(Line(name=name, cells=tuple(_shown(getattr(count, head)) for head in HEADS)) for name, count in rows)


def _shown(number: int | None) -> str:
    return "?" if number is None else str(number)
