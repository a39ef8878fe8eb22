# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe inspect`: ask a phone who it is and how it stands. Reads only, keeps nothing."""

from pathlib import Path

import click

from phones.identity import PhoneIdentity
from phones.port import Sighting
from phones.problem import Problem
from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, serial_option, settings_of
from station.setup.settings import Settings
from station.text.language import current, text
from station.work import blocking


@cli_text.command("inspect")
@serial_option()
@json_option()
@config_option()
@click.pass_context
def command(context: click.Context, serial: str | None, as_json: bool, config: Path | None) -> int:
    """Exit 0; 3 when the phone is not there; 4 when it will not talk yet."""
    from station.session.bench import open_bench
    from station.session.find_phone import ask, find

    home = home_of(context)
    settings = settings_of(home, config)
    with open_bench(home, settings, fixed=True) as bench:
        sighting = find(bench, serial, settings)
        values = ask(bench, sighting)
    problem = blocking.problem_of_presence(sighting) or blocking.problem_of_answers(values)
    problems = (problem,) if problem else _problems(values, sighting, settings)
    if as_json:
        output.document(
            "inspect",
            {
                "port": sighting.port,
                "presence": sighting.presence.value,
                "values": dict(sorted(values.items())),
                "problems": [problem.code.value for problem in problems],
            },
        )
    else:
        if problem is None:
            _show(values)
        for problem in problems:
            output.message(f"{problem.reason(current())} → {problem.next_step(current())}")
    return 0 if problem is None else 4


def _show(values: dict[str, str]) -> None:
    output.table(
        [text("view.what"), text("view.value")],
        [[text("view.phone"), PhoneIdentity.from_values(values).display_name]]
        + [[name, value] for name, value in sorted(values.items()) if not name.startswith("part.")],
    )


def _problems(values: dict[str, str], sighting: Sighting, settings: Settings) -> tuple[Problem, ...]:
    from wipe.methods.table import choose

    method = choose(values, sighting, None)
    return method.problems(values, sighting, settings.limits) if method else ()
