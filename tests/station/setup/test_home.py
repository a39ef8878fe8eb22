# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of a station, and its log."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.setup.home import Home


@pytest.fixture
def own() -> Iterator[logging.Logger]:
    log = logging.getLogger("proofwipe")
    before = list(log.handlers)
    yield log
    for each in set(log.handlers) - set(before):
        log.removeHandler(each)
        each.close()
    for each in before:
        log.addHandler(each)


def test_a_log_whose_folder_was_taken_away_costs_lines_and_no_traceback(tmp_path: Path, own: logging.Logger) -> None:
    home = Home(tmp_path / "station").make()
    home.start_log()
    shutil.rmtree(home.path)
    own.error("nobody reads this")
    assert not home.path.exists()


def test_the_log_of_another_station_gets_no_lines_any_more(tmp_path: Path, own: logging.Logger) -> None:
    first, second = (Home(tmp_path / name).make() for name in ("first", "second"))
    first.start_log()
    own.addHandler(logging.NullHandler())
    own.addHandler(logging.NullHandler())
    second.start_log()
    own.error("to the second")
    assert first.log.read_text() == ""
    assert "to the second" in second.log.read_text()
    assert len(own.handlers) == 1
