# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 while an answer is corrected: what a decision is about and the answers it rests on are never two things."""

import shutil
from pathlib import Path

from station.ledger.job_events import AnswerCorrected
from station.ledger.paper_events import ReportMade
from station.setup.home import Home
from tests.support import lives
from tests.support.killable_station import correct_and_die


def _copy(home: Home, folder: Path) -> Home:
    shutil.copytree(home.path, folder)
    return Home(folder)


def _numbers(home: Home) -> tuple[int, int, int]:
    """How many corrections and reports there are, and how many entries in all."""
    job = lives.job_in(home.ledger)
    kinds = list(job._kinds.values())
    return kinds.count(AnswerCorrected.kind), kinds.count(ReportMade.kind), max(job._kinds)


def test_a_station_killed_while_it_corrects_leaves_both_entries_or_neither(home: Home, tmp_path: Path) -> None:
    wanted = {"battery_swollen": "yes"}
    whole = _copy(home, tmp_path / "whole")
    corrections, reports, first = _numbers(whole)
    assert correct_and_die(whole, wanted, die_at=None, before=False) == 0
    assert _numbers(whole)[:2] == (corrections + 1, reports + 1)
    last = _numbers(whole)[2]
    assert last > first + 1
    for number in range(first + 1, last + 1):
        for before in (True, False):
            killed = _copy(home, tmp_path / f"{number}-{before}")
            assert correct_and_die(killed, wanted, die_at=number, before=before) == -9
            corrected, made, _ = _numbers(killed)
            assert corrected - corrections == made - reports, (number, before)
            job = lives.job_in(killed.ledger)
            assert job.summary.awaits_decision
            assert job.report_is_last
            assert correct_and_die(killed, wanted, die_at=None, before=False) == 0
            assert lives.job_in(killed.ledger).summary.grade == "H"


def test_what_is_taken_back_is_taken_back_whole(home: Home) -> None:
    from contextlib import closing, suppress

    from phones.clock import SystemClock
    from station.ledger.job import Job
    from station.ledger.job_events import JobFailed
    from station.ledger.ledger import Ledger

    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        before = ledger.verify()
        job = Job.load(ledger, ledger.jobs()[0])
        assert job is not None
        with suppress(KeyError), ledger.together():
            job.write(JobFailed(reason="phone_lost"))
            raise KeyError
        assert ledger.verify() == before
        assert list(ledger.view.differences()) == []
        job.ledger.append(JobFailed(reason="phone_lost"), job.id)
        assert ledger.verify()[0] == before[0] + 1
        assert list(ledger.view.differences()) == []
