# SPDX-License-Identifier: GPL-3.0-or-later
"""Re-inspection by sample, drawn by the transparency log and not by the bench.

Period and population go into the ledger before anybody can know the sample; what was drawn goes there too, once. A
sample that was drawn before is only read: no lock is needed for it.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certs.log.entries import Close, read_entry
from certs.log.sampling import CERTIFICATES, REPORTS, Period, Sample, digest_of, draw, population
from certs.log.sampling import period as period_named
from phones.clock import utc_now
from phones.identifiers import last_four
from phones.verdict import Verdict
from station.errors import (
    InspectorPerformedError,
    JobNotFoundError,
    LedgerError,
    LogMissingError,
    ParameterError,
    SampleNotDrawnError,
)
from station.ledger.ledger import Ledger
from station.ledger.paper_events import SampleCommitted, SampleDrawn, SampleInspected
from station.papers.job_log import job_of
from station.session.jobs import read_jobs
from station.setup.home import Home
from station.setup.settings import Settings
from station.text.language import text
from transparency.database import TransparencyLog

if TYPE_CHECKING:
    from station.session.operations import OpenStation

_FACTORY_STATE = "E1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One phone of a sample, for the sheet of whoever inspects it; only the certificate's id where no job is known."""

    certificate: str
    model: str = ""
    serial: str = ""
    imei: str = ""
    slot: str = ""
    performed_by: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A period's sample; `sample` is None while the log's next entry, which decides, is not there.

    `checkpoint`: the newest signed state of the log that a witness signed, else the newest.
    """

    committed: SampleCommitted
    sample: Sample | None = None
    checkpoint: str = ""
    rows: tuple[Row, ...] = ()

    @property
    def committed_before_seed(self) -> bool:
        """Was the population written down before the entry that decides was made?"""
        return self.sample is not None and self.sample.index >= self.committed.log_size


def draw_sample(home: Home, settings: Settings, wanted: Period, *, percent: int, of: str = CERTIFICATES) -> Drawing:
    """The sample of a period that is over: the one drawn before, or a new one, which is written to the ledger. `of`:
    what is drawn, certificates or reports of resets that nobody could prove (E1).

    Written by the session at work, where there is one. Raises: LogMissingError, LogError, LedgerError;
    StationBusyError when it has to be written and who holds the station answers nobody.
    """
    from station.session import operations
    from station.session.reach import reach

    with _open_log(home) as log:
        with read_jobs(home) as jobs:
            jobs.verify()
            committed, drawn = _committed(jobs.ledger, wanted, of), _was_drawn(jobs.ledger, wanted, of)
            if committed is not None:
                found = _drawing(jobs.ledger, log, wanted, committed)
                if drawn or found.sample is None:
                    return found
        with reach(home, settings) as station:
            station.operations.do(operations.write_sample, period=wanted.name, percent=percent, of=of)
        with read_jobs(home) as jobs:
            committed = _committed(jobs.ledger, wanted, of)
            if committed is None:  # who wrote it says it is written
                raise LedgerError(subject=wanted.name)
            return _drawing(jobs.ledger, log, wanted, committed)


def period_over(name: str) -> Period:
    """A period by its name, in UTC. Raises: ParameterError for what is none, or not over yet."""
    try:
        wanted = period_named(name)
    except ValueError as error:
        raise ParameterError(subject="period", expected="2026-11, 2026-W48, 2026-11-29", got=name[:40]) from error
    if wanted.end > utc_now():
        raise ParameterError(subject="period", expected=f"< {utc_now():%Y-%m-%d %H:%M}Z", got=name[:40])
    return wanted


def draw_here(at: "OpenStation", *, period: str, percent: int, of: str = CERTIFICATES) -> Drawing:
    """As `draw_sample`, by the session that holds the station. Raises: ParameterError; what `write_sample` raises."""
    from station.session import operations

    wanted = period_over(period)
    operations.write_sample(at, period=wanted.name, percent=percent, of=of)
    return written_sample(at.home, at.session.jobs.ledger, wanted, of=of)


def written_sample(home: Home, ledger: Ledger, wanted: Period, *, of: str = CERTIFICATES) -> Drawing:
    """The sample of a period as it was written down before (`write_sample`).

    Raises: LogMissingError, LogError, LedgerError; SampleNotDrawnError where none was.
    """
    with _open_log(home) as log:
        committed = _committed(ledger, wanted, of)
        if committed is None:
            raise SampleNotDrawnError(subject=wanted.name, reports=of == REPORTS)
        return _drawing(ledger, log, wanted, committed)


def write_sample(home: Home, ledger: Ledger, wanted: Period, *, percent: int, of: str = CERTIFICATES) -> None:
    """Population and, where the log is far enough, sample of a period into the ledger; each once.

    Raises: LogMissingError, LogError, LedgerError.
    """
    with _open_log(home) as log:
        committed = _committed(ledger, wanted, of) or _commit(ledger, log, wanted, percent, of)
        sample = _drawing(ledger, log, wanted, committed).sample
        if sample is not None and not _was_drawn(ledger, wanted, of):
            drawn = SampleDrawn(
                period=wanted.name, index=sample.index, root=sample.root, chosen=sample.chosen, of=_kept(of)
            )
            ledger.append(drawn, "")


@contextmanager
def _open_log(home: Home) -> Iterator[TransparencyLog]:
    if not home.transparency_log.is_file():
        raise LogMissingError(subject=str(home.transparency_log))
    with closing(TransparencyLog.open(home.transparency_log)) as log:
        yield log


def _committed(ledger: Ledger, wanted: Period, of: str) -> SampleCommitted | None:
    """Period and population as they were first written down; nothing later counts."""
    return next(
        (each for each in ledger.all_of(SampleCommitted) if (each.period, each.of) == (wanted.name, _kept(of))), None
    )


def _kept(of: str) -> str | None:
    """As the ledger has it: of certificates nothing is said, as before there was another kind."""
    return None if of == CERTIFICATES else of


def _was_drawn(ledger: Ledger, wanted: Period, of: str) -> bool:
    return any((before.period, before.of) == (wanted.name, _kept(of)) for before in ledger.all_of(SampleDrawn))


def _commit(ledger: Ledger, log: TransparencyLog, wanted: Period, percent: int, of: str) -> SampleCommitted:
    size = log.size
    entries = [read_entry(leaf) for leaf in log.leaves()]
    ids = population(entries, wanted, reports=_reports(ledger, log, wanted, of))
    committed = SampleCommitted(
        period=wanted.name, percent=percent, number=len(ids), sha256=digest_of(ids), log_size=size, of=_kept(of)
    )
    ledger.append(committed, "")
    return committed


def _reports(ledger: Ledger, log: TransparencyLog, wanted: Period, of: str) -> frozenset[str] | None:
    """Of the period's reports those of phones that were reset, and of which no more was seen than a factory state."""
    if of != REPORTS:
        return None
    found = set()
    for entry in (read_entry(leaf) for leaf in log.leaves()):
        if isinstance(entry, Close) and wanted.begin <= entry.at < wanted.end:
            job = job_of(ledger, entry.id)
            if job is not None and job.verdict is not None and job.verdict.level == _FACTORY_STATE:
                found.add(entry.id)
    return frozenset(found)


