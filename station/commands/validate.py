# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe validate JOB --accept|--reject`: a named person's decision. Software never takes it."""

from pathlib import Path

import click

from phones.clock import SystemClock
from station import output, spoken
from station.commands.jobs import summary
from station.commands.options import config_option, home_of, json_option, open_ledger, passphrase_option, settings_of
from station.decision import decide
from station.errors import JobNotFoundError
from station.job import Job
from station.language import text
from station.papers import PaperDesk
from station.passphrase import find_passphrase
from station.people import load as load_company
from station.spoken import stage_text


@spoken.command("validate")
@click.argument("job_id", metavar="JOB")
@click.option("--accept/--reject", "accept", default=None, help=text("option.accept"))
@click.option("--by", "by", metavar="NAME", help=text("option.by"))
@click.option("--grounds", default="", help=text("option.grounds"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context, job_id: str, accept: bool | None, by: str | None, grounds: str,
    passphrase_file: Path | None, config: Path | None, as_json: bool,
) -> int:
    """Exit 0 with a certificate, 1 with a report of the rejection, 3 no such job, 4 not at that stage."""
    from certs.authority import load_signer
    from grading.schemes import load as load_scheme

    if accept is None:  # click takes a missing pair of flags for None, and None is no decision
        raise click.UsageError(text("word.decision_needed"))
    home = home_of(context)
    settings = settings_of(home, config)
    company = load_company(home.keys)
    person = company.person(by, "validator")
    with home.claimed():
        ledger = open_ledger(home)
        ledger.verify()
        job = Job.load(ledger, job_id.upper())
        if job is None:
            raise JobNotFoundError(phone=job_id)
        desk = PaperDesk(
            issuer=company.issuer, signer=load_signer(home.keys, find_passphrase(passphrase_file)),
            scheme=load_scheme(settings.scheme), folder=home.papers, clock=SystemClock(),
        )
        decide(job, accept=accept, name=person.name, role=person.role, grounds=grounds)
        desk.serve(job)
        ledger.close()
    facts = summary(job)
    if as_json:
        output.document("validate", facts)
    else:
        output.words(f"{job.id}  {stage_text(job.stage.value)}  {home.papers / str(facts['file'])}")
    return 0 if job.certificate is not None else 1
