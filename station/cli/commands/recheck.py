# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe recheck CERT -s SERIAL`: the phone in hand against its paper. Reads only."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phones.verdict import Verdict
from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, serial_option, settings_of
from station.text.language import current, text
from station.work import blocking

if TYPE_CHECKING:
    from station.work.recheck import Recheck


@cli_text.command("recheck")
@click.argument("file", metavar="CERT", type=click.Path(path_type=Path))
@serial_option(required=True)
@config_option()
@json_option()
@click.pass_context
def command(context: click.Context, file: Path, serial: str, config: Path | None, as_json: bool) -> int:
    """Exit 0 same phone and as it was left; 3 no such phone or record; 4 it will not talk; 6 it cannot be told;
    7 another phone, or used since. Whether the paper itself is good says `proofwipe verify`.
    """
    from station.cli.commands.regrade import read_record
    from station.session.bench import open_bench
    from station.session.find_phone import ask, find
    from station.work.recheck import recheck

    facts = read_record(file).facts
    home = home_of(context)
    settings = settings_of(home, config)
    with open_bench(home, settings, fixed=True) as bench:
        sighting = find(bench, serial, settings)
        values = ask(bench, sighting)
    problem = blocking.problem_of_presence(sighting) or blocking.problem_of_answers(values)
    if problem is not None:
        if as_json:
            output.document("recheck", {"paper": facts.id, "problem": problem.code.value})
        output.message(f"{problem.reason(current())} → {problem.next_step(current())}")
        return 4
    found = recheck(facts, values, sighting.presence)
    if as_json:
        output.document("recheck", {"paper": facts.id, "port": sighting.port, **asdict(found)})
    else:
        for line in _lines(found):
            output.say(line)
    return exit_code(found)


def exit_code(found: "Recheck") -> int:
    """0 both passed; 7 one failed; 6 otherwise."""
    verdicts = (found.same, found.as_left)
    if Verdict.FAILED in verdicts:
        return 7
    return 0 if set(verdicts) == {Verdict.PASSED} else 6


def _lines(found: "Recheck") -> tuple[str, str]:
    same = text(f"word.recheck_same_{found.same.value}", **_only(found.same, ", ".join(found.differs)))
    what = ", ".join(found.changed or found.unanswered)
    unsure = {} if found.as_left is Verdict.PASSED else {"what": what}
    state = text(f"word.recheck_state_{found.as_left.value}", **unsure)
    return same, state


def _only(verdict: Verdict, what: str) -> dict[str, str]:
    return {"what": what} if verdict is Verdict.FAILED else {}
