# SPDX-License-Identifier: GPL-3.0-or-later
"""Browsers that have come in."""

from collections.abc import Iterator

import pytest

from tests.support.page_browser import PageBrowser
from tests.support.page_client import PageClient, coming_in
from tests.support.service_room import ServiceRoom


@pytest.fixture
def browser(room: ServiceRoom) -> Iterator[PageClient]:
    """A technician's."""
    with coming_in(room, "technician") as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[PageBrowser]:
    """A real one, for tests marked `page`."""
    started = PageBrowser()
    yield started
    started.close()
