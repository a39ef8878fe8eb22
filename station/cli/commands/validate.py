# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe validate JOB --accept|--reject`: a named person's decision. Software never takes it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from certs.record.facts import Person, Validation
from station.cli import cli_text as spoken
from station.cli import output
from station.cli.cli_text import stage_text
from station.cli.commands.jobs import summary
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    open_ledger,
    passphrase_option,
    settings_of,
)
from station.errors import JobNotFoundError, KeyRequiredError
from station.ledger.job import Job
from station.papers.decision import decide, withdraw
from station.setup.home import Home
from station.setup.passphrase import find_passphrase, find_validators_passphrase
from station.setup.people import load as load_company
from station.text.language import text

if TYPE_CHECKING:
    from certs.keys.validators import Validator
    from station.papers.paper_issuer import PaperIssuer


@spoken.command("validate")
@click.argument("job_id", metavar="JOB")
@click.option("--accept/--reject", "accept", default=None, help=text("option.accept"))
@click.option("--as", "--by", "by", metavar="NAME", help=text("option.by"))
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help=text("option.validator_key"))
@click.option(
    "--key-passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help=text("option.key_passphrase_file")
)
@click.option("--grounds", default="", help=text("option.grounds"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    job_id: str,
    accept: bool | None,
    by: str | None,
    key: Path | None,
    key_passphrase_file: Path | None,
    grounds: str,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 with a certificate, 1 when it was rejected or withdrawn, 3 no such job, 4 not at that stage."""
    from station.papers.keys import open_paper_issuer

    if accept is None:  # click takes a missing pair of flags for None, and None is no decision
        raise click.UsageError(text("word.decision_needed"))
    home = home_of(context)
    settings = settings_of(home, config)
    company = load_company(home.keys)
    if key is None and settings.validator_key == "required":
        raise KeyRequiredError(phone=job_id)
    validator = _validator(home, key, key_passphrase_file)
    person = company.person(validator.name if validator and by is None else by, "validator")
    if validator is not None and validator.name != person.name:
        raise click.UsageError(text("word.key_of_another", name=validator.name))
    with home.claimed():
        ledger = open_ledger(home)
        ledger.verify()
        job = Job.load(ledger, job_id.upper())
        if job is None:
            raise JobNotFoundError(phone=job_id)
        with open_paper_issuer(home, settings, company.issuer, find_passphrase(passphrase_file)) as paper_issuer:
            decision = _decision(job, paper_issuer, person, validator, accept=accept, grounds=grounds)
            if job.certificate is not None and not accept:
                withdraw(
                    job,
                    paper_issuer.log,
                    reason="rejected",
                    by=person.name,
                    role=person.role,
                    grounds=grounds,
                    at=decision.at,
                    decision=decision,
                )
            else:
                decide(job, decision)
                paper_issuer.issue_for(job)
        ledger.close()
    facts = summary(job)
    if as_json:
        output.document("validate", facts)
    else:
        output.words(f"{job.id}  {stage_text(job.stage.value)}  {home.papers / str(facts['file'])}")
        if job.ended is not None:
            output.words(text("word.withdrawn", id=facts["paper"]), bold=True)
    return 0 if job.certificate is not None and job.ended is None else 1


def _validator(home: Home, key: Path | None, passphrase_file: Path | None) -> "Validator | None":
    """The person with their own key, from its file. Raises: KeyFileError, WrongSignerError."""
    if key is None:
        return None
    from certs.keys.authority import load_station
    from certs.keys.validators import load_validator

    passphrase = find_validators_passphrase(passphrase_file, key)
    return load_validator(key, passphrase, load_station(home.keys).organisation)


def _decision(
    job: Job, paper_issuer: "PaperIssuer", person: Person, validator: "Validator | None", *, accept: bool, grounds: str
) -> Validation:
    now = datetime.now(UTC)
    if validator is None:
        return Validation(decision="accepted" if accept else "rejected", by=person, at=now, grounds=grounds)
    seen = paper_issuer.before_decision(job)
    return validator.decide(seen, accept=accept, role=person.role, at=now, grounds=grounds)
