# SPDX-License-Identifier: GPL-3.0-or-later
"""The record document: every field that is signed, with its type and its bounds.

This is the door. Bytes from outside become a document only here: unknown fields, wrong types, naive or
impossible times and oversized texts are refused (duplicate keys and other spellings in `certs.record.canonical`).
All numbers are whole; an unknown text is ""; an unknown number is null. What the evidence, the judge and the grade
say stands in the document as their own types. docs/certificate.md explains each field.
"""

from collections.abc import Mapping
from typing import Literal

from certs.editions.e2027_02.certs.record.fields import Choice, Date, Each, FineTime, Flag, Many, Member, Number, Or, Spread, Struct, Table, Text, Time
from certs.editions.e2027_02.grading.report import CheckOutcome, CheckResult, Grade
from certs.editions.e2027_02.phones.evidence import Evidence, Moment, Outcome
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.identifiers import Identifier, ON_PAPER, SHOWN
from certs.editions.e2027_02.phones.verdict import Source, Verdict
from certs.editions.e2027_02.wipe.report import Attestation, CardOverwriting, Claims, Condition, EraseReport, EvidenceLevel, Finding, Overwriting

CERTIFICATE_SCHEMA = "proofwipe/certificate/1"
REPORT_SCHEMA = "proofwipe/report/1"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
MAXIMUM_EVIDENCE = 4000
TITLES = ("certificate", "awaiting_validation", "rejected", "blocked", "interrupted", "failed", "not_verified")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePart:
    """What kind of paper this is, and why it is no certificate: stable codes, most telling first."""

    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPart:
    """The job as the station led it."""

    id: str
    attempt: int
    opened_at: str
    finished_at: str
    port: str
    slot: str
    stage: str
    failure: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerPart:
    """The company that answers for the paper."""

    name: str
    address: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPart:
    """The bench, and the key that signs: first 8 bytes, hex, of SHA-256 over its public key (SubjectPublicKeyInfo)."""

    name: str
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A named person of the issuer, with the role under which they act."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationPart:
    """A named person's decision; never set by software. `by`, `role`, `at` are "" without one.

    `certificate`: the validator's own certificate, DER in base64, issued by the organisation; `signature`: theirs
    over the content they looked at and their decision (`certs.record.validation`), DER in base64. Both "" where the
    decision was entered at the station by a person without a key of their own, which the page says.
    """

    decision: str
    by: str
    role: str
    at: str
    grounds: str
    certificate: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalePolicy:
    """The operator's profile: what a phone must reach before it gets a certificate."""

    name: str = "basic"
    minimum_nist: str = "clear"  # clear or purge
    require_validation: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePart:
    """Who the phone is, without an identifier in clear.

    `last4`, `commitments`: by name of `phones.identifiers`, the last four characters of each number that is shown and
    the salted commitment to each (`phones.commitment`); "" for those the phone has not told.
    """

    platform: str
    maker: str
    model: str
    marketing_name: str
    last4: Mapping[str, str]
    commitments: Mapping[str, str]
    salt: str

    def commitment(self, identifier: Identifier) -> str:
        """The commitment to this number, "" if the phone has not told it."""
        return self.commitments[identifier.name]

    def last_four(self, identifier: Identifier) -> str:
        """What the page shows of it; "" for a number that is not shown or not known."""
        return self.last4.get(identifier.name, "")

    @property
    def reading(self) -> dict[str, str]:
        """The commitments as evidence has them, to be compared (`phones.identity.compare`)."""
        return {each.value: committed for each in ON_PAPER if (committed := self.commitment(each))}


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPart:
    """The system as read at one moment; "" for what was not read."""

    version: str
    build: str
    security_patch: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFactsPart:
    """What the phone is, taken from the evidence; a verifier takes it again and compares."""

    system_before: SystemPart
    system_after: SystemPart
    storage_total_bytes: int | None
    memory_total_kib: int | None
    first_api_level: int | None
    encryption: str  # crypto.state / crypto.type as read before
    verified_boot: str  # boot.verified_state, the phone's own word


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPart:
    """The rule file that was used."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPlace:
    """The job's place in the issuer's transparency log, as known before the paper's own entry (docs/certificate.md).

    `device_tag`: HMAC-SHA-256 under the operator's secret, first 16 bytes, hex: the same for every job of one phone.
    `start`: leaf number of the entry that was written before the erase command left. `attempt`: how many such
    entries this phone had then, this one included. `anchor`: the lines of the signed checkpoint that stood when
    the job opened: the record cannot be older; () when the log was empty.
    """

    origin: str
    device_tag: str
    start: int
    attempt: int
    anchor: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDocument:
    """The whole record: what a certificate or a report is made from and what is signed.

    `sealed`: salted commitments, opened in the archive copy only.
    """

    schema: str
    id: str
    issued_at: str
    edition: str
    log: Literal["none"] | LogPlace
    emulated: bool
    outcome: OutcomePart
    job: JobPart
    issuer: IssuerPart
    station: StationPart
    performed_by: Person
    validation: ValidationPart
    policy: SalePolicy
    device: DevicePart
    device_facts: DeviceFactsPart
    evidence: tuple[Evidence, ...]
    erase: EraseReport
    grade: Grade | None
    rules: RulesPart
    disclosures: Mapping[str, str]
    sealed: Mapping[str, str]
    retention_until: str

    @property
    def is_report(self) -> bool:
        """True for a report, which is never a certificate."""
        return self.schema == REPORT_SCHEMA


# What each field may hold ---------------------------------------------------------------------------

_CODE = r"[A-Za-z0-9_.+\-]"
_TEXT = Text(most=200)
_LONG = Text(most=1000)
_NAMED = Text(least=1, most=200)
_CODE_OR_NONE = Text(most=96, pattern=f"{_CODE}*")
_KEY = Text(least=1, most=96, pattern=f"{_CODE}+")
_DIGEST = Text(most=64, pattern="[0-9a-f]{64}")
_COMMITMENT = Text(most=33, pattern="(#[0-9a-f]{32})?")
_LAST_FOUR = Text(most=4, pattern=r"[A-Za-z0-9._:/#+()\\ \-]*")
_HEX_32 = Text(most=32, pattern="[0-9a-f]{32}")
_BASE64 = Text(most=4096, pattern="[A-Za-z0-9+/]*={0,2}")
_TIME = Time()
_KEYS = Many(_KEY, 50)
_VERDICT = Member(Verdict)
_EVIDENCE_NUMBERS = Many(Number(1), MAXIMUM_EVIDENCE)
_NUMBER_OR_NULL = Or(None, Number())

EVIDENCE = Struct(
    Evidence,
    number=Number(1, 1_000_000),
    at=FineTime(),
    moment=Member(Moment),
    port=_TEXT,
    link=_KEY,
    asked=_KEY,
    outcome=Member(Outcome),
    values=Table(_KEY, Text(most=1024), 500),
    digest=_DIGEST,
)
_CLAIMS = Struct(
    Claims,
    nist_method=Choice("none", "clear", "purge"),
    technique=_CODE_OR_NONE,
    conditions=Table(
        _KEY,
        Struct(Condition, state=Choice("met", "not_met", "unknown"), source=Member(Source), reason=_CODE_OR_NONE),
        20,
    ),
    gb_status=Choice("method_overwrite", "method_block_erase", "vendor_declared", "supporting_only", "none"),
    r2_status=Choice("automated", "guided", "fail"),
    overwriting=Or(
        None,
        Struct(
            Overwriting,
            capacity_bytes=Number(),
            written_bytes=Number(),
            passes=Number(0, 99),
            chunks_total=Number(),
            chunks_drawn=Number(),
            chunks_matching=Number(),
            at_most_ppm=Number(0, 1_000_000),
            reasons=_KEYS,
        ),
    ),
)
_ERASE = Struct(
    EraseReport,
    method=_CODE_OR_NONE,
    rules_version=_KEY,
    rules_sha256=_DIGEST,
    verdict=_VERDICT,
    level=Member(EvidenceLevel),
    final_reset=_CODE_OR_NONE,
    same_phone=_VERDICT,
    findings=Many(
        Struct(
            Finding,
            rule=_KEY,
            kind=Choice("requirement", "signal", "contradiction"),
            verdict=_VERDICT,
            writer=_CODE_OR_NONE,
            evidence=_EVIDENCE_NUMBERS,
        ),
        200,
    ),
    claims=_CLAIMS,
    attestation=Or(
        None,
        Struct(
            Attestation,
            code=_KEY,
            hardware=Choice("", "tee", "strongbox"),
            patch_level=_NUMBER_OR_NULL,
            root=_TEXT,
            roots_from=Choice("", "program", "issuer"),
            roots_version=_NUMBER_OR_NULL,
            roots_date=_CODE_OR_NONE,
            roots_sha256=_CODE_OR_NONE,
            list_fetched=_CODE_OR_NONE,
            list_sha256=_CODE_OR_NONE,
            evidence=Number(1, 1_000_000),
        ),
    ),
    residues=Table(_KEY, _CODE_OR_NONE, 50),
    reasons=_KEYS,
    card=Or(
        None,
        Struct(
            CardOverwriting,
            capacity_bytes=Number(),
            file_system=Text(most=16, pattern="[a-z0-9]*"),
            written_bytes=Number(),
            passes=Number(0, 99),
            chunks_total=Number(),
            chunks_drawn=Number(),
            chunks_matching=Number(),
            at_most_ppm=Number(0, 1_000_000),
            reasons=_KEYS,
        ),
    ),
)
_GRADE = Struct(
    Grade,
    scheme=Text(least=1, most=64, pattern=r"[a-z0-9][a-z0-9_\-]*"),
    scheme_version=_KEY,
    scheme_sha256=_DIGEST,
    usability=Choice("", "1", "2", "3", "4", "5", "U", "H"),
    functional=_CODE_OR_NONE,
    battery_band=_CODE_OR_NONE,
    cosmetic=_CODE_OR_NONE,
    capped_by=Many(_KEY, 100),
    checks=Many(
        Struct(
            CheckResult,
            name=_KEY,
            weight=_CODE_OR_NONE,
            outcome=Member(CheckOutcome),
            limit=_TEXT,
            measured=_LONG,
            source=Choice("observed", "inferred", "stated", "not_checked"),
            moment=_CODE_OR_NONE,
            evidence=_EVIDENCE_NUMBERS,
        ),
        200,
    ),
    mappings=Table(_KEY, _LONG, 20),
)
_SYSTEM = Struct(SystemPart, version=_TEXT, build=_TEXT, security_patch=_TEXT, fingerprint=_TEXT)
LOG = Struct(
    LogPlace,
    origin=_NAMED,
    device_tag=_HEX_32,
    start=Number(),
    attempt=Number(1, 1_000_000),
    anchor=Many(_NAMED, 40),
)

PERSON = Struct(Person, name=_NAMED, role=_TEXT)
POLICY = Struct(SalePolicy, name=_NAMED, minimum_nist=Choice("clear", "purge"), require_validation=Flag())

RECORD = Struct(
    RecordDocument,
    schema=Choice(CERTIFICATE_SCHEMA, REPORT_SCHEMA),
    id=Text(most=22, pattern="PW(-[0-9A-HJKMNP-TV-Z]{4}){4}"),
    issued_at=_TIME,
    edition=_KEY,
    log=Or("none", LOG),
    emulated=Flag(),
    outcome=Struct(
        OutcomePart,
        title=Choice(*TITLES),
        reasons=_KEYS,
    ),
    job=Struct(
        JobPart,
        id=_KEY,
        attempt=Number(1, 1000),
        opened_at=_TIME,
        finished_at=_TIME,
        port=_TEXT,
        slot=_TEXT,
        stage=_CODE_OR_NONE,
        failure=_CODE_OR_NONE,
        problems=_KEYS,
    ),
    issuer=Struct(IssuerPart, name=_NAMED, address=_TEXT, contact=_TEXT),
    station=Struct(StationPart, name=_NAMED, key_id=Text(most=16, pattern="[0-9a-f]{16}")),
    performed_by=PERSON,
    validation=Struct(
        ValidationPart,
        decision=Choice("accepted", "rejected", "awaiting", "not_required"),
        by=_TEXT,
        role=_TEXT,
        at=Or("", _TIME),
        grounds=_LONG,
        certificate=_BASE64,
        signature=_BASE64,
    ),
    policy=POLICY,
    device=Struct(
        DevicePart,
        platform=Choice("android", "apple"),
        maker=_TEXT,
        model=_TEXT,
        marketing_name=_TEXT,
        last4=Spread({each.name: f"{each.name}_last4" for each in SHOWN}, _LAST_FOUR),
        commitments=Each(tuple(each.name for each in ON_PAPER), _COMMITMENT),
        salt=_HEX_32,
    ),
    device_facts=Struct(
        DeviceFactsPart,
        system_before=_SYSTEM,
        system_after=_SYSTEM,
        storage_total_bytes=_NUMBER_OR_NULL,
        memory_total_kib=_NUMBER_OR_NULL,
        first_api_level=_NUMBER_OR_NULL,
        encryption=_TEXT,
        verified_boot=_TEXT,
    ),
    evidence=Many(EVIDENCE, MAXIMUM_EVIDENCE),
    erase=_ERASE,
    grade=Or(None, _GRADE),
    rules=Struct(RulesPart, version=_KEY, sha256=_DIGEST),
    disclosures=Table(_KEY, _LONG, 30),
    sealed=Table(_KEY, _DIGEST, 30),
    retention_until=Date(),
)
"""The record's fields, in JSON and in Python."""
