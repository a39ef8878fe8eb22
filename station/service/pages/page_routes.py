# SPDX-License-Identifier: GPL-3.0-or-later
"""What every page is made with: its right, who looks, and the token that an effect must carry."""

import hmac
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from station.service.callers import Right
from station.service.errors import ApiRefusedError, NoCallerError
from station.service.pages.browser import Browser, browser_of
from station.service.routing import Service, only_declared

__all__ = ["LOGGED_IN", "OPEN", "PageRoutes", "Seen", "Service"]

CSRF_HEADER = "x-proofwipe-csrf"


def _browser(request: Request) -> Browser:
    return browser_of(request.scope)


Seen = Annotated[Browser, Depends(_browser)]


def _own_page(request: Request) -> None:
    """An effect comes from a page of ours, as the browser itself says. Raises: ApiRefusedError."""
    if request.headers.get("origin") is None and request.headers.get("sec-fetch-site") != "same-origin":
        raise ApiRefusedError(cause="Origin", status=403)  # that it is ours, where it is there, the gate has seen


def _csrf(request: Request) -> None:
    browser = browser_of(request.scope)
    if browser.session is None:
        raise NoCallerError
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), browser.csrf.encode()):
        raise ApiRefusedError(cause="CSRF", status=403)


def _must(right: Right) -> Callable[[Browser], None]:
    def check(browser: Seen) -> None:
        browser.caller.must_have(right)

    return check


def _logged_in(browser: Seen) -> None:
    if browser.session is None:
        raise NoCallerError


def _as_declared(request: Request) -> None:
    """A mistyped address shows no page of everything. Parts are asked for by our own pages, with whatever htmx adds."""
    if not browser_of(request.scope).is_part:
        only_declared(request)


class Without(Enum):
    """Of pages that ask for no right: for anybody who reaches this machine's loopback, or who has logged in."""

    OPEN = "open"
    LOGGED_IN = "logged_in"


OPEN, LOGGED_IN = Without.OPEN, Without.LOGGED_IN


class PageRoutes(APIRouter):
    """The pages of one subject."""

    def add(self, method: str, path: str, right: Right | Without, **more: Any) -> Callable[[Any], Any]:
        """A page, a part of one (GET), or an effect (POST), for those who have the right."""
        wanted = [Depends(_own_page)] if method != "GET" else []
        if right is not OPEN:
            wanted.append(Depends(_must(right) if isinstance(right, Right) else _logged_in))
            wanted.append(Depends(_csrf if method != "GET" else _as_declared))

        def added(function: Any) -> Any:
            self.add_api_route(
                path,
                function,
                methods=[method],
                dependencies=wanted,
                response_model=None,
                openapi_extra={"x-right": right.value},
                **more,
            )
            return function

        return added
