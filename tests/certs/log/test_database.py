# SPDX-License-Identifier: GPL-3.0-or-later
"""The log on the disk: killed at any moment, used by several processes, changed behind its back."""

import multiprocessing
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from certs.log import merkle
from certs.log.entries import Start, read_entry
from certs.log.errors import LogCorruptError, LogError, LogExistsError, LogFullError, LogKeyError, LogReadError
from certs.log.history import History
from certs.log.notes import read_checkpoint, read_note
from certs.log.policy import LogPolicy
from certs.log.proofs import check_note, check_proof
from tests.certs.log.samples import AT, LOG_KEY, ORIGIN, STATION, day, digest, key_of, policy_of, start, tag
from transparency.database import TransparencyLog
from transparency.signing import witness_key

_FORK = multiprocessing.get_context("fork")


def in_child(work: Callable[[Connection], None]) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    """Run `work` in a process of its own; what it sends comes out of the connection."""
    ours, theirs = _FORK.Pipe(duplex=False)

    def run() -> None:
        ours.close()
        work(theirs)
        os._exit(0)

    child = _FORK.Process(target=run, daemon=True)
    child.start()
    theirs.close()
    return child, ours


def received(connection: Connection) -> list[tuple[int, str, bytes]]:
    found = []
    while True:
        try:
            found.append(connection.recv())
        except EOFError:
            return found


def whole(log: TransparencyLog, policy: LogPolicy) -> History:
    """Replay, and check every checkpoint that was ever signed; the history if all is well."""
    history = History.replay(log.leaves())
    head = check_note(log.checkpoint(), policy).checkpoint
    assert (history.size, history.root, history.faults) == (head.size, head.root, [])
    for size, root in sqlite3.connect(log.path).execute("SELECT size, root FROM checkpoint"):
        assert log.root(size) == root
    return history


def test_every_entry_is_proven_under_the_newest_checkpoint(worked: TransparencyLog, policy: LogPolicy) -> None:
    whole(worked, policy)
    for index, leaf in enumerate(worked.leaves()):
        proven = check_proof(worked.proof(index), leaf, policy)
        assert (proven.index, proven.size) == (index, worked.size)
    with pytest.raises(LogError):
        worked.proof(worked.size)
    with pytest.raises(LogError):
        worked.proof(-1)


def test_any_two_checkpoints_are_proven_consistent(worked: TransparencyLog) -> None:
    size = worked.size
    for old in range(1, size + 1):
        for new in range(old, size + 1):
            proof = worked.consistency(old, new)
            assert merkle.consistent(old, new, proof, worked.root(old), worked.root(new))


def test_one_append_makes_one_checkpoint_and_none_when_nothing_is_new(log: TransparencyLog) -> None:
    assert log.checkpoint() == ""
    assert log.anchor() == ()
    assert log.append((), at=AT) == ()
    assert log.checkpoint() == ""
    log.append(day(3), at=AT)
    log.append(day(3), at=AT)
    (count,) = sqlite3.connect(log.path).execute("SELECT count(*) FROM checkpoint").fetchone()
    assert (count, log.size) == (1, 8)


def test_what_is_returned_is_flushed_to_the_disk(log: TransparencyLog) -> None:
    assert log._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert log._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_a_log_killed_at_any_statement_keeps_all_or_nothing_of_an_append(tmp_path: Path) -> None:
    policy, statements, survived = None, 0, []
    while True:
        path = tmp_path / f"{statements}.sqlite3"
        log = TransparencyLog.create(path, origin=ORIGIN, key=LOG_KEY)
        policy = policy_of(log.public)
        log.append(day(2), at=AT)
        log.close()

        def work(out: Connection, path: Path = path, kill_at: int = statements) -> None:
            seen = [0]

            def count(_statement: str) -> None:
                if seen[0] == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                seen[0] += 1

            own = TransparencyLog.open(path, LOG_KEY)
            own._connection.set_trace_callback(count)
            if own.append(day(4)[6:], at=AT) == (6, 7, 8, 9, 10):
                out.send((0, "", b""))

        child, connection = in_child(work)
        told = received(connection)
        child.join(90)
        log = TransparencyLog.open(path, LOG_KEY)
        assert log.size == 11 if told else log.size in (6, 11)
        whole(log, policy)
        log.append(day(5), at=AT)
        assert whole(log, policy).size == 14
        log.close()
        survived.append(bool(told))
        statements += 1
        if told:
            break
    assert len(survived) > 10
    assert not any(survived[:-1])


