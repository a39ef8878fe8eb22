# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper once more: drawn and signed again from what the ledger holds, with or without sealed fields opened.

Of a paper that is out, everything stands in the ledger and nothing is written: no lock is needed, and none taken. One
that a station could not finish is finished first, under its lock or by the session at work.
"""

from collections.abc import Callable, Iterable

from certs.errors import CertsError
from certs.record.sealing import Opening
from phones.errors import ProofwipeError
from station.ledger.checkpoints import verify_job
from station.ledger.job import Job
from station.papers.keys import open_paper_issuer
from station.session import operations
from station.session.jobs import station_of
from station.session.parts import Secrets
from station.session.reach import reach
from station.setup.home import Home
from station.setup.people import load as load_company
from station.setup.settings import Settings


def print_again(
    home: Home,
    settings: Settings,
    secrets: Secrets,
    job: Job,
    *,
    warn: Callable[[ProofwipeError], None],
    openings: Iterable[Opening] = (),
) -> bytes:
    """The file of the job's newest paper; with `openings` the copy for who may see them.

    Raises: CertsError, LogError, LogMissingError; LedgerCorruptError when somebody changed an entry since the job
    began; StationBusyError (who holds the station answers nobody), other LedgerErrors only for a paper not out yet.
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
                return papers.reprint(job, openings=openings).pdf

    with reach(home, settings, secrets, warn=warn) as station:
        opened = tuple(each.name for each in openings)
        return station.operations.do(operations.print_paper, job=job.id, opened=opened).pdf


def _is_out(job: Job) -> bool:
    """Was its file written, and does the ledger hold all that it was made of?"""
    return job.paper is not None and job.paper.id in job.handed_out and job.paper.id in job.printed
