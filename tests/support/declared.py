# SPDX-License-Identifier: GPL-3.0-or-later
"""Hears with which status every request is answered, and keeps those that the route does not declare."""

from dataclasses import dataclass, field

from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Watched:
    """An application, and what it answered that is not declared: method, route, status."""

    app: ASGIApp
    undeclared: set[tuple[str, str, int]] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._judge(scope, message["status"])
            await send(message)

        await self.app(scope, receive, heard)

    def _judge(self, scope: Scope, status: int) -> None:
        # As the router found it; a page, an address of nothing, and a method that an address lacks declare none.
        route = scope.get("route")
        if not isinstance(route, APIRoute) or scope["method"] not in (route.methods or ()):
            return
        declared = (route.openapi_extra or {}).get("x-refusals")
        if declared is not None and status not in (route.status_code or 200, *declared):
            self.undeclared.add((scope["method"], route.path, status))