def test_a_log_killed_at_random_moments_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    chance, path = random.Random(4), tmp_path / "log.sqlite3"
    log = TransparencyLog.create(path, origin=ORIGIN, key=LOG_KEY)
    policy, acknowledged = policy_of(log.public), {}
    log.close()
    for life in range(30):

        def work(out: Connection, life: int = life) -> None:
            own = TransparencyLog.open(path, LOG_KEY)
            for number in range(100_000):
                name = f"{life}.{number}"
                batch = [start(f"{name}.{each}") for each in range(1 + number % 3)]
                own.append(batch, at=AT)
                out.send((own.size, own.checkpoint(), batch[-1].to_bytes()))

        child, connection = in_child(work)
        assert connection.poll(30)
        time.sleep(chance.random() * 0.05)
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join(90)
        for size, note, leaf in received(connection):
            acknowledged[size] = (note, leaf)
        log = TransparencyLog.open(path, LOG_KEY)
        for size, (note, leaf) in acknowledged.items():
            assert log.root(size) == read_checkpoint(read_note(note)).root  # never another history of that size
            assert next(log.leaves(size - 1, size)) == leaf
        log.close()
    log = TransparencyLog.open(path)
    assert whole(log, policy).size >= max(acknowledged)
    assert len(acknowledged) > 60
    log.close()


def test_two_processes_append_at_once_to_one_history(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    TransparencyLog.create(path, origin=ORIGIN, key=LOG_KEY).close()

    def work(name: str, out: Connection) -> None:
        own = TransparencyLog.open(path, LOG_KEY)
        for number in range(120):
            index, attempt = own.start(
                job=digest(f"{name} {number}"), tag=tag(f"phone {number % 5}"), station=STATION, emulated=False, at=AT
            )
            out.send((index, f"{name} {number}", bytes([attempt])))

    children = [in_child(partial(work, name)) for name in ("a", "b")]
    results: list[tuple[int, str, bytes]] = []

    def collect(connection: Connection) -> None:
        results.extend(received(connection))

    readers = [threading.Thread(target=collect, args=(connection,)) for _, connection in children]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(60)
    log = TransparencyLog.open(path)
    history = whole(log, policy_of(log.public))
    assert sorted(index for index, _, _ in results) == list(range(240)) == list(range(history.size))
    for index, name, attempt in results:
        entry = history.entry(index)
        assert isinstance(entry, Start)
        assert (entry.job, entry.attempt) == (digest(name), attempt[0])
    order = [index for index, name, _ in sorted(results)]
    assert order == sorted(order)
    log.close()
    for child, _ in children:
        child.join(90)
        assert child.exitcode == 0


def test_a_log_opened_while_another_process_appends_is_never_called_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite3"
    TransparencyLog.create(path, origin=ORIGIN, key=LOG_KEY).close()

    def work(out: Connection) -> None:
        own = TransparencyLog.open(path, LOG_KEY)
        for number in range(300):
            own.append([start(f"a {number}")], at=AT)
        out.send((300, "done", b""))

    child, connection = in_child(work)
    sizes = []
    while not connection.poll():
        log = TransparencyLog.open(path)
        sizes.append(log.size)
        log.close()
    child.join(90)
    assert received(connection) == [(300, "done", b"")]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 1


def test_threads_share_one_log(worked: TransparencyLog, policy: LogPolicy) -> None:
    def work(name: int) -> None:
        for number in range(40):
            worked.append([start(f"{name} {number}")], at=AT)
            worked.proof(number % 5)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert whole(worked, policy).size == len(day(10)) + 160


def test_a_log_is_never_overwritten_and_needs_its_own_key(log: TransparencyLog) -> None:
    with pytest.raises(LogExistsError):
        TransparencyLog.create(log.path, origin=ORIGIN, key=LOG_KEY)
    with pytest.raises(LogKeyError):
        TransparencyLog.open(log.path, key_of("another"))
    with pytest.raises(LogKeyError):
        TransparencyLog.create(log.path.with_name("x"), origin="with space", key=LOG_KEY)
    with pytest.raises(LogError):
        TransparencyLog.open(log.path.with_name("nowhere"))
    assert sorted(each.name for each in log.path.parent.iterdir() if each.name.startswith(".")) == []


def test_rows_cannot_be_changed_or_taken_out_by_accident(worked: TransparencyLog) -> None:
    other = sqlite3.connect(worked.path)
    for statement in (
        "UPDATE leaf SET entry = 'x' WHERE number = 0",
        "DELETE FROM leaf WHERE number = 0",
        "UPDATE checkpoint SET root = 'x'",
        "DELETE FROM checkpoint",
        "INSERT INTO checkpoint VALUES (3, '', '', 0)",
        "INSERT INTO leaf VALUES (0, '', '')",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            other.execute(statement)
    other.close()


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER leaf_kept; DELETE FROM leaf WHERE number = (SELECT max(number) FROM leaf)",
        "DROP TRIGGER checkpoint_kept; DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint)",
        "DROP TRIGGER checkpoint_stays; UPDATE checkpoint SET signature = zeroblob(64)",
        "DROP TRIGGER checkpoint_stays; UPDATE checkpoint SET root = zeroblob(32)",
        "DROP TRIGGER leaf_stays; UPDATE leaf SET hashes = zeroblob(length(hashes))",
        "DROP TABLE leaf",
        "UPDATE about SET value = 'x' WHERE name = 'schema'",
        "DELETE FROM about",
        "UPDATE about SET value = 'x' WHERE name = 'key'",
    ],
)
def test_a_log_changed_behind_its_back_is_not_opened(worked: TransparencyLog, change: str) -> None:
    worked.close()
    other = sqlite3.connect(worked.path)
    other.executescript(change)
    other.close()
    with pytest.raises((LogCorruptError, LogReadError)):
        TransparencyLog.open(worked.path, LOG_KEY)


