# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe validate JOB --accept|--reject`: a named person's decision. Software never takes it."""

from pathlib import Path

import click

from phones.clock import SystemClock
from station import output, spoken
from station.commands.jobs import summary
from station.commands.options import config_option, home_of, json_option, open_ledger, passphrase_option, settings_of
from station.errors import JobNotFoundError, WrongStageError
from station.job import Job
from station.language import text
from station.papers import PaperDesk
from station.passphrase import find_passphrase
from station.people import load as load_company
from station.spoken import stage_text
from station.stages import EntryKind, Stage


@spoken.command("validate")
@click.argument("job_id", metavar="JOB")
@click.option("--accept/--reject", "accept", required=True, default=None, help=text("option.accept"))
@click.option("--by", "by", metavar="NAME", help=text("option.by"))
@click.option("--grounds", default="", help=text("option.grounds"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context, job_id: str, accept: bool, by: str | None, grounds: str, passphrase_file: Path | None,
    config: Path | None, as_json: bool,
) -> int:
    """Exit 0 with a certificate, 1 with a report of the rejection, 3 no such job, 4 not at that stage."""
    from certs.authority import load_signer
    from grading.schemes import load as load_scheme

    home = home_of(context)
    settings = settings_of(home, config)
    company = load_company(home.keys)
    person = company.person(by, "validator")
    with home.claimed():
        ledger = open_ledger(home)
        job = Job.load(ledger, job_id.upper())
        if job is None:
            raise JobNotFoundError(phone=job_id)
        if job.stage is not Stage.VERIFIED:
            raise WrongStageError(phone=job.id, expected=Stage.VERIFIED.value, got=job.stage.value)
        desk = PaperDesk(
            issuer=company.issuer, signer=load_signer(home.keys, find_passphrase(passphrase_file)),
            scheme=load_scheme(settings.scheme), folder=home.papers, clock=SystemClock(),
        )
        decide(job, desk, accept=accept, name=person.name, role=person.role, grounds=grounds)
        ledger.close()
    facts = summary(job)
    if as_json:
        output.document("validate", facts)
    else:
        output.words(f"{job.id}  {stage_text(job.stage.value)}  {home.papers / str(facts['file'])}")
    return 0 if job.certificate is not None else 1


def decide(job: Job, desk: PaperDesk, *, accept: bool, name: str, role: str, grounds: str) -> None:
    """Write the decision, go where it leads, and make the paper."""
    number = job.write(
        EntryKind.VALIDATION,
        {"decision": "accepted" if accept else "rejected", "by": name, "role": role, "grounds": grounds},
    )
    if accept:
        job.move(Stage.VALIDATED, because=[number])
    else:
        failure = job.write(EntryKind.FAILURE, {"reason": "rejected"})
        job.report = None  # the report "awaiting validation" is superseded by one that says rejected
        job.move(Stage.FAILED, because=[failure])
    desk.serve(job)
