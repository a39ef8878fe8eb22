# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page in a real Chromium, with phones in every state and the worst texts a phone or a person can put there:
nothing that axe-core knows to be a barrier, nothing cut, nothing wider than the screen, and no script runs.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from station.service.pages.app import SUBJECTS
from tests.support.full_shop import BEGUN, LOT, PHONES, RAN, SCRIPTS, WEEK, Shop, full_shop
from tests.support.page_browser import PageBrowser

pytestmark = [pytest.mark.page, pytest.mark.timeout(900)]
AXE = Path(__file__).parents[4] / "offline_page" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (390, 1280, 1920)
LANGUAGES = ("en", "zh", "stretched")
"""The last one is English in words a good third longer."""
SUMMED = """axe.run(document).then(({ violations, passes }) => ({ passed: passes.length, found: violations.map(
  ({ id, nodes }) => [id, nodes.length, nodes[0].html.slice(0, 200), nodes[0].failureSummary.slice(0, 300)]) }))"""
CUT = Path(__file__).with_name("cut_text.js").read_text("utf-8")
NO_PAGES = re.compile(r"^/(assets|live|parts|session)\b|\.(pdf|csv|jsonl|zpl)$")
"""What a page fetches, and files."""

PICTURES = os.environ.get("PROOFWIPE_PICTURES", "")
"""A folder for screenshots, for whoever wants to look at them."""
ANYBODY = ("/login", "/login?code=stale")
TECHNICIAN = (
    "/",
    *(f"/?at={port}" for port, _body in PHONES.values()),
    "/help",
    "/scan?code=nobody-is-called-so",
    "/doctor",
    "/phone?number={serial}",
    *(f"/jobs/{{{name}}}" for name in BEGUN),
    "/lots",
    "/lots?name={lot}",
    "/samples?period={week}&of=certificates",
    "/webhooks?name={hook}",
    "/scan?code={lot}",
    "/jobs/NOSUCHJOB",
    "/nowhere",
)
VALIDATOR = (
    "/validation",
    "/validation?job={awaiting}&done={rejected}",
    "/validation?job={certified}&done={certified}",
    "/papers",
    "/papers?result=awaiting",
    "/papers?find={hostile}",
    "/papers/{certified}",
    "/papers/{failed}",
    "/samples",
    "/samples?period={week}",
    "/webhooks",
    "/webhooks?name={hook}",
    "/statistics",
    "/people",
    "/configuration",
)
LOOKED_AT: dict[str, tuple[str, ...]] = {"": ANYBODY, "technician": TECHNICIAN, "validator": VALIDATOR}
OPENED = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, keys_of: Callable[[bool], Path]) -> Iterator[Shop]:
    with full_shop(tmp_path_factory.mktemp("shop"), keys_of(True)) as found:
        yield found


def test_every_page_there_is_is_looked_at_here() -> None:
    routes = [route for each in SUBJECTS for route in each.routes if isinstance(route, APIRoute)]
    given = {route.path for route in routes if "GET" in (route.methods or ())}
    wanted = {path for path in given if not NO_PAGES.search(path)}
    looked_at = {path.partition("?")[0] for paths in LOOKED_AT.values() for path in paths}
    missing = [path for path in wanted if not any(_is_one_of(path, each) for each in looked_at)]
    assert missing == []


def _is_one_of(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\?\{[^}]*\\?\}", "[^/]+", re.escape(route)), path) is not None


def address(shop: Shop, path: str) -> str:
    """With the jobs of this shop."""
    return path.format(
        serial=PHONES["certified"][1]["serial"],
        hostile="%3Cscript%3E%22%27",
        lot=quote(LOT),
        week=WEEK,
        hook=shop.hook,
        **shop.jobs,
    )


def come_in(page: PageBrowser, shop: Shop, role: str, language: str) -> None:
    """A browser of somebody with that role, or of nobody."""
    if role:
        page.enter(shop.station.port, shop.station.badge(role))
    else:
        page.do("open", address=f"http://127.0.0.1:{shop.station.port}/login", offline=False)
    page.do("cookie", name="proofwipe_language", value=language, address=f"http://127.0.0.1:{shop.station.port}")


