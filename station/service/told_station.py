# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API tells of the station: its people and settings, its jobs searched and counted, its samples."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal, Self

from certs.keys.certificate_statuses import VALIDATOR, CertificateStatus, certificate_statuses
from phones.clock import utc_now
from station.documents.document import Document, known
from station.documents.jobs import JobTold
from station.documents.papers import SampleTold
from station.documents.sentences import Reason
from station.ledger.statistics import Counted, Group, Statistics
from station.ledger.summary import Result
from station.session.sampling import Drawing
from station.session.statistics import Period
from station.setup.home import Home
from station.setup.people import load as load_company
from station.setup.settings import Settings
from station.setup.told_settings import SettingTold, same_as_file, told_settings

OwnKey = Literal["valid", "expired", "revoked"]


@dataclass(frozen=True, kw_only=True)
class PersonTold:
    """Somebody who may act here. `key`: how the newest certificate of a validator's own key stands; null without."""

    person: str
    role: str
    key: OwnKey | None
    key_valid_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class PeopleTold(Document):
    """`GET /v1/people`. `validator_key`: required where no decision is taken without a key of one's own."""

    NAME: ClassVar[str] = "people"

    issuer: str
    station: str
    people: tuple[PersonTold, ...]

    @classmethod
    def of(cls, home: Home) -> Self:
        """As issuer.json and the folder of keys say now. Raises: ConfigError, NotInitialisedError, CertsError."""
        company = load_company(home.keys)
        certificates: dict[str, CertificateStatus] = {}
        for each in certificate_statuses(home.keys):
            if each.kind == VALIDATOR and _is_later(each, certificates.get(each.name)):
                certificates[each.name] = each
        people = tuple(
            _person(each.name, each.role, certificates.get(each.name) if each.role == "validator" else None)
            for each in company.people
        )
        return cls(issuer=company.issuer.name, station=company.station, people=people)


@dataclass(frozen=True, kw_only=True)
class ConfigurationTold(Document):
    """`GET /v1/configuration`: the settings in force. `file`: where a person writes them, null where there is none;
    `in_force`: does the file still say what the service was started with; null when it cannot be read now.
    `erase_line`: the line that switches erasing over the API, null where none does.
    """

    NAME: ClassVar[str] = "configuration"

    file: str | None
    in_force: bool | None
    erase: bool
    erase_line: int | None
    settings: tuple[SettingTold, ...]

    @classmethod
    def of(cls, settings: Settings, file: Path) -> Self:
        """`file`: where they came from, if it is there."""
        told = told_settings(settings, file)
        line = next((each.line for each in told if each.setting == "service.erase"), None)
        return cls(
            file=str(file) if file.is_file() else None,
            in_force=same_as_file(settings, file),
            erase=settings.service.erase,
            erase_line=line,
            settings=told,
        )


@dataclass(frozen=True, kw_only=True)
class JobsFound(Document):
    """`GET /v1/search`. `total`: how many fit in all; `cursor`: for the next portion, null at the end."""

    NAME: ClassVar[str] = "search"

    jobs: tuple[JobTold, ...]
    total: int
    cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many jobs; each is under exactly one result, so that these add up to `jobs`. `name`: null for what nobody
    told, like the model of a phone that never answered.
    """

    name: str | None
    jobs: int
    certified: int
    withdrawn: int
    replaced: int
    awaiting: int
    not_certified: int
    open: int

    @classmethod
    def of(cls, counted: Counted) -> Self:
        """As it was counted."""
        numbers = {each.value: counted.results.get(each.value, 0) for each in Result}
        return cls(name=known(counted.name), jobs=counted.jobs, **numbers)


@dataclass(frozen=True, kw_only=True)
class DayCount(Count):
    """A day, named by its date. `begins_at`, `ends_at`: its first moment and that of the next."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class GroupCount:
    """The largest first. `others`: those under `names` further names, together; null where all are listed."""

    counted: tuple[Count, ...]
    others: Count | None
    names: int

    @classmethod
    def of(cls, group: Group) -> Self:
        """As it was counted."""
        others = None if group.others is None else Count.of(group.others)
        return cls(counted=tuple(map(Count.of, group.counted)), others=others, names=group.names)


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How many jobs ended without a certificate for that reason first of all. `reason`: null where none is known."""

    reason: Reason | None
    jobs: int


@dataclass(frozen=True, kw_only=True)
class DecisionCount:
    """What a validator decided about jobs of that time."""

    validator: str
    accepted: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class StatisticsTold(Document):
    """`GET /v1/statistics`. A job is counted on the day it was opened, by the clock of `zone`."""

    NAME: ClassVar[str] = "statistics"

    since: str
    until: str
    zone: str
    total: Count
    days: tuple[DayCount, ...]
    operators: GroupCount
    models: GroupCount
    methods: GroupCount
    grades: GroupCount
    reasons: tuple[ReasonCount, ...]
    other_reasons: int
    validators: tuple[DecisionCount, ...]

    @classmethod
    def of(cls, wanted: Period, found: Statistics) -> Self:
        """In the language in use."""
        days = tuple(
            DayCount(**vars(Count.of(counted)), begins_at=day.begin, ends_at=day.end)
            for day, counted in zip(wanted.days, found.days, strict=True)
        )
        return cls(
            since=wanted.since.isoformat(),
            until=wanted.until.isoformat(),
            zone=wanted.zone,
            total=Count.of(found.total),
            days=days,
            operators=GroupCount.of(found.operators),
            models=GroupCount.of(found.models),
            methods=GroupCount.of(found.methods),
            grades=GroupCount.of(found.grades),
            reasons=tuple(
                ReasonCount(reason=Reason.of_code(each.name) if each.name else None, jobs=each.jobs)
                for each in found.reasons.counted
            ),
            other_reasons=0 if found.reasons.others is None else found.reasons.others.jobs,
            validators=tuple(
                DecisionCount(
                    validator=each.name,
                    accepted=each.results.get("accepted", 0),
                    rejected=each.results.get("rejected", 0),
                )
                for each in found.validators.counted
            ),
        )


@dataclass(frozen=True, kw_only=True)
class SampleDrawnTold(Document):
    """`POST /v1/samples`. `sample`: null while the log's next entry, which decides, is not there."""

    NAME: ClassVar[str] = "sample-drawn"

    period: str
    of: str
    population: int
    sample: SampleTold | None

    @classmethod
    def of_drawing(cls, drawing: Drawing, *, of: str) -> Self:
        """As it was drawn."""
        sample = None if drawing.sample is None else SampleTold.of_drawing(drawing, drawing.sample)
        return cls(period=drawing.committed.period, of=of, population=drawing.committed.number, sample=sample)


@dataclass(frozen=True, kw_only=True)
class ToSign(Document):
    """`POST /v1/jobs/…/decision/content`: with `content`, and the decision itself, a validator's program makes the
    bytes that are signed; docs/service.md says how.
    """

    NAME: ClassVar[str] = "decision-content"

    job: str
    seen: str
    content: str
    subject_schema: str
    role: str


def _is_later(one: CertificateStatus, other: CertificateStatus | None) -> bool:
    return other is None or one.certificate.not_valid_before_utc >= other.certificate.not_valid_before_utc


def _person(name: str, role: str, own: CertificateStatus | None) -> PersonTold:
    key: OwnKey | None = None
    if own is not None:
        over = own.certificate.not_valid_after_utc <= utc_now()
        key = "revoked" if own.revoked is not None else "expired" if over else "valid"
    until = None if own is None else own.certificate.not_valid_after_utc
    return PersonTold(person=name, role=role, key=key, key_valid_until=until)
