# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions: nothing is lost, nothing invented, everything in order, whatever fails and whenever the power goes."""

import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.errors import LedgerError
from station.ledger.entry import parse_time
from station.ledger.job_events import JobMoved
from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind, Stage
from station.service.outbound.endpoint import LONGEST_S, pause_s
from station.service.outbound.facts import KINDS, event_of
from station.service.outbound.outbox import Outbox
from station.setup.outside import EVENTS
from tests.support.direct_bench import VirtualClock
from tests.support.hooked import Hooked, event, hooked, sequences
from tests.support.ledger_events import an_entry, write
from tests.support.ledger_payloads import an_event
from tests.support.receiver import Receiver, answer, receiver

ALL = tuple(EVENTS)


def told(ledger: Ledger, events: tuple[str, ...] = ALL) -> list[int]:
    """Numbers of the entries that are events."""
    return [row.number for row in ledger.stored() if event_of(row) in events]


@pytest.fixture(scope="module")
def to() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


WAYS = st.sampled_from(["fine", "broken", "refused", "later", "kill", "replay"])
ACTS = st.lists(st.one_of(st.lists(an_entry(), min_size=1, max_size=5), WAYS), max_size=15)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_every_event_comes_in_order_with_one_id_or_is_a_dead_letter(
    tmp_path_factory: pytest.TempPathFactory, to: Receiver, acts: list[object]
) -> None:
    folder = tmp_path_factory.mktemp("outbox")
    ledger = Ledger(folder / "ledger.sqlite3", clock=VirtualClock())
    there = hooked(ledger, to, events=ALL, tries=3)
    to.fine()
    to.received.clear()
    acknowledged: list[tuple[int, str]] = []
    ids: dict[int, set[str]] = {}
    replayed = False

    def run() -> None:
        before = len(to.received)
        there.run()
        for each in to.received[before:]:
            ids.setdefault(int(event(each)["sequence"]), set()).add(event(each)["id"])
        if is_fine:
            acknowledged.extend((int(event(each)["sequence"]), event(each)["id"]) for each in to.received[before:])

    is_fine = True
    for act in acts:
        if isinstance(act, list):
            write(ledger, act)
        elif act in ("fine", "broken", "refused"):
            is_fine = act == "fine"
            to.behave = answer({"fine": 204, "broken": 500, "refused": 422}[act])
        elif act == "later":
            there.later(3 * LONGEST_S)
        elif act == "kill":  # what was read and not written down is forgotten
            there.endpoint.outbox.close()
            there = _again(there, Outbox(ledger.path))
        else:
            replayed = True
            there.endpoint.outbox.send_again("shop")
        run()
    dead = {each.number for each in there.endpoint.outbox.letters("shop")}
    to.fine()
    is_fine = True
    there.later(3 * LONGEST_S)
    run()
    first = [number for number, _ in acknowledged]
    assert set(first) | dead >= set(told(ledger)), "lost"
    assert set(first) <= set(told(ledger)), "invented"
    assert all(len(each) == 1 for each in ids.values()), "another id"
    if not replayed:
        assert first == sorted(first), "out of order"
        assert len(first) == len(set(first)), "what was acknowledged is sent no more"
    assert there.state.waiting == 0
    there.endpoint.outbox.send_again("shop")
    run()
    assert {number for number, _ in acknowledged} == set(told(ledger))
    assert there.endpoint.outbox.letters("shop") == ()
    ledger.close()


def _again(there: Hooked, outbox: Outbox) -> Hooked:
    outbox.begin("shop")
    return Hooked(replace(there.endpoint, outbox=outbox), there.at, there.stopped)


def a_job(ledger: Ledger, job: str = "JOB00001") -> None:
    for kind in (EntryKind.JOB_OPENED, EntryKind.EVIDENCE, EntryKind.VALIDATION, EntryKind.WITHDRAWN):
        ledger.append(an_event(kind), job)


def test_an_endpoint_that_is_new_is_told_what_happens_from_then_on(ledger: Ledger, listening: Receiver) -> None:
    a_job(ledger)
    outbox = Outbox(ledger.path)
    outbox.begin("shop")
    assert outbox.state("shop", ALL).position == 4
    a_job(ledger, "JOB00002")
    outbox.begin("shop")
    found = outbox.next("shop", ("job.decided",))
    assert found is not None
    assert (found.entry.number, found.event) == (7, "job.decided")
    outbox.close()
    assert listening.received == []


