# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be said of an erase: findings, evidence level, three separate claims."""

from collections.abc import Mapping
from enum import StrEnum

from phones.frozen import dataclass
from certs.editions.e2027_02.phones.verdict import Source, Verdict


class EvidenceLevel(StrEnum):
    """How much was proven. NONE: not even commanded."""

    NONE = "none"
    E0 = "E0"  # commanded
    E1 = "E1"  # factory state observed
    E2 = "E2"  # this phone's data set was replaced
    E3 = "E3"  # E2 + keys destroyed as implemented by the maker

    def reaches(self, other: "EvidenceLevel") -> bool:
        """Is this level at least `other`?"""
        order = list(EvidenceLevel)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one row of the rule file.

    `kind`: requirement (must hold), signal (speaks for the erase), contradiction (speaks against it).
    `evidence`: numbers of the pieces it was read from. `writer`: who could have written it.
    """

    rule: str
    kind: str
    verdict: Verdict
    writer: str
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One of the cryptographic-erase conditions C1-C6: met, not_met or unknown, and who says so."""

    state: str
    source: Source
    reason: str  # key of a sentence, `condition.<reason>`


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwriting:
    """What an overwriting pass shows, of user-addressable space only.

    `capacity_bytes`: all whole disks, as the phone says. `passes`: in how many it was seen full. `at_most_ppm`: with
    99 % confidence at most so many parts in a million of what was written are not there. `reasons`: codes why it is not
    claimed, most telling first; empty when it is.
    """

    capacity_bytes: int
    written_bytes: int
    passes: int
    chunks_total: int
    chunks_drawn: int
    chunks_matching: int
    at_most_ppm: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOverwriting:
    """What was done to the memory card in the phone, a carrier of its own.

    `capacity_bytes`: the whole card, or its file system where the phone tells of no more. `file_system`: its name, ""
    when it was not told. The others as in `Overwriting`; `reasons`: codes why the card is not called overwritten.
    """

    capacity_bytes: int
    file_system: str
    written_bytes: int
    passes: int
    chunks_total: int
    chunks_drawn: int
    chunks_matching: int
    at_most_ppm: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Three claims, never merged into one word.

    nist_method: none, clear, purge (destroy is never ours). gb_status: method_overwrite, method_block_erase,
    vendor_declared, supporting_only, none. r2_status: automated, guided, fail. `technique` is a key
    `technique.<name>` in words.toml. `overwriting`: what it rests on; None when no pass was begun.
    """

    nist_method: str
    technique: str
    conditions: Mapping[str, Condition]
    gb_status: str
    r2_status: str
    overwriting: Overwriting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What secure hardware said after the return, and what that was judged against (docs/methods.md).

    `code`: of `phones.attestation.judgement`; "valid" is level A, beside E and never above it. It tells how the phone
    that answered booted, and nothing about data. `hardware`: tee, strongbox or "". `patch_level`: YYYYMM, None when not
    said. `roots_from`: "program", "issuer" (a set that the issuing organisation signed), or "" where none is known.
    `root`: name in the set, "" where the chain does not end in it. `list_fetched`: a day, "" without a status list.
    `evidence`: number of the answer.
    """

    code: str
    hardware: str
    patch_level: int | None
    root: str
    roots_from: str
    roots_version: int | None
    roots_date: str
    roots_sha256: str
    list_fetched: str
    list_sha256: str
    evidence: int

    @property
    def holds(self) -> bool:
        """Level A?"""
        return self.code == "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseReport:
    """What the rules say of a job's evidence. A pure function of evidence and rule file."""

    method: str
    rules_version: str
    rules_sha256: str
    verdict: Verdict  # PASSED = VERIFIED
    level: EvidenceLevel  # of the provable reset
    final_reset: str  # "same": the proven one is the last; "stated": a later one seen and stated; "missing"
    same_phone: Verdict
    findings: tuple[Finding, ...]
    claims: Claims
    attestation: Attestation | None  # None: nobody asked for one
    residues: Mapping[str, str]
    # scope checklist: userdata, accounts, sim, sd, esim, frp, activation_lock, mdm ... ->
    # cleared / absent / stated_absent / present / not_covered / unknown
    reasons: tuple[str, ...]  # stable codes why it is not VERIFIED, most telling first; empty when VERIFIED
    card: CardOverwriting | None = None  # None when no memory card was to be overwritten