def _drawing(ledger: Ledger, log: TransparencyLog, wanted: Period, committed: SampleCommitted) -> Drawing:
    entries = (read_entry(leaf) for leaf in log.leaves())
    reports = _reports(ledger, log, wanted, committed.of or CERTIFICATES)
    sample = draw(entries, wanted, origin=log.origin, percent=committed.percent, reports=reports)
    if sample is None:
        return Drawing(committed=committed)
    rows = tuple(_row(ledger, each) for each in sample.chosen)
    return Drawing(committed=committed, sample=sample, checkpoint=log.witnessed_checkpoint(), rows=rows)


def _row(ledger: Ledger, certificate: str) -> Row:
    job = job_of(ledger, certificate)
    if job is None or job.identity is None:
        return Row(certificate=certificate)
    return Row(
        certificate=certificate,
        model=job.identity.display_name,
        serial=f"…{last_four(job.identity.serial)}",
        imei=f"…{last_four(job.identity.number('imei1'))}",
        slot=job.opened.slot,
        performed_by=job.opened.performed_by.name,
        method=job.method,
    )


def record_result(ledger: Ledger, certificate: str, *, found: str, tool: str, by: str, grounds: str) -> SampleInspected:
    """What somebody found on a phone of a sample, into the ledger. Who performed its job does not inspect it.

    Raises: JobNotFoundError when no sample has that certificate; InspectorPerformedError; LedgerError.
    """
    periods = [drawn.period for drawn in ledger.all_of(SampleDrawn) if certificate in drawn.chosen]
    if not periods:
        raise JobNotFoundError(subject=certificate, got=text("word.not_sampled", id=certificate))
    job = job_of(ledger, certificate)
    if job is not None and job.opened.performed_by.name == by:
        raise InspectorPerformedError(subject=certificate, performer=by)
    inspected = SampleInspected(id=certificate, period=periods[-1], found=found, tool=tool, by=by, grounds=grounds)
    ledger.append(inspected, job.id if job is not None else "")
    return inspected


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """How the inspection of a sample stands. `verdict`: FAILED as soon as data was found on one of its phones, PASSED
    when somebody looked into each and found none, else INDETERMINATE; `open_`: those that nobody could look into yet.
    """

    period: str
    of: str
    number: int
    chosen: tuple[str, ...]
    clean: tuple[str, ...]
    data: tuple[str, ...]
    open_: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Of the whole lot."""
        if self.data:
            return Verdict.FAILED
        return Verdict.PASSED if self.chosen and not self.open_ else Verdict.INDETERMINATE


def lot(ledger: Ledger, wanted: Period, of: str) -> Lot:
    """The lot of a period, from what was drawn and found. Data that was found once stays found, whatever was written
    down later; a phone that was not available stays open until somebody has looked into it.

    Raises: SampleNotDrawnError when no sample of that period was drawn; LedgerError.
    """
    committed = _committed(ledger, wanted, of)
    drawn = next(
        (each for each in ledger.all_of(SampleDrawn) if (each.period, each.of) == (wanted.name, _kept(of))), None
    )
    if committed is None or drawn is None:
        raise SampleNotDrawnError(subject=wanted.name, reports=of == REPORTS)
    found: dict[str, set[str]] = {each: set() for each in drawn.chosen}
    for inspected in ledger.all_of(SampleInspected):
        if inspected.period == wanted.name and inspected.id in found:
            found[inspected.id].add(inspected.found)
    data = tuple(each for each, said in found.items() if "data" in said)
    clean = tuple(each for each, said in found.items() if "none" in said and "data" not in said)
    return Lot(
        period=wanted.name,
        of=of,
        number=committed.number,
        chosen=drawn.chosen,
        clean=clean,
        data=data,
        open_=tuple(each for each in found if each not in {*data, *clean}),
    )
