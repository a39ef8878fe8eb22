# SPDX-License-Identifier: GPL-3.0-or-later
"""What all phones are doing: a live table on a terminal, one plain line a change otherwise."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from types import TracebackType
from typing import TYPE_CHECKING

from station.language import text
from station.output import event, words
from station.stages import Stage
from station.worker import Progress

if TYPE_CHECKING:
    from rich.table import Table

REFRESH_PER_SECOND = 4

Durations = Mapping[str, tuple[float, ...]]
"""Seconds whole jobs of one model took on this bench, newest last; the only source of time left."""


@dataclass(slots=True)
class Row:
    """What one phone's line shows."""

    slot: str
    name: str = ""
    last: Progress | None = None
    began: float = field(default_factory=time.monotonic)
    usual_s: float | None = None

    def unplug_advice(self) -> str:
        """Do not unplug while a job is under way; unplug now when it has its paper."""
        return text("view.unplug_now" if self.last is not None and self.last.key == "done" else "view.do_not_unplug")

    def time_left(self) -> str:
        """From the history of this model on this bench; nothing is invented without one."""
        if self.last is None or self.last.key == "done":
            return ""
        if self.usual_s is None:
            return text("view.time_unknown")
        left = max(0.0, self.usual_s - (time.monotonic() - self.began))
        return f"≈ {int(left) // 60}:{int(left) % 60:02d}"


class View:
    """A context in which progress is shown. `tell` may be called from any thread."""

    def __init__(
        self, *, slot_of: Callable[[str], str], live: bool, quiet: bool = False, as_events: bool = False,
        durations: Durations | None = None,
    ) -> None:
        self._slot_of = slot_of
        self._live_wanted = live
        self._quiet = quiet
        self._as_events = as_events
        self._durations = durations or {}
        self._rows: dict[str, Row] = {}
        self._lock = threading.Lock()
        self._live: object | None = None

    def __enter__(self) -> "View":
        if self._live_wanted and not self._quiet:
            from rich.console import Console
            from rich.live import Live

            self._live = Live(
                get_renderable=self._picture, console=Console(stderr=True), refresh_per_second=REFRESH_PER_SECOND,
                transient=False,
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from rich.live import Live

        if isinstance(self._live, Live):
            self._live.stop()

    def name(self, port: str, name: str) -> None:
        """Say what the phone on a port is called."""
        with self._lock:
            row = self._rows.setdefault(port, Row(slot=self._slot_of(port)))
            row.name = name
            times = self._durations.get(name, ())
            row.usual_s = median(times) if times else None

    def tell(self, progress: Progress) -> None:
        """Show a change."""
        with self._lock:
            row = self._rows.setdefault(progress.port, Row(slot=self._slot_of(progress.port)))
            changed = row.last is None or (row.last.stage, row.last.key, row.last.problems) != (
                progress.stage, progress.key, progress.problems
            )
            row.last = progress
        if not changed:
            return
        if self._as_events:
            event(
                "progress",
                {
                    "job": progress.job, "port": progress.port, "slot": row.slot, "stage": progress.stage.value,
                    "key": progress.key, "problems": [problem.code.value for problem in progress.problems],
                },
            )
        elif self._live is None and not self._quiet:
            self._line(row, progress)

    def _line(self, row: Row, progress: Progress) -> None:
        said = text(f"progress.{progress.key}")
        words(f"{time.strftime('%H:%M:%S')} [{row.slot}] {row.name or '—'}  {progress.stage.value}  {said}")
        for problem in progress.problems:
            words(f"         {self._problem_line(problem)}")

    def _problem_line(self, problem: object) -> str:
        from phones.problem import Problem
        from station.language import current

        if not isinstance(problem, Problem):
            return ""
        return f"{problem.reason(current())} → {problem.next_step(current())}"

    def _picture(self) -> "Table":
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, header_style="bold")
        for key in ("slot", "phone", "stage", "progress", "time_left", "cable"):
            table.add_column(text(f"view.{key}"), overflow="fold")
        with self._lock:
            rows = sorted(self._rows.items())
            for _port, row in rows:
                if row.last is None:
                    table.add_row(row.slot, Text(row.name), "", "", "", "")
                    continue
                said = text(f"progress.{row.last.key}")
                if row.last.problems:
                    said = "\n".join(self._problem_line(problem) for problem in row.last.problems)
                table.add_row(
                    row.slot, Text(row.name), Text(row.last.stage.value, style=_style(row.last.stage)), said,
                    row.time_left(), Text(row.unplug_advice(), style="bold"),
                )
        return table


def _style(stage: Stage) -> str:
    if stage is Stage.CERTIFIED:
        return "green"
    return "red" if stage in (Stage.FAILED, Stage.BLOCKED) else ""


def wants_live() -> bool:
    """A live table only where it can be drawn and is not unwanted."""
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
