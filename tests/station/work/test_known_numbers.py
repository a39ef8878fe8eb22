# SPDX-License-Identifier: GPL-3.0-or-later
"""A number that the station has met on two phones names neither; a phone that comes back keeps all of its own."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from phones.shared_numbers import NOTE
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage
from station.work.known_numbers import KnownNumbers
from tests.station.work.test_wrong_phone import OTHER, Stand
from tests.support import lives
from tests.support.direct_bench import VirtualClock

SERIAL = str(lives.PIXEL_13["serial"])
NAMED_ALIKE = {**OTHER, "serial": SERIAL}
IMEIS = ["004999006410962", "004999006412331"]


def processed(folder: Path, phone: Mapping[str, Any], job_id: str) -> Job:
    stand = Stand(folder, phone)
    stand.job_id = job_id
    job = stand.process()
    stand.ledger.close()
    return job


def test_a_number_met_on_two_phones_is_no_identity_and_one_left_names_nobody(tmp_path: Path) -> None:
    first = processed(tmp_path, lives.PIXEL_13, "TESTJOB1")
    assert first.stage is Stage.CERTIFIED
    job = processed(tmp_path, NAMED_ALIKE, "TESTJOB2")  # it has one IMEI
    assert job.stage is not Stage.CERTIFIED
    assert job.problems == ("numbers_shared",)
    assert any("serial" in piece.values.get(NOTE, "") for piece in job.evidence)
    assert not any("identity.serial" in piece.values for piece in job.evidence)


def test_a_reset_that_only_the_port_sees_is_not_begun_on_a_phone_whose_serial_number_others_have(
    tmp_path: Path,
) -> None:
    processed(tmp_path, lives.PIXEL_13, "TESTJOB1")
    job = processed(tmp_path, {**NAMED_ALIKE, "imeis": IMEIS}, "TESTJOB2")
    assert job.problems == ("numbers_shared",)


def test_a_phone_with_two_numbers_of_its_own_needs_none_that_it_shares(tmp_path: Path) -> None:
    processed(tmp_path, lives.PIXEL_16, "TESTJOB1")
    job = processed(tmp_path, {**lives.PIXEL_16, "imeis": IMEIS}, "TESTJOB2")
    assert job.stage is Stage.CERTIFIED
    assert job.identity is not None
    assert job.identity.serial == ""


def test_a_phone_that_comes_back_keeps_all_its_numbers(tmp_path: Path) -> None:
    processed(tmp_path, lives.PIXEL_13, "TESTJOB1")
    job = processed(tmp_path, lives.PIXEL_13, "TESTJOB2")
    assert job.identity is not None
    assert job.identity.serial == SERIAL
    assert not any(NOTE in piece.values for piece in job.evidence)


def test_a_shared_number_is_known_again_where_it_stands_alone(tmp_path: Path) -> None:
    processed(tmp_path, lives.PIXEL_13, "TESTJOB1")
    with closing(Ledger(tmp_path / "ledger.sqlite3", clock=VirtualClock())) as ledger:
        known = KnownNumbers(ledger, "TESTJOB2")
        alone = {"port.usb_serial": SERIAL}
        same = {"identity.serial": SERIAL, "identity.imei1": str(lives.PIXEL_13["imeis"][0])}
        assert known.shared_among(same | alone) == frozenset()
        other = {"identity.serial": SERIAL, "identity.imei1": "353918110000984"}
        assert known.shared_among(other) == {"identity.serial"}
        assert known.shared_among(alone) == {"port.usb_serial"}
