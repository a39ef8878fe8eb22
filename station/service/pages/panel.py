# SPDX-License-Identifier: GPL-3.0-or-later
"""What the bench page shows of the one phone that is chosen: what it needs, and what can be done about it here."""

from dataclasses import dataclass, replace

from phones.words import has
from station.questions import EYES, PHOTOS_TAKEN
from station.service.callers import Right
from station.service.pages.asset_files import REFERENCE_PICTURES
from station.service.pages.browser import Browser
from station.service.pages.sheet_page import SheetShown, sheet_shown
from station.service.pages.tiles import Tile, tile_of
from station.service.running import Running
from station.service.told import QuestionTold
from station.session.condition import KEYS
from station.session.events import Question
from station.text.language import text

NOT_LOOKED = "not_looked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`key`: the digit that chooses it. `value`: "" where nobody looked and that is no choice of the question's."""

    key: str
    value: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionShown:
    """A question that is not on the sheet, with its choices. `cost`: what it costs that nobody looked, "" for nothing.
    `picture`: its reference picture among the assets, "" for none. `by_one_key`: it decides nothing alone, so the key
    that chooses has answered it; `still`: how many such are open about the phone, with this one. `card`: does it ask
    for photos beside a card?
    """

    told: QuestionTold
    choices: tuple[Choice, ...]
    cost: str
    picture: str = ""
    by_one_key: bool = False
    still: int = 1
    card: bool = False

    def choice(self, value: str) -> Choice | None:
        """The one of that value."""
        return next((each for each in self.choices if each.value == value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`questions`: those that decide alone, each; of those that eyes are asked one after the other, the one that is
    next. `plannable`: it waits to be confirmed. `sheet`: None where there is no job to state a condition for.
    `may_skip`: a check is under way.
    """

    tile: Tile
    questions: tuple[QuestionShown, ...]
    plannable: bool
    sheet: SheetShown | None
    may_give_up: bool
    may_skip: bool


def panel_of(service: Running, browser: Browser, port: str) -> Panel | None:
    """The panel of the phone on that port; None when nothing is known of it."""
    row = next((each for each in service.bench.rows() if each.port == port), None)
    if row is None:
        return None
    tile, operates = tile_of(row), browser.may(Right.OPERATE)
    at_work = bool(row.job) and tile.phone.state != "finished" and operates
    return Panel(
        tile=tile,
        questions=_questions(service, port) if operates else (),
        plannable=operates and not row.job and tile.phone.state in ("to_confirm", "finished", "blocked"),
        sheet=sheet_shown(service, port, row.job) if at_work else None,
        may_give_up=at_work,
        may_skip=bool(row.check) and operates,
    )


def next_of_eyes(service: Running, port: str) -> QuestionShown | None:
    """What eyes are asked next about the phone there, as the session itself has it now; None for nothing."""
    asked = [each for each in service.at.session.questions if each.port == port and each.key in EYES]
    return replace(question_shown(asked[0]), still=len(asked)) if asked else None


def _questions(service: Running, port: str) -> tuple[QuestionShown, ...]:
    asked = service.bench.questions(port)
    alone = tuple(question_shown(each) for each in asked if each.key not in KEYS and each.key not in EYES)
    eyes = next_of_eyes(service, port)
    return alone if eyes is None else (*alone, eyes)


def question_shown(asked: Question) -> QuestionShown:
    """In the language in use; nobody looked is always a choice, and the last."""
    looked = [each for each in asked.choices if each != NOT_LOOKED]
    choices = [Choice(key=str(place), value=each, word=word(each)) for place, each in enumerate(looked, start=1)]
    nobody = NOT_LOOKED if NOT_LOOKED in asked.choices else ""
    choices.append(Choice(key="0", value=nobody, word=word(NOT_LOOKED)))
    cost = text(f"cost.{asked.key}") if has(f"cost.{asked.key}") else ""
    picture = REFERENCE_PICTURES.get(asked.key.rpartition("_")[2], "") if asked.key in EYES else ""
    return QuestionShown(
        told=QuestionTold.of(asked),
        choices=tuple(choices),
        cost=cost,
        picture=picture,
        by_one_key=asked.key in EYES,
        card=asked.key == PHOTOS_TAKEN,
    )


def word(choice: str) -> str:
    """What a choice is called."""
    said = text(f"answer.{choice}") if has(f"answer.{choice}") else choice
    return f"{choice} {said}" if len(choice) == 1 else said
