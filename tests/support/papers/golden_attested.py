# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden papers with hardware attestation (level A): a good one, and those of an insider whose chain is none.

The chain is a virtual authority's, and the issuer's organisation signed the set of roots that holds it. Its root signs
on P-384, which every verifier, the offline page too, computes by itself: a paper whose chain was changed there tells.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from certs.keys.attestation_roots import signed_by
from certs.record.facts import JobFacts
from certs.record.record import Record
from phones.attestation.certificates import read_chain
from phones.attestation.evidence import PIECE, in_pieces, kept_chain
from phones.evidence import digest_of
from station.papers.paper_issuer import facts_of
from tests.support import lives
from tests.support.attestation import root_document, set_document
from tests.support.attestation_desk import CHALLENGED, VIRTUAL, FakeDesk
from tests.support.papers.forge import changed, forge
from tests.support.papers.golden_case import Case, bad, good
from tests.support.papers.paper_world import PaperWorld

FIRST_EDITION = "2027.01"
"""Earlier ones know no attestation."""
HANDED_IN, GROUNDS = "attestation.handed_in", "attestation.grounds"
Values = dict[str, str]


def cases(scene: PaperWorld) -> tuple[dict[str, Case], dict[str, bytes]]:
    """Papers by name."""
    if scene.edition < FIRST_EDITION:
        return {}, {}
    facts = attested_job(scene)
    honest = scene.certificate(facts, issued_at=facts.finished_at + timedelta(minutes=5))

    def insider(asked: str, change: Callable[[Values], None]) -> Case:
        record = changed(honest, lambda document: _in_evidence(document, asked, change))
        return bad(forge(record, scene.signer, store=scene.authority.security_store()), "E_ATTESTATION")

    return {
        "valid-attested": good(scene.paper(honest), "W_ATTESTATION_ROOTS", "W_NOT_LOGGED"),
        "attestation-forged": insider(HANDED_IN, _forge_what_the_root_signed),
        "attestation-of-another-challenge": insider(HANDED_IN, _another_challenge),
        "attestation-revoked": insider(GROUNDS, _on_the_list),
        "attestation-raised": bad(_raised(scene, honest), "E_ATTESTATION"),
    }, {}


def attested_job(scene: PaperWorld) -> JobFacts:
    """An honest Android phone's whole life, whose key was attested after the erase; told as a real phone's."""
    roots = signed_by(scene.authority.organisation, set_document(root_document(spki_sha256=VIRTUAL.root_digest)))
    job = lives.live(lives.PIXEL_13, settings=CHALLENGED, desk=FakeDesk(signed=roots)).job
    return replace(facts_of(job, scene.edition), emulated=False)


def _in_evidence(document: dict[str, Any], asked: str, change: Callable[[Values], None]) -> None:
    """Change kept values as who holds the station's key can: the digest fits again."""
    for piece in document["evidence"]:
        if piece["asked"] == asked:
            change(piece["values"])
            piece["digest"] = digest_of(piece["values"])


def _forge_what_the_root_signed(values: Values) -> None:
    """One bit of the root's signature under the certificate below it: of its second number, so the DER stays whole."""
    chain = [each.encoded for each in read_chain(kept_chain(values) or b"")]
    signed = bytearray(chain[-2])
    signed[-1] ^= 1
    values.update(in_pieces(PIECE, b"".join((*chain[:-2], bytes(signed), chain[-1]))))


def _another_challenge(values: Values) -> None:
    values["command.nonce"] = "f" * 32


def _on_the_list(values: Values) -> None:
    values["attestation.listed"] = "c0ffee5eed:REVOKED"


def _raised(scene: PaperWorld, honest: Record) -> bytes:
    """The chain is good, and the paper tells of better hardware than it does."""

    def raise_level(document: dict[str, Any]) -> None:
        document["erase"]["attestation"]["hardware"] = "strongbox"

    return forge(changed(honest, raise_level), scene.signer, store=scene.authority.security_store())
