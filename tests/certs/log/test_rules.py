# SPDX-License-Identifier: GPL-3.0-or-later
"""What may not follow what: the log refuses to append it, and an auditor finds it where it stands all the same."""

import dataclasses

import pytest

from certs.log.entries import Entry, Start
from certs.log.errors import LiveIssueError, LogKeyError, LogRuleError
from certs.log.history import History
from phones.words import LANGUAGES
from tests.certs.log.samples import AT, STATION, close, digest, issue, later, paper, replace, start, tag, withdraw
from transparency.database import TransparencyLog

ISSUED: list[Entry] = [start("job", phone="p"), issue("one", start=0, phone="p"), close(0, "one")]
AGAIN: list[Entry] = [*ISSUED, start("again", phone="p", attempt=2, minutes=5)]

BROKEN: dict[str, tuple[list[Entry], Entry]] = {
    "attempt_wrong": (ISSUED, start("again", phone="p", attempt=1)),
    "attempt_wrong, too high": (ISSUED, start("again", phone="p", attempt=3)),
    "close_without_start": (ISSUED, close(1, "one", outcome="report")),
    "close_without_start, beyond the end": (ISSUED, close(99, "one", outcome="report")),
    "close_without_issue": ([start("job", phone="p")], close(0, "one")),
    "close_without_issue, of another job": (AGAIN, close(3, "one", minutes=6)),
    "before_its_start": ([start("job", phone="p", minutes=5)], close(0, "one", outcome="report", minutes=4)),
    "before_its_start, an issue": ([start("job", phone="p", minutes=5)], issue("one", start=0, phone="p", minutes=4)),
    "issue_without_start": (ISSUED, issue("two", start=2, phone="q")),
    "issue_of_another_phone": ([start("job", phone="p")], issue("one", start=0, phone="q")),
    "live_issue": (AGAIN, issue("two", start=3, phone="p", minutes=6)),
    "ends_no_issue": (ISSUED, withdraw("two", 1)),
    "ends_no_issue, wrong place": (ISSUED, withdraw("one", 0)),
    "ends_no_issue, replaced": (ISSUED, replace("two", 1, "three")),
    "entry_twice": ([*ISSUED, withdraw("one", 1)], replace("one", 1, "two")),
    "entry_twice, closed otherwise": (ISSUED, close(0, "one", outcome="report")),
    "entry_twice, another record": (
        [*ISSUED, withdraw("one", 1)],
        dataclasses.replace(issue("one", start=0, phone="p"), record=digest("another")),
    ),
    "replaced_by_older": (ISSUED, replace("one", 1, "one")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_log_refuses_what_breaks_a_rule_and_stays_as_it_was(name: str, log: TransparencyLog) -> None:
    before, entry = BROKEN[name]
    log.append(before, at=AT)
    head = log.checkpoint()
    with pytest.raises(LogRuleError) as caught:
        log.append([start("innocent", phone="other"), entry], at=AT)
    assert caught.value.fault == name.partition(",")[0]
    assert all(caught.value.reason(language) and caught.value.hint(language) for language in LANGUAGES)
    assert log.checkpoint() == head
    assert log.append([start("innocent", phone="other")], at=AT) == (len(before),)


@pytest.mark.parametrize("name", BROKEN)
def test_an_auditor_finds_what_broke_a_rule(name: str) -> None:
    before, entry = BROKEN[name]
    history = History.replay([each.to_bytes() for each in (*before, entry)])
    assert [(each.index, each.fault) for each in history.faults] == [(len(before), name.partition(",")[0])]


def test_the_same_entry_twice_in_the_leaves_is_found_though_append_would_not_write_it() -> None:
    assert [each.fault for each in History.replay([each.to_bytes() for each in (*ISSUED, ISSUED[2])]).faults] == [
        "entry_twice"
    ]


def test_a_second_certificate_needs_the_first_replaced_or_withdrawn(log: TransparencyLog) -> None:
    log.append(AGAIN, at=AT)
    with pytest.raises(LiveIssueError) as caught:
        log.append([issue("two", start=3, phone="p", minutes=6)], at=AT)
    assert paper("one") in caught.value.reason()
    both: list[Entry] = [replace("one", 1, "two", minutes=6), issue("two", start=3, phone="p", minutes=6)]
    assert log.append(both, at=AT) == (4, 5)
    assert log.live_issue(tag("p")) == 5
    log.append([withdraw("two", 5, minutes=7), start("third", phone="p", attempt=3, minutes=8)], at=AT)
    assert log.live_issue(tag("p")) is None
    assert log.append([issue("three", start=7, phone="p", minutes=9)], at=AT) == (8,)
    history = History.replay(log.leaves())
    assert history.faults == []
    states = [history.status_of(paper(name)) for name in ("one", "two", "three", "four")]
    assert [each and (each.state, each.by, each.reason) for each in states] == [
        ("replaced", paper("two"), "erased_again"),
        ("withdrawn", "", "rejected"),
        ("live", "", ""),
        None,
    ]
    assert states[1] is not None
    assert states[1].at == later(7)


def test_what_was_appended_already_is_not_appended_again(log: TransparencyLog) -> None:
    ended = [*ISSUED, withdraw("one", 1)]
    assert log.append(ended, at=AT) == (0, 1, 2, 3)
    head = log.checkpoint()
    for entry in ended:
        assert log.append([dataclasses.replace(entry, at=later(60))], at=later(60)) == (ended.index(entry),)
    second_count = Start(at=AT, job=digest("job"), tag=tag("p"), station=STATION, attempt=2, emulated=False)
    assert log.append([second_count], at=AT) == (0,)
    assert log.checkpoint() == head
    assert log.append([ISSUED[0], ISSUED[0], start("new", phone="q"), ISSUED[1]], at=AT) == (0, 0, 4, 1)
    assert log.size == 5


def test_a_start_is_counted_by_the_log_itself(log: TransparencyLog) -> None:
    def begin(job: str) -> tuple[int, int]:
        return log.start(job=digest(job), tag=tag("p"), station=STATION, emulated=False, at=AT)

    assert [begin(job) for job in ("a", "b", "a", "c", "b")] == [(0, 1), (1, 2), (0, 1), (2, 3), (1, 2)]
    assert log.starts(tag("p")) == (0, 1, 2)


def test_what_began_and_did_not_end_is_listed(log: TransparencyLog) -> None:
    log.append([*AGAIN, replace("one", 1, "never", minutes=6)], at=AT)
    history = History.replay(log.leaves())
    assert history.open_starts() == (3,)
    assert history.unfinished_replacements() == (4,)
    assert history.counts() == {"start": 2, "close": 1, "issue": 1, "replace": 1, "withdraw": 0}


def test_without_its_key_a_log_can_be_read_only(log: TransparencyLog) -> None:
    log.append(ISSUED, at=AT)
    reader = TransparencyLog.open(log.path)
    assert reader.checkpoint() == log.checkpoint()
    with pytest.raises(LogKeyError):
        reader.append([start("x")], at=AT)
    reader.close()
