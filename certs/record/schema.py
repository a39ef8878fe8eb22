# SPDX-License-Identifier: GPL-3.0-or-later
"""The record document: every field that is signed, with its type and its bounds.

This is the door. Bytes from outside become a document only here: unknown fields, wrong types, naive or
impossible times and oversized texts are refused (duplicate keys and other spellings in `certs.record.canonical`).
All numbers are whole; an unknown text is ""; an unknown number is null. docs/certificate.md explains each field.
"""

import os
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

CERTIFICATE_SCHEMA = "proofwipe/certificate/1"
REPORT_SCHEMA = "proofwipe/report/1"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
MAXIMUM_RECORD_BYTES = 1024 * 1024
MAXIMUM_EVIDENCE = 1000

# No control characters, and none that hide or reorder text (bidi marks, zero width): a page must show what it says.
_VISIBLE = r"^[^\x00-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]*$"


def _is_time(text: str) -> str:
    _moment(text)
    return text


def _is_fine_time(text: str) -> str:
    _moment(text)
    return text


def _moment(text: str) -> datetime:
    """Of a text whose shape is known. (strptime takes ten times as long, for each piece of evidence.)"""
    return datetime(  # noqa: DTZ001 - only asked whether there is such a moment
        int(text[:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]), int(text[14:16]), int(text[17:19])
    )


def _is_date(text: str) -> str:
    date.fromisoformat(text)
    return text


Text = Annotated[str, StringConstraints(max_length=200, pattern=_VISIBLE)]
LongText = Annotated[str, StringConstraints(max_length=1000, pattern=_VISIBLE)]
Named = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_VISIBLE)]
Code = Annotated[str, StringConstraints(max_length=96, pattern=r"^[A-Za-z0-9_.+\-]*$")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=96, pattern=r"^[A-Za-z0-9_.+\-]+$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Commitment = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-f]{32})?$")]
LastFour = Annotated[str, StringConstraints(max_length=4, pattern=r"^[A-Za-z0-9._:\-]*$")]
Time = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"),
    AfterValidator(_is_time),
]
FineTime = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"),
    AfterValidator(_is_fine_time),
]
Date = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_is_date)]
CertificateId = Annotated[str, StringConstraints(pattern=r"^PW(-[0-9A-HJKMNP-TV-Z]{4}){4}$")]
Base64 = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Number = Annotated[int, Field(ge=0, le=2**53 - 1)]  # RFC 8785: what every JSON reader holds exactly
VerdictWord = Literal["passed", "failed", "indeterminate"]


class _Part(BaseModel):
    # Built once, as parts of the whole document (below), and not each by itself as well.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class OutcomePart(_Part):
    """What kind of paper this is, and why it is no certificate: stable codes, most telling first."""

    title: Literal["certificate", "awaiting_validation", "rejected", "blocked", "interrupted", "failed", "not_verified"]
    reasons: Annotated[tuple[Key, ...], Field(max_length=50)]


class JobPart(_Part):
    """The job as the station led it."""

    id: Key
    attempt: Annotated[int, Field(ge=1, le=1000)]
    opened_at: Time
    finished_at: Time
    port: Text
    slot: Text
    stage: Code
    failure: Code
    problems: Annotated[tuple[Key, ...], Field(max_length=50)]


class IssuerPart(_Part):
    """The company that answers for the paper."""

    name: Named
    address: Text
    contact: Text


class StationPart(_Part):
    """The bench, and the key that signs: first 8 bytes, hex, of SHA-256 over its public key (SubjectPublicKeyInfo)."""

    name: Named
    key_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class PersonPart(_Part):
    """Who did the work."""

    name: Named
    role: Text


class ValidationPart(_Part):
    """A named person's decision; never set by software. `by`, `role`, `at` are "" without one.

    `certificate`: the validator's own certificate, DER in base64, issued by the organisation; `signature`: theirs
    over the content they looked at and their decision (`certs.record.validation`), DER in base64. Both "" where the
    decision was entered at the station by a person without a key of their own, which the page says.
    """

    decision: Literal["accepted", "rejected", "awaiting", "not_required"]
    by: Text
    role: Text
    at: Time | Literal[""]
    grounds: LongText
    certificate: Base64
    signature: Base64


class PolicyPart(_Part):
    """The operator's profile the job had to satisfy."""

    name: Named
    minimum_nist: Literal["clear", "purge"]
    require_validation: bool


class CommitmentsPart(_Part):
    """Salted commitments to the identifiers in full (`phones.commitment`), "" for those the phone has not."""

    serial: Commitment
    imei1: Commitment
    imei2: Commitment
    udid: Commitment
    ecid: Commitment


class DevicePart(_Part):
    """Who the phone is, without an identifier in clear."""

    platform: Literal["android", "apple"]
    maker: Text
    model: Text
    marketing_name: Text
    serial_last4: LastFour
    imei1_last4: LastFour
    imei2_last4: LastFour
    commitments: CommitmentsPart
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class SystemPart(_Part):
    """The system as read at one moment; "" for what was not read."""

    version: Text
    build: Text
    security_patch: Text
    fingerprint: Text


class DeviceFactsPart(_Part):
    """What the phone is, taken from the evidence; a verifier takes it again and compares."""

    system_before: SystemPart
    system_after: SystemPart
    storage_total_bytes: Number | None
    memory_total_kib: Number | None
    first_api_level: Number | None
    encryption: Text  # crypto.state / crypto.type as read before
    verified_boot: Text  # boot.verified_state, the phone's own word


