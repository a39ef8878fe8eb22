# SPDX-License-Identifier: GPL-3.0-or-later
"""One phone, one tag in the log, whatever it answers today: else it could have two live certificates."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phones.identity import PhoneIdentity
from station.ledger.job_events import PhoneIdentified
from station.ledger.ledger import Ledger
from station.papers.job_log import JobLog
from tests.support import lives
from tests.support.direct_bench import VirtualClock

FIRST, SECOND = "356938035643809", "490154203237518"
NUMBERS = {"serial": "F2LDEMO0Q1MN", "imei1": FIRST, "imei2": SECOND, "udid": "u1", "ecid": "17"}
Begin = Callable[[PhoneIdentity], tuple[str, int]]


def phone(**other: str) -> PhoneIdentity:
    """The phone, with some numbers read otherwise; "" = not read."""
    return PhoneIdentity(numbers={name: text for name, text in {**NUMBERS, **other}.items() if text})


PHONE = phone()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[JobLog]:
    made = lives.job_log(tmp_path)
    yield made
    made.log.close()


@pytest.fixture
def begin(tmp_path: Path, log: JobLog) -> Iterator[Begin]:
    ledger = Ledger(tmp_path / "ledger.sqlite3", clock=VirtualClock())

    def begun(identity: PhoneIdentity) -> tuple[str, int]:
        job = lives.open_job(ledger, "apple", lives.SETTINGS, job_id=f"JOB{log.log.size}")
        job.write(PhoneIdentified(phone=identity, attempt=1))
        log.start(job, at=VirtualClock().now())
        assert job.log is not None
        return job.log.device_tag, job.log.attempt

    yield begun
    ledger.close()


@pytest.mark.parametrize(
    "again",
    [
        PHONE,
        phone(imei1=SECOND, imei2=FIRST),
        phone(imei1="", imei2=""),
        phone(imei1="", imei2="", serial=""),
        phone(imei1=SECOND, imei2="", serial="", udid="", ecid=""),
    ],
)
def test_a_phone_keeps_its_tag_however_little_it_answers(begin: Begin, again: PhoneIdentity) -> None:
    tag, attempt = begin(PHONE)
    assert attempt == 1
    assert begin(again) == (tag, 2)


def test_a_phone_that_first_gave_no_imei_keeps_its_tag_when_it_does(begin: Begin) -> None:
    tag, _ = begin(phone(imei1="", imei2=""))
    assert begin(PHONE) == (tag, 2)


def test_phones_that_share_a_dummy_serial_number_are_two(begin: Begin) -> None:
    dummy = {"serial": "0123456789ABCDEF", "imei1": FIRST}
    assert begin(PhoneIdentity(numbers=dummy))[1] == 1
    assert begin(PhoneIdentity(numbers={**dummy, "imei1": SECOND}))[1] == 1
    assert begin(phone(imei1="352099001761481", imei2=""))[1] == 1
