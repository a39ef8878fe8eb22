# SPDX-License-Identifier: GPL-3.0-or-later
"""What all phones are doing: a live table on a terminal, one plain line a change otherwise."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from phones.problem import Problem
from station.cli.cli_text import stage_text
from station.cli.output import message, messages_through, plain_message
from station.ledger.stages import Stage
from station.session.board import Cable, natural
from station.text.language import current, text
from station.text.transfer import transfer_text
from station.work.worker import Progress

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

REFRESH_PER_SECOND = 4
WIDE = 100
LONGEST_NAME, SHORT_NAME = 40, 16
"""Columns a phone's name may take on a wide terminal, and on one of 80 columns."""
_COLUMNS = ("slot", "phone", "stage", "progress", "time_left", "cable")
_FRAME_LINES = 8
_WAITS_FOR_A_PERSON = ("waiting_person", "waiting_return")
_FINISHED = ("done", "awaits_validator")
_ENDED = (*_FINISHED, "no_paper")
_NOT_BEGUN = (Stage.SEEN, Stage.IDENTIFIED, Stage.BLOCKED)


@dataclass(slots=True)
class Row:
    """What one phone's line shows."""

    slot: str
    name: str = ""
    last: Progress | None = None
    began: float = field(default_factory=time.monotonic)
    usual_s: float | None = None
    instruction: str = ""

    @property
    def done(self) -> bool:
        """Has the phone its paper, or can it not be had now?"""
        return self.last is not None and self.last.key in _ENDED

    def notes(self) -> list[tuple[str, str]]:
        """What a person must do, below the table: (line, style)."""
        if self.last is None or self.done:
            return []
        lines = [(f"[{self.slot}] {_problem_line(problem)}", "") for problem in self.last.problems]
        return [*lines, (f"[{self.slot}] {self.instruction}", "bold")] if self.instruction else lines

    def unplug_advice(self) -> str:
        """Do not unplug from the erase on; unplug now when it has its paper; before the erase it does not matter."""
        if self.last is None or self.last.stage in _NOT_BEGUN:
            return ""
        return text("view.unplug_now" if self.last.key in _FINISHED else "view.do_not_unplug")

    def time_left(self) -> str:
        """From the history of this model on this bench; nothing is invented without one."""
        if self.last is None or self.done:
            return ""
        if self.usual_s is None:
            return text("view.time_unknown")
        left = max(0.0, self.usual_s - (time.monotonic() - self.began))
        return f"≈ {int(left) // 60}:{int(left) % 60:02d}"


