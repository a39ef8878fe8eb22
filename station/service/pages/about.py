# SPDX-License-Identifier: GPL-3.0-or-later
"""The station itself: what works and what does not, who may act, and what the settings say. To be read only."""

from fastapi import Response

from station.service.callers import Right
from station.service.pages.page_routes import PageRoutes, Seen, Service
from station.service.pages.showing import part, show
from station.service.told_station import ConfigurationTold, PeopleTold

PAGES = PageRoutes()


@PAGES.add("GET", "/doctor", Right.MAINTAIN)
def doctor(browser: Seen) -> Response:
    """At once; what is looked at comes by itself, for it takes seconds."""
    return show("doctor.html", browser)


@PAGES.add("GET", "/parts/doctor", Right.MAINTAIN)
def looked_at(browser: Seen, service: Service) -> Response:
    """Everything looked at, nothing mended."""
    checks = service.look().checks
    return part("doctor_checks.html", browser, checks=checks, wrong=sum(_needs_somebody(each.state) for each in checks))


@PAGES.add("GET", "/people", Right.READ)
def people(browser: Seen, service: Service) -> Response:
    """Who may act here, and who decides under a key of their own."""
    told = PeopleTold.of(service.at.home)
    return show("people.html", browser, told=told, required=service.at.settings.validator_key == "required")


@PAGES.add("GET", "/configuration", Right.READ)
def configuration(browser: Seen, service: Service) -> Response:
    """The settings in force, where each is written, and no secret."""
    told = ConfigurationTold.of(service.at.settings, service.config or service.at.home.config)
    return show("configuration.html", browser, told=told)


def _needs_somebody(state: str) -> bool:
    """What could not be looked at is not fine."""
    return state not in ("works", "absent")
