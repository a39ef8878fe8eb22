# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe serve`: the bench as a service; everybody else is its client."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, passphrase_option, secrets_of, settings_of
from station.text.language import text

if TYPE_CHECKING:
    from station.documents.setup import StationChecked
    from station.setup.home import Home


MEASURED_S = 10.0
"""How long phones that are measured without a job are waited for at the end."""


@cli_text.command("serve")
@click.option("--operator", "operator_name", help=text("option.operator"))
@passphrase_option()
@config_option()
@click.pass_context
def command(
    context: click.Context, operator_name: str | None, passphrase_file: Path | None, config: Path | None
) -> int:
    """Exit 0 when it was told to end; 130 when jobs were left that wait for a person: the next start resumes them."""
    from phones.clock import utc_now
    from station.cli.commands.process import leave
    from station.errors import DrainingError, NotInitialisedError
    from station.service.daemon import Daemon, api_socket, listening
    from station.service.feed import Feed
    from station.service.notify import Notifier
    from station.service.once import Once
    from station.service.outbound.hooks import Webhooks
    from station.service.pages.sessions import sessions_of
    from station.service.plans import Plans
    from station.service.running import Running
    from station.session.agent.asking import SECRETS
    from station.session.continuous import ContinuousBench
    from station.session.measuring import end_all
    from station.session.operations import OpenStation
    from station.session.remote.server import serve
    from station.session.session import Session
    from station.setup.people import load as load_company

    home = home_of(context)
    settings = settings_of(home, config)
    if not home.keys.is_dir():
        raise NotInitialisedError(subject=str(home.path))
    company = load_company(home.keys)
    by = company.person(operator_name or next(iter(company.names("operator")), None), "operator")
    home.make().start_log()
    with Session.open(home, settings, secrets_of(passphrase_file)) as session:
        _ = session.papers  # opens the keys
        for name in SECRETS:
            os.environ.pop(name, None)  # before anything is started: what we start must not have them
        session.prepare()
        up: list[Running] = []

        def takes_orders() -> None:
            if not up:  # its own jobs are taken up again first
                raise DrainingError
            up[0].must_take_orders()

        at = OpenStation(home=home, session=session, takes_orders=takes_orders)
        with (
            Webhooks.open(home, settings, session.jobs.ledger) as webhooks,
            serve(at),
            ContinuousBench(session, home=home, by=by) as bench,
            closing(Once(home.path / "service.sqlite3", now=utc_now)) as once,
            closing(sessions_of(home)) as sessions,
            listening(home, settings.service.port) as sockets,
        ):
            running = Running(
                at=at,
                bench=bench,
                feed=Feed(session),
                once=once,
                sessions=sessions,
                plans=Plans(at),
                look=lambda: _checked(home),
                version=_version(),
                config=config,
                webhooks=webhooks,
            )
            webhooks.start()
            session.resume()
            up.append(running)
            tcp = f", http://127.0.0.1:{settings.service.port}" if settings.service.port else ""
            place = f"{api_socket(home)}{tcp}"
            daemon = Daemon(running, told=lambda: _say(place, erase=settings.service.erase), notifier=Notifier.of())
            daemon.run(sockets=sockets)
            end_all(at, seconds=MEASURED_S)
            if session.busy:
                leave(session)
        session.wait()
    return 0


def _say(place: str, *, erase: bool) -> None:
    output.message(text("word.serving", place=place), bold=True)
    if not erase:
        output.message(f"! {text('word.erase_is_off')}")


def _checked(home: "Home") -> "StationChecked":
    from station.cli.commands.doctor import checked

    return checked(home)


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("proofwipe")
    except metadata.PackageNotFoundError:
        return "0"
