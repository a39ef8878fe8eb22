# SPDX-License-Identifier: GPL-3.0-or-later
"""What all phones are doing: a live table on a terminal, one plain line a change otherwise."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from phones.problem import Problem
from station.cli.cli_text import stage_text
from station.cli.output import event, message, messages_through, plain_message
from station.ledger.stages import Stage
from station.text.language import current, text
from station.work.worker import Progress

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live
    from rich.table import Table

REFRESH_PER_SECOND = 4
WIDE = 100
LONGEST_NAME, SHORT_NAME = 40, 16
"""Columns a phone's name may take on a wide terminal, and on one of 80 columns."""
_FRAME_LINES = 8
_WAITS_FOR_A_PERSON = ("waiting_person", "waiting_return")
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
        return self.last is not None and self.last.key in ("done", "no_paper")

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
        return text("view.unplug_now" if self.last.key == "done" else "view.do_not_unplug")

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
        as_events: bool = False,
        usual_s: Callable[[str], float | None] = lambda _model: None,
    ) -> None:
        self._slot_of = slot_of
        self._live_wanted = live
        self._quiet = quiet
        self._as_events = as_events
        self._usual_s = usual_s
        self._rows: dict[str, Row] = {}
        self._lock = threading.Lock()
        self._live: Live | None = None
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
            row.last = progress
        if not changed:
            return
        if self._as_events:
            event(
                "progress",
                {
                    "job": progress.job,
                    "port": progress.port,
                    "slot": row.slot,
                    "stage": progress.stage.value,
                    "key": progress.key,
                    "problems": [problem.code.value for problem in progress.problems],
                },
            )
        elif self._live is None and not self._quiet:
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
        self._live = None  # plain lines meanwhile
        with messages_through(lambda message, bold: plain_message(message, bold=bold)):
            try:
                yield
            finally:
                self._live = live
                live.start()

    def _line(self, row: Row, progress: Progress) -> None:
        said = text(f"progress.{progress.key}")
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
        for key in ("slot", "phone", "stage", "progress", "time_left", "cable"):
            folded = key == "progress"
            table.add_column(
                text(f"view.{key}"),
                no_wrap=not folded,
                overflow="fold" if folded else "ellipsis",
                max_width=(LONGEST_NAME if width >= WIDE else SHORT_NAME) if key == "phone" else None,
            )
        notes: list[Text] = []
        with self._lock:
            rows = [row for _port, row in sorted(self._rows.items())]
            shown = rows if len(rows) + _FRAME_LINES <= height else [row for row in rows if not row.done]
            for row in shown:
                self._add(table, row)
                notes += [Text(line, style=style) for line, style in row.notes()]
        done = sum(1 for row in rows if row.done)
        return Group(table, Text(text("view.count", done=done, all=len(rows))), *notes)

    def _add(self, table: "Table", row: Row) -> None:
        from rich.text import Text

        if row.last is None:
            table.add_row(row.slot, Text(row.name), "", "", "", "")
            return
        table.add_row(
            row.slot,
            Text(row.name or "—"),
            Text(stage_text(row.last.stage.value), style=_style(row.last.stage)),
            _progress_text(row.last),
            row.time_left(),
            Text(row.unplug_advice(), style="bold"),
        )


def _progress_text(progress: Progress) -> str:
    said, act = text(f"progress.{progress.key}"), progress.act
    if act is None:
        return said
    percent = f" {act.percent} %" if act.percent is not None else ""
    return f"{said}{percent} {act.carried / 1000:.1f} kB, {act.rate / 1000:.1f} kB/s"


def _problem_line(problem: Problem) -> str:
    return f"{problem.reason(current())} → {problem.next_step(current())}"


def _style(stage: Stage) -> str:
    if stage is Stage.CERTIFIED:
        return "green"
    return "red" if stage in (Stage.FAILED, Stage.BLOCKED) else ""


def wants_live() -> bool:
    """A live table only where it can be drawn and is not unwanted."""
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
