# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe bench`: phones come and go all day on one screen; `process` stays for one phone and for scripts."""

from pathlib import Path

import click

from station.cli import cli_text, output
from station.cli.commands.options import (
    card_option,
    challenge_option,
    config_option,
    home_of,
    overwrite_option,
    passphrase_option,
    secrets_of,
    settings_of,
)
from station.cli.commands.process import leave
from station.cli.output import is_terminal
from station.cli.results import exit_code, totals_text
from station.errors import NotInitialisedError
from station.session.beforehand import must_have_room
from station.session.continuous import ContinuousBench
from station.session.operations import OpenStation
from station.session.remote.server import serve
from station.session.session import Session
from station.setup.acquisition import load_acquisition
from station.setup.people import load as load_company
from station.text.language import text


@cli_text.command("bench")
@click.option("--method", default="", help=text("option.method"))
@overwrite_option()
@challenge_option()
@card_option()
@click.option("--operator", "operator_name", help=text("option.operator"))
@click.option("--acquisition", type=click.Path(path_type=Path, dir_okay=False), help=text("option.acquisition"))
@passphrase_option()
@config_option()
@click.pass_context
def command(
    context: click.Context,
    method: str,
    passes: int | None,
    challenge: bool,
    card: bool | None,
    operator_name: str | None,
    acquisition: Path | None,
    passphrase_file: Path | None,
    config: Path | None,
) -> int:
    """Exit codes as of `process`; 0 when nothing was begun."""
    from station.cli.bench.app import LEFT, BenchApp
    from wipe.methods.table import METHODS

    if method and method not in METHODS:
        raise click.UsageError(text("word.no_such_method", known=", ".join(METHODS)))
    if not is_terminal():
        raise click.UsageError(text("bench.needs_a_terminal"))
    home = home_of(context)
    settings = settings_of(home, config).with_passes(passes).with_card(card=card).with_challenge(wanted=challenge)
    if not home.keys.is_dir():
        raise NotInitialisedError(subject=str(home.path))
    company = load_company(home.keys)
    performer = company.person(operator_name, "operator")
    acquisitions = load_acquisition(acquisition, settings.slots)
    home.make().start_log()
    must_have_room(home.path)
    with Session.open(home, settings, secrets_of(passphrase_file)) as session:
        session.prepare()
        with (
            serve(OpenStation(home=home, session=session)),
            ContinuousBench(session, home=home, by=performer, acquisitions=acquisitions, method=method) as bench,
        ):
            session.resume(method=method)
            left = BenchApp(bench).run()
            if left == LEFT or session.busy:  # what still waits for a person is taken up at the next start
                leave(session)
        session.wait()
        jobs = session.own_jobs
    if jobs:
        output.message(totals_text(jobs, company.names("validator")), bold=True)
    return exit_code(jobs) if jobs else 0
