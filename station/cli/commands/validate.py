# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe validate JOB --accept|--reject`: a named person's decision. Software never takes it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.cli_text import stage_text
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    passphrase_option,
    secrets_of,
    settings_of,
)
from station.cli.passphrase import find_validators_passphrase
from station.errors import KeyRequiredError
from station.session.summary import summary
from station.setup.home import Home
from station.setup.people import load as load_company
from station.text.language import text

if TYPE_CHECKING:
    from certs.keys.validators import Validator


@cli_text.command("validate")
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
    from station.cli.screen import say_warning
    from station.session.session import Session

    if accept is None:  # click takes a missing pair of flags for None, and None is no decision
        raise click.UsageError(text("word.decision_needed"))
    home = home_of(context)
    settings = settings_of(home, config)
    company = load_company(home.keys)
    if key is None and settings.validator_key == "required":
        raise KeyRequiredError(subject=job_id)
    validator = _validator(home, key, key_passphrase_file)
    person = company.person(validator.name if validator and by is None else by, "validator")
    if validator is not None and validator.name != person.name:
        raise click.UsageError(text("word.key_of_another", name=validator.name))
    with Session.open(home, settings, secrets_of(passphrase_file), listener=say_warning) as session:
        job = session.decide(job_id, accept=accept, by=person, validator=validator, grounds=grounds)
    facts = summary(job.summary)
    if as_json:
        output.document("validate", facts)
    else:
        output.message(f"{job.id}  {stage_text(job.stage.value)}  {home.papers / str(facts['file'])}")
        if job.ended is not None:
            output.message(text("word.withdrawn", id=facts["paper"]), bold=True)
    return 0 if job.certificate is not None and job.ended is None else 1


def _validator(home: Home, key: Path | None, passphrase_file: Path | None) -> "Validator | None":
    """The person with their own key, from its file. Raises: KeyFileError, WrongSignerError."""
    if key is None:
        return None
    from certs.keys.authority import load_station
    from certs.keys.validators import load_validator

    passphrase = find_validators_passphrase(passphrase_file, key)
    return load_validator(key, passphrase, load_station(home.keys).organisation)
