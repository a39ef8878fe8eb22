# SPDX-License-Identifier: GPL-3.0-or-later
"""How the visit of a phone's page ended, as the bench saw it, and what that says of values that nobody measured."""

from collections.abc import Mapping
from enum import StrEnum

NAME = "browser"
"""Of the act; its evidence is asked for as `check.browser`, of each check of the page as `check.browser.<check>`."""


class PageEnd(StrEnum):
    """How the visit of a page ended, as the bench saw it: `host.page`."""

    DONE = "done"
    SKIPPED = "skipped"  # a person passed over the rest
    NEVER_OPENED = "never_opened"  # nobody came in time
    LEFT = "left"  # somebody came and fell silent
    REPLAYED = "replayed"
    FLOODED = "flooded"
    NO_WAY = "no_way"  # the phone gave no port, or its cable was pulled
    NO_BROWSER = "no_browser"  # nothing on the phone opens an address
    NOT_BOUND = "not_bound"  # a person said that another phone opened it
    UNANSWERED = "unanswered"  # nobody said which phone opened it
    NOT_SET_UP = "not_set_up"  # the bench has no way to this phone


SIGNS: Mapping[PageEnd, str] = {
    PageEnd.NEVER_OPENED: "not_opened",
    PageEnd.LEFT: "cut",
    PageEnd.REPLAYED: "replayed",
    PageEnd.FLOODED: "replayed",  # the law of 2027.02 lets a person's word stand in for a sign that it does not know
    PageEnd.NO_WAY: "not_opened",
    PageEnd.NO_BROWSER: "not_opened",
    PageEnd.NOT_BOUND: "replayed",
    PageEnd.UNANSWERED: "unanswered",
    PageEnd.NOT_SET_UP: "not_set_up",
}
"""Ends after which a value that nobody measured has a sign. After `NOBODYS` every value has it."""
NOBODYS = (PageEnd.REPLAYED, PageEnd.FLOODED)
"""Nobody knows who measured what came."""
