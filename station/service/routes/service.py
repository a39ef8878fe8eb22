# SPDX-License-Identifier: GPL-3.0-or-later
"""How the service and its station stand, codes, and the stream of events."""

from typing import Annotated

from fastapi import Header, Query, Response

from phones.clock import utc_now
from station.documents.setup import StationChecked
from station.service import bodies
from station.service.callers import Right
from station.service.feed import EventStream, Wanted
from station.service.routing import IN_THE_WAY, NOT_THERE, From, Id, Routes, Service, Streamed, gives, tell
from station.service.tokens import still_counts
from station.service.told import CodeTold, ServiceTold
from station.text.language import current

ROUTES = Routes()


@ROUTES.add("GET", "/state", Right.SEE, refuses=(IN_THE_WAY,), response_model=ServiceTold)
def state(service: Service) -> Response:
    """How the service stands."""
    return tell(service.state())


@ROUTES.add("GET", "/doctor", Right.MAINTAIN, response_model=StationChecked)
def doctor(service: Service) -> Response:
    """What works here and what does not."""
    return tell(service.look())


@ROUTES.add("POST", "/drain", Right.MAINTAIN, refuses=(IN_THE_WAY,), response_model=ServiceTold)
def drain(service: Service, body: bodies.Draining) -> Response:
    """Finish what is begun and begin nothing new, or begin again."""
    service.drain(wanted=body.drain)
    return tell(service.state())


@ROUTES.add("POST", "/maintenance", Right.MAINTAIN, refuses=(IN_THE_WAY,), response_model=ServiceTold)
def maintenance(service: Service, caller: From, body: bodies.Maintaining) -> Response:
    """Keep the bench free and say why, over a start too; or (null) begin again."""
    service.maintain(caller, body.reason, operator=body.operator)
    return tell(service.state())


@ROUTES.add("POST", "/lock", Right.MAINTAIN, refuses=(IN_THE_WAY,), response_model=ServiceTold)
def lock(service: Service) -> Response:
    """Sign nothing but for erases that have begun, and begin none, until `unlock`."""
    service.pauses.locked.set()
    return tell(service.state())


@ROUTES.add("POST", "/unlock", Right.MAINTAIN, refuses=(IN_THE_WAY,), response_model=ServiceTold)
def unlock(service: Service, caller: From, body: bodies.Unlocking) -> Response:
    """Begin again; over the Unix socket alone, with the passphrase of the station's key."""
    service.unlock(caller, body.passphrase)
    return tell(service.state())


@ROUTES.add("GET", "/problems/{code}", Right.SEE, refuses=(NOT_THERE,), response_model=CodeTold)
def problem(code: Id) -> Response:
    """What a code means and what to do about it."""
    return tell(CodeTold.of(code))


@ROUTES.add("GET", "/events", Right.READ, refuses=(), response_class=Response, responses=gives("text/event-stream"))
def events(
    service: Service,
    caller: From,
    after: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    job: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = "",
    kind: Annotated[str, Query(max_length=400, pattern=r"^[a-z0-9_.,-]*$")] = "",
    last_event_id: Annotated[str | None, Header(max_length=18, pattern=r"^[0-9]*$")] = None,
) -> Response:
    """Server-sent events: `entry` (id: number in the ledger) and `now`. `Last-Event-ID` or `after` replays. `kind`: of
    entries and of what happens, several with commas between.
    """
    start = int(last_event_id) if last_event_id else after if after is not None else service.feed.last()
    wanted = Wanted(job=job, kinds=frozenset(filter(None, kind.split(","))))

    def counts() -> bool:
        return still_counts(service.at.home, caller, now=utc_now())

    stream = EventStream(service.feed, caller=caller.id, after=start, wanted=wanted, language=current(), counts=counts)
    return Streamed(stream)
