# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe bench` on the whole screen: what persons must do, the phones, one line to type or scan into.

One line for everything, always the same: a scanner types a whole number and Enter, a person the last characters, a
slot, or an answer to what is asked above the line. Nothing happens on a single key but looking.
"""

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from grading.questions import QUESTIONS
from phones.errors import ProofwipeError
from station.cli.bench.lines import problem_text, say_text, told, totals_text
from station.cli.bench.phone_list import PhoneList
from station.cli.folding import folded
from station.cli.grammar import (
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
from station.cli.output import visible
from station.cli.sheet import Filling, keys_at, letters, name, said
from station.session.board import Row, Urgency
from station.session.condition import KEYS
from station.session.continuous import ContinuousBench, Doubt
from station.session.events import Question
from station.text.language import current, text, use

REFRESH_S = 0.25
LONGEST_TYPED = 64
MOST_TOLD = 12
"""Lines of what persons must do, at most a quarter of the screen."""
_BELL = (Urgency.HELP, Urgency.FINISHED)
LEFT = "left"
"""The application's result when a person left while phones were still being erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """An answer that waits for its second key; `choice` None: nobody looked."""

    question: Question
    choice: str | None


class OneLine(Input):
    """The line, empty again with the very key that ends it: a scanner is quicker than a screen."""

    async def action_submit(self) -> None:
        """Hand the line over."""
        typed = self.value
        self.clear()
        self.post_message(self.Submitted(self, typed))


