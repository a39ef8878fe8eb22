# SPDX-License-Identifier: GPL-3.0-or-later
"""A full audit: every entry replayed, every hash computed again, and compared with what was seen earlier.

Whoever holds the log's key can sign another history. Only a memory of the earlier one shows it: the auditor's own
(`Memory`), or that of witnesses. With a memory, or with tiles of hashes that do give the signed root, the audit also
says which entry was removed, changed or moved.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from certs.log import merkle
from certs.log.entries import Issue
from certs.log.errors import LogReadError
from certs.log.history import Fault, History
from certs.log.merkle import HASH_BYTES
from certs.log.notes import LARGEST_NOTE, Checkpoint, read_checkpoint, read_note
from certs.log.policy import LogPolicy
from certs.log.proofs import check_note
from phones.verdict import Verdict

SKEW = timedelta(minutes=5)
_MAGIC = b"proofwipe/log-memory/1\n"
_CANNOT_TELL = frozenset({"log_unknown", "quorum_missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What an auditor keeps of a log between two audits. `hashes`: of all leaves."""

    note: str
    hashes: tuple[bytes, ...]

    @property
    def checkpoint(self) -> Checkpoint:
        """Its checkpoint."""
        return read_checkpoint(read_note(self.note))

    def to_bytes(self) -> bytes:
        """As a file."""
        text = self.note.encode()
        return _MAGIC + len(text).to_bytes(4, "big") + text + b"".join(self.hashes)

    @classmethod
    def parse(cls, data: bytes) -> "Memory":
        """From its file; it was written by us, so all of it must fit together. Raises: LogReadError."""
        start = len(_MAGIC) + 4
        length = int.from_bytes(data[len(_MAGIC) : start], "big")
        rest = data[start + length :]
        if not data.startswith(_MAGIC) or length > LARGEST_NOTE or len(rest) % HASH_BYTES:
            raise LogReadError(fault="snapshot_malformed", got="memory")
        note = read_note(data[start : start + length])
        hashes = tuple(rest[place : place + HASH_BYTES] for place in range(0, len(rest), HASH_BYTES))
        checkpoint = read_checkpoint(note)
        if len(hashes) != checkpoint.size or merkle.root_of(hashes) != checkpoint.root:
            raise LogReadError(fault="root_mismatch", got="memory")
        return cls(note=data[start : start + length].decode(), hashes=hashes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found. `faults` speak against the log; `doubts` need a person; `memory` is for the next audit."""

    verdict: Verdict
    origin: str
    size: int
    cosigned_at: tuple[datetime, ...]
    witnesses: tuple[str, ...]
    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...]
    history: History
    memory: Memory | None  # None when nothing of this audit may be remembered

    @property
    def exit_code(self) -> int:
        """0, 7 for a log that is not good, 6 when it cannot be told."""
        return {Verdict.PASSED: 0, Verdict.FAILED: 7}.get(self.verdict, 6)


def audit(
    note: bytes,
    leaves: Iterable[bytes],
    policy: LogPolicy,
    *,
    published: Sequence[Iterable[bytes]] = (),
    memory: Memory | None = None,
) -> Audit:
    """Audit a log. `leaves`: all of them; `published`: the hashes its tiles say, level 0 (and 8, 16 ...) in turn.

    Raises: LogReadError for a note that cannot be read, SourceError from the iterables.
    """
    read = read_checkpoint(read_note(note))
    faults: list[Fault] = []
    doubts: list[Fault] = []
    witnesses: tuple[str, ...] = ()
    cosigned_at: tuple[datetime, ...] = ()
    try:
        checked = check_note(note, policy)
        witnesses, cosigned_at = checked.witnesses, checked.cosigned_at
    except LogReadError as error:
        found = Fault(index=-1, fault=error.fault, got=str(error.facts["got"]))
        (doubts if error.fault in _CANNOT_TELL else faults).append(found)
    history, hashes, nodes = _replay(leaves, faults)
    faults += history.faults
    stated = _read_published(published, nodes, faults)
    whole = history.size == read.size and history.root == read.root
    if not whole:
        reference = stated if len(stated) == read.size and merkle.root_of(stated) == read.root else ()
        faults.append(_difference(reference, hashes) or _whole_difference(history, read))
    if memory is not None:
        faults += _against_memory(memory, read, hashes)
    doubts += _times(history, cosigned_at)
    keep = whole and not any(each.index < 0 and each.fault != "quorum_missing" for each in (*faults, *doubts))
    return Audit(
        verdict=Verdict.FAILED if faults else Verdict.INDETERMINATE if doubts else Verdict.PASSED,
        origin=read.origin,
        size=read.size,
        cosigned_at=cosigned_at,
        witnesses=witnesses,
        faults=tuple(faults),
        doubts=tuple(doubts),
        history=history,
        memory=Memory(note=note.decode(), hashes=tuple(hashes)) if keep else None,
    )


def _replay(leaves: Iterable[bytes], faults: list[Fault]) -> tuple[History, list[bytes], dict[int, list[bytes]]]:
    """History, leaf hashes, and the hashes of levels 8, 16 ... that its tiles must have."""
    history, hashes = History(), list[bytes]()
    nodes: dict[int, list[bytes]] = {}
    try:
        for leaf in leaves:
            completed = history.add(leaf)
            hashes.append(completed[0])
            for level in range(8, len(completed), 8):
                nodes.setdefault(level, []).append(completed[level])
    except LogReadError as error:
        faults.append(Fault(index=history.size, fault=error.fault, got=str(error.facts["got"])))
    nodes[0] = hashes
    return history, hashes, nodes


def _read_published(
    published: Sequence[Iterable[bytes]], nodes: dict[int, list[bytes]], faults: list[Fault]
) -> tuple[bytes, ...]:
    """The published leaf hashes; a level that does not fit the entries is a fault."""
    stated: tuple[bytes, ...] = ()
    for place, level in enumerate(published):
        try:
            found = tuple(level)
        except LogReadError as error:
            faults.append(Fault(index=-1, fault=error.fault, got=str(error.facts["got"])))
            continue
        stated = found if place == 0 else stated
        expected = nodes.get(8 * place, [])
        if list(found) != expected:
            index = next((at for at, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]), -1)
            faults.append(Fault(index=index, fault="tile_mismatch", got=f"level {place}"))
    return stated


def _difference(reference: Sequence[bytes], hashes: Sequence[bytes]) -> Fault | None:
    """What happened to the entries with the hashes `reference`, None when nothing is known or nothing did."""
    if not reference:
        return None
    index = next((at for at, pair in enumerate(zip(reference, hashes, strict=False)) if pair[0] != pair[1]), None)
    if index is None:
        missing = len(hashes) < len(reference)
        return Fault(index=len(hashes), fault="entry_removed") if missing else None
    before, after = Counter(reference), Counter(hashes)
    if not before - after:
        return Fault(index=index, fault="entries_reordered")
    gone = reference[index]
    removed = gone not in after and index + 1 < len(reference) and reference[index + 1] == hashes[index]
    return Fault(index=index, fault="entry_removed" if removed else "entry_changed")


def _whole_difference(history: History, read: Checkpoint) -> Fault:
    wrong_size = history.size != read.size
    return Fault(index=-1, fault="size_mismatch" if wrong_size else "root_mismatch", got=f"{history.size} {read.size}")


def _against_memory(memory: Memory, read: Checkpoint, hashes: Sequence[bytes]) -> list[Fault]:
    """Is the log what it was, and more?"""
    seen = memory.checkpoint
    if seen.origin != read.origin:
        return [Fault(index=-1, fault="another_log", got=seen.origin)]
    if read.size < seen.size:
        return [Fault(index=-1, fault="rolled_back", got=f"{read.size} < {seen.size}")]
    difference = _difference(memory.hashes, hashes)
    if difference is None and (read.size != seen.size or read.root == seen.root):
        return []
    forked = Fault(index=-1, fault="forked", got=f"{seen.size}")
    return [forked] if difference is None else [forked, difference]


def _times(history: History, cosigned_at: tuple[datetime, ...]) -> list[Fault]:
    """Entries older than what stands before them, or younger than the witness that saw them. A certificate's time is
    its record's: it may reach the log late, after a crash.
    """
    doubts: list[Fault] = []
    latest: datetime | None = None
    for index, entry in history.entries():
        if latest is not None and entry.at < latest - SKEW and not isinstance(entry, Issue):
            doubts.append(Fault(index=index, fault="time_back", got=f"{entry.at:%Y-%m-%dT%H:%M:%SZ}"))
        if cosigned_at and entry.at > cosigned_at[-1] + SKEW:
            doubts.append(Fault(index=index, fault="time_ahead", got=f"{entry.at:%Y-%m-%dT%H:%M:%SZ}"))
        latest = entry.at if latest is None else max(latest, entry.at)
    return doubts