class View:
    """A context in which progress is shown. `tell` may be called from any thread.

    `usual_s`: how many seconds a job with that model usually takes here; the only source of time left.
    """

    def __init__(
        self,
        *,
        slot_of: Callable[[str], str],
        live: bool,
        quiet: bool = False,
        usual_s: Callable[[str], float | None] = lambda _model: None,
    ) -> None:
        self._slot_of = slot_of
        self._live_wanted = live
        self._quiet = quiet
        self._usual_s = usual_s
        self._rows: dict[str, Row] = {}
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._asking = False
        self._stack = ExitStack()

    def __enter__(self) -> "View":
        if self._live_wanted and not self._quiet:
            from rich.console import Console
            from rich.live import Live
            from rich.text import Text

            console = Console(stderr=True, highlight=False)
            self._live = Live(
                get_renderable=lambda: self.picture(console.width, console.height),
                console=console,
                refresh_per_second=REFRESH_PER_SECOND,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._stack.enter_context(self._live)
            self._stack.enter_context(
                messages_through(lambda message, bold: console.print(Text(message, style="bold" if bold else "")))
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self._live = None

    def name(self, port: str, name: str) -> None:
        """Say what the phone on a port is called."""
        usual = self._usual_s(name)
        with self._lock:
            row = self._rows.setdefault(port, Row(slot=self._slot_of(port)))
            row.name = name
            row.usual_s = usual

    def tell(self, progress: Progress) -> None:
        """Show a change."""
        with self._lock:
            row = self._rows.setdefault(progress.port, Row(slot=self._slot_of(progress.port)))
            changed = row.last is None or (row.last.stage, row.last.key, row.last.problems) != (
                progress.stage,
                progress.key,
                progress.problems,
            )
            if changed and progress.key not in _WAITS_FOR_A_PERSON:
                row.instruction = ""
            still_stopped = row.last is not None and row.last.stage is progress.stage is Stage.BLOCKED
            told = still_stopped and row.last is not None and row.last.problems == progress.problems
            row.last = progress
        if not changed or told:  # a phone that is asked again and again is told once
            return
        if self._live is None and not self._quiet and (not self._asking or _concerns_a_person(progress)):
            self._line(row, progress)

    def instruct(self, port: str, sentence: str) -> None:
        """Say what a person must do at a port now; it stands there until the phone goes on."""
        with self._lock:
            row = self._rows.setdefault(port, Row(slot=self._slot_of(port)))
            row.instruction = sentence
        message(f"[{row.slot}] {sentence}", bold=True)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No picture while a person is asked something at the same terminal."""
        live = self._live
        if live is None:
            yield
            return
        live.stop()
        self._live, self._asking = None, True  # plain lines meanwhile, and only those that a person must read
        with messages_through(lambda message, bold: plain_message(message, bold=bold)):
            try:
                yield
            finally:
                self._live, self._asking = live, False
                live.start()

    def _line(self, row: Row, progress: Progress) -> None:
        said = progress.sentence
        message(
            f"{time.strftime('%H:%M:%S')} [{row.slot}] {row.name or '—'}  {stage_text(progress.stage.value)}  {said}"
        )
        for problem in progress.problems:
            message(f"         {_problem_line(problem)}")

    def picture(self, width: int, height: int) -> "Group":
        """The table, for a terminal of so many columns and rows, and what persons must do below it."""
        from rich import box
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, collapse_padding=True)
        with self._lock:
            rows = [self._rows[port] for port in sorted(self._rows, key=natural)]
        short = width < WIDE
        columns = [key for key in _COLUMNS if key != "time_left" or not short or any(row.usual_s for row in rows)]
        for key in columns:
            folded = key == "progress"
            table.add_column(
                text(f"view.{key}"),
                no_wrap=not folded,
                overflow="fold" if folded else "ellipsis",
                max_width=(SHORT_NAME if short else LONGEST_NAME) if key == "phone" else None,
            )
        notes: list[Text] = []
        shown = rows if len(rows) + _FRAME_LINES <= height else [row for row in rows if not row.done]
        for row in shown:
            cells = _cells(row, short=short)
            table.add_row(*(cells[key] for key in columns))
            notes += [Text(line, style=style) for line, style in row.notes()]
        if not rows:
            return Group()
        done = sum(1 for row in rows if row.done)
        return Group(table, Text(text("view.count", done=done, all=len(rows))), *notes)


def _cells(row: Row, *, short: bool) -> "Mapping[str, str | Text]":
    """Column → what stands there."""
    from rich.text import Text

    told = row.last
    return {
        "slot": row.slot,
        "phone": Text(row.name or ("—" if told is not None else "")),
        "stage": Text(stage_text(told.stage.value), style=_style(told.stage)) if told is not None else "",
        "progress": _progress_text(told, short=short) if told is not None else "",
        "time_left": row.time_left(),
        "cable": _cable(row.unplug_advice(), may_be_pulled=told is not None and told.key in _FINISHED),
    }


def _cable(advice: str, *, may_be_pulled: bool) -> "Text":
    """The advice with the symbol and the colours it has on the screen of `bench`."""
    from rich.text import Text

    from station.cli.bench.lines import STYLES, SYMBOLS

    cable = Cable.UNPLUG if may_be_pulled else Cable.DO_NOT_UNPLUG
    return Text(f"{SYMBOLS[cable]} {advice}", style=STYLES[cable]) if advice else Text("")


def _concerns_a_person(progress: Progress) -> bool:
    """Is it something to do, or the end? The rest is in the table that comes back, and would push a question away."""
    return bool(progress.problems) or progress.key in _ENDED


def _progress_text(progress: Progress, *, short: bool) -> str:
    """What happens; on a narrow terminal in a few words, since the cable has a column of its own."""
    from station.cli.bench.lines import short_problem

    said, act = text(f"bench.doing_{progress.key}") if short else progress.sentence, progress.act
    if short and progress.stage is Stage.BLOCKED:
        said = short_problem(progress.problems) or text("bench.doing_blocked")
    if act is None:
        return said
    return f"{said} {transfer_text(act)}"


def _problem_line(problem: Problem) -> str:
    return f"{problem.reason(current())} → {problem.next_step(current())}"


def _style(stage: Stage) -> str:
    if stage is Stage.CERTIFIED:
        return "green"
    return "red" if stage in (Stage.FAILED, Stage.BLOCKED) else ""


def wants_live() -> bool:
    """A live table only where it can be drawn and is not unwanted."""
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
