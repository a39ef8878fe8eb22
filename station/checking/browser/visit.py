# SPDX-License-Identifier: GPL-3.0-or-later
"""One page opened once by one phone: what is answered to each request. No socket, no thread, no clock.

The token in the address opens the page; its first opener gets a cookie, and only with it anything else is given or
taken. Somebody else who comes with the same token is not the phone that we sent there, or the first was not: nobody
can tell, so the visit ends as replayed. The first opener may load the page anew: `GET past` tells it where it was.
"""

import hashlib
import hmac
import json
import os
import re
from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum

from phones.words import LANGUAGES, say
from station.checking.browser.page_files import PageFile
from station.checking.browser.requests import Asked, Said
from station.checking.browser.results import (
    MOST_BEGUN,
    BadMessageError,
    Checks,
    Result,
    State,
    read_nonce,
    read_result,
    read_state,
)

MOST_BYTES_AT_ONCE = 4 * 1024 * 1024
MOST_BYTES = 64 * 1024 * 1024
"""Random bytes for the Wi-Fi check: of one answer, and of a whole visit."""
MOST_REQUESTS = 20_000
"""A heartbeat every half second for an hour, and the page itself many times over."""
_COOKIE = "proofwipe_check"
_NUMBER = re.compile(r"n=([0-9]{1,8})")
_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "img-src 'self' blob:; media-src 'self' blob:"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class VisitEnd(StrEnum):
    """How a visit ended, as far as the page is concerned."""

    DONE = "done"  # the page said so
    REPLAYED = "replayed"  # somebody else came with the same token
    FLOODED = "flooded"  # more requests than any page of ours makes


