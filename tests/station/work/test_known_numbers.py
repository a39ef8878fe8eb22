# SPDX-License-Identifier: GPL-3.0-or-later
"""A number that the station has met on several phones names none; a phone that comes back keeps all of its own."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from phones.identity import PhoneIdentity
from phones.port import Platform
from phones.problem import Problem, ProblemCode
from phones.shared_numbers import NOTE
from station.ledger.job import Job
from station.ledger.job_events import JobFailed, JobOpened, PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage
from station.work.known_numbers import KnownNumbers
from tests.station.work.test_wrong_phone import Stand
from tests.support import lives
from tests.support.direct_bench import VirtualClock

SERIAL = str(lives.PIXEL_13["serial"])
IMEIS = ["004999006410962", "004999006412331"]


def processed(folder: Path, phone: Mapping[str, Any], job_id: str) -> Job:
    stand = Stand(folder, phone)
    stand.job_id = job_id
    job = stand.process()
    stand.ledger.close()
    return job


def earlier(folder: Path, *phones: Mapping[str, str]) -> None:
    """Jobs of which the ledger holds no more than what their phones said of themselves."""
    with closing(Ledger(folder / "ledger.sqlite3", clock=VirtualClock())) as ledger:
        for number, values in enumerate(phones):
            opened = JobOpened(
                port="1-1",
                slot="1-1",
                platform=Platform.ANDROID,
                emulated=True,
                salt=lives.SALT,
                policy=lives.SETTINGS.policy,
                performed_by=lives.TESTER,
            )
            job = Job.open(ledger, job_id=f"EARLIER{number}", opened=opened)
            job.write(PhoneIdentified(phone=PhoneIdentity.from_values(values), attempt=1))
            job.move(Stage.FAILED, because=[job.write(JobFailed(reason="blocked"))])


def told(serial: str, *imeis: str, **more: str) -> dict[str, str]:
    names = ("identity.imei1", "identity.imei2")
    return {"identity.serial": serial, **dict(zip(names, imeis, strict=False)), **more}


def shared_after(folder: Path, values: Mapping[str, str], *phones: Mapping[str, str]) -> frozenset[str]:
    earlier(folder, *phones)
    with closing(Ledger(folder / "ledger.sqlite3", clock=VirtualClock())) as ledger:
        return KnownNumbers(ledger, "TESTJOB1").shared_among(values)


A, B, C, D = "355123110000016", "353918110000984", IMEIS[0], IMEIS[1]
APPLE = {"identity.ecid": "1634698810980220", "identity.udid": "00008110-0005cebff9f1777c"}


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (told(SERIAL, B), [told(SERIAL, A)]),  # its IMEI was repaired, or the other slot answers
        (told(SERIAL, A), [told(SERIAL, A), told(SERIAL, B)]),  # somebody showed its number once on another phone
        (told(SERIAL, B), [told(SERIAL, A), told(SERIAL, B)]),  # repaired, and back again
        (told(SERIAL, B), [told(SERIAL, A), told(SERIAL, A)]),
        (told("OTHER12345", A), [told(SERIAL, A)]),
        (told(SERIAL, A, C), [told(SERIAL, B, C)]),
        (told(SERIAL, A), [told(SERIAL, A, B)]),
        (told(SERIAL, **APPLE), [told(SERIAL, **{name: text[::-1] for name, text in APPLE.items()})]),  # one chip
    ],
)
def test_one_number_that_differs_takes_no_number_from_a_phone(
    tmp_path: Path, now: dict[str, str], before: list[dict[str, str]]
) -> None:
    assert shared_after(tmp_path, now, *before) == frozenset()


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (told(SERIAL, A, B), [told(SERIAL, C, D)]),
        (told(SERIAL, A, **APPLE), [told(SERIAL, B, **{name: text[::-1] for name, text in APPLE.items()})]),
        (told(SERIAL, C), [told(SERIAL, A), told(SERIAL, B)]),
        (told(SERIAL, C), [told(SERIAL, A), told(SERIAL, A), told(SERIAL, B)]),
    ],
)
def test_two_kinds_of_number_or_two_other_phones_show_that_a_number_is_shared(
    tmp_path: Path, now: dict[str, str], before: list[dict[str, str]]
) -> None:
    assert shared_after(tmp_path, now, *before) == {"identity.serial"}


def test_a_phone_whose_imei_was_repaired_is_certified(tmp_path: Path) -> None:
    earlier(tmp_path, told(SERIAL, B))
    job = processed(tmp_path, lives.PIXEL_13, "TESTJOB1")
    assert job.stage is Stage.CERTIFIED
    assert job.identity is not None
    assert job.identity.serial == SERIAL


def test_a_number_met_on_several_phones_is_no_identity_and_one_left_names_nobody(tmp_path: Path) -> None:
    earlier(tmp_path, told(SERIAL, B), told(SERIAL, C))
    heard: list[Problem] = []
    stand = Stand(tmp_path, lives.PIXEL_13)
    job = stand.process(tell=lambda progress: heard.extend(progress.problems))
    stand.ledger.close()
    assert job.stage is not Stage.CERTIFIED
    assert job.problems == ("numbers_met_before",)
    assert any("serial" in piece.values.get(NOTE, "") for piece in job.evidence)
    assert not any("identity.serial" in piece.values for piece in job.evidence)
    met = [problem for problem in heard if problem.code is ProblemCode.NUMBERS_MET_BEFORE]
    assert {problem.facts["job"] for problem in met} == {"EARLIER1"}
    assert all("EARLIER1" in problem.next_step(language) for problem in met for language in ("en", "zh"))


def test_a_reset_that_only_the_port_sees_is_not_begun_on_a_phone_whose_serial_number_others_have(
    tmp_path: Path,
) -> None:
    earlier(tmp_path, told(SERIAL, A, B))
    job = processed(tmp_path, {**lives.PIXEL_13, "imeis": IMEIS}, "TESTJOB1")
    assert job.problems == ("numbers_met_before",)


def test_a_phone_with_two_numbers_of_its_own_needs_none_that_it_shares(tmp_path: Path) -> None:
    earlier(tmp_path, told(str(lives.PIXEL_16["serial"]), A, B))
    job = processed(tmp_path, {**lives.PIXEL_16, "imeis": IMEIS}, "TESTJOB1")
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
    earlier(tmp_path, told(SERIAL, A, B))
    with closing(Ledger(tmp_path / "ledger.sqlite3", clock=VirtualClock())) as ledger:
        known = KnownNumbers(ledger, "TESTJOB2")
        alone = {"port.usb_serial": SERIAL}
        same = {"identity.serial": SERIAL, "identity.imei1": A}
        assert known.shared_among(same | alone) == frozenset()
        other = {"identity.serial": SERIAL, "identity.imei1": C, "identity.imei2": D}
        assert known.shared_among(other) == {"identity.serial"}
        assert known.shared_among(alone) == {"port.usb_serial"}
