# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the pages, to any browser."""

from fastapi import Response

from station.service.errors import ApiRefusedError
from station.service.pages.asset_files import KINDS, content
from station.service.pages.page_routes import OPEN, PageRoutes

PAGES = PageRoutes()


@PAGES.add("GET", "/assets/{name}", OPEN)
def asset(name: str) -> Response:
    """One of them, and none else."""
    if name not in KINDS:
        raise ApiRefusedError(cause="asset", status=404)
    return Response(content(name), media_type=KINDS[name], headers={"Cache-Control": "no-cache"})