def test_a_file_that_is_no_log_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"This is no database. " * 300)
    with pytest.raises(LogError):
        TransparencyLog.open(tmp_path / "text", LOG_KEY)


def test_a_full_disk_appends_nothing_and_says_so(worked: TransparencyLog, policy: LogPolicy) -> None:
    pages = worked._connection.execute("PRAGMA page_count").fetchone()[0]
    worked._connection.execute(f"PRAGMA max_page_count = {pages}")
    size = worked.size

    def fill() -> None:
        nonlocal size
        for number in range(1000):
            worked.append([start(f"more {number} {each}") for each in range(20)], at=AT)
            size += 20

    with pytest.raises(LogFullError):
        fill()
    assert worked.size == size
    worked._connection.execute("PRAGMA max_page_count = 1000000")
    worked.append([start("later")], at=AT)
    assert whole(worked, policy).size == size + 1


def test_cosignatures_stand_in_notes_proofs_and_anchors(worked: TransparencyLog) -> None:
    one, two = (witness_key(f"w{n}.example", key_of(f"w{n}")) for n in (1, 2))
    policy = policy_of(worked.public, witnesses=(one.public, two.public), quorum="all")
    size, text = worked.size, read_note(worked.checkpoint()).text
    worked.cosign(size, [one.cosign(text, at=AT)])
    worked.append([start("next")], at=AT)
    worked.cosign(size, [two.cosign(text, at=AT + timedelta(hours=1)), one.cosign(text, at=AT + timedelta(hours=2))])
    assert check_note(worked.witnessed_checkpoint(), policy).cosigned_at == (
        AT + timedelta(hours=1),
        AT + timedelta(hours=2),
    )
    assert worked.anchor() == tuple(line for line in worked.witnessed_checkpoint().split("\n") if line)
    assert read_checkpoint(read_note(worked.checkpoint())).size == size + 1
    proven = check_proof(worked.proof(3, policy), next(worked.leaves(3, 4)), policy)
    assert (proven.size, proven.cosigned_at) == (size, (AT, AT + timedelta(hours=1)))
    assert read_note(worked.proof(size, policy).partition(b"\n\n")[2]).text.split("\n")[1] == str(size + 1)
    with pytest.raises(LogError):
        worked.cosign(size + 5, [one.cosign(text, at=AT)])


def test_a_proof_stands_under_the_first_checkpoint_with_a_quorum(worked: TransparencyLog) -> None:
    one, two = (witness_key(f"w{n}.example", key_of(f"w{n}")) for n in (1, 2))
    policy = policy_of(worked.public, witnesses=(one.public, two.public), quorum="all")
    for number, keys in enumerate([(one,), (one, two), (one, two)]):
        text = read_note(worked.checkpoint()).text
        worked.cosign(worked.size, [key.cosign(text, at=AT + timedelta(hours=number)) for key in keys])
        worked.append([start(f"next {number}")], at=AT)
    size = len(day(10))
    assert check_proof(worked.proof(0, policy), next(worked.leaves(0, 1)), policy).size == size + 1
    assert read_note(worked.proof(0).partition(b"\n\n")[2]).text.split("\n")[1] == str(size)


def test_a_leaf_read_back_is_the_entry_that_was_appended(worked: TransparencyLog) -> None:
    assert [read_entry(leaf) for leaf in worked.leaves()] == day(10)
    assert worked.entry(3) == day(10)[3]
    assert worked.entry(10_000) is None
