# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: chained, append-only, and honest about a place it cannot write."""

import os
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest

from phones.clock import SystemClock
from station.errors import LedgerCorruptError, LedgerError, LedgerFullError
from station.ledger.job_events import JobFailed, JobResumed
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage


def filled(path: Path, number: int = 5) -> None:
    ledger = Ledger(path, clock=SystemClock())
    for count in range(number):
        ledger.append(JobFailed(reason=f"r{count} 值"), "JOB")
    ledger.close()


def test_a_whole_chain_verifies_and_names_its_head(tmp_path: Path) -> None:
    filled(tmp_path / "l")
    ledger = Ledger(tmp_path / "l", clock=SystemClock())
    number, head = ledger.verify()
    assert number == 5
    assert head == list(ledger.entries())[-1].hash
    ledger.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entry SET payload = '{}' WHERE number = 3",
        "UPDATE entry SET at = '2020-01-01T00:00:00.000000Z' WHERE number = 3",
        "UPDATE entry SET job = 'OTHER' WHERE number = 3",
        "UPDATE entry SET kind = 'method' WHERE number = 3",
        "UPDATE entry SET hash = previous WHERE number = 3",
        "DELETE FROM entry WHERE number = 3",
        "UPDATE entry SET number = 99 WHERE number = 3",
    ],
)
def test_a_changed_or_removed_entry_is_found(tmp_path: Path, damage: str) -> None:
    filled(tmp_path / "l")
    with sqlite3.connect(tmp_path / "l") as raw:
        raw.execute("DROP TRIGGER entry_is_never_changed")
        raw.execute("DROP TRIGGER entry_is_never_removed")
        raw.execute(damage)
    raw.close()
    with pytest.raises(LedgerCorruptError):
        Ledger(tmp_path / "l", clock=SystemClock()).verify()


@pytest.mark.parametrize("statement", ["UPDATE entry SET kind = 'x'", "DELETE FROM entry"])
def test_the_database_itself_refuses_to_change_or_remove(tmp_path: Path, statement: str) -> None:
    filled(tmp_path / "l")
    raw = sqlite3.connect(tmp_path / "l")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(statement)
    raw.close()


def test_a_file_that_is_no_database_is_called_corrupt(tmp_path: Path) -> None:
    (tmp_path / "l").write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(LedgerCorruptError):
        Ledger(tmp_path / "l", clock=SystemClock())


def test_a_broken_last_entry_is_found_at_opening(tmp_path: Path) -> None:
    filled(tmp_path / "l")
    with sqlite3.connect(tmp_path / "l") as raw:
        raw.execute("DROP TRIGGER entry_is_never_changed")
        raw.execute("UPDATE entry SET payload = '{}' WHERE number = 5")
    raw.close()
    with pytest.raises(LedgerCorruptError):
        Ledger(tmp_path / "l", clock=SystemClock())


def test_a_folder_that_cannot_be_there_is_a_ledger_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError):
        Ledger(tmp_path / "nowhere" / "l", clock=SystemClock())


def test_entries_written_by_many_threads_make_one_chain(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l", clock=SystemClock())
    threads = [
        threading.Thread(target=lambda: [ledger.append(JobResumed(stage=Stage.SEEN), "J") for _ in range(20)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.verify()[0] == 160
    ledger.close()


def test_a_backup_is_its_owners_alone_and_takes_no_other_files_place(tmp_path: Path) -> None:
    filled(tmp_path / "l")
    with closing(Ledger(tmp_path / "l", clock=SystemClock())) as ledger:
        ledger.backup(tmp_path / "copy")
        with pytest.raises(LedgerError):
            ledger.backup(tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_the_same_chain(tmp_path: Path) -> None:
    filled(tmp_path / "l")
    ledger = Ledger(tmp_path / "l", clock=SystemClock())
    ledger.backup(tmp_path / "copy")
    copy = Ledger(tmp_path / "copy", clock=SystemClock())
    assert copy.verify() == ledger.verify()
    copy.close()
    ledger.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a full disk needs root; CI runs as root")
def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], check=True)
    try:
        ledger = Ledger(place / "l", clock=SystemClock())
        written = 0
        with pytest.raises(LedgerFullError):  # noqa: PT012 - the disk is full after some append, not after the first
            while True:
                ledger.append(JobFailed(reason="x" * 2000), "J")
                written += 1
        assert ledger.verify()[0] == written
        ledger.close()
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting read-only needs root; CI runs as root")
def test_a_read_only_place_is_said_to_be_one(tmp_path: Path) -> None:
    place = tmp_path / "fixed"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=True)
    try:
        filled(place / "l")
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        with pytest.raises(LedgerError):
            Ledger(place / "l", clock=SystemClock()).append(JobResumed(stage=Stage.SEEN), "J")
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
