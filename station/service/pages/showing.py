# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates into answers. Whatever a template is given is escaped; a name it does not know is an error of ours."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from phones.cleaning import clean
from phones.words import has
from station.service.callers import Right
from station.service.pages import asset_files
from station.service.pages.browser import Browser
from station.service.pages.navigation import NAVIGATION, pages_for
from station.text.language import current, text

LONGEST = 2000


def _visible(value: object) -> object:
    """What cannot be seen (control and bidi characters) becomes an escape, in whatever a phone or a person said."""
    return clean(value, most=LONGEST) if type(value) is str else value


@cache
def templates() -> Environment:
    """Every template, read once."""
    made = Environment(
        loader=PackageLoader("station.service.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_visible,
    )
    made.globals |= {"t": text, "has": has, "Right": Right, "current": current, "version": asset_files.version}
    return made


def draw(template: str, browser: Browser, **facts: object) -> str:
    """The template with these facts, in the language in use."""
    known: dict[str, Any] = {"browser": browser, "pages": pages_for(browser), "navigation": NAVIGATION}
    return templates().get_template(template).render(**known, **facts)


def show(template: str, browser: Browser, *, status: int = 200, **facts: object) -> Response:
    """A whole page."""
    return HTMLResponse(draw(template, browser, **facts), status_code=status)


part = show
"""A part of a page, for htmx; the same, with a template that extends nothing."""


def go(address: str) -> Response:
    """The browser is to go there; `address` begins with "/"."""
    return Response(status_code=200, headers={"HX-Redirect": address})
