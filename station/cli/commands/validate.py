# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe validate`: a named person's decisions. Software never takes one, and no name is ever filled in.

With jobs named and --accept or --reject they are decided at once; otherwise a person looks at one card after another at
the terminal (`station.cli.validation_cards`), and what they chose is done when they have confirmed all of it.
"""

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
from station.errors import KeyRequiredError, SeenChangedError
from station.ledger.job import Job
from station.papers.paper_names import current_file
from station.setup.home import Home
from station.setup.people import Company
from station.setup.people import load as load_company
from station.text.language import text

if TYPE_CHECKING:
    from certs.keys.validators import Validator
    from certs.record.facts import Validation
    from station.cli.validation_cards import Chosen
    from station.session.reach import Reached


@cli_text.command("validate")
@click.argument("names", nargs=-1, metavar="[JOB|PAPER|SERIAL|IMEI]...")
@click.option("--accept/--reject", "accept", default=None, help=text("option.accept"))
@click.option("--as", "--by", "by", metavar="NAME", help=text("option.by"))
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help=text("option.validator_key"))
@click.option(
    "--key-passphrase-file", type=click.Path(path_type=Path, dir_okay=False), help=text("option.key_passphrase_file")
)
@click.option("--grounds", default="", help=text("option.grounds"))
@click.option("--seen", metavar="RECORD", help=text("option.seen"))
@click.option("--despite-newer", is_flag=True, help=text("option.despite_newer"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    names: tuple[str, ...],
    accept: bool | None,
    by: str | None,
    key: Path | None,
    key_passphrase_file: Path | None,
    grounds: str,
    seen: str | None,
    despite_newer: bool,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 with certificates for all, 1 when one was rejected, 3 no such job, 4 not at that stage, 8 none waits."""
    from station.session import operations
    from station.session.reach import reach

    looking = accept is None and output.is_terminal() and not as_json
    if (accept is None and not looking) or (accept is not None and not names):
        raise click.UsageError(text("word.decision_needed"))
    if seen is not None and (accept is None or len(names) != 1):
        raise click.UsageError(text("word.seen_of_one"))
    home = home_of(context)
    settings = settings_of(home, config)
    company = load_company(home.keys)
    if key is None and settings.validator_key == "required":
        raise KeyRequiredError(subject=", ".join(names) or "—")
    validator = _validator(home, key, key_passphrase_file)
    person = company.decider(_name(company, by, validator))
    if validator is not None and validator.name != person.name:
        raise click.UsageError(text("word.key_of_another", name=validator.name))
    with reach(home, settings, secrets_of(passphrase_file), warn=output.warn) as station:
        from station.cli.validation_cards import Chosen, look_through, show_card

        if accept is None:
            chosen = look_through(station.jobs, names, by=person.name)
        else:
            # All are looked up before the first is decided: a mistyped name decides nothing.
            jobs = [station.jobs.to_act_on(name) for name in names]
            chosen = [
                Chosen(
                    job=job.id,
                    accept=accept,
                    seen=job.summary.report if seen is None else seen,
                    newer_is_known=despite_newer,
                )
                for job in jobs
            ]
        done: list[Job] = []
        try:
            while chosen:
                each = chosen.pop(0)
                try:
                    station.operations.do(
                        operations.decide,
                        job=each.job,
                        accept=each.accept,
                        by=person.name,
                        seen=each.seen,
                        grounds=grounds,
                        despite_newer=each.newer_is_known,
                        signed=_signed(station, each, validator, role=person.role, grounds=grounds),
                    )
                except SeenChangedError as changed:
                    if accept is not None:
                        if not as_json:
                            show_card(station.jobs.to_act_on(each.job))
                        raise
                    output.warn(changed)
                    chosen = look_through(station.jobs, [each.job], by=person.name) + chosen
                    continue
                job = station.jobs.by_id(each.job)
                done.append(job)
                if not as_json:
                    _say(job, home, by=person.name)
        finally:  # one that could not be decided hides none that was
            if as_json and done:
                _tell(done, home)
    if not done:
        return 8
    return 0 if all(job.certificate is not None for job in done) else 1


def _name(company: Company, by: str | None, validator: "Validator | None") -> str | None:
    """Who decides: as given, as the key says, or as the person at the terminal says; never filled in."""
    if by is not None or validator is not None:
        return by if validator is None or by is not None else validator.name
    if not output.is_terminal():
        return None
    known = company.names("validator")
    while True:
        typed = str(click.prompt(text("ask.validator", known=", ".join(known)), err=True)).strip()
        if typed in known:
            return typed
        output.message(text("word.no_such_validator", got=output.visible(typed)))


def _tell(jobs: list[Job], home: Home) -> None:
    from station.documents.jobs import JobsTold, JobTold

    output.tell(JobsTold(jobs=tuple(JobTold.of(job.summary, home.papers) for job in jobs)))


def _say(job: Job, home: Home, *, by: str) -> None:
    said = text("word.decided_by", by=by)
    output.message(f"{job.id}  {stage_text(job.stage.value)}  {home.papers / current_file(job.summary)}  {said}")


def _signed(
    station: "Reached", chosen: "Chosen", validator: "Validator | None", *, role: str, grounds: str
) -> "Validation | None":
    """The decision under the person's own key, which stays in this process; None for who has none."""
    if validator is None:
        return None
    from phones.clock import utc_now
    from station.session import operations

    content = station.operations.do(operations.what_is_signed, job=chosen.job, seen=chosen.seen)
    return validator.decide(content, accept=chosen.accept, role=role, at=utc_now(), grounds=grounds)


def _validator(home: Home, key: Path | None, passphrase_file: Path | None) -> "Validator | None":
    """The person with their own key, from its file. Raises: KeyFileError, WrongSignerError."""
    if key is None:
        return None
    from certs.keys.authority import load_station
    from certs.keys.validators import load_validator

    passphrase = find_validators_passphrase(passphrase_file, key)
    return load_validator(key, passphrase, load_station(home.keys).organisation)
