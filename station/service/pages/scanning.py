# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody scanned or typed into the one field that every page has: a phone on the bench, an asset tag, a job, a
paper, or a lot.

Finding changes nothing. What is scanned is a stranger's text: bounded, compared with what is known, shown escaped.
A label of the shop's own is looked for as a whole; where it could also be the end of another phone's number, a person
is shown both and chooses.
"""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Response
from starlette.responses import RedirectResponse

from phones.cleaning import clean
from phones.clock import utc_now
from phones.identity import plain
from station.errors import LotNotFoundError
from station.ledger.entry import timestamp
from station.ledger.summary import JobSummary
from station.service.callers import Right
from station.service.pages.browser import Browser
from station.service.pages.page_routes import LOGGED_IN, PageRoutes, Seen, Service
from station.service.pages.showing import show
from station.service.running import Running
from station.service.tokens import PREFIX
from station.session.continuous import Meant
from station.session.lots import lot
from station.session.searching import tagged
from station.text.language import text

PAGES = PageRoutes()
LONGEST = 200
Place = tuple[str, str]
"""An address on these pages, and what it is called."""


@PAGES.add("GET", "/scan", LOGGED_IN)
def scan(browser: Seen, service: Service, code: Annotated[str, Query(max_length=4096)] = "") -> Response:
    """Goes to what is meant; says so where nothing or several are."""
    typed = code.strip().strip("\0")
    if not typed:
        return RedirectResponse("/", status_code=303)
    if typed.startswith(PREFIX):  # a secret: it is not shown, and not looked for
        return show("scan.html", browser, status=404, said=text("page.scan_badge"), places=())
    if len(typed) > LONGEST or not typed.isprintable():
        return show("scan.html", browser, status=404, said=text("page.scan_odd"), places=())
    meant = service.bench.meant_by(typed) if browser.may(Right.SEE) else Meant()
    if meant.port and (meant.whole or plain(typed) in (plain(meant.port), plain(service.at.settings.slot(meant.port)))):
        return RedirectResponse(_tile(meant.port), status_code=303)
    places = dict(_labelled(service, browser, typed)) if browser.may(Right.READ) else {}
    if meant.port:
        places = {_tile(meant.port): text("page.slot", slot=service.at.settings.slot(meant.port)), **places}
    if not places and not meant.several and browser.may(Right.READ):
        places = dict(_papers(service, typed))
    if len(places) == 1 and not meant.several:
        return RedirectResponse(next(iter(places)), status_code=303)
    if places or meant.several:
        said = text("bench.several", slots=", ".join(meant.several)) if meant.several else text("page.scan_which")
        return show("scan.html", browser, said=said, places=tuple(places.items()))
    key = "bench.too_short" if meant.short else "page.scan_nothing"
    said = text(key, typed=clean(typed, most=80), digits=meant.short)
    return show("scan.html", browser, status=404, said=said, places=())


def _labelled(service: Running, browser: Browser, typed: str) -> Iterator[Place]:
    """What bears that asset tag, and the lot of that name: a phone on the bench before its jobs."""
    found = tagged(service.at.session.jobs, typed, at=timestamp(utc_now()))
    here = {row.job: row for row in service.bench.rows() if row.job} if browser.may(Right.SEE) else {}
    rows = [here[job.id] for job in found.jobs if job.id in here]
    # A phone without a job of now: tagged ahead, or back on the bench after the job that bears the tag.
    back = (job.serial for job in found.jobs if job.id not in here and job.serial)
    for number in (*found.waiting, *back) if browser.may(Right.SEE) else ():
        meant = service.bench.meant_by(number)
        is_it = meant.whole or number in found.waiting
        rows += [row for row in service.bench.rows() if is_it and row.port == meant.port and not row.job]
    for row in rows:
        yield _tile(row.port), f"{row.model or text('page.unknown_phone')} · {text('page.slot', slot=row.slot)}"
    if not rows:
        yield from _jobs(found.jobs)
    try:
        name = lot(service.at.session.jobs.ledger, typed).name
    except LotNotFoundError:
        return
    yield f"/lots?name={quote(name, safe='')}", f"{text('lot.name')} {name}"


def _jobs(jobs: tuple[JobSummary, ...]) -> Iterator[Place]:
    """Those of one phone as that phone; else each."""
    if len(jobs) > 1 and all(set(map(plain, jobs[0].numbers)) & set(map(plain, each.numbers)) for each in jobs):
        yield f"/phone?number={quote(jobs[0].serial or jobs[0].numbers[0], safe='')}", jobs[0].model
        return
    for each in jobs:
        yield f"/jobs/{quote(each.id, safe='')}", f"{each.model or text('page.unknown_phone')} · {each.id}"


def _papers(service: Running, typed: str) -> Iterator[Place]:
    """A job or phone by its number, a paper's, or the end of one."""
    found = service.at.session.jobs.named(typed)
    if len(found) == 1:
        yield f"/jobs/{quote(found[0].id, safe='')}", found[0].id
    elif found:
        yield f"/phone?number={quote(typed, safe='')}", typed


def _tile(port: str) -> str:
    return f"/?at={quote(port, safe='')}"