def go(page: PageBrowser, shop: Shop, path: str) -> None:
    """There, with everything that can be opened open."""
    page.do("go", address=f"http://127.0.0.1:{shop.station.port}{address(shop, path)}")
    if path == "/doctor":
        page.wait(".checks li", seconds=300)
    page.script(OPENED)


@pytest.mark.parametrize("role", LOOKED_AT)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_barrier_or_cuts_a_word_or_runs_a_script(
    shop: Shop, chromium: PageBrowser, language: str, role: str
) -> None:
    come_in(chromium, shop, role, language)
    wrong: list[Any] = []
    for path in LOOKED_AT[role]:
        go(chromium, shop, path)
        wrong += looked_at(chromium, path, with_axe=language != "stretched")
    if role == "technician":
        for path in plans(chromium, shop):
            wrong += looked_at(chromium, path, with_axe=language != "stretched")
    assert not wrong, "\n".join(map(str, wrong))
    assert chromium.complaints == []


def looked_at(page: PageBrowser, path: str, *, with_axe: bool) -> list[Any]:
    """What is wrong with the page that is open."""
    wrong: list[Any] = []
    if with_axe:
        page.do("install", path=str(AXE))
    for width in WIDTHS:
        page.do("resize", width=width, height=900)
        wrong += [(path, width, each) for each in page.script(CUT)]
        picture(page, path, width)
        if with_axe and width != WIDTHS[-1]:
            found = page.script(SUMMED)
            assert found["passed"] > 5, "axe-core looked at something"
            wrong += [(path, width, each) for each in found["found"]]
    if page.script(f"window.{RAN}") is not None:
        wrong.append((path, "a script ran"))
    return wrong


def picture(page: PageBrowser, path: str, width: int) -> None:
    if PICTURES:
        language = page.script("document.documentElement.lang")
        name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "bench"
        page.do("picture", path=str(Path(PICTURES) / f"{name}-{language}-{width}.png"))


def plans(page: PageBrowser, shop: Shop) -> Iterator[str]:
    """What has no address of its own: a plan, a sheet that is looked over, a question before it is answered."""
    go(page, shop, "/?at=1-1")
    page.wait("#plan")
    page.press("Enter")
    page.wait("#confirm-number")
    yield "a plan"
    page.scan("not-its-number")
    page.wait("#message .note")
    yield "a plan with a refusal"
    go(page, shop, f"/?at={PHONES['asking'][0]}")
    page.wait(".sheet [data-line]")
    page.press("f")
    page.wait(".sheet [role=alert]")
    yield "a sheet with something open"
    page.press("1", "Enter")
    page.wait(".sheet [value=keep]")
    yield "a sheet that is looked over"


def test_a_phone_that_failed_looks_like_no_good_one(shop: Shop, chromium: PageBrowser) -> None:
    come_in(chromium, shop, "technician", "en")
    go(chromium, shop, "/")
    shown = [
        chromium.script(
            f"""(({{ tile, order }}) => [getComputedStyle(order).backgroundColor, getComputedStyle(tile).borderColor,
            order.textContent.trim(), order.querySelector('.sign').textContent,
            tile.querySelector('.picture').innerHTML])(
            {{ tile: document.getElementById('tile-{PHONES[name][0]}'),
               order: document.querySelector("[id='tile-{PHONES[name][0]}'] .order") }})"""
        )
        for name in ("certified", "failed")
    ]
    assert all(good != bad for good, bad in zip(*shown, strict=True)), shown
    assert "FAILED" in shown[1][2]


def test_what_a_phone_and_a_person_said_is_there_as_they_said_it(shop: Shop, chromium: PageBrowser) -> None:
    come_in(chromium, shop, "validator", "en")
    go(chromium, shop, "/jobs/{rejected}")
    assert SCRIPTS in chromium.text("#job"), "or the tests above have looked at nothing"
    assert "\u202e" not in chromium.html("html")
