# SPDX-License-Identifier: GPL-3.0-or-later
"""Re-inspection by sample, drawn by the transparency log and not by the bench.

Period and population go into the ledger before anybody can know the sample; what was drawn goes there too, once. A
sample that was drawn before is only read: no lock is needed for it.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from certs.log.entries import read_entry
from certs.log.sampling import Period, Sample, digest_of, draw, population
from phones.identifiers import last_four
from station.errors import InspectorPerformedError, JobNotFoundError, LedgerError, LogMissingError
from station.ledger.ledger import Ledger
from station.ledger.paper_events import SampleCommitted, SampleDrawn, SampleInspected
from station.papers.job_log import job_of
from station.session.jobs import read_jobs
from station.setup.home import Home
from station.setup.settings import Settings
from station.text.language import text
from transparency.database import TransparencyLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One phone of a sample, for the sheet of whoever inspects it; only the certificate's id where no job is known."""

    certificate: str
    model: str = ""
    serial: str = ""
    imei: str = ""
    slot: str = ""
    performed_by: str = ""


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


def draw_sample(home: Home, settings: Settings, wanted: Period, *, percent: int) -> Drawing:
    """The sample of a period that is over: the one drawn before, or a new one, which is written to the ledger.

    Written by the session at work, where there is one. Raises: LogMissingError, LogError, LedgerError;
    StationBusyError when it has to be written and who holds the station answers nobody.
    """
    from station.session import operations
    from station.session.reach import reach

    with _open_log(home) as log:
        with read_jobs(home) as jobs:
            jobs.verify()
            committed, drawn = _committed(jobs.ledger, wanted), _was_drawn(jobs.ledger, wanted)
            if committed is not None:
                found = _drawing(jobs.ledger, log, wanted, committed)
                if drawn or found.sample is None:
                    return found
        with reach(home, settings) as station:
            station.operations.do(operations.write_sample, period=wanted.name, percent=percent)
        with read_jobs(home) as jobs:
            committed = _committed(jobs.ledger, wanted)
            if committed is None:  # who wrote it says it is written
                raise LedgerError(subject=wanted.name)
            return _drawing(jobs.ledger, log, wanted, committed)


def write_sample(home: Home, ledger: Ledger, wanted: Period, *, percent: int) -> None:
    """Population and, where the log is far enough, sample of a period into the ledger; each once.

    Raises: LogMissingError, LogError, LedgerError.
    """
    with _open_log(home) as log:
        committed = _committed(ledger, wanted) or _commit(ledger, log, wanted, percent)
        sample = _drawing(ledger, log, wanted, committed).sample
        if sample is not None and not _was_drawn(ledger, wanted):
            drawn = SampleDrawn(period=wanted.name, index=sample.index, root=sample.root, chosen=sample.chosen)
            ledger.append(drawn, "")


@contextmanager
def _open_log(home: Home) -> Iterator[TransparencyLog]:
    if not home.transparency_log.is_file():
        raise LogMissingError(subject=str(home.transparency_log))
    with closing(TransparencyLog.open(home.transparency_log)) as log:
        yield log


def _committed(ledger: Ledger, wanted: Period) -> SampleCommitted | None:
    """Period and population as they were first written down; nothing later counts."""
    return next((before for before in ledger.all_of(SampleCommitted) if before.period == wanted.name), None)


def _was_drawn(ledger: Ledger, wanted: Period) -> bool:
    return any(before.period == wanted.name for before in ledger.all_of(SampleDrawn))


def _commit(ledger: Ledger, log: TransparencyLog, wanted: Period, percent: int) -> SampleCommitted:
    size = log.size
    ids = population([read_entry(leaf) for leaf in log.leaves()], wanted)
    committed = SampleCommitted(
        period=wanted.name, percent=percent, number=len(ids), sha256=digest_of(ids), log_size=size
    )
    ledger.append(committed, "")
    return committed


def _drawing(ledger: Ledger, log: TransparencyLog, wanted: Period, committed: SampleCommitted) -> Drawing:
    entries = (read_entry(leaf) for leaf in log.leaves())
    sample = draw(entries, wanted, origin=log.origin, percent=committed.percent)
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
