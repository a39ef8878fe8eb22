# SPDX-License-Identifier: GPL-3.0-or-later
"""A person is asked at a terminal, line by line, until there is an answer that cannot have been a slip of the keys.

Every function gives up when nobody wants the answer any more (`NotWanted`): time is over, or somebody else answered.
"""

from collections.abc import Callable

import click

from phones.words import has
from station.cli import sheet as sheets
from station.cli.grammar import (
    LONGEST,
    NOT_LOOKED,
    Answer,
    Back,
    NoAnswer,
    NotLooked,
    read,
    read_yes_no,
    shown,
    shown_yes_no,
    word,
)
from station.cli.keyboard import EndOfInput, Keyboard, Line, NotWanted
from station.cli.output import message
from station.cli.sheet import Filling
from station.cli.sketches import sketch
from station.session.condition import ConditionSheet
from station.session.events import Question
from station.text.language import text

Wanted = Callable[[], bool]


def ask_alone(question: Question, *, phone: str, keyboard: Keyboard, wanted: Wanted) -> Answer | NotLooked | NotWanted:
    """One question that decides about the phone: the answer, and a second key that it is meant."""
    keys = shown(question.choices, back=True)
    message(f"[{question.slot}] {phone}")
    while True:
        message(f"  {text(f'ask.{question.key}', **question.facts)}\n  {keys}")
        meant = _first_meant(question, keys, keyboard, wanted)
        if isinstance(meant, NotWanted):
            return meant
        said = word(meant.choice if isinstance(meant, Answer) else NOT_LOOKED)
        if said == word(NOT_LOOKED) and has(f"cost.{question.key}"):
            message(f"  {text('answer.costs', what=text(f'cost.{question.key}'))}")
        match ask_yes_no(f"  [{question.slot}] {text('answer.sure', answer=said)}", keyboard=keyboard, wanted=wanted):
            case True:
                return meant
            case False:
                message(f"  {text('answer.asked_again')}")
            case EndOfInput():
                message(f"  {text('answer.end')}")
                return Answer(NOT_LOOKED) if NOT_LOOKED in question.choices else NotLooked()
            case NotWanted() as over:
                return over


def ask_eyes(question: Question, *, phone: str, keyboard: Keyboard, wanted: Wanted) -> Answer | NotLooked | NotWanted:
    """One question with its picture, answered by one key: it decides nothing alone, and a minute has many of them."""
    keys = shown(question.choices)
    message(f"[{question.slot}] {phone}\n  {text(f'ask.{question.key}', **question.facts)}")
    message("".join(f"  {line}\n" for line in sketch(question.key)) + f"  {keys}")
    return _first_meant(question, keys, keyboard, wanted)


def _first_meant(question: Question, keys: str, keyboard: Keyboard, wanted: Wanted) -> Answer | NotLooked | NotWanted:
    while True:
        match _line(keyboard, wanted):
            case EndOfInput():
                typed = "?"
            case Line(typed):
                pass
            case over:
                return over
        match read(typed, question.choices):
            case Back():
                message(f"  {text('answer.nothing_before')}")
            case NoAnswer(typed):
                message(f"  {text('answer.none', typed=typed[:LONGEST], keys=keys)}")
            case meant:
                return meant


def ask_yes_no(sentence: str, *, keyboard: Keyboard, wanted: Wanted) -> bool | EndOfInput | NotWanted:
    """Yes or no to that sentence, and nothing else."""
    message(f"{sentence}  {shown_yes_no()}")
    while True:
        given = _line(keyboard, wanted)
        if not isinstance(given, Line):
            return given
        reply = read_yes_no(given.typed)
        if not isinstance(reply, NoAnswer):
            return reply
        message(f"  {text('answer.none', typed=reply.typed[:LONGEST], keys=shown_yes_no())}")


def fill_sheet(
    filling: Filling, *, slot: str, phone: str, keyboard: Keyboard, wanted: Wanted
) -> ConditionSheet | NotLooked | NotWanted:
    """The sheet of one phone, as a person kept it. Until that yes everything can be changed, and after no yes nothing
    of it counts.
    """
    filling = filling.begun()
    message(text("sheet.head", slot=slot, phone=phone, number=len(filling.asked)))
    while True:
        _show(filling, slot, phone)
        given = _line(keyboard, wanted)
        if isinstance(given, EndOfInput):
            message(text("sheet.end", slot=slot))
            return NotLooked()
        if isinstance(given, NotWanted):
            return given
        filling = filling.after(given.typed)
        if filling.told:
            message(f"  {filling.told}")
        if filling.kept:
            message(text("sheet.kept", slot=slot))
            return filling.sheet


def _show(filling: Filling, slot: str, phone: str) -> None:
    question = filling.question
    if filling.told:
        return  # the question stands above what was told
    if question is None:
        message("\n".join(sheets.lines(filling)))
        message(f"{text('sheet.right', slot=slot, phone=phone)}\n  {sheets.keys_at(filling)}")
        return
    place = text("sheet.of", n=filling.asked.index(filling.at) + 1, m=len(filling.asked))
    before = sheets.said(filling, question.key) if question.key not in filling.open else ""
    message(f"[{slot}] {place}  {text(f'ask.{question.key}')}{f'  ({before})' if before else ''}")
    message(f"  {sheets.keys_at(filling)}")


def _line(keyboard: Keyboard, wanted: Wanted) -> Line | EndOfInput | NotWanted:
    click.echo("> ", nl=False, err=True)
    given = keyboard.line(wanted)
    if not isinstance(given, Line):
        click.echo("", err=True)  # the line that stands open
    return given
