# SPDX-License-Identifier: GPL-3.0-or-later
"""That something happened, and nothing of what: a page then asks for its parts anew, in its language and by its rights.

So what a page shows is always how things stand, whatever it missed while it was not connected.
"""

from collections.abc import AsyncIterator

from fastapi import Response

from station.service.callers import Right
from station.service.feed import EventStream, Feed, Wanted
from station.service.pages.page_routes import LOGGED_IN, PageRoutes, Seen, Service
from station.service.routing import Streamed

PAGES = PageRoutes()


class _Changes(EventStream):
    def __init__(self, feed: Feed, caller: str) -> None:
        super().__init__(feed, caller=caller, after=feed.last(), wanted=Wanted(), language="en")
        self._pieces = _that_alone(self._pieces)


async def _that_alone(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The beginning, signs of life and that something changed, as events a page can hear."""
    yield b"retry: 2000\n\nevent: alive\ndata: {}\n\n"
    async for each in pieces:
        if each.startswith(b":"):
            yield b"event: alive\ndata: {}\n\n"
        elif not each.startswith(b"retry:"):
            yield b"event: changed\ndata: {}\n\n"


@PAGES.add("GET", "/live", Right.SEE)
def changes(service: Service, browser: Seen) -> Response:
    """A stream of server-sent events: `changed`, and `alive` every 15 seconds."""
    return Streamed(_Changes(service.feed, browser.caller.id))


@PAGES.add("GET", "/session", LOGGED_IN)
def session() -> Response:
    """Does this browser's session count?"""
    return Response(status_code=204)
