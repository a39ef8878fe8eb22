# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody scanned or typed into the one field that every page has: a phone on the bench, a job, or a paper.

Finding changes nothing. What is scanned is a stranger's text: bounded, compared with what is known, shown escaped.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Response
from starlette.responses import RedirectResponse

from phones.cleaning import clean
from station.service.callers import Right
from station.service.pages.page_routes import LOGGED_IN, PageRoutes, Seen, Service
from station.service.pages.showing import show
from station.service.tokens import PREFIX
from station.text.language import text

PAGES = PageRoutes()
LONGEST = 200


@PAGES.add("GET", "/scan", LOGGED_IN)
def scan(browser: Seen, service: Service, code: Annotated[str, Query(max_length=4096)] = "") -> Response:
    """Goes to what is meant; says so where nothing or several are."""
    typed = code.strip().strip("\0")
    if not typed:
        return RedirectResponse("/", status_code=303)
    if typed.startswith(PREFIX):  # a secret: it is not shown, and not looked for
        return show("scan.html", browser, status=404, said=text("page.scan_badge"))
    if len(typed) > LONGEST or not typed.isprintable():
        return show("scan.html", browser, status=404, said=text("page.scan_odd"))
    meant = service.bench.meant_by(typed) if browser.may(Right.SEE) else None
    if meant is not None and meant.port:
        return RedirectResponse(f"/?at={quote(meant.port, safe='')}", status_code=303)
    if meant is not None and meant.several:
        return show("scan.html", browser, said=text("bench.several", slots=", ".join(meant.several)))
    found = service.at.session.jobs.named(typed) if browser.may(Right.READ) else ()
    if len(found) == 1:
        return RedirectResponse(f"/jobs/{quote(found[0].id, safe='')}", status_code=303)
    if found:
        return RedirectResponse(f"/phone?number={quote(typed, safe='')}", status_code=303)
    short = meant.short if meant is not None else 0
    key = "bench.too_short" if short else "page.scan_nothing"
    return show("scan.html", browser, status=404, said=text(key, typed=clean(typed, most=80), digits=short))
