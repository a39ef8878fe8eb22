# SPDX-License-Identifier: GPL-3.0-or-later
"""What the station hands over when a job ends: everything a paper is made from, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from certs.record.schema import LogPlace, Person, SalePolicy
from certs.record.sealing import Opening
from phones.evidence import Evidence
from phones.identity import PhoneIdentity
from phones.port import Platform

__all__ = ["JobFacts", "LogPlace", "Person", "SalePolicy", "Validation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A named person's decision. Software never sets it. decision: accepted or rejected."""

    decision: str
    by: Person
    at: datetime
    grounds: str = ""
    certificate: bytes = b""  # the validator's own, DER; b"" without a key of their own
    signature: bytes = b""  # theirs, DER (`certs.record.validation`)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """One finished job. Verdict, claims and grade are not in here: they are computed from `evidence`.

    `salt`: 16 bytes, the job's commitment salt. `stage`: where the job stands (design: SEEN .. FAILED).
    `failure`: stable reason code when the station itself ended the job, else "".
    `problems`: codes that blocked it. `emulated` is decided by the station.
    """

    job_id: str
    attempt: int
    opened_at: datetime
    finished_at: datetime
    port: str
    slot: str
    emulated: bool
    platform: Platform
    identity: PhoneIdentity
    salt: bytes
    evidence: tuple[Evidence, ...]
    method: str
    policy: SalePolicy
    performed_by: Person
    validation: Validation | None = None
    stage: str = ""
    failure: str = ""
    problems: tuple[str, ...] = ()
    disclosures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    log: LogPlace | None = None
    openings: tuple[Opening, ...] = ()  # what is sealed in the record; opened in the archive copy only
    # disclosures: operator's statements for the buyer: repairs, replaced_parts, warranty ...
