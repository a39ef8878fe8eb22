# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones, jobs and certificates that never were, as entries of a log."""

import hashlib
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs.log.entries import Close, Entry, Issue, Replace, Start, Withdraw
from certs.log.notes import VerifierKey
from certs.log.policy import LogPolicy
from certs.record.identifier import id_text

AT = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
ORIGIN = "log.example/bench"
STATION = "0123456789abcdef"


def key_of(name: str) -> Ed25519PrivateKey:
    """The same key for the same name, always."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


LOG_KEY = key_of("log")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def tag(phone: str) -> str:
    return digest(phone)[:32]


def paper(name: str) -> str:
    """A paper's id."""
    return id_text(hashlib.sha256(name.encode()).digest()[:10])


def later(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def start(job: str, *, phone: str = "", attempt: int = 1, minutes: float = 0) -> Start:
    return Start(
        at=later(minutes), job=digest(job), tag=tag(phone or job), station=STATION, attempt=attempt, emulated=False
    )


def issue(name: str, *, start: int, phone: str, minutes: float = 1) -> Issue:
    return Issue(
        at=later(minutes),
        id=paper(name),
        record=digest(f"record {name}"),
        statement=digest(f"statement {name}"),
        commitment="#" + digest(f"salt {phone}")[:32],
        tag=tag(phone),
        station=STATION,
        start=start,
    )


def close(start: int, name: str, *, outcome: str = "certificate", minutes: float = 1) -> Close:
    return Close(at=later(minutes), start=start, outcome=outcome, id=paper(name))


def replace(old: str, index: int, new: str, *, minutes: float = 2) -> Replace:
    return Replace(at=later(minutes), old=paper(old), old_index=index, new=paper(new), reason="erased_again")


def withdraw(name: str, index: int, *, minutes: float = 2) -> Withdraw:
    return Withdraw(at=later(minutes), id=paper(name), index=index, reason="rejected")


def day(phones: int) -> list[Entry]:
    """Each phone in turn: START, then ISSUE and CLOSE (every third: CLOSE with a report)."""
    entries: list[Entry] = []
    for number in range(phones):
        phone, begun = f"phone {number}", len(entries)
        entries.append(start(f"job {number}", phone=phone, minutes=number))
        if number % 3 == 2:
            entries.append(close(begun, f"paper {number}", outcome="report", minutes=number))
        else:
            entries.append(issue(f"paper {number}", start=begun, phone=phone, minutes=number))
            entries.append(close(begun, f"paper {number}", minutes=number))
    return entries


def policy_of(*logs: VerifierKey, witnesses: tuple[VerifierKey, ...] = (), quorum: str = "none") -> LogPolicy:
    lines = [f"log {key}" for key in logs]
    lines += [f"witness {key.name} {key}" for key in witnesses]
    if quorum in ("all", "any") or quorum.isdigit():
        lines.append(f"group them {quorum} {' '.join(key.name for key in witnesses)}")
        quorum = "them"
    return LogPolicy.parse("\n".join([*lines, f"quorum {quorum}", ""]))
