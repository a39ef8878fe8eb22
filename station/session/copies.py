# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper once more: drawn and signed again from what the ledger holds, with or without sealed fields opened.

Of a paper that is out, everything stands in the ledger and nothing is written: no lock is needed, and none taken. One
that a station could not finish is finished first, under its lock.
"""

from collections.abc import Callable, Iterable

from certs.errors import CertsError
from certs.issue import Paper
from certs.record.sealing import Opening
from station.ledger.checkpoints import verify_job
from station.ledger.job import Job
from station.papers.keys import open_paper_issuer
from station.session.events import Event, Warned
from station.session.jobs import station_of
from station.session.parts import Secrets
from station.session.session import Session
from station.setup.home import Home
from station.setup.people import load as load_company
from station.setup.settings import Settings


def print_again(
    home: Home,
    settings: Settings,
    secrets: Secrets,
    job: Job,
    *,
    warn: Callable[[CertsError], None],
    openings: Iterable[Opening] = (),
) -> Paper:
    """The job's newest paper; with `openings` the copy for who may see them.

    Raises: CertsError, LogError, LogMissingError; LedgerCorruptError when somebody changed an entry since the job
    began; StationBusyError, other LedgerErrors only for a paper that is not out yet.
    """
    openings = tuple(openings)
    verify_job(job.ledger, station_of(home), job.id)
    if _is_out(job):
        issuer = load_company(home.keys).issuer
        warnings: list[CertsError] = []
        with open_paper_issuer(
            home, settings, issuer, secrets.passphrase(), pin=secrets.pin, warn=warnings.append, renew=False
        ) as papers:
            if papers.store is not None:  # else nobody can say whether an earlier key of the station was revoked
                for warning in warnings:
                    warn(warning)
                return papers.reprint(job, openings=openings)

    def tell(_session: Session, event: Event) -> None:
        if isinstance(event, Warned) and isinstance(event.error, CertsError):
            warn(event.error)

    with Session.open(home, settings, secrets, listener=tell) as session:
        return session.papers.reprint(session.jobs.by_id(job.id), openings=openings)


def _is_out(job: Job) -> bool:
    """Was its file written, and does the ledger hold all that it was made of?"""
    return job.paper is not None and job.paper.id in job.handed_out and job.paper.id in job.printed
