# SPDX-License-Identifier: GPL-3.0-or-later
"""The attestation of a job: a challenge drawn after the return, the chain that answers it, and what both are judged
against. Only evidence is made here; whether it is any good is for the law of the paper.
"""

import base64
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from phones.attestation import evidence as attestation
from phones.attestation.grounds import ASKED as GROUNDS
from phones.attestation.grounds import values_of_grounds
from phones.clock import Clock
from phones.evidence import Evidence, Moment
from phones.witness import WitnessedPort
from station.setup.attestation_desk import AttestationFileError, Held

log = logging.getLogger("proofwipe.attesting")

CHALLENGE, HANDED_IN = "attestation.challenge", "attestation.handed_in"
NONCE = "command.nonce"
_LOOK_EVERY_S = 0.5


class Desk(Protocol):
    """Where challenges are handed out and chains handed in (`station.setup.attestation_desk`)."""

    def held(self) -> Held:
        """What a chain is judged against."""

    def ask(self, job: str, nonce: str) -> None:
        """Hand the challenge out."""

    def handed_in(self, job: str) -> bytes | None:
        """The chain, b"" for none, None for not yet."""

    def forget(self, job: str) -> None:
        """Neither is needed any more."""


def ask_for_chain(
    phone: WitnessedPort,
    desk: Desk,
    clock: Clock,
    *,
    job: str,
    evidence: Sequence[Evidence],
    draw: Callable[[], str],
    within_s: float,
    waits: Callable[[], None],
    known: Collection[str] = (),
) -> None:
    """Hand out a challenge and wait for the chain that answers it. After a crash the same challenge still stands, and
    a phone that has given its chain itself is not asked again.

    `evidence`: grows as evidence is kept. `known`: the phone's numbers, in clear: no chain that holds one is kept.
    `waits`: told once, when the waiting begins. Nothing handed in in time is kept as `not_given`, and so is a folder
    that cannot be written: the erase stands without it.
    """
    asked = attestation.last_asked(evidence)
    if asked is not None and (asked.asked == HANDED_IN or attestation.kept_chain(asked.values) is not None):
        _forget(desk, job)  # the station may have been killed before it could
        return
    drawn = [piece.values[NONCE] for piece in evidence if piece.asked == CHALLENGE]
    nonce = drawn[-1] if drawn else draw()
    if not drawn:
        phone.record_host_fact(CHALLENGE, {NONCE: nonce}, Moment.FINAL)
    chain: bytes | None = None
    try:
        desk.ask(job, nonce)
        waits()
        give_up = clock.monotonic() + within_s
        while (chain := desk.handed_in(job)) is None and clock.monotonic() < give_up:
            clock.sleep(_LOOK_EVERY_S)
    except (OSError, AttestationFileError) as error:
        log.warning("job %s: attestation: %s", job, error)
    phone.record_host_fact(HANDED_IN, {NONCE: nonce, **values_of_chain(chain or b"", nonce, known)}, Moment.FINAL)
    _forget(desk, job)


def _forget(desk: Desk, job: str) -> None:
    try:
        desk.forget(job)
    except OSError as error:
        log.warning("job %s: attestation: %s", job, error)


def values_of_chain(chain: bytes, nonce: str, known: Collection[str] = ()) -> Mapping[str, str]:
    """What is kept of a chain that somebody handed in: as of one that the trade-in foyer gave."""
    section = {"certificates": base64.b64encode(chain).decode()} if chain else {}
    return attestation.values_of(section, nonce=nonce, keep=True, known=known)


def keep_grounds(phone: WitnessedPort, desk: Desk, evidence: Sequence[Evidence]) -> None:
    """Beside the last chain that is kept: roots and status list as they are here now. Files that cannot be used are not
    kept: then nobody can tell.
    """
    asked = attestation.last_asked(evidence)
    chain = attestation.kept_chain(asked.values) if asked is not None else None
    if asked is None or chain is None:
        return
    if any(piece.asked == GROUNDS and piece.number > asked.number for piece in evidence):
        return
    try:
        held = desk.held()
    except AttestationFileError as error:
        log.warning("attestation: %s", error)
        return
    values = values_of_grounds(chain, roots=held.roots, signed=held.signed, statuses=held.statuses)
    phone.record_host_fact(GROUNDS, values, Moment.FINAL)
