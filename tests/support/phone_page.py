# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that comes to the bench as the page on a phone does, or worse: plain HTTP, no browser."""

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from station.checking.browser.page_files import PageFile

FILES: Mapping[str, PageFile] = {
    "index.html": PageFile(b"<!doctype html><title>page</title>", "text/html; charset=utf-8"),
    "page.js": PageFile(b"export {};\n", "text/javascript; charset=utf-8"),
}
"""In place of the real page, where a test needs to know only that one is given out."""


class PhonePage:
    """`address`: what the phone was told to open; `connects_to`: where its localhost is; `trust`: of a phone that comes
    over Wi-Fi. Nothing is asked before a method is called.
    """

    def __init__(self, address: str, *, connects_to: str = "127.0.0.1", trust: ssl.SSLContext | None = None) -> None:
        self._trust = trust
        self._connects_to = connects_to
        parts = urlsplit(address)
        self.host, self.port, self.base = str(parts.hostname), int(parts.port or 0), parts.path
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.cookie = ""
        self.found: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}

    def ask(
        self, method: str, name: str, body: object = None, *, headers: Mapping[str, str] | None = None, raw: bytes = b""
    ) -> tuple[int, bytes]:
        """One request over a connection of its own: status and body."""
        own = {"Host": f"{self.host}:{self.port}", **({"Cookie": self.cookie} if self.cookie else {})}
        data = raw or (b"" if body is None else json.dumps(body).encode())
        if method == "POST":
            own |= {"Content-Type": "application/json", "Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        connection = http.client.HTTPConnection(self._connects_to, self.port, timeout=20)
        try:
            if self._trust is not None:
                connection.connect()
                connection.sock = self._trust.wrap_socket(connection.sock, server_hostname=self.host)
            connection.request(method, self.base + name, data or None, {**own, **(headers or {})})
            answer = connection.getresponse()
            if cookie := answer.getheader("Set-Cookie"):
                self.cookie = cookie.partition(";")[0]
            return answer.status, answer.read()
        finally:
            connection.close()

    def open(self) -> int:
        """The page, and its plan."""
        status, _ = self.ask("GET", "")
        if status == 200:
            self.found = json.loads(self.ask("GET", "plan")[1])
        return status

    def begin(self, check: str) -> int:
        """Word that a check has begun."""
        body = {"nonce": self.found["nonce"], "check": check, "state": "begun", "done_permille": 0}
        return self.ask("POST", "state", body)[0]

    def tell(
        self, check: str, values: Mapping[str, str], not_measured: Mapping[str, str] | None = None, *, number: int = 0
    ) -> int:
        """A result, the next of its check unless it is said to be another."""
        self._numbers[check] = number or self._numbers.get(check, 0) + 1
        body = {
            "nonce": self.found["nonce"],
            "check": check,
            "number": self._numbers[check],
            "values": dict(values),
            "not_measured": dict(not_measured or {}),
        }
        return self.ask("POST", "result", body)[0]

    def end(self) -> int:
        """All is done."""
        return self.ask("POST", "done", {"nonce": self.found["nonce"]})[0]
