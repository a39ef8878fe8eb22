# SPDX-License-Identifier: GPL-3.0-or-later
"""What lists, sheets and stories of jobs say in the same words."""

from phones.words import has
from station.ledger.entry import parse_time
from station.ledger.stages import EntryKind
from station.ledger.summary import JobSummary
from station.session.job_names import last_digits
from station.text.language import text

__all__ = ["last_digits", "local_time", "next_step_text", "paper_status_text", "reason_text"]


def local_time(at: str, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
    """A ledger's time as the clock on the wall shows it; "" without one."""
    return parse_time(at).astimezone().strftime(pattern) if at else ""


def paper_status_text(job: JobSummary) -> str:
    """How its certificate lost its standing, for people; "" while it stands."""
    if not job.certificate or not job.ended:
        return ""
    if job.ended == EntryKind.REPLACED.value:
        return text("word.replaced_by", new=job.ended_by)
    return text("word.withdrawn_because", reason=text(f"withdrawal.{job.ended_by}"))


def reason_text(code: str) -> str:
    """The sentence for a reason code, or the code where no room has one (a paper of a later version)."""
    for key in (f"reason.{code}", f"problem.{code}.reason", f"error.{code}.reason"):
        if code and has(key):
            return text(key)
    return code


def next_step_text(code: str) -> str:
    """What to do about a reason; "" where nobody says."""
    for key in (f"next.{code}", f"problem.{code}.next", f"error.{code}.hint"):
        if code and has(key):
            return text(key)
    return ""
