# SPDX-License-Identifier: GPL-3.0-or-later
"""What a browser does with the pages, without one: it keeps cookies, says where it comes from, and sends the token."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.service_room import OPERATOR, ServiceRoom


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
        found = re.search(r'<meta name="csrf" content="([0-9a-f]*)">', self.client.get("/login?code=x").text)
        assert found is not None
        return found.group(1)

    def send(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        """An effect, as htmx sends it."""
        own = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true", "X-Proofwipe-CSRF": self.token}
        return self.client.post(path, json=body, headers=own | headers)


@contextmanager
def coming_in(room: ServiceRoom, role: str, person: str = OPERATOR) -> Iterator[PageClient]:
    """A browser whose person has scanned a badge."""
    with room.over_tcp() as client:
        answer = client.post(
            "/login/badge", json={"badge": room.token(role, person)}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/"), answer.text
        yield PageClient(client=client)
