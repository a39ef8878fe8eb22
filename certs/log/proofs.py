# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints, C2SP tlog-proof files and the anchors of records, checked against a policy."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime

from certs.log.errors import LogReadError
from certs.log.merkle import HASH_BYTES, included, leaf_hash
from certs.log.notes import (
    COSIGNATURE_BYTES,
    LATEST,
    Checkpoint,
    decode,
    read_checkpoint,
    read_note,
    read_number,
    unbase64,
)
from certs.log.policy import LogPolicy
from phones.clock import moment_of
from phones.frozen import dataclass

LARGEST_PROOF = 256 * 1024
_PROOF_LINE = "c2sp.org/tlog-proof@v1"
_MOST_HASHES = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedNote:
    """A checkpoint of a log the policy knows, with the times at which witnesses it knows had seen it."""

    checkpoint: Checkpoint
    cosigned_at: tuple[datetime, ...]  # earliest first; () when no witness known to the policy signed
    witnesses: tuple[str, ...]  # their names in the policy
    since: datetime | None = None  # by then the quorum had signed; without a quorum, any witness
    until: datetime | None = None  # then the quorum still signed: how fresh it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The leaf is entry `index` of the log `origin`. It was there at `since`, if there is one."""

    origin: str
    index: int
    size: int
    root: bytes
    cosigned_at: tuple[datetime, ...]
    since: datetime | None = None


def check_note(data: bytes | str, policy: LogPolicy, *, demand_quorum: bool = True) -> CheckedNote:
    """Check a checkpoint's signatures; those of unknown keys are ignored.

    Raises: LogReadError. `fault` log_unknown: no log of the policy has that origin and key, or it has not signed;
    signature_wrong: a known key's signature fails; quorum_missing; else the shape.
    """
    note = read_note(data)
    checkpoint = read_checkpoint(note)
    logs = [log.key for log in policy.logs if log.name == checkpoint.origin]
    signed = False
    times: dict[str, datetime] = {}
    for signature in note.signatures:
        for key in logs:
            if key.made(signature):
                key.check(note.text, signature)
                signed = True
        for witness in policy.witnesses:
            if witness.key.made(signature):
                at = witness.key.check(note.text, signature)
                if at is not None:
                    times[witness.name] = min(at, times.get(witness.name, at))
    if not signed:
        raise LogReadError(fault="log_unknown", got=checkpoint.origin)
    if demand_quorum and not policy.is_met(times):
        raise LogReadError(fault="quorum_missing", got=checkpoint.origin)
    return CheckedNote(
        checkpoint=checkpoint,
        cosigned_at=tuple(sorted(times.values())),
        witnesses=tuple(sorted(times)),
        since=_met_at(times, policy),
        until=_met_at(times, policy, backwards=True),
    )


def _met_at(times: Mapping[str, datetime], policy: LogPolicy, *, backwards: bool = False) -> datetime | None:
    """When the witnesses, taken in the order of their times, have made the quorum: the word of fewer proves no time,
    because the policy does not trust it. None when they never make it, or none signed.
    """
    counted: list[str] = []
    for name, at in sorted(times.items(), key=lambda each: each[1], reverse=backwards):
        counted.append(name)
        if policy.is_met(counted):
            return at
    return None


def check_anchor(lines: Sequence[str], policy: LogPolicy) -> CheckedNote:
    """The checkpoint in a record's `log.anchor`: a note's lines without the empty one. Raises: LogReadError."""
    return check_note("\n".join([*lines[:3], "", *lines[3:], ""]), policy, demand_quorum=False)


def anchored_at(lines: Sequence[str], policy: LogPolicy) -> datetime | None:
    """The record holding that anchor cannot be older than this: the latest time at which a witness known to the
    policy signed it; None without one. Raises: LogReadError.
    """
    times = check_anchor(lines, policy).cosigned_at
    return times[-1] if times else None


def check_proof(proof: bytes, leaf: bytes, policy: LogPolicy, *, demand_quorum: bool = True) -> Proven:
    """Check a tlog-proof@v1 for the entry with these bytes.

    Raises: LogReadError: as `check_note`; not_included when the leaf is not where the proof says.
    """
    if len(proof) > LARGEST_PROOF:
        raise LogReadError(fault="proof_malformed", got="size")
    head, empty, note = decode(proof, fault="proof_malformed").partition("\n\n")
    lines = head.split("\n")
    if not empty or lines.pop(0) != _PROOF_LINE:
        raise LogReadError(fault="proof_malformed", got="shape")
    if lines and lines[0].startswith("extra "):
        unbase64(lines.pop(0).removeprefix("extra "), fault="proof_malformed")
    if not lines or not lines[0].startswith("index ") or len(lines) > 1 + _MOST_HASHES:
        raise LogReadError(fault="proof_malformed", got="index")
    index = read_number(lines.pop(0).removeprefix("index "), fault="proof_malformed")
    hashes = [unbase64(line, fault="proof_malformed") for line in lines]
    if any(len(each) != HASH_BYTES for each in hashes):
        raise LogReadError(fault="proof_malformed", got="hash")
    head_of_log = read_checkpoint(read_note(note))
    if not included(leaf_hash(leaf), index, head_of_log.size, hashes, head_of_log.root):
        raise LogReadError(fault="not_included", got=str(index))  # said first: also a reader who knows no log sees it
    checked = check_note(note, policy, demand_quorum=demand_quorum)
    return Proven(
        origin=head_of_log.origin,
        index=index,
        size=head_of_log.size,
        root=head_of_log.root,
        cosigned_at=checked.cosigned_at,
        since=checked.since,
    )


def format_proof(index: int, hashes: Sequence[bytes], note: str, *, extra: bytes = b"") -> bytes:
    """A tlog-proof@v1 file. `extra` is not authenticated by the proof."""
    lines = [_PROOF_LINE, *([f"extra {base64.b64encode(extra).decode()}"] if extra else []), f"index {index}"]
    return "\n".join([*lines, *(base64.b64encode(each).decode() for each in hashes), "", note]).encode()


def cosigned_times(proof: bytes) -> tuple[datetime, ...]:
    """The times in the cosignature lines of a tlog-proof, whoever signed them; nothing is checked: for the issuer's
    own choice between two proofs of one entry. Raises: LogReadError.
    """
    note = read_note(decode(proof, fault="proof_malformed").partition("\n\n")[2])
    times = [int.from_bytes(each.data[:8], "big") for each in note.signatures if len(each.data) == COSIGNATURE_BYTES]
    return tuple(moment_of(time) for time in sorted(times) if time <= LATEST)
