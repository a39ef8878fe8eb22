# SPDX-License-Identifier: GPL-3.0-or-later
"""Receivers, and an outbox over a ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.ledger.ledger import Ledger
from tests.support.direct_bench import VirtualClock
from tests.support.receiver import Receiver, receiver


@pytest.fixture
def listening() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.sqlite3", clock=VirtualClock())
    yield made
    made.close()
