# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that sends bytes as they are, for what no library of HTTP would send."""

import json
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

LONGEST_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`status` 0 and nothing else where the connection was closed without a word."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """That of a problem document; "" for anything else."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        told: dict[str, Any] = json.loads(self.body)
        return str(told["code"])


def asked(port: int, sent: bytes, *, timeout_s: float = LONGEST_S) -> list[Answer]:
    """Every answer that comes on one connection to that, until it is closed.

    Raises: TimeoutError when it is not.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as connection:
        with suppress(ConnectionError):  # it may be closed before all is sent
            connection.sendall(sent)
        return list(answers(everything(connection)))


def everything(connection: socket.socket) -> bytes:
    """What comes until the other end closes. Raises: TimeoutError."""
    found = b""
    with suppress(ConnectionError):
        while piece := connection.recv(65536):
            found += piece
    return found


def answers(heard: bytes) -> Iterable[Answer]:
    """Cut into answers, each with its announced length."""
    while heard:
        head, _, rest = heard.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", len(rest)))
        yield Answer(status=int(first.split()[1]), headers=headers, body=rest[:length])
        heard = rest[length:]
