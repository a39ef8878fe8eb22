# SPDX-License-Identifier: GPL-3.0-or-later
"""How the pages are used without a mouse; what a person chooses for this browser."""

from fastapi import Response

from station.service.pages.page_routes import LOGGED_IN, PageRoutes, Seen
from station.service.pages.showing import show

PAGES = PageRoutes()


@PAGES.add("GET", "/help", LOGGED_IN)
def help_page(browser: Seen) -> Response:
    """The keys of the pages this person may open."""
    return show("help.html", browser)
