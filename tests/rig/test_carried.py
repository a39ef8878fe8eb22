# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes and processor time out of what workers told: shares of the same seconds, and stretches of one kind alone."""

from rig.carried import Cost, Told, cost, shares

WRITE, READ = "overwriting", "overwrite_reading"


def told(at_s: float, processor_s: float, port: str, key: str, carried: int | None = None) -> Told:
    return Told(at_s=at_s, processor_s=processor_s, port=port, key=key, carried=carried)


def test_only_stretches_without_the_other_way_are_counted() -> None:
    heard = [
        told(0, 0.0, "a", WRITE),
        told(1, 0.5, "a", WRITE, 1_000_000),
        told(2, 1.0, "b", READ),  # from here on both ways at once
        told(3, 9.0, "a", WRITE, 5_000_000),
        told(4, 9.5, "a", "done"),
        told(5, 10.0, "b", READ, 2_000_000),
        told(6, 10.2, "b", READ, 4_000_000),
    ]
    assert cost(heard, WRITE, READ) == Cost(processor_s=1.0, carried=1_000_000)
    read = cost(heard, READ, WRITE)
    assert (round(read.processor_s, 6), read.carried) == (0.7, 4_000_000)


def test_a_count_that_begins_anew_is_never_a_loss() -> None:
    heard = [
        told(0, 0.0, "a", WRITE, 900),
        told(1, 1.0, "a", "overwrite_waiting"),
        told(2, 2.0, "a", WRITE, 100),
        told(3, 3.0, "a", WRITE, 300),
    ]
    assert cost(heard, WRITE, READ).carried == 200


def test_nothing_heard_is_told_as_nothing() -> None:
    assert str(cost([], WRITE, READ)) == "nothing"
    assert str(Cost(processor_s=1.0, carried=2_000_000)) == "0.50 s/MB of 2.0 MB"
    assert shares([], WRITE) == (0.0, {})


def test_each_share_is_of_the_same_seconds() -> None:
    heard = [
        told(0, 0, "early", WRITE, 0),
        told(10, 0, "early", WRITE, 1000),
        told(5, 0, "late", WRITE, 0),
        told(20, 0, "late", WRITE, 300),
    ]
    seconds, found = shares(heard, WRITE)
    assert seconds == 5
    assert found == {"early": 500, "late": 100}


def test_what_came_after_the_moment_counts_for_nobody() -> None:
    heard = [
        told(0, 0, "a", WRITE, 0),
        told(0, 0, "b", WRITE, 0),
        told(4, 0, "a", WRITE, 400),
        told(4, 0, "b", WRITE, 200),
        told(9, 0, "b", WRITE, 90_000),
    ]
    assert shares(heard, WRITE, until_s=5) == (4, {"a": 400, "b": 200})


def test_phones_that_were_never_written_to_at_once_have_no_shares() -> None:
    heard = [
        told(0, 0, "a", WRITE, 0),
        told(1, 0, "a", WRITE, 100),
        told(2, 0, "b", WRITE, 0),
        told(3, 0, "b", WRITE, 100),
    ]
    assert shares(heard, WRITE) == (0.0, {"a": 0, "b": 0})


def test_one_that_has_all_and_only_waits_is_not_starved() -> None:
    heard = [
        told(0, 0, "full", WRITE, 0),
        told(2, 0, "full", WRITE, 200),
        told(9, 0, "full", WRITE, 200),
        told(0, 0, "other", WRITE, 0),
        told(10, 0, "other", WRITE, 1000),
    ]
    assert shares(heard, WRITE) == (2, {"full": 200, "other": 200})
