# SPDX-License-Identifier: GPL-3.0-or-later
"""What the station hands over when a job ends: everything a paper is made from, and nothing else.

It goes to the law of an edition as plain JSON (`job_json`), and is read there by that edition's own table, so that
nothing of this program's types reaches an earlier law.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from types import MappingProxyType

from certs.errors import RecordMalformedError
from certs.editions.e2027_02.certs.record.fields import Choice, FieldError, FineTime, Flag, Hex, Many, Member, Number, Or, Struct, Table, Text
from certs.editions.e2027_02.certs.record.schema import EVIDENCE, LOG, LogPlace, MAXIMUM_EVIDENCE, PERSON, POLICY, Person, SalePolicy
from certs.editions.e2027_02.certs.record.sealing import Opening
from certs.editions.e2027_02.phones.evidence import Evidence
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.identifiers import ON_PAPER
from certs.editions.e2027_02.phones.identity import PhoneIdentity
from certs.editions.e2027_02.phones.port import Platform

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


def _identity(*, numbers: Mapping[str, str], **names: str) -> PhoneIdentity:
    """Without the numbers that only a later program keeps: papers of this law have no place for them."""
    on_paper = {each.name: numbers[each.name] for each in ON_PAPER if each.name in numbers}
    return PhoneIdentity(numbers=on_paper, **names)


_TEXT, _LONG, _CODE = Text(most=200), Text(most=1000), Text(most=96)

JOB = Struct(
    JobFacts,
    job_id=_CODE,
    attempt=Number(1),
    opened_at=FineTime(),
    finished_at=FineTime(),
    port=_TEXT,
    slot=_TEXT,
    emulated=Flag(),
    platform=Member(Platform),
    identity=Struct(_identity, maker=_TEXT, model=_TEXT, marketing_name=_TEXT, numbers=Table(_CODE, _TEXT, 20)),
    salt=Hex(16),
    evidence=Many(EVIDENCE, MAXIMUM_EVIDENCE),
    method=_CODE,
    policy=POLICY,
    performed_by=PERSON,
    validation=Or(
        None,
        Struct(
            Validation,
            decision=Choice("accepted", "rejected"),
            by=PERSON,
            at=FineTime(),
            grounds=_LONG,
            certificate=Hex(4096),
            signature=Hex(4096),
        ),
    ),
    stage=_CODE,
    failure=_CODE,
    problems=Many(_CODE, 50),
    disclosures=Table(_CODE, _LONG, 30),
    log=Or(None, LOG),
    openings=Many(Struct(Opening, name=_CODE, salt=Hex(16), value=_LONG), 30),
)
"""A job as plain JSON types; the record's own bounds are asked when it is made."""


def job_json(job: JobFacts) -> dict[str, object]:
    """The job as an edition takes it."""
    return JOB.write(job)


def read_job(found: object) -> JobFacts:
    """The inverse of `job_json`. Raises: RecordMalformedError."""
    try:
        return JOB.read(found)
    except FieldError as error:
        raise RecordMalformedError(got=f"job.{error}"[:120]) from error
