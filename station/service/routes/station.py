# SPDX-License-Identifier: GPL-3.0-or-later
"""The station itself, to be read: its people, its settings, its transparency log."""

from fastapi import Response

from station.documents.logs import LogTold
from station.errors import LogMissingError
from station.service.callers import Right
from station.service.routing import IN_THE_WAY, NOT_THERE, Routes, Service, tell
from station.service.told_station import ConfigurationTold, PeopleTold
from transparency.files import LogFiles

ROUTES = Routes()


@ROUTES.add("GET", "/people", Right.READ, refuses=(IN_THE_WAY,), response_model=PeopleTold)
def people(service: Service) -> Response:
    """Who may act here, as what, and who decides under a key of their own."""
    return tell(PeopleTold.of(service.at.home))


@ROUTES.add("GET", "/configuration", Right.READ, refuses=(NOT_THERE, IN_THE_WAY), response_model=ConfigurationTold)
def configuration(service: Service) -> Response:
    """The settings in force, with the file and line of each; no secrets, and nothing here can be changed."""
    return tell(ConfigurationTold.of(service.at.settings, service.config or service.at.home.config))


@ROUTES.add("GET", "/log", Right.READ, refuses=(IN_THE_WAY,), response_model=LogTold)
def log_status(service: Service) -> Response:
    """How the station's transparency log stands; its newest checkpoint is checked against what is stored."""
    home = service.at.home
    files = LogFiles(home.transparency_log, home.keys)
    if not files.log.is_file():
        raise LogMissingError(subject=files.log.name)
    return tell(LogTold.of(files))
