# SPDX-License-Identifier: GPL-3.0-or-later
"""Asset tags and the other fields of the trade, lots, and a phone's visits."""

from typing import Annotated

from fastapi import Path, Query, Response

from station.documents.trade import HistoryTold, LotLineTold, LotsTold, LotTold, PhoneTagged
from station.ledger.trade_events import ModelExpected
from station.service import trade_bodies as bodies
from station.service.callers import Caller, Right, Role
from station.service.routing import From, Routes, Service, tell
from station.session import history, lots, operations

ROUTES = Routes()
LotName = Annotated[str, Path(min_length=1, max_length=64)]


@ROUTES.add("POST", "/tags", Right.OPERATE, response_model=PhoneTagged)
def tag(service: Service, caller: From, body: bodies.Tag) -> Response:
    """State asset tag, lot, customer's reference or note of a job or phone, also before it is plugged in."""
    by = caller.operator(service.at.home, body.operator).name
    told = operations.state(
        service.at, about=body.about, fields=body.fields_given(), by=by, ahead=body.ahead, system=system_of(caller)
    )
    tagged = PhoneTagged.of(told)
    return tell(tagged if caller.has(Right.READ) else tagged.without_others(body.fields_given().keys()))


@ROUTES.add("GET", "/lots", Right.READ, response_model=LotsTold)
def list_lots(service: Service) -> Response:
    """Every lot that was announced or has a phone, open ones first."""
    found = lots.lots(service.at.session.jobs.ledger)
    return tell(LotsTold(lots=tuple(LotLineTold.of(each) for each in found)))


@ROUTES.add("GET", "/lots/{lot}", Right.READ, response_model=LotTold)
def one_lot(service: Service, lot: LotName) -> Response:
    """What a lot should hold, what came of it, and what differs."""
    return tell(LotTold.of(lots.lot(service.at.session.jobs.ledger, lot)))


@ROUTES.add("PUT", "/lots/{lot}", Right.OPERATE, response_model=LotTold)
def announce_lot(service: Service, caller: From, lot: LotName, body: bodies.LotExpected) -> Response:
    """Say what a lot should hold; one that was closed is open again."""
    by = caller.operator(service.at.home, body.operator).name
    models = tuple(ModelExpected(model=model, expected=number) for model, number in body.models.items())
    operations.state_lot(service.at, lot=lot, by=by, expected=body.expected, models=models)
    return _acted_on(service, caller, lot)


@ROUTES.add("POST", "/lots/{lot}/close", Right.OPERATE, response_model=LotTold)
def close_lot(service: Service, caller: From, lot: LotName, body: bodies.LotClosing) -> Response:
    """Close a lot; where it differs from what was said, only for a caller who knows that."""
    by = caller.operator(service.at.home, body.operator).name
    operations.close_lot(service.at, lot=lot, by=by, differences_known=body.differences_known)
    return _acted_on(service, caller, lot)


@ROUTES.add("GET", "/history", Right.READ, response_model=HistoryTold)
def phone_history(service: Service, phone: Annotated[str, Query(min_length=4, max_length=100)]) -> Response:
    """Every visit of a phone, found by any of its numbers, a job or a paper."""
    found = history.history_of(service.at.session.jobs.ledger, phone)
    return tell(HistoryTold.of(found, None))


def _acted_on(service: Service, caller: From, lot: str) -> Response:
    """The lot after an effect, as far as who had it may read."""
    told = LotTold.of(lots.lot(service.at.session.jobs.ledger, lot))
    return tell(told if caller.has(Right.READ) else told.without_numbers())


def system_of(caller: Caller) -> str:
    """What a shop system or kiosk that states something in a person's name goes by; "" for a person."""
    return caller.role.value if caller.role in (Role.INTEGRATOR, Role.KIOSK) else ""
