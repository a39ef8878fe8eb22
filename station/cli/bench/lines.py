# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a bench as lines of text for a terminal of so many columns. Pure: no terminal is touched here.

The cable's cell comes first and is never cut; what a phone calls itself is cleaned before it gets here and bounded
here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from phones.problem import Problem
from phones.words import has
from station.cli.folding import folded
from station.cli.output import visible
from station.session.board import Cable, Row, Say, Totals, Urgency
from station.text.language import current, text
from station.text.transfer import transfer_text

SYMBOLS: Mapping[Cable, str] = MappingProxyType({Cable.NEEDS_YOU: "▶", Cable.UNPLUG: "✔", Cable.DO_NOT_UNPLUG: "■"})
STYLES: Mapping[Cable, str] = MappingProxyType(
    {
        Cable.NEEDS_YOU: "bold black on bright_yellow",
        Cable.UNPLUG: "bold green",
        Cable.DO_NOT_UNPLUG: "bold bright_white on red",
    }
)
"""Two of three are inverse, by different colours; the third is not."""
LONGEST_SLOT, LONGEST_NAME = 12, 32
ELAPSED, WITH_TIME_LEFT = 6, 13
"""Columns of `120:05` and of `12:34 -12:34`."""
ENOUGH_DOING, MOST_DOING = 20, 36
"""Columns in which every sentence about what happens fits, but for a figure behind it; above that the name has more.
On a wide screen the times stay near enough to be read with the row.
"""
BAD = frozenset({"bench.doing_failed", "bench.doing_report", "bench.doing_no_paper", "bench.doing_interrupted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How many columns each cell has."""

    cable: int
    slot: int
    name: int
    digits: int
    doing: int
    times: int


def columns(rows: Sequence[Row], width: int) -> Columns:
    """What fits into `width` columns: slot and name give way first, times next, the cable's cell never.

    Two models of one maker differ at the end of their names, so a name gets what the others do not need.
    """
    cable = max(cell_len(cable_text(each)) for each in Cable) + 2
    slot = min(LONGEST_SLOT, max((cell_len(row.slot) for row in rows), default=1))
    digits = max((cell_len(row.digits) for row in rows), default=0)
    times = 0
    if width >= 60:
        times = WITH_TIME_LEFT if any(row.left_s is not None for row in rows) else ELAPSED
    rest = max(0, width - cable - slot - digits - times - 5)
    longest = max((cell_len(row.model) for row in rows), default=0)
    name = min(LONGEST_NAME, longest, max(rest * 2 // 5, rest - ENOUGH_DOING))
    doing = min(max(0, rest - name), MOST_DOING)
    return Columns(cable=cable, slot=slot, name=name, digits=digits, doing=doing, times=times)


def cable_text(cable: Cable) -> str:
    """Symbol and word."""
    return f"{SYMBOLS[cable]} {text(f'bench.{cable.value}')}"


def line(row: Row, cells: Columns, *, chosen: bool = False) -> Text:
    """One phone on one line."""
    said = Text()
    said.append(_cell(f" {cable_text(row.cable)}", cells.cable), style=STYLES[row.cable])
    style = "reverse" if chosen else ""
    parts = (
        (row.slot, cells.slot, "bold"),
        (row.model or "—", cells.name, ""),
        (row.digits, cells.digits, ""),
        (doing_text(row), cells.doing, _doing_style(row)),
        (times_text(row) if cells.times else "", cells.times, "dim"),
    )
    for content, size, own in parts:
        said.append(" ", style=style)
        said.append(_cell(content, size), style=f"{own} {style}".strip())
    return said


def big_lines(row: Row, width: int, *, chosen: bool = False) -> tuple[Text, Text, Text]:
    """The same to be read from two metres: a band of three lines in the cable's colour, the word spaced out."""
    style = STYLES[row.cable] if row.cable is not Cable.UNPLUG else f"{STYLES[row.cable]} reverse"
    word = " ".join(text(f"bench.{row.cable.value}"))
    mark = f"{SYMBOLS[row.cable]} " * 3
    edge = "▌" if chosen else " "
    middle = f"{edge}{mark} {' '.join(row.slot)}   {word}   {SYMBOLS[row.cable]}"
    below = f"{edge}{row.model} {row.digits}  {doing_text(row)}  {times_text(row)}"
    return (
        Text(_cell(edge, width), style=style),
        Text(_cell(middle, width), style=style),
        Text(_cell(below, width), style="reverse" if chosen else ""),
    )


def doing_text(row: Row) -> str:
    """What happens, in a few words; of a phone that something stops, what a person must do where that is as short."""
    said = short_problem(row.problems) or text(row.doing.key, **row.doing.facts)
    if row.act is not None and row.act.left is not None:
        return f"{said} {transfer_text(row.act)}"
    if row.act is not None and row.act.percent is not None:
        return f"{said} {row.act.percent} %"
    return said


def short_problem(problems: Sequence[Problem]) -> str:
    """What a person must do about the first of them, where there are few words for it; else ""."""
    short = f"bench.blocked_{problems[0].code.value}" if problems else ""
    return text(short) if short and has(short) else ""


def _doing_style(row: Row) -> str:
    if row.doing.key in BAD:
        return "bold red"
    return "bold green" if row.urgency is Urgency.FINISHED else ""


def times_text(row: Row) -> str:
    """Elapsed, and what is left of the usual time of this model here; nothing is invented without a history."""
    if row.elapsed_s is None:
        return ""
    left = f" -{_clock(row.left_s)}" if row.left_s is not None else ""
    return f"{_clock(row.elapsed_s)}{left}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _cell(content: str, size: int) -> str:
    """Exactly `size` columns; what does not fit ends in an ellipsis."""
    content = visible(content).replace("\n", " ")
    if cell_len(content) <= size:
        return set_cell_size(content, size)
    return f"{set_cell_size(content, size - 1)}…" if size > 0 else ""


def tells(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """What persons must do now: (slots, sentence), each sentence once, the first phone's first."""
    found: dict[str, list[str]] = {}
    for row in rows:
        sentences = [problem_text(problem) for problem in row.problems]
        if row.tells is not None:
            sentences.append(say_text(row.tells))
        for sentence in sentences:
            found.setdefault(sentence, []).append(row.slot)
    return tuple((_slots(slots), sentence) for sentence, slots in found.items())


def told(rows: Sequence[Row], width: int, most: int) -> str:
    """The same as lines of at most `width` columns, at most `most` of them. Nothing ends in mid-sentence unsaid: what
    has to give way ends in an ellipsis, and what finds no line is counted. The whole stands below the chosen phone.
    """
    most = max(1, most)
    sentences = [folded(visible(f"▶ [{slots}] {sentence}"), width).split("\n") for slots, sentence in tells(rows)]
    kept = sentences if len(sentences) <= most else sentences[: most - 1]
    left = len(sentences) - len(kept)
    shares = _shares([len(lines) for lines in kept], most - (1 if left else 0))
    shown = [each for lines, share in zip(kept, shares, strict=True) for each in _first(lines, share, width)]
    return "\n".join([*shown, text("bench.more_to_do", number=left)] if left else shown)


def _shares(wanted: Sequence[int], most: int) -> list[int]:
    """How many lines each gets: one, and then one more in turn, the first first."""
    shares = [1 for _ in wanted]
    while sum(shares) < most and any(share < want for share, want in zip(shares, wanted, strict=True)):
        for place, want in enumerate(wanted):
            if shares[place] < want and sum(shares) < most:
                shares[place] += 1
    return shares


def _first(lines: Sequence[str], share: int, width: int) -> list[str]:
    if len(lines) <= share:
        return [*lines]
    last = lines[share - 1]
    return [*lines[: share - 1], f"{set_cell_size(last, min(cell_len(last), width - 2)).rstrip()} …"]


def _slots(slots: Sequence[str], most: int = 6) -> str:
    return ", ".join(slots[:most]) + (f" +{len(slots) - most}" if len(slots) > most else "")


def problem_text(problem: Problem) -> str:
    """What to do about it; the reason in front of it would hide that on a narrow screen."""
    return text("bench.do_because", next_step=problem.next_step(current()), reason=problem.reason(current()))


def say_text(said: Say) -> str:
    """The sentence in the language in use."""
    return text(said.key, **said.facts)


def totals_text(totals: Totals) -> str:
    """Counts, in words."""
    return text(
        "bench.totals",
        good=totals.good,
        awaiting=totals.awaiting,
        failed=totals.failed,
        waiting=totals.waiting,
        at_work=totals.at_work,
    )
