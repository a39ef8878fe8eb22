# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way to change a log, caught by an auditor and by a witness, each under its own code.

Changes to what is published (the log's key is not needed) show against the signed root. Changes by whoever holds the
log's key are signed all right: an auditor's memory and a witness show them.
"""

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.log import merkle
from certs.log.audit import Audit, Memory, audit
from certs.log.entries import Entry
from certs.log.errors import LogReadError
from certs.log.notes import checkpoint_text
from certs.log.policy import LogPolicy
from certs.log.snapshot import Snapshot, unbundle
from phones.verdict import Verdict
from tests.certs.log.samples import (
    AT,
    LOG_KEY,
    ORIGIN,
    close,
    day,
    key_of,
    later,
    paper,
    policy_of,
    start,
    tag,
    withdraw,
)
from transparency import sources
from transparency.database import TransparencyLog
from transparency.export import export_snapshot, export_tiles
from transparency.signing import NoteKey, witness_key
from transparency.witness import Witness, format_request

HONEST = day(20)
FIRST_SIZE = 30  # size of the log when auditor and witness looked for the first time
LOG = NoteKey(ORIGIN, LOG_KEY)
POLICY = policy_of(LOG.public)
MANY = 300  # more than one tile


class FixedClock:
    """A clock that stands."""

    def now(self) -> datetime:
        return AT + timedelta(days=1)

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError


def signed(leaves: Sequence[bytes], key: NoteKey = LOG) -> str:
    root = merkle.root_of([merkle.leaf_hash(each) for each in leaves])
    text = checkpoint_text(ORIGIN, len(leaves), root)
    return "\n".join([text, key.sign(text).line, ""])


def audit_of(leaves: Sequence[bytes], memory: Memory | None = None, key: NoteKey = LOG) -> Audit:
    return audit(signed(leaves, key).encode(), leaves, POLICY, memory=memory)


def leaves_of(entries: Sequence[Entry]) -> list[bytes]:
    return [entry.to_bytes() for entry in entries]


def without(leaves: list[bytes], index: int) -> list[bytes]:
    return leaves[:index] + leaves[index + 1 :]


def swapped(leaves: list[bytes], index: int) -> list[bytes]:
    return [*leaves[:index], leaves[index + 1], leaves[index], *leaves[index + 2 :]]


def changed(leaves: list[bytes], index: int) -> list[bytes]:
    return [*leaves[:index], start("somebody else's").to_bytes(), *leaves[index + 1 :]]


ALL = leaves_of(HONEST)

# By whoever holds the key: what becomes of the log, what the auditor and what the witness say.
REWRITTEN: dict[str, tuple[list[bytes], set[str], tuple[int, str]]] = {
    "an entry removed": (without(ALL, 12), {"forked", "entry_removed"}, (422, "forked")),
    "an entry changed": (changed(ALL, 12), {"forked", "entry_changed"}, (422, "forked")),
    "entries re-ordered": (swapped(ALL, 12), {"forked", "entries_reordered"}, (422, "forked")),
    "the last entry seen changed": (
        changed(ALL[:FIRST_SIZE], FIRST_SIZE - 1),
        {"forked", "entry_changed"},
        (422, "forked"),
    ),
    "the last entry seen removed and the log grown": (  # as if it had been changed: what followed was not seen
        without(ALL, FIRST_SIZE - 1),
        {"forked", "entry_changed"},
        (422, "forked"),
    ),
    "all entries new": (
        leaves_of([start(f"new {n}") for n in range(40)]),
        {"forked", "entry_changed"},
        (422, "forked"),
    ),
    "the end cut off": (ALL[: FIRST_SIZE - 1], {"rolled_back"}, (400, "rolled_back")),
    "only the first entry left": (ALL[:1], {"rolled_back"}, (400, "rolled_back")),
}


def test_an_honest_log_is_good_again_and_again() -> None:
    first = audit_of(ALL[:FIRST_SIZE])
    assert (first.verdict, first.exit_code, first.faults, first.doubts) == (Verdict.PASSED, 0, (), ())
    assert first.memory is not None
    again = Memory.parse(first.memory.to_bytes())
    assert again == first.memory
    for size in (FIRST_SIZE, FIRST_SIZE + 1, len(ALL)):
        found = audit_of(ALL[:size], again)
        assert (found.verdict, found.faults) == (Verdict.PASSED, ())


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_rewritten_log_is_caught_by_an_auditor_with_a_memory(name: str) -> None:
    leaves, expected, _ = REWRITTEN[name]
    memory = audit_of(ALL[:FIRST_SIZE]).memory
    found = audit_of(leaves, memory)
    assert (found.verdict, found.exit_code) == (Verdict.FAILED, 7)
    assert expected <= {each.fault for each in found.faults}
    assert found.memory is None  # what was seen before is not forgotten for it
    other = {"forked", "rolled_back", "entry_removed", "entry_changed", "entries_reordered"} - expected
    assert not other & {each.fault for each in found.faults}


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_rewritten_log_is_not_signed_by_a_witness(name: str, tmp_path: Path) -> None:
    leaves, _, (status, fault) = REWRITTEN[name]
    witness = Witness(
        tmp_path / "w.sqlite3", key=witness_key("w.example", key_of("w")), policy=POLICY, clock=FixedClock()
    )
    assert witness.add_checkpoint(format_request(0, (), signed(ALL[:FIRST_SIZE]))).status == 200
    hashes = [merkle.leaf_hash(each) for each in leaves]
    proof = merkle.consistency_of(hashes, FIRST_SIZE) if len(leaves) >= FIRST_SIZE else ()
    reply = witness.add_checkpoint(format_request(FIRST_SIZE, proof, signed(leaves)))
    assert (reply.status, reply.fault, reply.body) == (status, fault, b"")
    asked_otherwise = witness.add_checkpoint(format_request(0, (), signed(leaves)))
    assert (asked_otherwise.status, asked_otherwise.body) == (409, f"{FIRST_SIZE}\n".encode())
    assert witness.size_of(ORIGIN) == FIRST_SIZE
    kept = [(each[1], signed(leaves) in each[2]) for each in witness.evidence()]
    assert kept == ([("forked", True)] if status == 422 else [])
    honest = merkle.consistency_of([merkle.leaf_hash(each) for each in ALL], FIRST_SIZE)
    assert witness.add_checkpoint(format_request(FIRST_SIZE, honest, signed(ALL))).status == 200
    witness.close()


def test_a_checkpoint_signed_again_by_another_key_is_no_checkpoint_of_this_log(tmp_path: Path) -> None:
    stranger = NoteKey(ORIGIN, key_of("stranger"))
    found = audit_of(ALL, audit_of(ALL[:FIRST_SIZE]).memory, stranger)
    assert (found.verdict, [each.fault for each in found.doubts]) == (Verdict.INDETERMINATE, ["log_unknown"])
    witness = Witness(tmp_path / "w.sqlite3", key=witness_key("w", key_of("w")), policy=POLICY, clock=FixedClock())
    assert witness.add_checkpoint(format_request(0, (), signed(ALL, stranger))).status == 403
    witness.close()


def test_a_split_view_gets_one_cosignature_only(tmp_path: Path) -> None:
    witness = Witness(tmp_path / "w.sqlite3", key=witness_key("w", key_of("w")), policy=POLICY, clock=FixedClock())
    one, other = ALL, changed(ALL, len(ALL) - 1)
    assert witness.add_checkpoint(format_request(0, (), signed(one))).status == 200
    assert witness.add_checkpoint(format_request(len(ALL), (), signed(other))).status == 422
    assert witness.add_checkpoint(format_request(len(ALL), (), signed(one))).status == 200
    witness.close()


# By whoever can write where the log is published, without its key.

Change = Callable[[Path], object]


def bundle(folder: Path) -> Path:
    return next((folder / "tile" / "entries").rglob("*.p/*"))


def rewrite(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    def apply(folder: Path) -> None:
        path = bundle(folder)
        leaves = change(list(unbundle(path.read_bytes(), fault="tile_malformed")))
        path.write_bytes(b"".join(len(each).to_bytes(2, "big") + each for each in leaves))

    return apply


def and_tiles(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    """The hashes too, so that the tiles agree with each other."""

    def apply(folder: Path) -> None:
        rewrite(change)(folder)
        leaves = list(unbundle(bundle(folder).read_bytes(), fault="tile_malformed"))
        path = next((folder / "tile" / "0").rglob("*.p/*"))
        path.write_bytes(b"".join(merkle.leaf_hash(each) for each in leaves))

    return apply


def replaced(name: str, old: bytes, new: bytes) -> Change:
    def apply(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return apply


def flipped(pattern: str) -> Change:
    def apply(folder: Path) -> None:
        path = next(folder.rglob(pattern))
        path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])

    return apply


SIZE = len(leaves_of(day(120)))  # 320: one full tile and a part of the next
PUBLISHED: dict[str, tuple[Change, set[str]]] = {
    "an entry removed": (rewrite(lambda leaves: without(leaves, 3)), {"entry_removed"}),
    "the last entry removed": (rewrite(lambda leaves: leaves[:-1]), {"entry_removed"}),
    "an entry changed": (rewrite(lambda leaves: changed(leaves, 3)), {"entry_changed"}),
    "entries re-ordered": (rewrite(lambda leaves: swapped(leaves, 3)), {"entries_reordered"}),
    "an entry removed, hashes too": (
        and_tiles(lambda leaves: [*without(leaves, 3), start("more").to_bytes()]),
        {"root_mismatch"},
    ),
    "an entry changed, hashes too": (and_tiles(lambda leaves: changed(leaves, 3)), {"root_mismatch"}),
    "a bundle gone": (lambda folder: bundle(folder).unlink(), {"tile_malformed", "entry_removed"}),
    "a bundle cut off": (
        lambda folder: bundle(folder).write_bytes(bundle(folder).read_bytes()[:-1]),
        {"tile_malformed", "entry_removed"},
    ),
    "no entry but junk": (
        rewrite(lambda leaves: [*leaves[:3], b"{}", *leaves[4:]]),
        {"entry_malformed", "entry_changed"},
    ),
    "a leaf's hash changed": (flipped("tile/0/000"), {"tile_mismatch"}),
    "a hash of level 8 changed": (flipped("tile/1/000.p/1"), {"tile_mismatch"}),
    "a tile gone": (lambda folder: (folder / "tile/0/000").unlink(), {"tile_malformed"}),
    "the checkpoint says another size": (replaced("checkpoint", b"\n320\n", b"\n319\n"), {"signature_wrong"}),
    "the checkpoint's origin changed": (replaced("checkpoint", b"log.example", b"log.exampla"), {"log_unknown"}),
    "the signature changed": (replaced("checkpoint", b"=\n", b"A\n"), set()),
    "no tiles at all": (lambda folder: shutil.rmtree(folder / "tile"), {"tile_malformed"}),
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    log = TransparencyLog.create(folder / "log.sqlite3", origin=ORIGIN, key=LOG_KEY)
    log.append(day(100), at=AT)
    export_tiles(log, folder / "older")
    log.append(day(120), at=AT)
    export_tiles(log, folder / "site")
    log.close()
    return folder


def audited(folder: Path, policy: LogPolicy = POLICY) -> Audit:
    found = sources.find(str(folder))
    return audit(found.note, found.leaves, policy, published=found.published)


def test_what_is_published_is_good(published: Path) -> None:
    found = audited(published / "site")
    assert (found.verdict, found.size, found.faults, found.doubts) == (Verdict.PASSED, SIZE, (), ())
    assert found.history.open_starts() == ()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_log_that_was_changed_is_caught(name: str, published: Path, tmp_path: Path) -> None:
    change, expected = PUBLISHED[name]
    shutil.copytree(published / "site", tmp_path / "site")
    change(tmp_path / "site")
    if not expected:
        with pytest.raises(LogReadError):
            audited(tmp_path / "site")
        return
    found = audited(tmp_path / "site")
    assert found.verdict is not Verdict.PASSED
    assert expected <= {each.fault for each in (*found.faults, *found.doubts)}
    named = {"entry_removed", "entry_changed", "entries_reordered"}
    assert {each.fault for each in found.faults} & named <= expected
    assert found.memory is None or expected <= {"tile_mismatch", "tile_malformed"}


def test_the_entry_that_was_changed_is_named(published: Path, tmp_path: Path) -> None:
    for change, fault in ((changed, "entry_changed"), (without, "entry_removed"), (swapped, "entries_reordered")):
        shutil.copytree(published / "site", tmp_path / fault)
        rewrite(partial(change, index=7))(tmp_path / fault)
        assert (fault, 256 + 7) in [(each.fault, each.index) for each in audited(tmp_path / fault).faults]


def test_an_older_copy_shown_again_is_a_rolled_back_log(published: Path) -> None:
    memory = audited(published / "site").memory
    found = sources.find(str(published / "older"))
    result = audit(found.note, found.leaves, POLICY, published=found.published, memory=memory)
    assert [each.fault for each in result.faults] == ["rolled_back"]


def test_a_folder_of_another_history_is_not_written_into(published: Path, tmp_path: Path) -> None:
    for entries, fault in ((day(100), "rolled_back"), ([start(f"x {n}") for n in range(400)], "forked")):
        other = TransparencyLog.create(tmp_path / f"{fault}.sqlite3", origin=ORIGIN, key=LOG_KEY)
        other.append(entries, at=AT)
        shutil.copytree(published / "site", tmp_path / fault)
        with pytest.raises(LogReadError) as caught:
            export_tiles(other, tmp_path / fault)
        assert caught.value.fault == fault
        other.close()


def test_without_the_quorum_it_cannot_be_told() -> None:
    witness = witness_key("w.example", key_of("w"))
    demanding = policy_of(LOG.public, witnesses=(witness.public,), quorum="w.example")
    found = audit(signed(ALL).encode(), ALL, demanding)
    assert (found.verdict, found.exit_code) == (Verdict.INDETERMINATE, 6)
    assert [each.fault for each in found.doubts] == ["quorum_missing"]


def test_times_that_go_back_or_run_ahead_of_the_witness_are_doubts() -> None:
    back = leaves_of([start("a", minutes=60), start("b", minutes=0)])
    assert [(each.index, each.fault) for each in audit_of(back).doubts] == [(1, "time_back")]
    assert audit_of(back).exit_code == 6
    late_issue = leaves_of([day(1)[0], start("a", minutes=60), day(1)[1]])
    assert audit_of(late_issue).doubts == ()  # its record was made before; it reached the log late
    witness = witness_key("w.example", key_of("w"))
    demanding = policy_of(LOG.public, witnesses=(witness.public,), quorum="w.example")
    note = signed(back)
    note += witness.cosign(note.partition("\n\n")[0] + "\n", at=AT).line + "\n"
    assert (0, "time_ahead") in [(e.index, e.fault) for e in audit(note.encode(), back, demanding).doubts]


def test_a_memory_of_another_log_or_a_broken_one_is_not_used() -> None:
    memory = audit_of(ALL).memory
    assert memory is not None
    text = checkpoint_text("other.example/log", len(ALL), merkle.root_of(memory.hashes))
    other = Memory(note="\n".join([text, LOG.sign(text).line, ""]), hashes=memory.hashes)
    assert [each.fault for each in audit_of(ALL, other).faults] == ["another_log"]
    data = memory.to_bytes()
    for broken in (b"", data[:-1], data[:-32], data[:40], b"x" + data, data[:-1] + bytes([data[-1] ^ 1])):
        with pytest.raises(LogReadError):
            Memory.parse(broken)


# The snapshot for verifiers.


@pytest.fixture
def snapshot(log: TransparencyLog, tmp_path: Path) -> bytes:
    log.append([*HONEST, withdraw("paper 1", 4)], at=AT)
    export_snapshot(log, tmp_path / "log.snapshot")
    return (tmp_path / "log.snapshot").read_bytes()


def test_a_snapshot_says_how_every_certificate_stands(snapshot: bytes) -> None:
    read = Snapshot.parse(snapshot, POLICY)
    assert read.checkpoint.size == len(ALL) + 1
    assert read.at == later(19)  # no witness: as the log itself says
    states = {name: read.status_of(paper(name)) for name in ("paper 0", "paper 1", "paper 2", "nobody's")}
    assert [state and state.state for state in states.values()] == ["live", "withdrawn", None, None]


def test_every_changed_byte_of_a_snapshot_is_noticed(snapshot: bytes) -> None:
    for place in range(0, len(snapshot), 7):
        with pytest.raises(LogReadError):
            Snapshot.parse(snapshot[:place] + bytes([snapshot[place] ^ 1]) + snapshot[place + 1 :], POLICY)
    for length in range(0, len(snapshot), 101):
        with pytest.raises(LogReadError):
            Snapshot.parse(snapshot[:length], POLICY)


def test_a_signed_snapshot_with_a_broken_rule_is_refused() -> None:
    broken = [*ALL, close(2, "nobody's").to_bytes()]
    text = signed(broken).encode()
    data = b"proofwipe/log-snapshot/1\n" + len(text).to_bytes(4, "big") + text
    data += b"".join(len(each).to_bytes(2, "big") + each for each in broken)
    with pytest.raises(LogReadError) as caught:
        Snapshot.parse(data, POLICY)
    assert caught.value.fault == "close_without_start"
    assert tag("x") not in str(caught.value)


@given(st.binary(max_size=300), st.sampled_from([b"", b"proofwipe/log-snapshot/1\n", b"proofwipe/log-memory/1\n"]))
def test_hostile_snapshots_and_memories_raise_the_one_error(data: bytes, head: bytes) -> None:
    for read in (lambda: Snapshot.parse(head + data, POLICY), lambda: Memory.parse(head + data)):
        with pytest.raises(LogReadError):
            read()


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(ALL)), max_size=8))
def test_a_signed_log_of_anything_at_all_is_audited_to_the_end(leaves: list[bytes]) -> None:
    found = audit_of(leaves)
    assert found.history.size == len(leaves)
    honest = all(leaf == ALL[place] for place, leaf in enumerate(leaves))
    assert not honest or found.faults == ()
    junk = [place for place, leaf in enumerate(leaves) if leaf not in ALL]
    assert set(junk) <= {each.index for each in found.faults}
