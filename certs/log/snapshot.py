# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole log in one file, for verifiers: checked against its signed checkpoint before anything in it counts.

Bytes: the line `proofwipe/log-snapshot/1`; the length of the note as big-endian uint32; the note (a signed
checkpoint); then every entry, each after its length as big-endian uint16, as in a tlog-tiles entry bundle.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from certs.log.errors import LogReadError
from certs.log.history import History, Status
from certs.log.notes import LARGEST_NOTE, Checkpoint
from certs.log.policy import LogPolicy
from certs.log.proofs import check_note

LARGEST_SNAPSHOT = 1024 * 1024 * 1024
_MAGIC = b"proofwipe/log-snapshot/1\n"


class Snapshot:
    """A log as it was at one moment: `checkpoint`, and the standing of every certificate."""

    def __init__(self, checkpoint: Checkpoint, seen_at: datetime | None, history: History) -> None:
        """Use `parse`."""
        self.checkpoint = checkpoint
        self._seen_at = seen_at
        self.history = history

    @classmethod
    def parse(cls, data: bytes, policy: LogPolicy, *, demand_quorum: bool = True) -> "Snapshot":
        """Read, check signature, size and root, and replay.

        In this order: a file that is not as long as what was signed costs no more than counting, however much it holds.
        Raises: LogReadError: as `check_note`; snapshot_malformed, size_mismatch, root_mismatch; or the first rule of
        the log that an entry breaks.
        """
        note, entries = split(data)
        checked = check_note(note, policy, demand_quorum=demand_quorum)
        leaves = list(islice(entries, checked.checkpoint.size + 1))
        if len(leaves) != checked.checkpoint.size:
            signed = checked.checkpoint.size
            raise LogReadError(
                fault="size_mismatch", got=f"more than {signed}" if len(leaves) > signed else str(len(leaves))
            )
        history = History.replay(leaves)
        if history.root != checked.checkpoint.root:
            raise LogReadError(fault="root_mismatch", got=checked.checkpoint.origin)
        if history.faults:
            first = history.faults[0]
            raise LogReadError(fault=first.fault, got=f"entry {first.index}: {first.got}")
        return cls(checked.checkpoint, checked.until, history)

    @property
    def at(self) -> datetime | None:
        """The log was seen like this by the policy's quorum at that time, without a quorum by any witness.

        Without a witness: the time of its youngest entry, as the log itself says; None when it is empty.
        """
        return self._seen_at or self.history.latest

    def status_of(self, certificate_id: str) -> Status | None:
        """live, withdrawn or replaced; None when it was not issued in this log, or not yet."""
        return self.history.status_of(certificate_id)


def split(data: bytes) -> tuple[bytes, Iterator[bytes]]:
    """The note and the entries of a snapshot, nothing checked but their frame. Raises: LogReadError."""
    start = len(_MAGIC) + 4
    if not data.startswith(_MAGIC) or not start <= len(data) <= LARGEST_SNAPSHOT:
        raise LogReadError(fault="snapshot_malformed", got="head")
    length = int.from_bytes(data[len(_MAGIC) : start], "big")
    if length > LARGEST_NOTE or start + length > len(data):
        raise LogReadError(fault="snapshot_malformed", got="note")
    return data[start : start + length], unbundle(data, start + length, fault="snapshot_malformed")


def write(note: str, entries: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a snapshot file, in order."""
    text = note.encode()
    yield _MAGIC + len(text).to_bytes(4, "big") + text
    for entry in entries:
        yield len(entry).to_bytes(2, "big") + entry


def unbundle(data: bytes, place: int = 0, *, fault: str) -> Iterator[bytes]:
    """Entries after their lengths, up to the end. Raises: LogReadError."""
    while place < len(data):
        end = place + 2 + int.from_bytes(data[place : place + 2], "big")
        if place + 2 > len(data) or end > len(data):
            raise LogReadError(fault=fault, got="entry length")
        yield data[place + 2 : end]
        place = end