def test_what_is_refused_is_given_up_soon_and_holds_up_the_others_no_longer(
    ledger: Ledger, listening: Receiver
) -> None:
    a_job(ledger)
    there = hooked(ledger, listening, events=ALL)
    listening.behave = answer(422)
    for _ in range(3):
        there.run()
        there.later(100)
    assert (there.state.tries, there.state.dead, there.state.failure) == (3, 0, "refused_422")
    assert sequences(listening) == [1, 1, 1]

    def only_the_first(connection: socket.socket) -> None:
        answer(422 if sequences(listening)[-1] == 1 else 200)(connection)

    listening.behave = only_the_first
    there.run()
    assert sequences(listening) == [1, 1, 1, 1, 3, 4]
    assert [(each.number, each.failure) for each in there.endpoint.outbox.letters("shop")] == [(1, "refused_422")]
    assert (there.state.dead, there.state.waiting, there.state.failure) == (1, 0, "")
    there.endpoint.outbox.send_again("shop", (1, 99))
    there.run()
    assert sequences(listening)[6:] == [1], "refused again: a dead letter at once"
    assert there.state.dead == 1


def test_a_receiver_that_is_away_keeps_its_order_and_is_asked_less_and_less_often(
    ledger: Ledger, listening: Receiver
) -> None:
    a_job(ledger)
    there = hooked(ledger, listening, events=ALL, tries=30)
    listening.behave = answer(500)
    waited = []
    for _ in range(9):
        there.run()
        there.run()
        due = there.state.due_at
        waited.append(round((parse_time(due) - there.at[0]).total_seconds()))
        there.later(waited[-1] - 1)
        there.run()
        there.later(1)
    assert waited == [5, 20, 80, 320, 1280, 5120, 14400, 14400, 14400]
    assert sequences(listening) == [1] * 9
    listening.fine()
    there.run()
    assert sequences(listening)[9:] == [1, 3, 4]


def test_a_clock_that_was_set_back_keeps_nothing_waiting(ledger: Ledger, listening: Receiver) -> None:
    a_job(ledger)
    there = hooked(ledger, listening, events=ALL)
    listening.behave = answer(500)
    there.run()
    there.later(-1)
    there.run()
    assert sequences(listening) == [1]
    there.later(-30 * 86400)
    listening.fine()
    there.run()
    assert sequences(listening) == [1, 1, 3, 4]


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_pause_is_shortened_by_chance_to_half_at_most(tries: int, jitter: float) -> None:
    assert pause_s(tries, 1.0) / 2 <= pause_s(tries, jitter) <= pause_s(tries, 1.0) <= LONGEST_S


def test_one_that_is_gone_is_asked_no_more_until_a_person_wants_it(ledger: Ledger, listening: Receiver) -> None:
    a_job(ledger)
    there = hooked(ledger, listening, events=ALL, tries=1)
    listening.behave = answer(410)
    for _ in range(5):
        there.run()
        there.later(LONGEST_S)
    assert (sequences(listening), there.state.failure, there.state.waiting) == ([1], "gone_410", 3)
    listening.fine()
    there.run()
    assert len(listening.received) == 1
    there.endpoint.outbox.send_again("shop")
    there.run()
    assert sequences(listening) == [1, 1, 3, 4]


def test_going_back_sends_again_with_the_same_ids_and_never_goes_forward(ledger: Ledger, listening: Receiver) -> None:
    a_job(ledger)
    there = hooked(ledger, listening, events=ALL)
    there.run()
    there.endpoint.outbox.go_back("shop", 1_000_000)
    there.run()
    assert sequences(listening) == [1, 3, 4]
    there.endpoint.outbox.go_back("shop", 1)
    there.run()
    assert sequences(listening) == [1, 3, 4, 3, 4]
    first, second = listening.received[1], listening.received[3]
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])


def test_who_goes_back_while_something_is_under_way_is_not_overtaken_by_it(ledger: Ledger, listening: Receiver) -> None:
    a_job(ledger)
    there = hooked(ledger, listening, events=ALL)
    there.endpoint.step(), there.endpoint.step()
    under_way = there.endpoint.outbox.next("shop", ALL)
    assert under_way is not None
    assert (under_way.position, under_way.entry.number) == (3, 4)
    other = Outbox(ledger.path)  # another process: `proofwipe webhook replay`
    other.go_back("shop", 0)
    other.close()
    there.endpoint.outbox.acknowledged(under_way, at=there.at[0])
    there.run()
    assert sequences(listening) == [1, 3, 1, 3, 4]


