# SPDX-License-Identifier: GPL-3.0-or-later
"""A caller's way into the dashboard: a one-time address for a browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from fastapi import Response

from phones.clock import utc_now
from station.documents.document import Document
from station.service import bodies
from station.service.callers import Right
from station.service.login_codes import VALID_S
from station.service.routing import From, Routes, Service, tell

ROUTES = Routes()


@dataclass(frozen=True, kw_only=True)
class LoginTold(Document):
    """`POST /v1/logins`. `path`: of the page that opens a browser's session, once, before `expires_at`. `address`: the
    whole of it; null where the service has no port, and so no browser reaches it.
    """

    NAME: ClassVar[str] = "login"

    path: str
    address: str | None
    expires_at: datetime


@ROUTES.add("POST", "/logins", Right.SEE, status=201, refuses=(), response_model=LoginTold)
def make_login(service: Service, caller: From, body: bodies.Nothing) -> Response:
    """A one-time address of the dashboard, for a browser that then acts as this caller."""
    del body  # whose name counts is chosen on the page
    path = f"/login?code={service.codes.make(caller)}"
    port = service.at.settings.service.port
    told = LoginTold(
        path=path,
        address=f"http://127.0.0.1:{port}{path}" if port else None,
        expires_at=utc_now() + timedelta(seconds=VALID_S),
    )
    return tell(told, 201)
