# SPDX-License-Identifier: GPL-3.0-or-later
"""The transparency log: durable appends, proofs, and what a big one costs.

    python -m benchmarks.run log             # speed, and logs of 10^4 and 10^5 entries
    python -m benchmarks.log 1000000         # a log of that size alone

Entries are real ones (a phone's START, ISSUE, CLOSE) and go through every rule. Proofs that are checked stand under a
checkpoint each, so that no signature is checked twice.
"""

import hashlib
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.measure import Row, Table, medians, rows, shown
from certs.log.audit import audit
from certs.log.entries import Close, Entry, Issue, Start
from certs.log.policy import LogPolicy
from certs.log.proofs import check_proof
from certs.log.snapshot import Snapshot
from certs.record.identifier import id_text
from transparency.database import TransparencyLog
from transparency.export import export_snapshot, export_tiles
from transparency.sources import find

AT = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
ROUNDS = 7
PORTION = 300
BATCH = 16


def day() -> Iterator[Entry]:
    """One phone after another."""
    place = number = 0
    while True:
        name = hashlib.sha256(str(number).encode()).digest()
        tag, paper = name[:16].hex(), id_text(name[:10])
        yield Start(at=AT, job=name.hex(), tag=tag, station="0" * 16, attempt=1, emulated=False)
        yield Issue(
            at=AT,
            id=paper,
            record=name.hex(),
            statement=name.hex(),
            commitment=f"#{tag}",
            tag=tag,
            station="0" * 16,
            start=place,
        )
        yield Close(at=AT, start=place, outcome="certificate", id=paper)
        place, number = place + 3, number + 1


def measure() -> tuple[Table, ...]:
    """Both tables."""
    return speed(), sizes((10**4, 10**5))


def speed() -> Table:
    """Appends, proofs and their checks; beside a bare SQLite commit, which is what durability costs here anyway."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = _new(folder)
        policy = LogPolicy.parse(f"log {log.public}\nquorum none\n")
        entries = day()
        log.append(list(islice(entries, 3000)), at=AT)
        bare = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        bare.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, data BLOB)")

        def commit() -> None:
            for _ in range(PORTION):
                bare.execute("INSERT INTO row (data) VALUES (?)", (b"x" * 500,))

        def single() -> None:
            for entry in islice(entries, PORTION):
                log.append([entry], at=AT)

        def batches() -> None:
            for _ in range(PORTION):
                log.append(list(islice(entries, BATCH)), at=AT)

        proven: list[tuple[bytes, bytes]] = []

        def prove() -> None:
            proven[:] = [(log.proof(index), b"") for index in range(PORTION)]

        leaves: list[bytes] = []
        own: list[bytes] = []  # a proof under a checkpoint of its own for each of them

        def prepare() -> None:
            first = log.size
            for entry in islice(entries, PORTION):
                (index,) = log.append([entry], at=AT)
                own.append(log.proof(index))
            leaves.extend(log.leaves(first))

        def verify() -> None:
            for proof, leaf in zip(own[-PORTION:], leaves[-PORTION:], strict=True):
                check_proof(proof, leaf, policy)

        worked: dict[str, list[float]] = {}

        def counted(name: str, work: Callable[[], None]) -> Callable[[], None]:
            def run() -> None:
                before = time.process_time()
                work()
                worked.setdefault(name, []).append(time.process_time() - before)

            return run

        candidates = {
            "SQLite alone: one durable commit": commit,
            "append one entry, durable": single,
            f"append {BATCH} entries, durable": batches,
            "build a proof": prove,
            "(prepare)": prepare,
            "check a proof and its checkpoint's signature": verify,
        }
        times = medians({name: counted(name, work) for name, work in candidates.items()}, rounds=ROUNDS)
        del times["(prepare)"]
        per = {name: PORTION * (BATCH if str(BATCH) in name else 1) for name in times}
        more = {
            name: {
                "per second": f"{per[name] / statistics.median(found):,.0f}",
                "best round": f"{per[name] / min(found):,.0f}",
                "per second of processor": f"{per[name] / statistics.median(worked[name]):,.0f}",
            }
            for name, found in times.items()
        }
        log.close()
        bare.close()
    return Table(
        name="log",
        title="Transparency log",
        rows=rows(times, against="SQLite alone: one durable commit", more=more),
        notes=(
            f"{PORTION} calls a round, one process, one thread; entries and checkpoint in one transaction with "
            "synchronous=FULL. How long a sync takes is a matter of the disk: see the first row. The last column "
            "counts processor time only: what a core could do on a machine with nothing else to do.",
        ),
    )


def sizes(wanted: tuple[int, ...]) -> Table:
    """What a log of that many entries costs."""
    return Table(
        name="log_sizes",
        title="Transparency log, by size",
        rows=tuple(_sized(size) for size in wanted),
        notes=(
            "Filled through `append`, 1,000 entries a checkpoint; median: filling. Audit: everything fetched, replayed "
            "and hashed again. Verifier: reading a snapshot file and knowing every certificate's standing.",
        ),
    )


def _sized(size: int) -> Row:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = _new(folder)
        policy = LogPolicy.parse(f"log {log.public}\nquorum none\n")
        entries = islice(day(), size)

        def fill() -> None:
            while portion := list(islice(entries, 1000)):
                log.append(portion, at=AT)

        def audited() -> None:
            found = find(str(folder / "site"))
            assert audit(found.note, found.leaves, policy, published=found.published).exit_code == 0

        filling = _seconds(fill)
        one = _seconds(lambda: [log.append([entry], at=AT) for entry in islice(_after(size), 300)]) / 300
        proof = log.proof(size // 2)
        prove = _seconds(lambda: [log.proof(index * (size // 500)) for index in range(500)]) / 500
        export = _seconds(lambda: export_tiles(log, folder / "site"))
        export_snapshot(log, folder / "snapshot")
        auditing = _seconds(audited)
        reading = _seconds(lambda: Snapshot.parse((folder / "snapshot").read_bytes(), policy))
        opening = _seconds(lambda: TransparencyLog.open(folder / "log.sqlite3").close())
        log.close()
        stored = (folder / "log.sqlite3").stat().st_size
        return Row(
            what=f"{size:,} entries",
            seconds=filling,
            spread=(filling, filling),
            ratio=1.0,
            more={
                "entries/s": f"{size / filling:,.0f}",
                "one more": f"{one * 1000:.2f} ms",
                "proof": f"{len(proof):,} B, {prove * 1000:.2f} ms",
                "open": f"{opening * 1000:.1f} ms",
                "database": f"{stored / size:,.0f} B an entry",
                "tiles": f"{export:.1f} s",
                "audit": f"{auditing:.1f} s",
                "snapshot": f"{(folder / 'snapshot').stat().st_size / 1e6:,.1f} MB",
                "verifier": f"{reading:.1f} s",
            },
        )


def _after(size: int) -> Iterator[Entry]:
    """Entries that are not in the log yet."""
    for number in range(1000):
        name = hashlib.sha256(f"{size} {number}".encode()).hexdigest()
        yield Start(at=AT, job=name, tag=name[:32], station="0" * 16, attempt=1, emulated=False)


def _new(folder: Path) -> TransparencyLog:
    key = Ed25519PrivateKey.generate()
    return TransparencyLog.create(folder / "log.sqlite3", origin="log.example/bench", key=key)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    taken = time.perf_counter() - start
    print(f"{work.__qualname__}: {taken:.2f} s", file=sys.stderr, flush=True)  # a big log takes minutes
    return taken


if __name__ == "__main__":
    print(shown(sizes(tuple(int(each) for each in sys.argv[1:]))))
