# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of a bench, whoever holds it; loads neither keys nor papers, for commands that only look.

The rest of what can be asked of a station is in `station.session.operations`; both are called in the same way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from phones.identity import plain
from phones.port import Sighting
from station.errors import PhoneBusyError
from station.session.bench import PhoneBench
from station.session.find_phone import ask, find, present, settled
from station.setup.settings import Settings

if TYPE_CHECKING:
    from station.ledger.job import Job

P = ParamSpec("P")
R = TypeVar("R")
S_co = TypeVar("S_co", covariant=True)


class BenchInUse(Protocol):
    """A bench, and the jobs whose workers are at its phones now."""

    @property
    def bench(self) -> PhoneBench:
        """Raises: BenchError, ConfigError."""

    @property
    def settings(self) -> Settings:
        """Of whoever holds the bench."""

    @property
    def jobs_at_work(self) -> "tuple[Job, ...]":
        """Their phones are left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchAlone:
    """A bench without a session."""

    bench: PhoneBench
    settings: Settings
    jobs_at_work: "tuple[Job, ...]" = ()


class Operations(Protocol[S_co]):
    """Whoever carries operations out, here or elsewhere: the same call, the same result, the same errors."""

    def do(self, operation: Callable[Concatenate[S_co, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """One of the functions of this module or of `station.session.operations`. Raises: what it raises."""


@dataclass(frozen=True, slots=True)
class Here(Operations[S_co]):
    """In this process, with what it holds itself."""

    holds: S_co

    def do(self, operation: Callable[Concatenate[S_co, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """A plain call."""
        return operation(self.holds, *args, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """What is plugged in, in order of ports; `notes`: what of the bench cannot be seen, by driver."""

    sightings: tuple[Sighting, ...]
    notes: Mapping[str, str]


def phones(at: BenchInUse, *, settle: bool = True) -> Phones:
    """Everything plugged in, without asking any phone. `settle`: wait for phones that have just been met.

    Raises: BenchError.
    """
    seen = settled(at.bench) if settle else present(at.bench)
    return Phones(sightings=seen, notes=dict(at.bench.notes()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A phone, and what it says of itself, in clear."""

    sighting: Sighting
    values: Mapping[str, str]


def inspect(at: BenchInUse, *, wanted: str = "", parts: bool = False) -> Inspection:
    """A whole inspection of the one phone meant by a serial, UDID, IMEI, slot or port, or of the only one there is;
    `parts`: with what it names of its parts. A phone that a worker is at is asked nothing.

    Raises: PhoneNotFoundError, AmbiguousPhoneError, PhoneBusyError, BenchError.
    """
    busy = {job.port: job for job in at.jobs_at_work}
    for job in busy.values():
        if wanted and job.identity is not None and plain(wanted) in job.identity.called_by(job.opened.usb_serial):
            raise PhoneBusyError(subject=job.id, stage=job.stage.value)
    sighting = find(at.bench, wanted or None, at.settings, left_alone=busy.keys())
    if sighting.port in busy:
        job = busy[sighting.port]
        raise PhoneBusyError(subject=job.id, stage=job.stage.value)
    return Inspection(sighting=sighting, values=ask(at.bench, sighting, parts=parts))
