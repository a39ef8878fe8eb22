# SPDX-License-Identifier: GPL-3.0-or-later
"""A job in a few words that are data: what lists, events and later pages show of it."""

from phones.identity import PhoneIdentity
from station.errors import JobNotFoundError
from station.ledger.job import Job
from station.ledger.paper_events import PaperMade


def paper_of(job: Job) -> PaperMade:
    """The job's certificate, else its report. Raises: JobNotFoundError when it has none."""
    if job.paper is None:
        raise JobNotFoundError(subject=job.id)
    return job.paper


def summary(job: Job, *, full: bool = False) -> dict[str, object]:
    """A job as JSON; `full` adds its evidence."""
    paper = job.paper
    logged = job.logged.get(paper.id) if paper else None
    identity = job.identity or PhoneIdentity()
    content: dict[str, object] = {
        "job": job.id,
        "opened_at": job.opened_at,
        "port": job.port,
        "slot": job.opened.slot,
        "platform": job.platform.value,
        "stage": job.stage.value,
        "attempt": job.attempt,
        "method": job.method,
        "model": identity.display_name,
        "serial": identity.serial,
        "failure": job.failure,
        "problems": list(job.problems),
        "paper": paper.id if paper else "",
        "replaces": logged.replaces if logged else "",
        "log_index": logged.index if logged else "",
        "standing": paper_status(job),
        "outcome": paper.outcome if paper else "",
        "file": paper.file if paper else "",
        "reasons": reasons_of(job),
    }
    if full:
        content["evidence"] = [piece.to_json() for piece in job.evidence]
    return content


def paper_status(job: Job) -> str:
    """How the job's certificate stands: "live", "replaced", "withdrawn"; "" without one."""
    if job.certificate is None:
        return ""
    return "live" if job.ended is None else job.ended.kind.value


def reasons_of(job: Job) -> list[str]:
    """Why there is no certificate, most telling first: what ended the job, then what the paper says."""
    codes = job.paper.reasons if job.paper is not None else ()
    ended = (*job.problems, job.failure) if job.failure == "blocked" else (job.failure, *job.problems)
    return list(dict.fromkeys(code for code in (*ended, *codes) if code))
