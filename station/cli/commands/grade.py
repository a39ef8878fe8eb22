# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe grade compare A B`: two people's answers, and two gradings, on one phone."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.commands.options import json_option
from station.cli.commands.regrade import NoRecordError, graded, read_record
from station.text.language import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grading.agreement import Compared
    from phones.evidence import Evidence

_CHECK_FILE = ".jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One look at a phone. `usability`: None where nothing was erased, so that there is no grade. `ends`: number → its
    last four.
    """

    evidence: "Sequence[Evidence]"
    usability: str | None
    ends: dict[str, str]


@cli_text.group("grade")
def command() -> None:
    """Grades of one phone."""


@command.command("compare", help=text("help.grade_compare"))
@click.argument("one", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("other", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--scheme", default="basic-2", show_default=True, help=text("option.scheme"))
@json_option()
def compare_command(one: Path, other: Path, scheme: str, as_json: bool) -> int:
    """Exit 0: they agree in all that both answered; 1 they do not; 3 no record; 4 two phones; 6 nothing in common."""
    from grading.agreement import answers_of, compared, kappa_permille
    from station.documents.agreement import AnswersCompared, QuestionCompared

    looks = (_look(one, scheme), _look(other, scheme))
    rows = compared(answers_of(looks[0].evidence), answers_of(looks[1].evidence))
    both = [row for row in rows if row.agree is not None]
    agreeing = sum(bool(row.agree) for row in both)
    told = AnswersCompared(
        scheme=scheme,
        same=_same_phone(looks[0].ends, looks[1].ends),
        grades=(looks[0].usability, looks[1].usability),
        answered_by_both=len(both),
        agreeing=agreeing,
        kappa_permille=kappa_permille(rows),
        questions=tuple(
            QuestionCompared(question=row.question, one=row.one or None, other=row.other or None, agree=row.agree)
            for row in rows
        ),
    )
    if as_json:
        output.tell(told)
    else:
        _show(rows, looks, told.kappa_permille, agreeing, len(both), same=told.same)
    if told.same == "failed":
        return 4
    if not both:
        return 6
    return 0 if agreeing == len(both) and looks[0].usability == looks[1].usability else 1


def _look(file: Path, scheme: str) -> _Look:
    """A paper, its record, or what `proofwipe check` kept. Raises: NoRecordError, SchemeError."""
    from phones.evidence import Evidence
    from station.checking.check_file import read

    if file.suffix == _CHECK_FILE:
        try:
            return _Look(evidence=read(file).evidence, usability=None, ends={})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NoRecordError(subject=str(file), got=type(error).__name__) from error
    record = read_record(file)
    pieces = record.plain["evidence"]
    evidence = [Evidence.from_json(piece) for piece in pieces] if isinstance(pieces, list) else []
    ends = {each.name: each.last4 for each in record.facts.identifiers if each.last4}
    return _Look(evidence=evidence, usability=str(graded(record, scheme)["usability"]), ends=ends)


def _same_phone(one: dict[str, str], other: dict[str, str]) -> str:
    """By the last four of the numbers that both papers show; "indeterminate" where they share none."""
    both = one.keys() & other.keys()
    if not both:
        return "indeterminate"
    return "passed" if all(one[name] == other[name] for name in both) else "failed"


def _show(
    rows: "Sequence[Compared]", looks: tuple[_Look, _Look], kappa: int | None, agreeing: int, both: int, *, same: str
) -> None:
    marks = {True: "=", False: "!", None: " "}
    output.table(
        [text("agreement.question"), text("agreement.one"), text("agreement.other")],
        [[f"{marks[row.agree]} {row.question}", row.one or "—", row.other or "—"] for row in rows],
    )
    grades = [look.usability or "—" for look in looks]
    output.say(text("agreement.grades", one=grades[0], other=grades[1]))
    output.say(text("agreement.counted", agreeing=agreeing, both=both))
    if kappa is None:
        output.say(text("agreement.no_kappa"))
    else:
        output.say(text("agreement.kappa", kappa=f"{kappa / 1000:.2f}"))
    if same != "passed":
        output.message(text(f"agreement.same_{same}"))
