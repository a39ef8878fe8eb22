# SPDX-License-Identifier: GPL-3.0-or-later
"""One demo for all tests that look at what a demo does; they are of one group, "whole-bench", so that it runs once."""

import pytest

from tests.support.demo_run import DemoRun, run_demo


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    return run_demo(tmp_path_factory.mktemp("demo"))
