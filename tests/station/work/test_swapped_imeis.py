# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone that calls its second IMEI the first is the same phone for everybody who asks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from phones.problem import ProblemCode
from phones.verdict import Verdict
from station.work.recheck import recheck
from station.work.worker import Progress
from tests.station.work.test_recheck import asked, erased
from tests.station.work.test_wrong_phone import Stand
from tests.support import lives
from virtual_phones.android.phone import AndroidPhone

IMEIS = ["355123110000016", "355123110000024"]
TWO_SLOTS = [lives.IPHONE, {**lives.PIXEL_16, "imeis": IMEIS}, {**lives.PIXEL_13, "imeis": IMEIS}]
NAMES = ["iphone", "android-16", "android-13"]


@pytest.mark.parametrize("phone", TWO_SLOTS, ids=NAMES)
def test_it_is_certified_when_they_change_places_at_the_erase(phone: Mapping[str, Any]) -> None:
    life = lives.live({**phone, "variation": ["imeis_change_places"]})
    assert life.certified, life.job.failure


@pytest.mark.parametrize("phone", TWO_SLOTS[:2], ids=NAMES[:2])
def test_it_is_the_one_on_its_paper(phone: Mapping[str, Any], tmp_path: Path) -> None:
    document, slot = erased({**phone, "variation": ["imeis_change_places"]})
    values, presence = asked(slot, tmp_path)
    assert recheck(document, values, presence).same is Verdict.PASSED


def test_its_job_goes_on_when_they_change_places_while_it_waits(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {**lives.PIXEL_13, "imeis": IMEIS, "misbehaviour": ["sim_inserted"]})
    swapped: list[tuple[str, ...]] = []

    def swap(progress: Progress) -> None:
        if any(problem.code is ProblemCode.SIM_PRESENT for problem in progress.problems) and not swapped:
            assert isinstance(stand.slot.phone, AndroidPhone)
            hardware = stand.slot.phone.lives.hardware
            hardware.imeis = hardware.imeis[::-1]
            swapped.append(hardware.imeis)

    job = stand.process(tell=swap)
    assert swapped
    assert job.failure == "blocked"
    stand.ledger.close()
