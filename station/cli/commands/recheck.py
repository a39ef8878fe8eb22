# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe recheck NAME -s SERIAL`: the phone in hand against its paper. Reads only."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phones.problem import Problem
from phones.verdict import Verdict
from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, serial_option, settings_of
from station.text.language import current, text

if TYPE_CHECKING:
    from station.work.parts_recheck import PartsRecheck
    from station.work.recheck import Recheck


@cli_text.command("recheck")
@click.argument("name", metavar="FILE|JOB|PAPER|SERIAL|IMEI")
@serial_option(required=True)
@click.option("--parts", is_flag=True, help=text("option.recheck_parts"))
@config_option()
@json_option()
@click.pass_context
def command(context: click.Context, name: str, serial: str, parts: bool, config: Path | None, as_json: bool) -> int:
    """Exit 0 same phone and as it was left; 3 no such phone or record; 4 it will not talk; 6 it cannot be told;
    7 another phone, or used since. With --parts: 0 same phone and same parts, 7 another phone or another part, 6 any
    part unknown; how it was used since is not asked. Whether the paper itself is good says `proofwipe verify`.
    """
    from station.cli.commands.regrade import record_named
    from station.session import bench_operations
    from station.session.reach_bench import reach_bench
    from station.session.rechecking import held_against
    from station.work.parts_recheck import recheck_parts

    record = record_named(context, name)
    facts = record.facts
    home = home_of(context)
    settings = settings_of(home, config)
    with reach_bench(home, settings) as bench:
        phone = bench.do(bench_operations.inspect, wanted=serial, parts=parts)
    found = held_against(facts, phone)
    compared = None
    if parts and not isinstance(found, Problem):
        compared = recheck_parts(record.plain, facts.salt, phone.values)
    if as_json:
        from station.documents.papers import PhoneRechecked

        output.tell(PhoneRechecked.of(facts.id, phone, settings, found, compared))
    if isinstance(found, Problem):
        output.message(f"{found.reason(current())} → {found.next_step(current())}")
        return 4
    if not as_json:
        for line in _lines(found) if compared is None else (_lines(found)[0], *_lines_of_parts(compared)):
            output.say(line)
    return exit_code(found, compared)


def exit_code(found: "Recheck", parts: "PartsRecheck | None" = None) -> int:
    """0 both passed; 7 one failed; 6 otherwise. Both: same phone and as it was left, or same phone and same parts."""
    verdicts = (found.same, found.as_left if parts is None else parts.verdict)
    if Verdict.FAILED in verdicts:
        return 7
    return 0 if set(verdicts) == {Verdict.PASSED} else 6


def _lines(found: "Recheck") -> tuple[str, ...]:
    """What is said of the phone; how another phone was left is nobody's question."""
    same = text(f"word.recheck_same_{found.same.value}", **_only(found.same, ", ".join(found.differs)))
    what = ", ".join(found.changed or found.unanswered)
    unsure = {} if found.as_left is Verdict.PASSED else {"what": what}
    state = text(f"word.recheck_state_{found.as_left.value}", **unsure)
    return (same,) if found.same is Verdict.FAILED else (same, state)


def _lines_of_parts(found: "PartsRecheck") -> tuple[str, ...]:
    """A line a part, then what all of them come to."""
    rows = tuple(
        f"  {text(f'part_name.{name}')}: {text(f'part_said.{said.value}')}" for name, said in found.found.parts.items()
    )
    words = tuple(
        text("word.recheck_makers_word", part=text(f"part_name.{name}"), word=text(f"part_word.{word}"))
        for name, word in found.makers_word.items()
    )
    none = () if rows else (text("word.recheck_no_parts"),)
    return (*none, *rows, text(f"word.recheck_parts_{found.verdict.value}"), *words)


def _only(verdict: Verdict, what: str) -> dict[str, str]:
    return {"what": what} if verdict is Verdict.FAILED else {}