class Visit:
    """`origin`: as the browser names it, "http://localhost:40123". `plan`: what `GET plan` answers.

    Not for several threads at once, but for `take` and `end`.
    """

    def __init__(
        self,
        *,
        token: str,
        nonce: str,
        origin: str,
        plan: bytes,
        checks: Checks,
        files: Mapping[str, PageFile],
        draw: Callable[[], str],
    ) -> None:
        self._token = token
        self._nonce = nonce
        self._origin = origin
        self._host = origin.partition("://")[2]
        self._plan = plan
        self._checks = checks
        self._files = files
        self._draw = draw
        self._cookie = ""
        self._begun: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._skipped: set[str] = set()
        self._signs: dict[str, str] = {}
        self._results: deque[Result] = deque()
        self._bytes_left = MOST_BYTES
        self.requests = 0
        """How many came, refused ones too; grows while anybody is there."""
        self.heard = 0
        """How many of them came with the cookie."""
        self.end: VisitEnd | None = None

    @property
    def is_opened(self) -> bool:
        """Has the page been given to somebody?"""
        return bool(self._cookie)

    @property
    def address(self) -> str:
        """Where the phone is sent."""
        return f"{self._origin}/c/{self._token}/"

    def take(self) -> Result | None:
        """The next result that came, each once."""
        return self._results.popleft() if self._results else None

    def answer(self, asked: Asked) -> Said:
        """What is said to a request."""
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            self.end = self.end or VisitEnd.FLOODED
        if self.end is VisitEnd.FLOODED:
            return Said(status=429)
        refused = self._refusal(asked)
        if refused:
            return Said(status=refused)
        name = asked.path.removeprefix(f"/c/{self._token}/")
        if asked.method == "GET" and not name:
            return self._page(asked)
        if not self._is_known(asked):
            return Said(status=403)
        self.heard += 1
        if self.end is not None:
            return Said(status=410)
        if asked.method == "GET":
            return self._get(name, asked.query)
        try:
            return self._post(name, asked.body)
        except BadMessageError as error:
            return Said(status=error.status)

    def _refusal(self, asked: Asked) -> int:
        """Why a request is none of our page's; 0 when it may be. Names this host (DNS rebinding), comes from no other
        page, carries JSON where it has an effect.
        """
        if asked.headers.get("host", "").lower() != self._host:
            return 421
        if asked.headers.get("origin", self._origin).lower() != self._origin:
            return 403
        if asked.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403
        head, _, rest = asked.path.removeprefix("/c/").partition("/")
        if not asked.path.startswith("/c/") or not _same(head, self._token) or asked.path == f"/c/{head}":
            return 404
        if asked.method not in ("GET", "POST"):
            return 405
        if asked.method == "GET":
            return 400 if asked.body else 0
        if not rest:
            return 405
        kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
        return 0 if kind == "application/json" else 415

    def _page(self, asked: Asked) -> Said:
        """The page itself: to the first who asks, and to the same one again."""
        if self.is_opened and not self._is_known(asked):
            self.end = VisitEnd.REPLAYED
            sentence = "\n".join(say("checking.page_used", language) for language in LANGUAGES)
            return Said(status=410, body=sentence.encode())
        more: dict[str, str] = {}
        if not self.is_opened:
            self._cookie = self._draw() + self._draw()
            secure = "; Secure" if self._origin.startswith("https:") else ""
            path = f"Path=/c/{self._token}/"
            more["Set-Cookie"] = f"{_COOKIE}={self._cookie}; {path}; HttpOnly; SameSite=Strict{secure}"
        self.heard += 1
        page = self._files["index.html"]
        return Said(status=200, body=page.body, kind=page.kind, more=more)

    def _is_known(self, asked: Asked) -> bool:
        given = [each.strip().partition("=") for each in asked.headers.get("cookie", "").split(";")]
        own = [value for name, _, value in given if name == _COOKIE]
        return self.is_opened and len(own) == 1 and _same(own[0], self._cookie)

    def _get(self, name: str, query: str) -> Said:
        if name == "plan":
            return Said(status=200, body=self._plan, kind="application/json")
        if name == "past":
            return Said(status=200, body=self._past(), kind="application/json")
        if name == "bytes":
            return self._random(query)
        found = self._files.get(name)
        return Said(status=404) if found is None else Said(status=200, body=found.body, kind=found.kind)

    def _past(self) -> bytes:
        """Check → how often it was begun, the number of its last result, that one's first sign ("" for none), and
        whether a person passed over it: JSON.
        """
        past = {
            check: {
                "begun": begun,
                "number": self._counts.get(check, 0),
                "sign": self._signs.get(check, ""),
                "skipped": check in self._skipped,
            }
            for check, begun in self._begun.items()
        }
        return json.dumps(past, sort_keys=True).encode()

    def _random(self, query: str) -> Said:
        found = _NUMBER.fullmatch(query)
        count = int(found[1]) if found else 0
        if not 1 <= count <= MOST_BYTES_AT_ONCE:
            return Said(status=400)
        if count > self._bytes_left:
            return Said(status=429)
        self._bytes_left -= count
        body = os.urandom(count)
        more = {"X-SHA256": hashlib.sha256(body).hexdigest()}
        return Said(status=200, body=body, kind="application/octet-stream", more=more)

    def _post(self, name: str, body: bytes) -> Said:
        """Raises: BadMessageError."""
        if name == "state":
            return self._state(read_state(body, self._nonce, self._checks))
        if name == "result":
            return self._result(read_result(body, self._nonce, self._checks))
        if name == "done":
            read_nonce(body, self._nonce)
            self.end = VisitEnd.DONE
            return Said(status=204)
        return Said(status=404)

    def _state(self, state: State) -> Said:
        """Nobody begins a check again and again until it comes out well."""
        begun = self._begun.get(state.check, 0)
        if state.state == "begun" and begun >= MOST_BEGUN:
            return Said(status=409)
        self._begun[state.check] = begun + (state.state == "begun")
        if state.state == "skipped":
            self._skipped.add(state.check)
        elif state.state == "begun":
            self._skipped.discard(state.check)
        return Said(status=204)

    def _result(self, result: Result) -> Said:
        """Results of a check come in order, after it was begun, and at most three times."""
        count = self._counts.get(result.check, 0)
        if not self._begun.get(result.check) or result.number != count + 1 or count >= MOST_BEGUN:
            return Said(status=409)
        self._counts[result.check] = count + 1
        self._signs[result.check] = next(iter(result.not_measured.values()), "")
        self._results.append(result)
        return Said(status=204)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
