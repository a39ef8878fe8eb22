# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe jobs`: what this station has done, or one job in full."""

import click

from station.cli import cli_text, output
from station.cli.cli_text import stage_text
from station.cli.commands.options import home_of, json_option
from station.ledger.job import Job
from station.ledger.paper_events import CertificateReplaced
from station.session.summary import summary
from station.text.language import text


@cli_text.command("jobs")
@click.argument("job_id", required=False, metavar="[JOB]")
@click.option("--open", "only_open", is_flag=True, help=text("option.only_open"))
@json_option()
@click.pass_context
def command(context: click.Context, job_id: str | None, only_open: bool, as_json: bool) -> int:
    """Exit 0; 3 when there is no such job."""
    from station.ledger.open_jobs import is_finished
    from station.session.jobs import read_jobs

    with read_jobs(home_of(context)) as read:
        jobs = (read.find(job_id),) if job_id else read.all()
    if only_open:
        jobs = tuple(job for job in jobs if not is_finished(job))
    if as_json:
        output.document("jobs", {"jobs": [summary(job, full=bool(job_id)) for job in jobs]})
        return 0
    output.table(
        [text(f"view.{key}") for key in ("job", "slot", "phone", "stage", "paper_or_reason")],
        [_row(job) for job in jobs],
    )
    return 0


def paper_status_text(job: Job) -> str:
    """The same for people, with what ended it; "" while it stands."""
    if job.certificate is None or job.ended is None:
        return ""
    if isinstance(job.ended, CertificateReplaced):
        return text("word.replaced_by", new=job.ended.by)
    return text("word.withdrawn_because", reason=text(f"withdrawal.{job.ended.reason}"))


def _row(job: Job) -> list[str]:
    facts = summary(job)
    reasons = facts["reasons"]
    first = str(reasons[0]) if isinstance(reasons, list) and reasons else ""
    return [
        _lines(job.id, job.opened_at[5:16].replace("T", " ")),
        str(facts["slot"]),
        _lines(str(facts["model"]), str(facts["serial"])),
        stage_text(job.stage.value),
        _lines(str(facts["paper"]), reason_text(first), paper_status_text(job)),
    ]


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def reason_text(code: str) -> str:
    """The sentence for a reason code, or the code where no room has one (a paper of a later version)."""
    from phones.words import keys

    for key in (f"reason.{code}", f"problem.{code}.reason", f"error.{code}.reason"):
        if code and key in keys("reason.") + keys("problem.") + keys("error."):
            return text(key)
    return code
