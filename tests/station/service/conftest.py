# SPDX-License-Identifier: GPL-3.0-or-later
"""A service at work."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.service_room import ServiceRoom, service_room


@pytest.fixture
def room(tmp_path: Path, keys_of: Callable[[bool], Path]) -> Iterator[ServiceRoom]:
    with service_room(tmp_path / "station", keys_of(True)) as found:
        yield found
