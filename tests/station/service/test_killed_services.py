# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of the service at every ledger write of a job that a client watches; a power cut that takes the end of the
ledger with it; a disk that is full.
"""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from station.ledger.ledger import Ledger
from tests.support.direct_bench import VirtualClock
from tests.support.killable_service import FILL, LONGEST_S, Far, Served
from tests.support.sampling import parts
from tests.support.waiting import wait_for

_PARTS = 20
"""`make test` kills at one of them, another at each commit; `make slow` at all."""


def kinds(far: Far) -> list[str]:
    """Of every entry of the ledger, which is whole."""
    ledger = Ledger(far.home.path / "ledger.sqlite3", clock=VirtualClock())
    ledger.verify()
    found = [row.kind for row in ledger.stored()]
    ledger.close()
    return found


def whole(folder: Path, keys: Path) -> tuple[int, int]:
    """How many entries a job has that nothing interrupts, and how often its phone is wiped."""
    far = Far(folder, keys)
    with far.service() as served:
        far.ordered(served)
        assert served.until_closed()["stage"] == "CERTIFIED"
    return len(kinds(far)), far.resets


@pytest.mark.repeats
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("part", parts(_PARTS, tried=1))
def test_a_service_killed_at_any_ledger_write_goes_on_and_its_client_misses_nothing_and_sees_nothing_twice(
    part: int, tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    keys = keys_of(True)
    writes, wiped = whole(tmp_path / "whole", keys)
    tried = range(2 + part, writes + 1, _PARTS)
    assert tried or part > 0
    for number in tried:
        before = bool(number % 2) is bool(part % 2)
        where = f"killed {'before' if before else 'after'} write {number} of {writes}"
        far = Far(tmp_path / str(number), keys)
        with far.service(at_write=number, before=before) as served:
            far.ordered(served)
            served.until_dead()
        with far.service() as served:
            if not served.jobs():  # a client that got no answer looks, and orders again where nothing was begun
                assert far.resets == 0, where
                far.ordered(served)
            told = served.until_closed()
            assert told["stage"] == "CERTIFIED" or far.resets == 0 or told["outcome"] == "report", where
            assert served.client.get(f"/v1/jobs/{told['job']}/record.json").status_code == 200, where
            served.until_seen()
        assert far.watcher.entries == list(range(1, len(kinds(far)) + 1)), where
        assert far.resets <= wiped, f"{where}: erased once more"
        assert far.world.slot.first.truth()["erased"] or told["stage"] != "CERTIFIED", where


@pytest.mark.repeats
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("part", parts(8, tried=1))
def test_whatever_a_power_cut_leaves_of_the_ledgers_files_no_paper_is_made_for_a_phone_with_data(
    part: int, tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    keys = keys_of(True)
    writes, _ = whole(tmp_path / "whole", keys)
    for number in range(3 + part, writes + 1, 8):
        far = Far(tmp_path / str(number), keys)
        with far.service(at_write=number, before=False) as served:
            far.ordered(served)
            served.until_dead()
        had = len(far.watcher.entries)
        tail = far.home.path / "ledger.sqlite3-wal"
        with tail.open("r+b") as wal:  # a disk that lied about what is on it: only the first part of it is
            wal.truncate(tail.stat().st_size * (number % 4) // 4)
        (far.home.path / "ledger.sqlite3-shm").unlink(missing_ok=True)
        with far.service() as served:
            if served.jobs():
                wait_for(lambda: is_over(served), LONGEST_S, lambda: str(served.jobs()))
                (told,) = served.jobs()
                truth = far.world.slot.first.truth()
                assert truth["erased"] or not told["certificate"], (number, had, told)
        assert len(kinds(far)) >= 1


def is_over(served: Served) -> bool:
    """Closed, or stopped before an erase because the transparency log knows of one that the ledger has lost."""
    (told,) = served.jobs()
    return bool(told["closed_at"]) or [each["code"] for each in told["reasons"]] == ["log_unavailable"]


@pytest.mark.timeout(600)
def test_a_disk_that_is_full_in_a_job_is_said_and_the_next_start_goes_on_with_it(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    far = Far(tmp_path / "station", keys_of(True))
    with far.service(at_write=8, before=True, what=FILL) as served:
        far.ordered(served)
        wait_for(lambda: "at_work" not in states(served.client), LONGEST_S, "the job goes on without its ledger")
        assert served.client.get("/healthz").status_code == 200, "it still answers"
        assert served.client.get("/v1/state").status_code in (200, 503)
        written = served.jobs()
        assert [each["closed_at"] for each in written] == [None]
    with far.service() as served:
        told = served.until_closed()
        assert told["stage"] == "CERTIFIED", told
        served.until_seen()
    assert far.watcher.entries == list(range(1, len(kinds(far)) + 1))
    assert far.resets == whole(tmp_path / "whole", keys_of(True))[1]


def states(client: httpx.Client) -> list[str]:
    return [str(each["state"]) for each in client.get("/v1/phones").json()["phones"]]