class EvidencePart(_Part):
    """One exchange, as `phones.evidence.Evidence.to_json` writes it."""

    number: Annotated[int, Field(ge=1, le=1_000_000)]
    at: FineTime
    moment: Literal["before", "command", "between", "return", "after", "final"]
    port: Text
    link: Key
    asked: Key
    outcome: Literal["answered", "refused", "silent", "lost", "malformed"]
    values: Annotated[
        dict[Key, Annotated[str, StringConstraints(max_length=1024, pattern=_VISIBLE)]], Field(max_length=500)
    ]
    digest: Digest


EvidenceNumbers = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=MAXIMUM_EVIDENCE)]


class FindingPart(_Part):
    """`wipe.report.Finding`."""

    rule: Key
    kind: Literal["requirement", "signal", "contradiction"]
    verdict: VerdictWord
    writer: Code
    evidence: EvidenceNumbers


class ConditionPart(_Part):
    """`wipe.report.Condition`."""

    state: Literal["met", "not_met", "unknown"]
    source: Literal["observed", "inferred", "stated", "not_checked"]
    reason: Code


class ClaimsPart(_Part):
    """`wipe.report.Claims`: three claims, never merged."""

    nist_method: Literal["none", "clear", "purge"]
    technique: Code
    conditions: Annotated[dict[Key, ConditionPart], Field(max_length=20)]
    gb_status: Literal["method_overwrite", "method_block_erase", "vendor_declared", "supporting_only", "none"]
    r2_status: Literal["automated", "guided", "fail"]


class ErasePart(_Part):
    """`wipe.report.EraseReport`, recomputable from `evidence` and the rule file."""

    method: Code
    rules_version: Key
    rules_sha256: Digest
    verdict: VerdictWord
    level: Literal["none", "E0", "E1", "E2", "E3"]
    final_reset: Code
    same_phone: VerdictWord
    findings: Annotated[tuple[FindingPart, ...], Field(max_length=200)]
    claims: ClaimsPart
    residues: Annotated[dict[Key, Code], Field(max_length=50)]
    reasons: Annotated[tuple[Key, ...], Field(max_length=50)]


class CheckPart(_Part):
    """`grading.report.CheckResult`."""

    name: Key
    weight: Code
    outcome: Literal["pass", "fail", "indeterminate", "not_tested", "not_applicable"]
    limit: Text
    measured: LongText
    source: Literal["observed", "inferred", "stated", "not_checked"]
    moment: Code
    evidence: EvidenceNumbers


class GradePart(_Part):
    """`grading.report.Grade`, recomputable from `evidence` and the scheme file."""

    scheme: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_\-]*$")]
    scheme_version: Key
    scheme_sha256: Digest
    usability: Literal["", "1", "2", "3", "4", "5", "U", "H"]
    functional: Code
    battery_band: Code
    cosmetic: Code
    capped_by: Annotated[tuple[Key, ...], Field(max_length=100)]
    checks: Annotated[tuple[CheckPart, ...], Field(max_length=200)]
    mappings: Annotated[dict[Key, LongText], Field(max_length=20)]


class RulesPart(_Part):
    """The rule file that was used."""

    version: Key
    sha256: Digest


class LogPart(_Part):
    """The job's place in the issuer's transparency log, as known before the paper's own entry (docs/certificate.md).

    `device_tag`: HMAC-SHA-256 under the operator's secret, first 16 bytes, hex: the same for every job of one phone.
    `start`: leaf number of the entry that was written before the erase command left. `attempt`: how many such
    entries this phone had then, this one included. `anchor`: the lines of the signed checkpoint that stood when
    the job opened: the record cannot be older; () when the log was empty.
    """

    origin: Named
    device_tag: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    start: Number
    attempt: Annotated[int, Field(ge=1, le=1_000_000)]
    anchor: Annotated[tuple[Named, ...], Field(max_length=40)]


class RecordDocument(_Part):
    """The whole record: what a certificate or a report is made from and what is signed."""

    schema_: Annotated[Literal["proofwipe/certificate/1", "proofwipe/report/1"], Field(alias="schema")]
    id: CertificateId
    issued_at: Time
    renderer: Key
    log: Literal["none"] | LogPart
    emulated: bool
    outcome: OutcomePart
    job: JobPart
    issuer: IssuerPart
    station: StationPart
    performed_by: PersonPart
    validation: ValidationPart
    policy: PolicyPart
    device: DevicePart
    device_facts: DeviceFactsPart
    evidence: Annotated[tuple[EvidencePart, ...], Field(max_length=MAXIMUM_EVIDENCE)]
    erase: ErasePart
    grade: GradePart | None
    rules: RulesPart
    disclosures: Annotated[dict[Key, LongText], Field(max_length=30)]
    sealed: Annotated[dict[Key, Digest], Field(max_length=30)]  # salted commitments, opened in the archive copy only
    retention_until: Date

    @property
    def is_report(self) -> bool:
        """True for a report, which is never a certificate."""
        return self.schema_ == REPORT_SCHEMA


def _build() -> None:
    """Without pydantic's plugins: nobody else's package has a say in what a record is, or is looked for meanwhile."""
    name = "PYDANTIC_DISABLE_PLUGINS"
    before = os.environ.get(name)
    os.environ[name] = "__all__"
    try:
        RecordDocument.model_rebuild(force=True)
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


_build()
