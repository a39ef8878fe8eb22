# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a real Chromium before simulated cameras, as docs/detection.md has it, once a row: no fault that a check
claims to see passes, no healthy phone fails, and each is found or passed by one of its rows at least.
"""

import pytest

from tools.detection_in_browser import in_browser

pytestmark = [pytest.mark.page, pytest.mark.timeout(900)]
SEED = 3


@pytest.mark.parametrize("only", ["torch", "camera, covered"])
def test_no_claimed_fault_passes_and_no_healthy_phone_fails(only: str) -> None:
    faults, healthy = in_browser(1, SEED, only)
    assert [row for row in faults if row.claimed and row.passed] == []
    assert [row for row in healthy if row.failed] == []
    assert [row for row in faults if row.failed]
    assert [row for row in healthy if row.passed]
