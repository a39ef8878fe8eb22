# SPDX-License-Identifier: GPL-3.0-or-later
"""Who looks at a page: the session of a browser, its language, and the token that its effects must carry.

The cookie of a session counts for pages alone; `/v1` never looks at it. So a program is always told apart from a
browser, and what a page of somebody else may try with a cookie ends here.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from phones.words import LANGUAGES
from station.service.callers import Caller, Right
from station.service.errors import NoCallerError
from station.service.gate import SAFE, STREAM_PATHS
from station.service.pace import Pace
from station.service.pages.sessions import Session
from station.text.language import STRETCHED, current, speaking

LANGUAGE_COOKIE = "proofwipe_language"
_LONGEST_COOKIES = 8192
_QUIET = ("/assets/", "/live", "/parts/", "/session")
"""What a page fetches by itself: nobody's hand, so it keeps no session awake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """One request of a browser. `csrf`: "" without a session. `is_part`: htmx asks for a part of a page."""

    path: str
    language: str
    is_part: bool
    cookie_name: str
    secret: str = ""
    session: Session | None = None

    @property
    def csrf(self) -> str:
        """Bound to the session: made from its secret, which no page can read."""
        return csrf_of(self.secret) if self.session is not None else ""

    @property
    def caller(self) -> Caller:
        """In whose name. Raises: NoCallerError without a session."""
        if self.session is None:
            raise NoCallerError
        return self.session.caller

    def may(self, right: Right) -> bool:
        """Has whoever looks that right?"""
        return self.session is not None and self.session.caller.has(right)


def csrf_of(secret: str) -> str:
    """The token that every effect of a session carries."""
    return hmac.new(secret.encode(), b"proofwipe page effect", hashlib.sha256).hexdigest()


def cookie_name(scope: Scope) -> str:
    """Cookies know no ports, so the name does: two stations on one machine do not end each other's sessions."""
    server = scope.get("server") or ("", None)
    return f"proofwipe_{server[1] or 0}"


class Door:
    """ASGI middleware before all pages. `session_of`: the session with that secret; `touch`: a person did something.
    `pace`: how often, and how much at one time, one session may ask.
    """

    def __init__(self, app: ASGIApp, *, session_of: Callable[[str, bool], Session | None], pace: Pace) -> None:
        self._app = app
        self._pace = pace
        self._session_of = session_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who looks, and in which language."""
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        cookies = _cookies(headers.get(b"cookie", ""))
        name = cookie_name(scope)
        secret, path = cookies.get(name, ""), scope["path"]
        session = None
        if secret and not path.startswith("/assets/"):
            session = await asyncio.to_thread(self._session_of, secret, not path.startswith(_QUIET))
        chosen = cookies.get(LANGUAGE_COOKIE, "")
        language = chosen if chosen in (*LANGUAGES, STRETCHED) else current()
        scope["state"]["browser"] = Browser(
            path=path,
            language=language,
            is_part=headers.get(b"hx-request") == "true",
            cookie_name=name,
            secret=secret if session is not None else "",
            session=session,
        )
        with speaking(language):
            if session is None:
                await self._app(scope, receive, send)
                return
            with self._pace.asked(session.caller.id, writes=scope["method"] not in SAFE, lasts=path in STREAM_PATHS):
                await self._app(scope, receive, send)


def _cookies(given: str) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(given[:_LONGEST_COOKIES])
    except CookieError:
        return {}
    return {name: each.value for name, each in jar.items()}


def browser_of(scope: Any) -> Browser:
    """What the door found out."""
    found: Browser = scope["state"]["browser"]
    return found
