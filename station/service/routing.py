# SPDX-License-Identifier: GPL-3.0-or-later
"""What every route is made with: its right, what it is given, and how it tells a document."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_origin

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse

from station.documents.document import Document
from station.service import bodies
from station.service.callers import Caller, Right
from station.service.errors import ApiRefusedError
from station.service.feed import EventStream
from station.service.running import Running

Id = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Key = Annotated[bodies.Key, Header(alias="Idempotency-Key", description="A new one for each order; the same repeats.")]


def _running(request: Request) -> Running:
    found: Running = request.app.state.running
    return found


def _caller(request: Request) -> Caller:
    found: Caller = request.scope["state"]["caller"]
    return found


Service = Annotated[Running, Depends(_running)]
From = Annotated[Caller, Depends(_caller)]


def _must(right: Right) -> Callable[[Caller], None]:
    def check(caller: From) -> None:
        caller.must_have(right)

    return check


def only_declared(request: Request) -> None:
    """A query that the route does not declare is refused: passed over, a mistyped filter would be none at all. So is
    one that is given twice, but for lists: nobody could say which of the two counts. Raises: ApiRefusedError.
    """
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    declared = _queries(route.dependant)
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in declared:
            known = f" ({', '.join(declared)})" if declared else ""
            raise ApiRefusedError(cause=f"query.{name[:40]}: undeclared{known}", status=422)
        if not declared[name] and names.count(name) > 1:
            raise ApiRefusedError(cause=f"query.{name}: repeated", status=422)


def _queries(dependant: Dependant) -> dict[str, bool]:
    """Name → may it be there several times?"""
    own = {each.alias: get_origin(each.field_info.annotation) is list for each in dependant.query_params}
    for each in dependant.dependencies:
        own |= _queries(each)
    return own


ANYWHERE = (400, 401, 403, 408, 413, 415, 421, 422, 429, 431, 503, 505)
"""With which the gate, or what every route asks for, may refuse any request."""
NOT_THERE, IN_THE_WAY, OVER = 404, 409, 410


class Routes(APIRouter):
    """The routes of one subject."""

    def add(
        self,
        method: str,
        path: str,
        right: Right,
        *,
        status: int = 200,
        refuses: tuple[int, ...] | None = None,
        **more: Any,
    ) -> Callable[[Any], Any]:
        """A route that takes a right, which stands in the description too. `refuses`: with which statuses, besides
        those of `ANYWHERE`; where they are not named, of a route that takes anything, that what was named is not
        there, or that something is in the way.
        """

        def added(function: Any) -> Any:
            takes = method != "GET" or inspect.signature(function).parameters.keys() - {"service", "caller"}
            own = ((NOT_THERE, IN_THE_WAY) if takes else ()) if refuses is None else refuses
            refusals = sorted({*ANYWHERE, *own})
            self.add_api_route(
                path,
                function,
                methods=[method],
                status_code=status,
                dependencies=[Depends(_must(right)), Depends(only_declared)],
                operation_id=function.__name__,
                summary=(function.__doc__ or "").partition("\n")[0],
                openapi_extra={"x-right": right.value, "x-refusals": refusals},
                **more,
            )
            return function

        return added


def gives(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """How a route that gives no JSON document is described: the media types of its answer."""
    return {200: {"content": {each: {} for each in kinds}}}


def tell(document: Document, status: int = 200) -> JSONResponse:
    """A document as an answer."""
    return JSONResponse(document.to_json(), status_code=status)


class Streamed(Response):
    """Hands a stream to FastAPI, which wants a response."""

    def __init__(self, stream: EventStream) -> None:
        super().__init__(media_type="text/event-stream")
        self._stream = stream

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer with it."""
        await self._stream(scope, receive, send)
