# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe answer JOB question=answer`: what a phone's job asks now is answered; else a slip is corrected before a
validator decides, and the ledger keeps both.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.commands.options import config_option, home_of, json_option, passphrase_option, secrets_of, settings_of
from station.cli.grammar import NOT_LOOKED
from station.errors import AnswerRefusedError
from station.questions import ALONE
from station.text.language import text

if TYPE_CHECKING:
    from station.session.events import Question
    from station.session.reach import Reached

LONGEST_REASON = 200
_QUESTION_ID = re.compile(r"[0-9a-f]{32}")


@cli_text.command("answer")
@click.argument("name", metavar="JOB|SERIAL|IMEI|QUESTION_ID")
@click.argument("answers", nargs=-1, required=True, metavar="QUESTION=ANSWER...")
@click.option("--by", metavar="NAME", required=True, help=text("option.answered_by"))
@click.option("--reason", metavar="TEXT", help=text("option.corrected_because"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    name: str,
    answers: tuple[str, ...],
    by: str,
    reason: str | None,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 when they are answered or corrected; 2 no such question or answer, 3 no such job, 4 it waits for no
    decision, or somebody was first; 8 nothing to correct.
    """
    from station.session import operations
    from station.session.correcting import must_be_answer
    from station.session.reach import reach
    from station.setup.people import load as load_company

    given = dict(_read(each) for each in answers)
    home = home_of(context)
    settings = settings_of(home, config)
    person = load_company(home.keys).person(by, "operator")
    with reach(home, settings, secrets_of(passphrase_file), warn=output.warn) as station:
        job, asked = _meant(station, name)
        for key, choice in given.items():  # all of them before the first is written
            if key in asked:
                must_be_choice(asked[key], choice)
                if key in ALONE and asked[key].id != name.lower():
                    raise click.UsageError(text("word.answer_by_id", question=key, id=asked[key].id))
            else:
                must_be_answer(key, choice)
        later = {key: choice for key, choice in given.items() if key not in asked}
        if later and (reason is None or not reason.strip() or len(reason) > LONGEST_REASON):
            raise click.UsageError(text("word.reason_needed", most=LONGEST_REASON))
        changed = 0
        if later:
            why = output.visible((reason or "").strip())
            changed = station.operations.do(operations.correct, job=job, answers=later, by=person.name, reason=why)
        for key, question in asked.items():
            if key in given:
                said = given[key] if given[key] in question.choices else None
                station.operations.do(operations.answer, question=question.id, by=person.name, choice=said)
        found = station.jobs.by_id(job)
    number = changed + len(given) - len(later)
    if as_json:
        from station.documents.jobs import JobsTold, JobTold

        output.tell(JobsTold(jobs=(JobTold.of(found.summary, home.papers),)))
    elif changed:
        output.message(text("word.corrected", job=job, number=changed, grade=found.summary.grade or "—"), bold=True)
    elif number:
        output.message(text("word.answered", job=job, number=number), bold=True)
    else:
        output.message(text("word.nothing_corrected"))
    return 0 if number else 8


def _meant(station: "Reached", name: str) -> tuple[str, "Mapping[str, Question]"]:
    """The job, and what is asked about it now, by the question's key; of a question's id that one alone.

    Raises: QuestionClosedError, QuestionNotFoundError, JobNotFoundError, AmbiguousJobError.
    """
    from station.session import operations

    waiting = station.operations.do(operations.questions)
    if _QUESTION_ID.fullmatch(name.lower()):
        question = station.operations.do(operations.question, id=name.lower())
        return question.job, {question.key: question}
    jobs = {each.job for each in waiting}
    job = station.jobs.find(name, fits=lambda each: each.awaits_decision or each.id in jobs).id
    return job, {each.key: each for each in waiting if each.job == job}


def must_be_choice(question: "Question", choice: str) -> None:
    """Raises: AnswerRefusedError for what is none of its choices, and does not say that nobody looked."""
    if choice not in (*question.choices, NOT_LOOKED):
        raise AnswerRefusedError(
            subject=question.key, choices=", ".join(dict.fromkeys((*question.choices, NOT_LOOKED))), got=choice[:40]
        )


def _read(given: str) -> tuple[str, str]:
    question, equals, answer = given.partition("=")
    if not equals:
        raise click.UsageError(text("word.question_and_answer", got=output.visible(given)))
    return question.strip(), answer.strip()
