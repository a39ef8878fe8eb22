# SPDX-License-Identifier: GPL-3.0-or-later
"""Timing and showing: medians of interleaved repetitions, so that a busy machine is unfair to all alike."""

import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table. `seconds`: the median, or the smallest where the table says so; `spread`: smallest and
    largest.
    """

    what: str
    seconds: float
    spread: tuple[float, float]
    ratio: float
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A finished measurement: what was asked, its rows, and what a reader must know."""

    name: str
    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def processor_time() -> float:
    """Seconds of processor time of this process and of those it waited for. A busy machine stretches these less."""
    waited_for = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + waited_for.ru_utime + waited_for.ru_stime


def medians(
    candidates: Mapping[str, Callable[[], object]], *, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Run every candidate once per round, in turn; seconds of each run. One round before counts for nothing."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, run in candidates.items():
            start = clock()
            run()
            if number:
                times[name].append(clock() - start)
    return times


def rows(
    times: Mapping[str, Sequence[float]],
    *,
    against: str,
    more: Mapping[str, Mapping[str, object]] | None = None,
    typical: Callable[[Sequence[float]], float] = statistics.median,
) -> tuple[Row, ...]:
    """Rows with ratios to the candidate `against`. `typical`: what stands for a candidate; `min` for processor time,
    which other programs can only make longer.
    """
    base = typical(times[against])
    return tuple(
        Row(
            what=name,
            seconds=typical(found),
            spread=(min(found), max(found)),
            ratio=typical(found) / base,
            more=dict((more or {}).get(name, {})),
        )
        for name, found in times.items()
    )


def shown(table: Table) -> str:
    """The table as Markdown."""
    columns = list(dict.fromkeys(key for row in table.rows for key in row.more))
    head = ["", "time", "min – max", "ratio", *columns]
    lines = [f"### {table.title}", "", "| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in table.rows:
        cells = [
            row.what,
            _time(row.seconds),
            f"{_time(row.spread[0])} – {_time(row.spread[1])}",
            f"{row.ratio:.2f}",
            *(str(row.more.get(key, "")) for key in columns),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *(f"- {note}" for note in table.notes), ""])


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"
