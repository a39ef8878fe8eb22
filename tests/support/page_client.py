# SPDX-License-Identifier: GPL-3.0-or-later
"""What a browser does with the pages, without one: it keeps cookies, says where it comes from, and sends the token."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.service_room import OPERATOR, ServiceRoom

OWN = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a request by our own page."""


@dataclass(kw_only=True)
class PageClient:
    """`client`: with the cookies of its session."""

    client: httpx.Client

    def page(self, path: str, status: int = 200) -> str:
        """What stands there."""
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer.text

    @property
    def token(self) -> str:
        """That of this session, as every page carries it."""
        found = re.search(r'<meta name="csrf" content="([0-9a-f]*)">', self.page("/help"))
        assert found is not None
        return found.group(1)

    def send(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        """An effect, as htmx sends it."""
        own = OWN | {"HX-Request": "true", "X-Proofwipe-CSRF": self.token}
        while True:
            try:
                return self.client.post(path, json=body, headers=own | headers)
            except httpx.ReadError:  # refused and closed before the body was read, which may cost the answer
                assert self.page("/help")

    def enter(self, room: ServiceRoom, role: str, person: str = OPERATOR) -> None:
        """By a badge."""
        answer = self.client.post("/login/badge", json={"badge": room.token(role, person)}, headers=OWN)
        assert (answer.status_code, answer.headers["hx-redirect"] != "/login") == (200, True), answer.text


@contextmanager
def coming_in(room: ServiceRoom, role: str, person: str = OPERATOR) -> Iterator[PageClient]:
    """A browser whose person has scanned a badge."""
    with room.over_tcp() as client:
        browser = PageClient(client=client)
        browser.enter(room, role, person)
        yield browser
