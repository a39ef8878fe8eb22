# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe jobs`: what this station has done, or one job in full."""

import click

from station.cli import cli_text, output
from station.cli.cli_text import stage_text
from station.cli.commands.options import home_of, json_option
from station.ledger.stages import EntryKind
from station.ledger.summary import JobSummary
from station.session.summary import reasons_of, summary
from station.text.language import text


@cli_text.command("jobs")
@click.argument("job_id", required=False, metavar="[JOB]")
@click.option("--open", "only_open", is_flag=True, help=text("option.only_open"))
@click.option("--find", "wanted", metavar="TEXT", help=text("option.find_jobs"))
@json_option()
@click.pass_context
def command(context: click.Context, job_id: str | None, only_open: bool, wanted: str | None, as_json: bool) -> int:
    """Exit 0; 3 when there is no such job."""
    from station.session.jobs import read_jobs

    with read_jobs(home_of(context)) as read:
        if job_id:
            job = read.find(job_id)
            jobs = [job.summary]
            details = [{**summary(job.summary), "evidence": [piece.to_json() for piece in job.evidence]}]
        else:
            jobs = list(read.list(only_open=only_open) if wanted is None else reversed(read.search(wanted)))
            details = [summary(each) for each in jobs]
    if as_json:
        output.document("jobs", {"jobs": details})
        return 0
    output.table(
        [text(f"view.{key}") for key in ("job", "slot", "phone", "stage", "paper_or_reason")],
        [_row(each) for each in jobs],
    )
    return 0


def paper_status_text(job: JobSummary) -> str:
    """How its certificate lost its standing, for people; "" while it stands."""
    if not job.certificate or not job.ended:
        return ""
    if job.ended == EntryKind.REPLACED.value:
        return text("word.replaced_by", new=job.ended_by)
    return text("word.withdrawn_because", reason=text(f"withdrawal.{job.ended_by}"))


def _row(job: JobSummary) -> list[str]:
    reasons = reasons_of(job)
    return [
        _lines(job.id, job.opened_at[5:16].replace("T", " ")),
        job.slot,
        _lines(job.model, job.serial),
        stage_text(job.stage.value),
        _lines(job.paper, reason_text(reasons[0] if reasons else ""), paper_status_text(job)),
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