def test_entries_that_concern_nobody_are_not_looked_at_again_after_a_start(ledger: Ledger, listening: Receiver) -> None:
    for _ in range(1001):
        ledger.append(an_event(EntryKind.VALIDATION), "JOB00001")
    there = hooked(ledger, listening, events=("job.awaiting", "job.decided"))
    assert there.state.waiting == 200, "as many as are counted"
    assert hooked(ledger, listening, name="new", events=("job.failed", "job.decided")).state.waiting == 200
    for _ in range(1002):
        ledger.append(an_event(EntryKind.MOVE), "JOB00001")
    quiet = hooked(ledger, listening, name="quiet", events=("job.failed",))
    assert told(ledger, quiet.endpoint.hook.events) == []
    quiet.run()
    assert quiet.state.position >= 1000
    move = an_event(EntryKind.MOVE)
    assert isinstance(move, JobMoved)
    ledger.append(replace(move, to=Stage.FAILED), "JOB00001")
    late = hooked(ledger, listening, name="late", events=("job.failed",))
    assert (quiet.state.waiting, late.state.waiting) == (1, 1), "however far it is behind"


def test_an_event_behind_many_that_concern_nobody_is_sent_once(ledger: Ledger, listening: Receiver) -> None:
    a_job(ledger)
    for _ in range(1200):
        ledger.append(an_event(EntryKind.MOVE), "JOB00001")
    move = an_event(EntryKind.MOVE)
    assert isinstance(move, JobMoved)
    last = ledger.append(replace(move, to=Stage.FAILED), "JOB00001").number
    there = hooked(ledger, listening, events=("job.failed",))
    there.run()
    assert sequences(listening) == [last]
    assert there.state.position == last


def test_a_ledger_that_was_put_back_goes_on_at_its_end(ledger: Ledger, listening: Receiver, tmp_path: Path) -> None:
    a_job(ledger)
    copy = tmp_path / "copy.sqlite3"
    ledger.backup(copy)
    a_job(ledger, "JOB00002")
    there = hooked(ledger, listening, events=ALL)
    there.run()
    before = [event(each)["id"] for each in listening.received]
    there.endpoint.outbox.close()
    with sqlite3.connect(ledger.path) as source, sqlite3.connect(copy) as target:
        for name in ("outbound_hook", "outbound_letter"):
            (made,) = source.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
            target.execute(made)
            for row in source.execute(f"SELECT * FROM {name}"):
                target.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
    again = Ledger(copy, clock=VirtualClock())
    outbox = Outbox(copy)
    assert outbox.state("shop", ALL).position == 8
    outbox.begin("shop")
    assert outbox.state("shop", ALL).position == 4
    for kind in (EntryKind.JOB_OPENED, EntryKind.VALIDATION):
        again.append(an_event(kind), "JOB00003")
    later = _again(there, outbox)
    later.endpoint = replace(later.endpoint, ledger=again)
    later.run()
    after = [event(each)["id"] for each in listening.received[len(before) :]]
    assert len(after) == 2
    assert not set(before) & set(after), "the same numbers, and no receiver takes them for what it had"
    outbox.close()
    again.close()


def test_an_entry_that_cannot_be_read_is_a_dead_letter_and_not_passed_over(ledger: Ledger, listening: Receiver) -> None:
    a_job(ledger)
    with sqlite3.connect(ledger.path) as file:
        file.execute("INSERT INTO entry VALUES (5, 'x', 'JOB00001', 'validation', '{\"of\": \"2031\"}', '', '')")
        file.execute("INSERT INTO entry VALUES (6, 'x', 'NOSUCH', 'withdrawn', '{', '', '')")
    there = hooked(ledger, listening, events=ALL)
    there.run()
    assert sequences(listening) == [1, 3, 4]
    assert [(each.number, each.failure) for each in there.endpoint.outbox.letters("shop")] == [
        (5, "unreadable"),
        (6, "unreadable"),
    ]


def test_what_cannot_be_written_down_is_sent_once_more(ledger: Ledger, listening: Receiver) -> None:
    a_job(ledger)
    there = hooked(ledger, listening, events=ALL)
    with sqlite3.connect(ledger.path) as file:
        file.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON outbound_hook BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    with pytest.raises(LedgerError):
        there.endpoint.step()
    with sqlite3.connect(ledger.path) as file:
        file.execute("DROP TRIGGER full")
    there.run()
    assert sequences(listening) == [1, 1, 3, 4]


def test_every_event_has_its_kind() -> None:
    assert set(KINDS) == set(EVENTS)
