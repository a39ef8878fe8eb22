# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe withdraw NAME --reason R`: a certificate no longer stands, and the log says so to everybody."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    passphrase_option,
    secrets_of,
    settings_of,
)
from station.ledger.job import Job
from station.ledger.paper_events import CertificateWithdrawn
from station.papers.decision import WITHDRAWALS
from station.setup.people import load as load_company
from station.text.language import text

TRIES = 3


@cli_text.command("withdraw")
@click.argument("certificate_id", metavar="CERT_ID|JOB|SERIAL|IMEI")
@click.option("--reason", type=click.Choice(WITHDRAWALS), required=True, help=text("option.withdraw_reason"))
@click.option("--as", "--by", "by", metavar="NAME", help=text("option.by"))
@click.option("--grounds", default="", help=text("option.grounds"))
@click.option("--yes", "sure", is_flag=True, help=text("option.withdraw_yes"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    certificate_id: str,
    reason: str,
    by: str | None,
    grounds: str,
    sure: bool,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 when it is withdrawn, now or before; 1 not confirmed; 3 no such certificate, 4 the paper is none."""
    from station.session import operations
    from station.session.reach import reach

    home = home_of(context)
    settings = settings_of(home, config)
    if not sure and not output.is_terminal():
        raise click.UsageError(text("word.withdraw_yes"))
    person = load_company(home.keys).decider(by)
    with reach(home, settings, secrets_of(passphrase_file)) as station:
        job = station.jobs.find(certificate_id, fits=lambda each: bool(each.certificate) and not each.ended)
        named_report = job.report is not None and job.report.id == certificate_id.upper()
        if job.certificate is not None and named_report:
            raise click.UsageError(text("word.withdraw_by_id", got=certificate_id.upper(), id=job.certificate.id))
        if not sure and job.certificate is not None and job.ended is None and not _confirmed(job):
            output.message(text("word.not_withdrawn"))
            return 1
        station.operations.do(operations.withdraw, job=job.id, reason=reason, by=person.name, grounds=grounds)
        job = station.jobs.by_id(job.id)
    if as_json:
        from station.documents.jobs import JobsTold, JobTold

        output.tell(JobsTold(jobs=(JobTold.of(job.summary, home.papers),)))
    else:
        output.message(text("word.withdrawn", id=job.summary.paper), bold=True)
        if isinstance(job.ended, CertificateWithdrawn) and not job.ended.logged:
            output.message(text("word.withdrawn_not_logged"))
        else:
            output.message(text("word.withdrawn_next"))
    return 0


def _confirmed(job: Job) -> bool:
    """The end of the paper's number, typed: a withdrawal can never be taken back. Asked three times."""
    assert job.certificate is not None
    known, paper = job.summary, job.certificate.id
    output.message(text("word.withdraw_this", id=paper, model=known.model, serial=known.serial), bold=True)
    for _ in range(TRIES):
        typed = str(click.prompt(text("ask.withdraw"), default="", show_default=False, err=True)).strip().upper()
        if typed and typed in (paper, paper[-4:]):
            return True
        if not typed:
            return False
    return False
