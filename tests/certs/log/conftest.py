# SPDX-License-Identifier: GPL-3.0-or-later
"""A log of a day's work, and whom its readers trust."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from certs.log.policy import LogPolicy
from tests.certs.log.samples import AT, LOG_KEY, ORIGIN, day, policy_of
from transparency.database import TransparencyLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[TransparencyLog]:
    made = TransparencyLog.create(tmp_path / "log.sqlite3", origin=ORIGIN, key=LOG_KEY)
    yield made
    made.close()


@pytest.fixture
def worked(log: TransparencyLog) -> TransparencyLog:
    """Ten phones, each entry under a checkpoint of its own."""
    for entry in day(10):
        log.append([entry], at=AT)
    return log


@pytest.fixture
def policy(log: TransparencyLog) -> LogPolicy:
    return policy_of(log.public)
