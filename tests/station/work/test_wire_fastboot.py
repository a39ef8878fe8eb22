# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones in fastboot from plug to paper, through pyusb: each ends in a report, and the honest one is erased."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.wire_bench import WireBench
from wipe.report import EvidenceLevel

pytestmark = pytest.mark.wire

OPEN: dict[str, Any] = {
    "model": "pixel-6-android-13",
    "condition": "fastboot",
    "variation": ["unlocked_bootloader"],
}


def test_phones_in_fastboot_end_in_reports_and_only_the_honest_one_is_erased(tmp_path: Path) -> None:
    phones = [
        OPEN,
        {**OPEN, "misbehaviour": ["says_done_keeps_data"]},
        {**OPEN, "misbehaviour": ["fastboot_refuses_erase"]},
        {**OPEN, "fault": [{"at": 17, "kind": "drop_after"}]},
    ]
    with WireBench(phones, tmp_path, drawn={"1-1"}) as bench:
        honest, keeps, refuses, cut = bench.run()
    assert [life.certified for life in (honest, keeps, refuses, cut)] == [False] * 4
    assert {life.job.method for life in (honest, keeps, refuses, cut)} == {"android_fastboot"}
    assert honest.truly_erased
    assert honest.job.verdict is not None
    assert EvidenceLevel(honest.job.verdict.level) is EvidenceLevel.E1
    assert not keeps.truly_erased
    assert not refuses.truly_erased
    assert list(bench.papers.rglob("*-report.pdf"))


def test_two_phones_in_fastboot_with_one_serial_number_are_not_erased(tmp_path: Path) -> None:
    phones = [{**OPEN, "serial": "FASTSAME01"}, {**OPEN, "serial": "FASTSAME01"}]
    with WireBench(phones, tmp_path) as bench:
        ended = bench.run()
    assert [life.truth["erased"] for life in ended] == [False, False]
    assert [life.job.problems for life in ended] == [("serial_not_unique",)] * 2
