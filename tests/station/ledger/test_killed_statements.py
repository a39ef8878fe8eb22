# SPDX-License-Identifier: GPL-3.0-or-later
"""A station killed at any write of a job that takes what was stated ahead: the job has it whole, or it waits still."""

import multiprocessing
import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from phones.clock import SystemClock
from phones.identity import PhoneIdentity
from phones.port import Platform
from station.ledger.ahead import ahead_of_numbers, ahead_of_slot
from station.ledger.job import Job
from station.ledger.job_events import JobOpened, PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.trade_events import FieldsStated
from tests.support import lives

NUMBER = "ht7a1b2c3d4e"


def work(path: Path, die_at: int, before: bool) -> None:
    """Begins a job for which something waits by slot and by number, and dies."""

    def die(number: int, when: str) -> None:
        if number == die_at and (when == "before") == before:
            os.kill(os.getpid(), signal.SIGKILL)

    ledger = Ledger(path, clock=SystemClock(), on_append=die)
    opened = JobOpened(
        port="1-1",
        slot="A1",
        platform=Platform.ANDROID,
        emulated=True,
        salt=bytes(16),
        policy=lives.SETTINGS.policy,
        performed_by=lives.TESTER,
    )
    job = Job.open(ledger, job_id="JOB1", opened=opened)
    job.write(PhoneIdentified(phone=PhoneIdentity(numbers={"serial": NUMBER.upper()}), attempt=1))
    os._exit(0)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("die_at", range(3, 7))
def test_what_was_stated_ahead_is_taken_whole_or_waits(tmp_path: Path, die_at: int, before: bool) -> None:
    path = tmp_path / "ledger.sqlite3"
    with closing(Ledger(path, clock=SystemClock())) as ledger:
        for number, slot in ((NUMBER, ""), ("", "A1")):
            fields = {"asset_tag": number or slot}
            ledger.append(FieldsStated(fields=fields, by="L", role="operator", number=number, slot=slot), "")
    process = multiprocessing.get_context("fork").Process(target=work, args=(path, die_at, before))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with closing(Ledger(path, clock=SystemClock())) as ledger:
        ledger.verify()
        assert list(ledger.view.differences()) == []
        kinds = [entry.kind.value for entry in ledger.entries("JOB1")]
        assert kinds in ([], ["job_opened", "stated"], ["job_opened", "stated", "identity", "stated"])
        slot_waits = ahead_of_slot(ledger, "A1", at=next(iter(ledger.stored())).at)
        assert (bool(slot_waits), bool(ahead_of_numbers(ledger, (NUMBER,)))) == (not kinds, len(kinds) < 4)
