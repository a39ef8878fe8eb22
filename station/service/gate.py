# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate before every route: who may come in at all, with what, and for how long.

A page in somebody's browser can send requests to loopback in the name of whoever sits there. So a request must name
this host (DNS rebinding), come from our own pages if it comes from a page at all, and carry JSON where it has an
effect, which no form of a foreign page can send. There is no CORS.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phones.errors import ProofwipeError
from station.service.callers import Caller, Peer, caller_of
from station.service.errors import ApiRefusedError, BusyError, NoCallerError
from station.service.pace import Pace
from station.service.problem import answer_of
from station.text.language import current, speaking

LARGEST_BODY = 64 * 1024
LARGEST_HEADERS = 8 * 1024
"""Bytes of all names and values."""
MOST_HEADERS = 64
BODY_S = 10.0
"""Within which a whole body must have come."""
REFUSED_BODY_S = 1.0
"""For which what comes with a refused head is still taken: closed under its sender, the answer would be lost."""
SAFE = ("GET", "HEAD")
_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")
_OPEN = ("/healthz",)
"""Answered to anybody who comes in."""
_WATCHED = ("/readyz", "/metrics")
STREAM_PATHS = ("/v1/events", "/live")
_API = "/v1"
_OWN_FETCHES = ("same-origin", "none")
HEADERS = (
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
     b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)  # fmt: skip
log = logging.getLogger("proofwipe.service")


class Gate:
    """ASGI middleware. `with_token`: whose token that is, None for nobody's; it counts wrong ones by where the request
    comes from. `pace`: how often somebody may ask.
    """

    def __init__(self, app: ASGIApp, *, with_token: Callable[[str, Scope], Caller | None], pace: Pace) -> None:
        self._app = app
        self._with_token = with_token
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = _headers(scope)
        with speaking(language_of(",".join(headers.get("accept-language", [])))):
            sending, whole = _Sending(send), False
            try:
                if scope.get("state", {}).get("crowded"):
                    raise BusyError
                check_head(scope)
                check(scope["method"], headers)
                whole = True
                body = await asyncio.wait_for(_whole(receive, headers), BODY_S)
                scope.setdefault("state", {})
                if is_of_api(scope["path"]) and scope["path"] not in _OPEN:  # pages have a door of their own
                    caller = scope["state"]["caller"] = await asyncio.to_thread(self._caller, scope, headers)
                    with self._pace.asked(
                        caller.id, writes=scope["method"] not in SAFE, lasts=scope["path"] in STREAM_PATHS
                    ):
                        await self._app(scope, _again(body, receive), sending)
                else:
                    await self._app(scope, _again(body, receive), sending)
            except TimeoutError:
                await _refuse(sending, ApiRefusedError(cause="body", status=408))
            except ProofwipeError as error:
                if not whole and not isinstance(error, BusyError):
                    await _take(receive)
                await _refuse(sending, error)
            except Exception as error:
                log.exception("unexpected")
                await _refuse(sending, ProofwipeError(got=type(error).__name__))

    def _caller(self, scope: Scope, headers: dict[str, list[str]]) -> Caller:
        """Raises: NoCallerError, TooManyTriesError, ConfigError."""
        given = headers.get("authorization", [])
        peer = scope["state"].get("peer")
        if given:  # also over the socket: a program there may want to be less than the technician
            kind, _, secret = given[0].partition(" ")
            found = self._with_token(secret, scope) if len(given) == 1 and kind.lower() == "bearer" else None
        else:
            found = caller_of(peer) if isinstance(peer, Peer) else None
        if found is None:
            raise NoCallerError
        return found


def is_of_api(path: str) -> bool:
    """Is that an address for programs, or one of a page? Cookies count for the second kind alone."""
    return path in _OPEN or path in _WATCHED or path == _API or path.startswith(f"{_API}/")


def check_head(scope: Scope) -> None:
    """Raises: ApiRefusedError for another protocol, and for a head that is larger than any of ours needs to be."""
    if scope["http_version"] not in ("1.0", "1.1"):
        raise ApiRefusedError(cause="HTTP", status=505)
    given = scope["headers"]
    if len(given) > MOST_HEADERS or sum(len(name) + len(value) for name, value in given) > LARGEST_HEADERS:
        raise ApiRefusedError(cause=f"> {LARGEST_HEADERS} B", status=431)


def check(method: str, headers: dict[str, list[str]]) -> None:
    """Raises: ApiRefusedError for a request that may come from somebody else's page, or is not of our kind."""
    hosts = headers.get("host", [])
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0].lower()):
        raise ApiRefusedError(cause="Host", status=421)
    origins = headers.get("origin", [])
    if origins and (len(origins) != 1 or origins[0].lower() != f"http://{hosts[0].lower()}"):
        raise ApiRefusedError(cause="Origin", status=403)
    fetched = headers.get("sec-fetch-site", [])
    if fetched and (len(fetched) != 1 or fetched[0].lower() not in _OWN_FETCHES):
        raise ApiRefusedError(cause="Sec-Fetch-Site", status=403)
    if "transfer-encoding" in headers and "content-length" in headers:  # two lengths: two readers see two requests
        raise ApiRefusedError(cause="Transfer-Encoding")
    if method not in SAFE:
        kinds = headers.get("content-type", [])
        if len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() != "application/json":
            raise ApiRefusedError(cause="Content-Type", status=415)


def language_of(accepted: str) -> str:
    """Chinese or English, whichever the header names first with the greater weight; "" when it names neither."""
    weights: dict[str, float] = {}
    for each in accepted[:400].split(","):
        tag, _, more = each.strip().partition(";")
        short = tag.strip().lower()[:2]
        if short in ("zh", "en") and short not in weights:
            found = re.fullmatch(r"\s*q=([01](?:\.[0-9]{0,3})?)\s*", more)
            weights[short] = float(found.group(1)) if found else 0.0 if more else 1.0
    best = max(weights, key=lambda each: weights[each], default="")
    return best if best and weights[best] > 0 else ""


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


async def _whole(receive: Receive, headers: dict[str, list[str]]) -> bytes:
    """The whole body. Raises: ApiRefusedError when it is too large, as soon as that is known."""
    announced = headers.get("content-length", ["0"])[0]
    if not announced.isdecimal() or int(announced[:12]) > LARGEST_BODY:
        raise ApiRefusedError(cause=f"> {LARGEST_BODY} B", status=413)
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ApiRefusedError(cause="body")
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise ApiRefusedError(cause=f"> {LARGEST_BODY} B", status=413)
        if not message.get("more_body", False):
            return bytes(body)


async def _take(receive: Receive) -> None:
    """What a small body still has, to be forgotten."""
    with suppress(TimeoutError, ApiRefusedError):
        await asyncio.wait_for(_whole(receive, {}), REFUSED_BODY_S)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was received, once more; then whatever comes, which is that the client is gone."""
    given = [False]

    async def receiving() -> Message:
        if given[0]:
            return await receive()
        given[0] = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


class _Sending:
    """Adds the headers that every answer has; knows whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            own = {name for name, _ in message.get("headers", [])}
            more = [each for each in HEADERS if each[0] not in own]
            language = (b"content-language", current().encode())
            message = {**message, "headers": [*message.get("headers", []), *more, language]}
        await self._send(message)


async def _refuse(sending: _Sending, error: ProofwipeError) -> None:
    if sending.begun:
        return  # an error of ours, answered and told already, comes once more
    status, headers, body = answer_of(error)
    await sending({"type": "http.response.start", "status": status, "headers": headers})
    await sending({"type": "http.response.body", "body": body})
