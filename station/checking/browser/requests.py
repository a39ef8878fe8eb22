# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 as one page of ours speaks it, and nothing more: a head of bounded size, a body of announced length.

Whoever holds the phone, and every program on it, may send what it likes to this port.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

LARGEST_HEAD = 8 * 1024
LARGEST_BODY = 16 * 1024
MOST_HEADERS = 64
HEAD_S = 8.0
"""Within which a whole head must have come, the wait of a kept connection for its next request included."""
BODY_S = 8.0

_LINE = re.compile(r"(?P<method>[A-Z]{3,7}) (?P<target>/[!-~]{0,1023}) HTTP/1\.1")
_HEADER = re.compile(r"(?P<name>[A-Za-z0-9-]{1,64}):[ \t]*(?P<value>[ -~]{0,4096}?)[ \t]*")
_LENGTH = re.compile(r"[0-9]{1,9}")
REASONS: Mapping[int, str] = MappingProxyType(
    {
        200: "OK",
        204: "No Content",
        400: "Bad Request",
        403: "Forbidden",
        404: "Not Found",
        405: "Method Not Allowed",
        408: "Request Timeout",
        409: "Conflict",
        410: "Gone",
        413: "Content Too Large",
        415: "Unsupported Media Type",
        421: "Misdirected Request",
        422: "Unprocessable Content",
        429: "Too Many Requests",
        431: "Request Header Fields Too Large",
        503: "Service Unavailable",
    }
)


class BadRequestError(Exception):
    """Not a request that our page makes. `status`: what is answered; then the connection is closed."""

    def __init__(self, status: int) -> None:
        super().__init__(REASONS[status])
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A whole request. `headers`: names in small letters; none comes twice."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer. `more`: headers beside those that every answer has."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    more: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


async def read_request(reader: asyncio.StreamReader) -> Asked | None:
    """The next request of a connection; None at its end. The reader's limit is `LARGEST_HEAD`.

    Raises: BadRequestError; OSError when the connection broke.
    """
    try:
        raw = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_S)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadRequestError(400) from error
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequestError(431) from error
    except TimeoutError as error:
        raise BadRequestError(408) from error
    asked = read_head(raw)
    length = asked.headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length):
        raise BadRequestError(400)
    if int(length) > LARGEST_BODY:
        raise BadRequestError(413)
    try:
        body = await asyncio.wait_for(reader.readexactly(int(length)), BODY_S)
    except asyncio.IncompleteReadError as error:
        raise BadRequestError(400) from error
    except TimeoutError as error:
        raise BadRequestError(408) from error
    return Asked(method=asked.method, path=asked.path, query=asked.query, headers=asked.headers, body=body)


def read_head(raw: bytes) -> Asked:
    """A head with its two line ends. Raises: BadRequestError."""
    try:
        first, *lines = raw.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")
    except UnicodeDecodeError as error:
        raise BadRequestError(400) from error
    found = _LINE.fullmatch(first)
    if found is None:
        raise BadRequestError(400)
    if len(lines) > MOST_HEADERS:
        raise BadRequestError(431)
    headers: dict[str, str] = {}
    for line in lines:
        each = _HEADER.fullmatch(line)
        if each is None or each["name"].lower() in headers:  # a name twice: two readers may see two requests
            raise BadRequestError(400)
        headers[each["name"].lower()] = each["value"]
    if "transfer-encoding" in headers:  # our page announces a length
        raise BadRequestError(400)
    path, _, query = found["target"].partition("?")
    return Asked(method=found["method"], path=path, query=query, headers=MappingProxyType(headers))


def written(said: Said, common: Mapping[str, str], *, keep: bool) -> bytes:
    """An answer as it travels."""
    headers = {
        **common,
        **said.more,
        "Content-Type": said.kind,
        "Content-Length": str(len(said.body)),
        "Connection": "keep-alive" if keep else "close",
    }
    if said.status == 204:
        del headers["Content-Type"], headers["Content-Length"]
    lines = [f"HTTP/1.1 {said.status} {REASONS[said.status]}", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + said.body
