# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pages there are: what the head of every page links to, as far as whoever looks may go there."""

from dataclasses import dataclass

from station.service.callers import RIGHTS, Right, Role
from station.service.pages.browser import Browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`word`: the key of its name. `key`: the letter that goes there after `g`, none twice."""

    path: str
    word: str
    right: Right
    key: str


NAVIGATION: tuple[Page, ...] = (
    Page(path="/", word="page.bench", right=Right.SEE, key="b"),
    Page(path="/validation", word="page_queue.title", right=Right.DECIDE, key="v"),
    Page(path="/papers", word="page_papers.title", right=Right.READ, key="p"),
    Page(path="/lots", word="page_lots.title", right=Right.READ, key="l"),
    Page(path="/samples", word="page_samples.title", right=Right.READ, key="a"),
    Page(path="/statistics", word="page_counts.title", right=Right.READ, key="s"),
    Page(path="/doctor", word="page_about.doctor", right=Right.MAINTAIN, key="d"),
    Page(path="/webhooks", word="page_hooks.title", right=Right.READ, key="w"),
    Page(path="/people", word="page_about.people", right=Right.READ, key="e"),
    Page(path="/configuration", word="page_about.configuration", right=Right.READ, key="c"),
)


def pages_for(browser: Browser) -> tuple[Page, ...]:
    """Those that whoever looks may open, in order."""
    return tuple(each for each in NAVIGATION if browser.may(each.right))


def first_page(role: Role) -> str:
    """Where whoever has that role begins."""
    return next((each.path for each in NAVIGATION if each.right in RIGHTS[role]), "/help")
