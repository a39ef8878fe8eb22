# SPDX-License-Identifier: GPL-3.0-or-later
"""The station's signature over its own history, so that a start need not walk all of it.

A checkpoint is an entry like any other: it says of entry `number` that its hash is `hash`, which covers everything
before, names the jobs that were unfinished then, and bears the signature of the station's key. A start checks the
newest one and walks the chain from there; what was changed before it is found by the whole walk (`ledger verify`),
which holds the chain against every checkpoint, so that not even a chain computed anew from the changed entry on fits.

The jobs that are unfinished come from the checkpoint and from the entries after it, never from the read model. Before
a checkpoint is signed, the entries since the last one are walked again: nothing is vouched for unseen.

Signed text: "proofwipe/ledger-checkpoint/1", number, hash, and the ids separated by spaces; each ends in a newline.
The station's key signs no other text that begins so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certs.record.issuer import Signer, Station
from station.errors import LedgerCorruptError
from station.ledger.ledger import Ledger
from station.ledger.paper_events import CheckpointSigned
from station.ledger.summary import JobSummary

EVERY = 500
"""Entries between two checkpoints, about ten jobs."""

StationOf = Callable[[str], Station | None]
"""Key id → the station with that key, None where its certificate is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A ledger whose chain holds. `number`: of its last entry; `head`: that one's hash.

    `since`: the entry up to which a signed checkpoint vouched for it, 0 when all of it was walked.
    `may_be_unfinished`: ids of jobs beside which every job is finished; None when no checkpoint says so.
    """

    number: int
    head: str
    since: int = 0
    may_be_unfinished: tuple[str, ...] | None = None


def verify_since_checkpoint(ledger: Ledger, station: Station | None) -> Verified:
    """From the newest checkpoint on, if that station's key signed it, else the whole chain.

    `station` is the one that signs here: another key, an earlier one too, counts for nothing and costs the whole walk.
    Raises: LedgerCorruptError naming the first entry that does not fit; LedgerError.
    """
    newest = ledger.newest_checkpoint()
    if station is None or newest is None or newest.key != station.key_id:
        number, head = ledger.verify()
        return Verified(number=number, head=head)
    if not _is_signed(newest, station):
        raise LedgerCorruptError(subject=str(ledger.path), got="checkpoint")
    number, head = newest.number, newest.hash
    jobs = dict.fromkeys(newest.unfinished)
    for row in ledger.walk(first=newest.number, hash_of_first=newest.hash) if newest.number else ledger.walk():
        number, head = row.number, row.hash
        if row.job:
            jobs[row.job] = None
    return Verified(number=number, head=head, since=newest.number, may_be_unfinished=tuple(jobs))


def verify_job(ledger: Ledger, station: Station | None, job: str) -> None:
    """Walk the chain from the job's first entry on and hold it against the newest checkpoint, so that a decision, a
    paper or an erase rests on no entry of the job that somebody changed before the checkpoint.

    Raises: LedgerCorruptError naming the first entry that does not fit; LedgerError.
    """
    newest = ledger.newest_checkpoint()
    first = ledger.first_number(job)
    if station is None or newest is None or newest.key != station.key_id or newest.number == 0 or first == 0:
        ledger.verify()
        return
    if not _is_signed(newest, station):
        raise LedgerCorruptError(subject=str(ledger.path), got="checkpoint")
    first = min(first, newest.number)
    for row in ledger.walk(first=first, hash_of_first=ledger.hash_of(first)):
        if row.number == newest.number and row.hash != newest.hash:
            raise LedgerCorruptError(subject=str(ledger.path), got=f"entry {row.number}")


def check_all(ledger: Ledger, station_of: StationOf) -> int:
    """Hold every checkpoint against the chain, which was walked before. Returns how many could not be checked because
    their key is not at hand.

    Raises: LedgerCorruptError naming the entry that is not as it was when the station vouched for it.
    """
    unchecked = 0
    for checkpoint in ledger.all_of(CheckpointSigned):
        station = station_of(checkpoint.key)
        unchecked += station is None
        is_signed = station is None or _is_signed(checkpoint, station)
        if not is_signed or ledger.hash_of(checkpoint.number) != checkpoint.hash:
            raise LedgerCorruptError(subject=str(ledger.path), got=f"entry {checkpoint.number}")
    return unchecked


def unfinished_jobs(ledger: Ledger, verified: Verified) -> tuple[JobSummary, ...]:
    """The jobs that are not finished, oldest first, as their entries tell. Raises: LedgerError."""
    candidates = verified.may_be_unfinished
    if candidates is None:
        ledger.view.rebuild()  # only what has just been made from the entries is believed
        candidates = tuple(summary.id for summary in ledger.view.jobs(only_open=True))
    found = (ledger.view.fold(job) for job in candidates)
    return tuple(sorted((job for job in found if job is not None and not job.finished), key=lambda job: job.number))


def sign_first(ledger: Ledger, signer: Signer) -> None:
    """The first checkpoint of this key, if there is none: over all of the chain, which is walked once for it.

    Raises: as `sign_if_due`.
    """
    newest = ledger.newest_checkpoint()
    if newest is None or newest.key != signer.station.key_id:
        _sign(ledger, signer)


def sign_if_due(ledger: Ledger, signer: Signer) -> None:
    """A new checkpoint when enough was written since the last one of this key. Without one nothing is done.

    Raises: LedgerCorruptError when what it would vouch for does not hold; LedgerError; CertsError.
    """
    newest = ledger.newest_checkpoint()
    if newest is None or newest.key != signer.station.key_id or ledger.last_number() - newest.number < EVERY:
        return
    _sign(ledger, signer)


def _sign(ledger: Ledger, signer: Signer) -> None:
    verified = verify_since_checkpoint(ledger, signer.station)
    unfinished = tuple(job.id for job in unfinished_jobs(ledger, verified))
    text = _text(verified.number, verified.head, unfinished)
    ledger.append(
        CheckpointSigned(
            number=verified.number,
            hash=verified.head,
            unfinished=unfinished,
            key=signer.station.key_id,
            signature=signer.sign(text),
        ),
        "",
    )


def _text(number: int, head: str, unfinished: tuple[str, ...]) -> bytes:
    return f"proofwipe/ledger-checkpoint/1\n{number}\n{head}\n{' '.join(unfinished)}\n".encode()


def _is_signed(checkpoint: CheckpointSigned, station: Station) -> bool:
    key = station.certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    text = _text(checkpoint.number, checkpoint.hash, checkpoint.unfinished)
    try:
        key.verify(checkpoint.signature, text, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
