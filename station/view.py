# SPDX-License-Identifier: GPL-3.0-or-later
"""What all phones are doing: a live table on a terminal, one plain line a change otherwise."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from types import TracebackType
from typing import TYPE_CHECKING

from phones.problem import Problem
from station.language import current, text
from station.output import event, words
from station.spoken import stage_text
from station.stages import Stage
from station.worker import Progress

if TYPE_CHECKING:
    from rich.console import Group

REFRESH_PER_SECOND = 4
_NOT_BEGUN = (Stage.SEEN, Stage.IDENTIFIED, Stage.BLOCKED)

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
        """Do not unplug from the erase on; unplug now when it has its paper; before the erase it does not matter."""
        if self.last is None or self.last.stage in _NOT_BEGUN:
            return ""
        return text("view.unplug_now" if self.last.key == "done" else "view.do_not_unplug")

    def time_left(self) -> str:
        """From the history of this model on this bench; nothing is invented without one."""
        if self.last is None or self.last.key in ("done", "no_paper"):
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

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No picture while a person is asked something at the same terminal."""
        from rich.live import Live

        live = self._live
        if not isinstance(live, Live):
            yield
            return
        live.stop()
        try:
            yield
        finally:
            live.start()

    def _line(self, row: Row, progress: Progress) -> None:
        said = text(f"progress.{progress.key}")
        words(f"{time.strftime('%H:%M:%S')} [{row.slot}] {row.name or '—'}  {stage_text(progress.stage.value)}  {said}")
        for problem in progress.problems:
            words(f"         {_problem_line(problem)}")

    def _picture(self) -> "Group":
        from rich import box
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
        for key in ("slot", "phone", "stage", "progress", "time_left", "cable"):
            table.add_column(text(f"view.{key}"), overflow="fold", no_wrap=key != "phone")
        notes = []
        with self._lock:
            rows = [row for _port, row in sorted(self._rows.items())]
            for row in rows:
                last = row.last
                if last is None:
                    table.add_row(row.slot, Text(row.name), "", "", "", "")
                    continue
                table.add_row(
                    row.slot, Text(row.name or "—"), Text(stage_text(last.stage.value), style=_style(last.stage)),
                    text(f"progress.{last.key}"), row.time_left(), Text(row.unplug_advice(), style="bold"),
                )
                notes += [Text(f"[{row.slot}] {_problem_line(problem)}") for problem in last.problems]
        return Group(table, *notes)


def _problem_line(problem: Problem) -> str:
    return f"{problem.reason(current())} → {problem.next_step(current())}"


def _style(stage: Stage) -> str:
    if stage is Stage.CERTIFIED:
        return "green"
    return "red" if stage in (Stage.FAILED, Stage.BLOCKED) else ""


def wants_live() -> bool:
    """A live table only where it can be drawn and is not unwanted."""
    return sys.stderr.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
