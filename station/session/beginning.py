# SPDX-License-Identifier: GPL-3.0-or-later
"""A person at a terminal of this machine begins jobs on a bench that a service holds: operations of `process`.

They are a person's acts, who names a phone and types its number as without a service, so the switch for programs of the
API has no say in them; whoever may ask here could as well end the service and run the same command alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from phones.identity import PhoneIdentity, plain
from phones.port import Sighting
from station.errors import PhoneBusyError
from station.session.beforehand import must_have_room
from station.session.confirmation import Candidate
from station.session.find_phone import find
from station.session.operations import OpenStation
from station.setup.acquisition import Acquisitions
from station.setup.people import load as load_company
from station.setup.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is wished for one order, besides the settings of whoever holds the bench. None: as those say."""

    method: str = ""
    passes: int | None = None
    card: bool | None = None
    challenge: bool = False
    again: bool = False
    check: str | None = None

    def laid_over(self, settings: Settings) -> Settings:
        """The settings of these jobs."""
        return (
            settings.with_passes(self.passes)
            .with_card(card=self.card)
            .with_challenge(wanted=self.challenge)
            .with_check(self.check)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMeant:
    """A `Candidate`, for the wire."""

    sighting: Sighting
    identity: PhoneIdentity
    numbers: tuple[str, ...]
    digits: int
    level: str
    card: str

    @classmethod
    def of(cls, found: Candidate) -> "PhoneMeant":
        """Without what stands in its way: its job will say that."""
        return cls(
            sighting=found.sighting,
            identity=found.identity,
            numbers=tuple(sorted(found.numbers)),
            digits=found.digits,
            level=found.level,
            card=found.card,
        )

    def candidate(self) -> Candidate:
        """The inverse."""
        return Candidate(
            sighting=self.sighting,
            identity=self.identity,
            numbers=frozenset(self.numbers),
            digits=self.digits,
            level=self.level,
            card=self.card,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquiredTable:
    """A table of an acquisition file: of the phone of that slot, port or number; "" of all."""

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Ids of the jobs that were begun, ports on which another works, and ports of phones that are being measured."""

    jobs: tuple[str, ...]
    occupied: tuple[str, ...]
    measured: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """Ids of the jobs whose worker is still at it."""

    jobs: tuple[str, ...] = field(default=())


def meant(at: OpenStation, *, wanted: str, wishes: Wishes) -> PhoneMeant:
    """The one phone meant by a serial, UDID, IMEI, slot or port, asked who it is; none that a worker is at is asked.

    Raises: StationBusyError, DrainingError; PhoneNotFoundError, AmbiguousPhoneError, PhoneBusyError, WrongSignerError,
    BenchError.
    """
    at.may_begin()
    busy = {job.port: job for job in at.jobs_at_work}
    for job in busy.values():
        if job.identity is not None and plain(wanted) in job.identity.called_by(job.opened.usb_serial):
            raise PhoneBusyError(subject=job.id, stage=job.stage.value)
    sighting = find(at.bench, wanted, at.settings, left_alone=busy.keys())
    if sighting.port in busy:
        raise PhoneBusyError(subject=busy[sighting.port].id, stage=busy[sighting.port].stage.value)
    at.session.must_sign_for(sighting)
    settings = wishes.laid_over(at.settings)
    return PhoneMeant.of(at.session.identify(sighting, method=wishes.method, settings=settings))


def begin(
    at: OpenStation,
    *,
    phones: tuple[Sighting, ...],
    by: str,
    bound: tuple[str, ...],
    wishes: Wishes,
    acquired: tuple[AcquiredTable, ...] = (),
) -> Begun:
    """A job for each of these phones: see `Session.start`. `by`: an operator. `bound`: the numbers the one phone was
    confirmed by.

    Raises: StationBusyError, DrainingError, NotEntitledError, DiskNearlyFullError; what `Session.start` raises.
    """
    at.may_begin()
    person = load_company(at.home.keys).person(by, "operator")
    must_have_room(at.home.path)
    tables = {each.name: each.values for each in acquired}
    default = tables.pop("", {})
    started = at.session.start(
        *phones,
        by=person,
        bound=bound,
        acquisitions=Acquisitions(default=default, by_name=tables),
        method=wishes.method,
        again=wishes.again,
        settings=wishes.laid_over(at.settings),
    )
    return Begun(
        jobs=tuple(job.id for job in started.jobs),
        occupied=tuple(each.port for each in started.occupied),
        measured=tuple(each.port for each in started.measured),
    )


def at_work(at: OpenStation) -> AtWork:
    """The jobs that are led now; those that nobody has taken up again since a start are not among them."""
    return AtWork(jobs=tuple(job.id for job in at.jobs_at_work))


def tables_of(acquisitions: Acquisitions) -> tuple[AcquiredTable, ...]:
    """An acquisition file as its tables."""
    named = tuple(AcquiredTable(name=name, values=values) for name, values in acquisitions.by_name.items())
    return (AcquiredTable(name="", values=acquisitions.default), *named)
