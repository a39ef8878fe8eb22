# SPDX-License-Identifier: GPL-3.0-or-later
"""The eraser's stamp: what counts, what does not, and that nothing it holds can break us."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import allowed
from phones.apple.nvram import parse_stamp, read_marks

TABLE = [
    (b"EACS Done @1795000123, Caller: N/A, Reason: mc_mobile_tunnel erase", "eacs_done", 1795000123, None),
    (b"EACS Done @1795000123]", "eacs_done", 1795000123, None),
    (b"eacs DONE @1795000123\x00\x00", "eacs_done", 1795000123, None),
    (b"SafeOblit done @1795000123, Err:0, By:x", "safe_oblit_done", 1795000123, 0),
    (b"SafeOblit done @1795000123, Err:-5, By:x", "safe_oblit_done", 1795000123, -5),
    (b"SafeOblit done @1795000123", "safe_oblit_done", 1795000123, None),
    (b"RRTS Done @1795000123, Caller: x, Reason: y", "rrts", 1795000123, None),
    (b"SafeRRTS done @1795000123", "rrts", 1795000123, None),
    (b"BrickOnly Done @1795000123", "brick_only", 1795000123, None),
    (b"MarkerCreate Done @1795000123", "marker_create", 1795000123, None),
    (b"WipeAndBrick Done @1795000123", "other_wipe", 1795000123, None),
    (b"SafeWipe Done @1795000123", "other_wipe", 1795000123, None),
    (b"handle_message: Obliteration Complete", "legacy", None, None),
    (b"handle_message: Obliteration Complete\n", "legacy", None, None),  # iOS 12.4.8 and 13.3.1
    (b"EACS failed with [gF: 0x1] Attempt: 1", "unreadable", None, None),
    (b"EACS Done @", "unreadable", None, None),
    (b"EACS Done 1795000123", "unreadable", None, None),
    (b"NotEACS Done @1795000123", "unreadable", None, None),
    (b"x EACS Done @1795000123", "unreadable", None, None),
    (b"SomethingNew Done @1795000123", "unreadable", None, None),
    (b"EACS Done @99999999999999", "unreadable", None, None),
    (b"", "unreadable", None, None),
]


@pytest.mark.parametrize(("raw", "kind", "epoch", "error"), TABLE)
def test_each_known_stamp_is_read_as_what_it_is(raw: bytes, kind: str, epoch: int | None, error: int | None) -> None:
    stamp = parse_stamp(raw)
    assert (stamp.kind, stamp.epoch, stamp.error) == (kind, epoch, error)
    assert stamp.digest == hashlib.sha256(raw).hexdigest()


def test_no_stamp_is_none_and_has_no_digest() -> None:
    stamp = parse_stamp(None)
    assert (stamp.kind, stamp.epoch, stamp.digest) == ("none", None, "")


def test_a_stamp_too_long_to_be_one_is_unreadable() -> None:
    assert parse_stamp(b"EACS Done @1795000123, Reason: " + b"x" * 5000).kind == "unreadable"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser_and_every_answer_is_on_the_list(raw: bytes) -> None:
    stamp = parse_stamp(raw)
    assert allowed("apple.obliteration_kind").admit(stamp.kind) == stamp.kind
    if stamp.epoch is not None:
        assert allowed("apple.obliteration_epoch").admit(str(stamp.epoch)) == str(stamp.epoch)


@given(
    token=st.sampled_from(["EACS", "SafeOblit", "RRTS", "BrickOnly"]),
    epoch=st.integers(0, 10**12 - 1),
    tail=st.binary(),
)
def test_the_tail_of_a_stamp_changes_neither_kind_nor_time(token: str, epoch: int, tail: bytes) -> None:
    clean = parse_stamp(f"{token} Done @{epoch}".encode())
    # A tail that begins with a digit would be part of the number.
    tailed = parse_stamp(f"{token} Done @{epoch},".encode() + tail[:200])
    assert (tailed.kind, tailed.epoch) == (clean.kind, clean.epoch)


COMPLETE = b"handle_message: Obliteration Complete\n"
BEGINS = b"OblitType: ObliterateDataPartition. Reason: unknown"


@pytest.mark.parametrize(
    ("begins", "stamp", "word"),
    [
        ([None, None], None, "no"),
        ([None, None], COMPLETE, "no"),
        ([BEGINS, None], COMPLETE, "finished"),  # public dumps of phones in use: both stay
        ([b"OblitType: ObliterateDataPartition. Reason: /Applications/Setup.app/Setup", None], COMPLETE, "finished"),
        ([BEGINS, None], None, "yes"),
        ([None, b"1"], None, "yes"),
        ([b"", None], None, "yes"),
        (
            [BEGINS, None],
            b"EACS Done @1795000123, Caller: x",
            "yes",
        ),  # deleted when that erase ended: a later one began
        ([BEGINS, None], b"RRTS Done @1795000123", "yes"),
    ],
)
def test_a_start_mark_beside_the_old_end_mark_is_of_a_finished_erase(
    begins: list[bytes | None], stamp: bytes | None, word: str
) -> None:
    marks = read_marks(begins=begins, failure=None, stamp=parse_stamp(stamp))
    assert (marks.begins, marks.failure, marks.failure_mark) == (word, "no", "none")
    assert (marks.begins_mark == "none") == (begins == [None, None])


FAILURES = [
    b"EACS failed with [gF: 0x0000000000000010] Attempt: 1",
    b"EACS failed with [gF: 0x0000000000000010] Attempt: 2",
    b"Safe Obliteration failed with [gF: 0x0000000000000010] Attempt: 1",
    b"SafeOblit failed with [gF: 0x0000000000000010] Attempt: 1",
    b"SafeRRTS failed with [gF: 0x0000000000000010] Attempt: 1",
    b"",
]


def test_each_wording_of_a_failure_is_a_mark_of_its_own() -> None:
    marks = [read_marks(begins=[None], failure=raw, stamp=parse_stamp(None)) for raw in FAILURES]
    assert {mark.failure for mark in marks} == {"yes"}
    assert len({mark.failure_mark for mark in marks} | {"none"}) == len(FAILURES) + 1


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_marks_are_the_same_only_for_the_same_bytes(one: bytes, other: bytes) -> None:
    stamp = parse_stamp(None)
    first, second = (read_marks(begins=[raw, None], failure=raw, stamp=stamp) for raw in (one, other))
    assert (first == second) == (one == other)
    assert allowed("apple.oblit_begins_mark").admit(first.begins_mark) == first.begins_mark
