# SPDX-License-Identifier: GPL-3.0-or-later
"""What a step reads of its own earlier evidence is as hostile as the phone that gave it."""

from dataclasses import replace

import pytest

from phones.allowed import MALFORMED
from phones.evidence import Moment
from tests.wipe.drive import SMALL_PIXEL_13, Bench
from tests.wipe.honest import changed, overwritten
from wipe.method import StepContext
from wipe.steps.overwriting import record


def context(found: Bench) -> StepContext:
    made = found.scene()
    return replace(made, evidence=list(overwritten()))


@pytest.mark.parametrize(("said", "read"), [("116", 116), (MALFORMED, 0), ("", 0), ("-", 0), ("9" * 40, 0)])
def test_a_number_that_is_none_is_nothing_and_stops_no_job(said: str, read: int) -> None:
    made = context(Bench("android_harness_overwrite", SMALL_PIXEL_13))
    made.evidence[:] = changed(made.evidence, Moment.BETWEEN, "storage.free_bytes", said, asked="overwrite.measure")
    assert record.number(made, "overwrite.measure", "storage.free_bytes") == read
