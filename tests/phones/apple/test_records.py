# SPDX-License-Identifier: GPL-3.0-or-later
"""Pair records hold private keys: where they lie, who can read them, and which one proves what."""

from pathlib import Path

import pytest

from phones.apple.records import PairRecordMissingError, PairRecords, PairRecordStoreError
from phones.errors import ReplyMalformedError

UDID = "00008110-0005CEBFF9F1777C"


def hosts(record: dict[str, object] | None) -> object:
    return None if record is None else record["HostID"]


def test_folder_and_files_are_for_us_alone(tmp_path: Path) -> None:
    folder = tmp_path / "pairing"
    records = PairRecords(folder)
    records.write(UDID, {"HostID": "1", "HostPrivateKey": b"key"})
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


def test_one_spelling_of_a_udid_finds_the_record_of_another(tmp_path: Path) -> None:
    records = PairRecords(tmp_path)
    records.write(UDID, {"HostID": "1"})
    assert hosts(records.current(UDID.replace("-", "").lower())) == "1"


def test_after_pairing_anew_the_record_from_before_the_erase_is_shown(tmp_path: Path) -> None:
    records = PairRecords(tmp_path)
    records.write(UDID, {"HostID": "before"})
    assert hosts(records.from_before_erase(UDID)) == "before"
    for fresh in ("after", "after a crash"):
        records.save_from_before_erase(UDID)
        records.write(UDID, {"HostID": fresh})
        assert hosts(records.from_before_erase(UDID)) == "before"
        assert hosts(records.current(UDID)) == fresh


def test_a_record_of_an_earlier_job_is_not_this_jobs_proof(tmp_path: Path) -> None:
    records = PairRecords(tmp_path)
    records.write(UDID, {"HostID": "earlier job"})
    records.save_from_before_erase(UDID)
    records.begin_job(UDID)
    with pytest.raises(PairRecordMissingError):
        records.from_before_erase(UDID)


def test_forgetting_leaves_nothing(tmp_path: Path) -> None:
    records = PairRecords(tmp_path)
    records.write(UDID, {"HostID": "1"})
    records.save_from_before_erase(UDID)
    records.write(UDID, {"HostID": "2"})
    records.forget(UDID)
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_behind_is_removed_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "x.tls").write_bytes(b"key")
    (tmp_path / ".y.current.5f3a").write_bytes(b"key")
    PairRecords(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("udid", ["../../etc/passwd", "", "x" * 24, "a" * 41])
def test_what_is_no_udid_is_no_file_name(tmp_path: Path, udid: str) -> None:
    with pytest.raises(ReplyMalformedError):
        PairRecords(tmp_path).write(udid, {})


@pytest.mark.parametrize("content", [b"", b"garbage", b"<plist><array/></plist>"])
def test_a_damaged_record_is_a_fault_of_the_bench_and_no_missing_trust(tmp_path: Path, content: bytes) -> None:
    records = PairRecords(tmp_path)
    (tmp_path / f"{UDID.replace('-', '').lower()}.current").write_bytes(content)
    with pytest.raises(PairRecordStoreError):
        records.current(UDID)


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PairRecordStoreError) as caught:
        PairRecords(tmp_path / "file" / "pairing")
    assert "\n" not in str(caught.value)
    assert caught.value.hint("zh")
