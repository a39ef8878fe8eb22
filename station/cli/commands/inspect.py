# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe inspect`: ask a phone who it is and how it stands. Reads only, keeps nothing."""

from collections.abc import Mapping
from pathlib import Path

import click

from phones.identity import PhoneIdentity
from phones.port import Sighting
from phones.problem import Problem
from station.cli import cli_text, output
from station.cli.commands.options import config_option, json_option, reading_home_of, serial_option, settings_of
from station.cli.phone_lines import called, lines_of
from station.setup.settings import Settings
from station.text.language import current, text
from station.work import blocking


@cli_text.command("inspect")
@serial_option()
@click.option("--all", "everything", is_flag=True, help=text("option.inspect_all"))
@json_option()
@config_option()
@click.pass_context
def command(context: click.Context, serial: str | None, everything: bool, as_json: bool, config: Path | None) -> int:
    """Exit 0; 3 when the phone is not there; 4 when it will not talk yet."""
    from station.session import bench_operations
    from station.session.reach_bench import reach_bench

    home = reading_home_of(context)
    settings = settings_of(home, config)
    with reach_bench(home, settings) as bench:
        found = bench.do(bench_operations.inspect, wanted=serial or "")
    sighting, values = found.sighting, found.values
    problem = blocking.problem_of_presence(sighting) or blocking.problem_of_answers(values)
    problems = (problem,) if problem else _problems(values, sighting, settings)
    if as_json:
        from station.documents.phones import PhoneInspected, names_of
        from station.documents.sentences import Reason

        output.tell(
            PhoneInspected(
                slot=settings.slot(sighting.port),
                port=sighting.port,
                **names_of(PhoneIdentity.from_values(values), sighting),
                presence=sighting.presence,
                values=dict(sorted(values.items())),
                problems=tuple(Reason.of_problem(each) for each in problems),
            )
        )
    else:
        if problem is None and everything:
            _show(values)
        elif problem is None:
            for caption, said in lines_of(values, platform=sighting.platform.value if sighting.platform else ""):
                output.say(f"{caption}: {said}")
        elif values:
            output.say(f"{text('view.phone')}: {called(values)}")
            output.say(f"{text('view.serial')}: {sighting.usb_serial or text('inspect.not_told')}")
        for problem in problems:
            output.message(f"{problem.reason(current())} → {problem.next_step(current())}")
    return 0 if problem is None else 4


def _show(values: Mapping[str, str]) -> None:
    output.table(
        [text("view.what"), text("view.value")],
        [[text("view.phone"), PhoneIdentity.from_values(values).display_name]]
        + [[name, value] for name, value in sorted(values.items()) if not name.startswith("part.")],
    )


def _problems(values: Mapping[str, str], sighting: Sighting, settings: Settings) -> tuple[Problem, ...]:
    from wipe.methods.choice import choose

    method = choose(values, sighting).method
    return method.problems(values, sighting, settings.limits) if method else ()
