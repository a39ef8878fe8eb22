# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole job with an overwriting pass over a real adb server: an honest phone is claimed, a chip that lies refuted."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from station.setup.settings import Overwrite
from tests.support.wire_bench import SETTINGS, WireBench

pytestmark = pytest.mark.wire

MIB = 1024 * 1024
PHONE: Mapping[str, Any] = {
    "model": "pixel-6-android-13",
    "condition": "debugging",
    "set": {"storage": {"bytes": 64 * MIB, "data_kib": 48 * 1024}},
}


def test_three_phones_are_overwritten_over_the_wire_and_each_gets_what_it_showed(tmp_path: Path) -> None:
    settings = replace(SETTINGS, overwrite=Overwrite(passes=1))
    phones = [PHONE, {**PHONE, "misbehaviour": ["loses_blocks"]}, {**PHONE, "misbehaviour": ["restart_faked"]}]
    with WireBench(phones, tmp_path, settings=settings) as bench:
        honest, losing, staying = bench.run()
    assert honest.certified
    assert honest.truly_erased
    assert dict(honest.job.summary.claims)["gb_status"] == "method_overwrite"
    assert not losing.certified
    assert "overwrite_differs" in losing.job.summary.reasons
    assert staying.certified, "it is erased all the same"
    assert dict(staying.job.summary.claims)["gb_status"] == "supporting_only"
