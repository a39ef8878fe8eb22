# SPDX-License-Identifier: GPL-3.0-or-later
"""The built page in a real Chromium. `make test-page` builds it first."""

from collections.abc import Iterator

import pytest

from tests.offline_page.driver import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    started = Browser()
    yield started
    started.close()