class BenchApp(App[str]):
    """The screen of a continuous bench."""

    CSS = """
    #totals { height: 1; text-style: bold reverse; }
    #tells { height: auto; max-height: 12; }
    #asked { height: auto; max-height: 12; }
    #typed { border: none; height: 1; padding: 0; }
    #keys { height: 1; text-style: dim; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", priority=True),
        Binding("down", "step(1)", priority=True),
        Binding("pageup", "step(-10)", priority=True),
        Binding("pagedown", "step(10)", priority=True),
        Binding("escape", "drop", priority=True),
        Binding("f2", "big", priority=True),
        Binding("f3", "language", priority=True),
        Binding("f4", "form", priority=True),
        Binding("f8", "give_up", priority=True),
        Binding("f10", "leave", priority=True),
        Binding("ctrl+c", "leave", priority=True),
        Binding("ctrl+q", "leave", priority=True),
    ]

    def __init__(self, bench: ContinuousBench) -> None:
        super().__init__()
        self._bench = bench
        self._list = PhoneList()
        self._doubt: Doubt | None = None
        self._giving_up: Row | None = None
        self._form: Row | None = None
        self._filling = Filling()
        self._meant: Meant | None = None
        self._drafts: dict[str, Filling] = {}
        self._said = ""
        self._bells: dict[str, Urgency] = {}
        self._leaving = False

    def compose(self) -> ComposeResult:
        """From above: totals, what to do, the phones, what is asked, the line, the keys."""
        yield Static(id="totals", markup=False)
        yield Static(id="tells", markup=False)
        yield self._list
        yield Static(id="asked", markup=False)
        yield OneLine(id="typed", max_length=LONGEST_TYPED, select_on_focus=False)
        yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Draw, and again every quarter of a second."""
        self.query_one(Input).focus()
        self.look()
        self.set_interval(REFRESH_S, self.look)

    # -- what is shown ----------------------------------------------------------------------------------

    def look(self) -> None:
        """Show the bench as it is now; nothing while the screen is being taken down."""
        if not self.query("#keys"):
            return
        rows = self._bench.rows()
        self._ring(rows)
        self._list.show(rows)
        for error in self._bench.warnings():
            self._say_error(error)
        self.query_one("#totals", Static).update(totals_text(self._bench.totals()))
        self.query_one("#tells", Static).update(told(rows, self.size.width, min(MOST_TOLD, self.size.height // 4)))
        self.query_one("#asked", Static).update(folded(visible(self._asked(rows)), self.size.width))
        self.query_one("#keys", Static).update(text("bench.keys"))
        self.query_one(Input).placeholder = text("bench.type_here")
        if self._leaving and not self._bench.erasing:
            self.exit("")

    def _ring(self, rows: tuple[Row, ...]) -> None:
        """A bell when a phone begins to need somebody, or is finished; once each time."""
        now = {row.port: row.urgency for row in rows}
        if any(urgency in _BELL and self._bells.get(port) is not urgency for port, urgency in now.items()):
            self.bell()
        self._bells = now

    def _asked(self, rows: tuple[Row, ...]) -> str:
        """What the line is for now."""
        lines = [self._said] if self._said else []
        if self._leaving:
            lines = [text("bench.leaving", slots=", ".join(self._bench.erasing)), text("word.leave_all_the_same")]
        if self._doubt is not None:
            return "\n".join([*lines, *_doubts(self._doubt), shown_yes_no()])
        if self._giving_up is not None:
            return "\n".join([*lines, f"{text('bench.give_up', slot=self._giving_up.slot)}  {shown_yes_no()}"])
        if self._form is not None:
            return "\n".join([*lines, *form_lines(self._form, self._filling, self.size.width)])
        if self._meant is not None:
            return "\n".join([*lines, *_meant_lines(self._meant)])
        row = next((row for row in rows if row.port == self._list.chosen), None)
        if row is not None:
            lines.append(text("bench.chosen", slot=row.slot, model=row.model or "—", digits=row.digits or "—"))
            lines += [f"  {problem_text(problem)}" for problem in row.problems]
            if question := self._question():
                lines += [f"  {text(f'ask.{question.key}', **question.facts)}", f"  {shown(question.choices)}"]
            elif row.tells is not None:
                lines.append(f"  {say_text(row.tells)}")
        return "\n".join(lines)

    def _question(self) -> Question | None:
        """The one the line answers now: the oldest about the chosen phone."""
        open_ones = self._bench.questions(self._list.chosen) if self._list.chosen else ()
        return next((each for each in open_ones if each.key not in KEYS), None)

    def _say_error(self, error: ProofwipeError) -> None:
        self._said = f"! {error.reason(current())} → {error.hint(current())}"

    # -- what is typed ----------------------------------------------------------------------------------

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """An answer, a number, or a slot."""
        typed = event.value.strip()
        self._said = ""
        try:
            self._take(typed)
        except ProofwipeError as error:
            self._doubt = None
            self._say_error(error)
        self.look()

    def _take(self, typed: str) -> None:
        if self._doubt is not None or self._giving_up is not None or self._meant is not None:
            self._take_yes_or_no(typed)
        elif self._form is not None and self._is_scan_of_another(self._form, typed):
            self._drafts[self._form.job] = self._filling
            slot, self._form = self._form.slot, None
            self._confirm(typed)
            self._said = "\n".join(filter(None, [text("bench.form_left", slot=slot), self._said]))
        elif self._form is not None:
            self._fill(self._form, typed)
        elif typed:
            question = self._question()
            match read(typed, question.choices) if question is not None else Back():
                case (Answer() | NotLooked()) as reply if question is not None:
                    self._meant = Meant(question=question, choice=reply.choice if isinstance(reply, Answer) else None)
                case _:
                    self._confirm(typed)

    def _is_scan_of_another(self, form: Row, typed: str) -> bool:
        """Was another phone of this bench scanned while a sheet was open? Only a whole number counts as one."""
        meant = self._bench.meant_by(typed)
        return meant.whole and meant.port != form.port

    def _take_yes_or_no(self, typed: str) -> None:
        """What is final waits for a clear yes or no; what is neither leaves it standing, and is asked again."""
        yes = read_yes_no(typed)
        if isinstance(yes, NoAnswer):
            self._said = text("answer.none", typed=typed, keys=shown_yes_no())
            return
        doubt, giving_up, meant = self._doubt, self._giving_up, self._meant
        self._doubt, self._giving_up, self._meant = None, None, None
        if doubt is not None and yes:
            self._begin(doubt.candidate.sighting.port, again=doubt.earlier is not None)
        elif giving_up is not None and yes:
            self._bench.abandon(giving_up.port)
            self._said = text("bench.given_up", slot=giving_up.slot)
        elif meant is not None and yes:
            self._bench.answer(meant.question, meant.choice)
        else:
            self._said = text("answer.asked_again" if meant is not None else "bench.not_begun")

    def _confirm(self, typed: str) -> None:
        if self._leaving:
            self._said = text("bench.nothing_new")
            return
        meant = self._bench.meant_by(typed)
        if meant.several:
            self._said = text("bench.several", slots=", ".join(meant.several))
        elif not meant.port and (question := self._question()) is not None:
            self._said = text("answer.none", typed=typed, keys=shown(question.choices))
        elif not meant.port:
            key = "bench.too_short" if meant.short else "bench.no_such_phone"
            self._said = text(key, typed=visible(typed), digits=meant.short)
        else:
            self._list.choose(meant.port)
            doubt = self._bench.doubt(meant.port) if meant.startable else None
            if doubt is None:
                return
            if doubt.is_any:
                self._doubt = doubt
            else:
                self._begin(meant.port)

    def _begin(self, port: str, *, again: bool = False) -> None:
        if not self._bench.begin(port, again=again):
            self._said = text("bench.gone")

    # -- keys -------------------------------------------------------------------------------------------

    def action_step(self, by: int) -> None:
        """Choose another phone."""
        self._list.step(by)
        self.look()

    def action_drop(self) -> None:
        """Nothing is chosen, asked or typed any more."""
        self._doubt, self._giving_up, self._form, self._meant, self._said = None, None, None, None, ""
        self.query_one(Input).clear()
        self._list.choose("")
        self.look()

    def action_big(self) -> None:
        """Readable from two metres, and back."""
        self._list.make_big(big=not self._list.big)

    def action_language(self) -> None:
        """The other language."""
        use("zh" if current() == "en" else "en")
        self.look()

    def action_form(self) -> None:
        """The condition of the chosen phone, on one sheet; the erase goes on meanwhile."""
        row = next((row for row in self._bench.rows() if row.port == self._list.chosen), None)
        self._doubt, self._giving_up, self._form, self._meant = None, None, None, None
        self._said = text("bench.choose_first") if row is None or not row.job else ""
        if row is not None and row.job:
            self._form = row
            draft = self._drafts.pop(row.job) if row.job in self._drafts else None
            self._filling = draft or Filling(sheet=self._bench.sheet(row.port))
        self.look()

    def _fill(self, row: Row, typed: str) -> None:
        """A line of answers, or the yes that states the sheet; anything else changes nothing."""
        if self._bench.job_at(row.port) != row.job:
            self._form, self._said = None, text("bench.gone")
        else:
            self._filling = self._filling.after(typed)
            self._said = self._filling.told
            if self._filling.kept:
                self._bench.state(row.port, self._filling.sheet)
                self._form, self._said = None, text("bench.form_stated", slot=row.slot)

    def action_give_up(self) -> None:
        """Ask whether the chosen phone is to be given up."""
        row = next((row for row in self._bench.rows() if row.port == self._list.chosen), None)
        self._doubt, self._meant = None, None
        self._said = text("bench.choose_first") if row is None else text("bench.no_job_yet")
        if row is not None and row.job:
            self._said, self._giving_up = "", row
        self.look()

    def action_leave(self) -> None:
        """Begin nothing new and end when no phone is being erased any more; the second time at once."""
        if self._leaving:
            self.exit(LEFT)
            return
        self._leaving = True
        self.look()


def form_lines(row: Row, filling: Filling, width: int) -> list[str]:
    """The sheet of one phone: number, what is looked at, the keys, what is stated; two columns where they fit; below it
    what is asked now.
    """
    cells = [
        f"{place:2} {name(each.key)} ({letters(each)}): {said(filling, each.key)}"
        for place, each in enumerate(QUESTIONS, start=1)
    ]
    half = width // 2 - 1
    rows = (len(cells) + 1) // 2
    pairs = [
        f"{set_cell_size(left, half)} {cells[place + rows] if place + rows < len(cells) else ''}"
        for place, left in enumerate(cells[:rows])
    ]
    given = len(QUESTIONS) - len(filling.open)
    head = text("bench.form_of", slot=row.slot, model=row.model, digits=row.digits, given=given, all=len(QUESTIONS))
    question = filling.question
    asked = f"▶ {text(f'ask.{question.key}')}  {keys_at(filling)}" if question is not None else text("bench.form_how")
    return [head, *pairs, asked]


def _meant_lines(meant: Meant) -> list[str]:
    said = word(meant.choice if meant.choice is not None else NOT_LOOKED)
    return [
        f"[{meant.question.slot}] {text(f'ask.{meant.question.key}', **meant.question.facts)}",
        f"{text('answer.sure', answer=said)}  {shown_yes_no()}",
    ]


def _doubts(doubt: Doubt) -> list[str]:
    said = []
    if doubt.earlier is not None:
        said.append(text("bench.certified_before", paper=doubt.earlier.paper or "—", when=doubt.earlier.opened_at[:16]))
    if doubt.candidate.overwrites_card:
        said.append(text("bench.card_overwritten"))
    if doubt.candidate.only_report:
        said.append(text("bench.only_report"))
    return said
