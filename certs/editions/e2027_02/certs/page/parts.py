# SPDX-License-Identifier: GPL-3.0-or-later
"""Small parts the sections of a paper are put together from. Each takes a top and gives back its bottom."""

from collections.abc import Callable, Sequence
from typing import Any

from certs.editions.e2027_02.certs.page import fonts
from certs.page.errors import UnknownCodeError
from certs.editions.e2027_02.certs.page.labels import Pair, label
from certs.editions.e2027_02.certs.page.sheet import INK, LINE, MUTED, Part, Sheet, WIDTH
from certs.editions.e2027_02.certs.page.wrapping import clamp
from phones.frozen import dataclass

LEFT = 48.0
RIGHT = WIDTH - 48.0
ROOM = RIGHT - LEFT
GUTTER = 18.0
CHINESE = 0.47  # of the room for both: the same sentence is shorter in Chinese

CERTIFICATE_COLOUR = "#0b5563"
REPORT_COLOUR = "#9a3412"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What sets a certificate apart from a report. `tight`: page two has more to say than room to say it at length.
    `measured`: every check stands on pages of its own behind page two.
    """

    accent: str
    is_report: bool
    tight: bool = False
    measured: bool = False


def heading(sheet: Sheet, look: Look, top: float, words: Pair, *, left: float = LEFT, right: float = RIGHT) -> float:
    """A section's name over a line."""
    with sheet.element("H2"):
        wide = sheet.text(left, top + 9.4, words.zh, 9.6, bold=True, colour=look.accent)
        sheet.text(left + wide + 6, top + 9.4, words.en, 8, colour=MUTED)
    sheet.rule(left, top + 13.4, right, colour=look.accent, weight=0.7)
    return top + 17.5


def pair(
    sheet: Sheet,
    top: float,
    words: Pair,
    *,
    size: float = 7.8,
    left: float = LEFT,
    room: float = ROOM,
    bold: bool = False,
    colour: str = INK,
) -> float:
    """Both languages side by side, whole; returns the bottom of the longer one."""
    chinese = (room - GUTTER) * CHINESE
    with sheet.element("P"):
        return max(
            sheet.paragraph(left, top, words.zh, size, chinese, bold=bold, colour=colour, leading=1.32),
            sheet.paragraph(
                left + chinese + GUTTER,
                top,
                words.en,
                size * 0.92,
                room - GUTTER - chinese,
                bold=bold,
                colour=colour,
                leading=1.32 / 0.92,
            ),
        )


def row(sheet: Sheet, top: float, caption: Pair, words: Pair, *, captions: float = 62.0) -> float:
    """A caption on the left, then both languages side by side."""
    with sheet.element("P"):
        sheet.text(LEFT, top + 8, caption.zh, 8, bold=True)
        sheet.paragraph(LEFT, top + 10.4, caption.en, 6.4, captions - 6, colour=MUTED, most=2, leading=1.2)
        return max(
            pair(sheet, top, words, left=LEFT + captions, room=ROOM - captions),
            top + 19,
        )


def value(
    sheet: Sheet,
    left: float,
    top: float,
    caption: Pair,
    text: str,
    *,
    room: float,
    size: float = 8.6,
    most: int = 1,
    bold: bool = False,
    colour: str = INK,
) -> float:
    """A small caption in both languages over a value."""
    with sheet.element("P"):
        sheet.text(left, top + 6, one_line(caption.both, 6.3, room), 6.3, colour=MUTED)
        return sheet.paragraph(left, top + 8.2, text, size, room, most=most, bold=bold, colour=colour, leading=1.25)


def one_line(text: str, size: float, room: float) -> str:
    """`text` cut to one line."""
    return (clamp(text, size, room, 1) or ("",))[0]


def fitting_size(text: str, size: float, room: float, smallest: float) -> float:
    """The largest size, from `size` down to `smallest`, at which `text` is one line of `room`."""
    wide = fonts.width(text, 1.0)
    return size if wide * size <= room else max(smallest, room / wide)


def table(
    sheet: Sheet,
    top: float,
    rows: Sequence[Sequence[str]],
    columns: Sequence[float],
    *,
    size: float = 7.0,
    left: float = LEFT,
    bold: Sequence[int] = (),
    most: int = 1,
) -> float:
    """Rows of texts in columns of the given widths, with hairlines between; a cell has at most `most` lines.

    A row is read as one paragraph: its cells say by themselves what they are.
    """
    for index, cells in enumerate(rows):
        if index:
            sheet.rule(left, top, left + sum(columns), colour=LINE, weight=0.3)
        bottom, at = top, left
        with sheet.element("P"):
            for column, (text, room) in enumerate(zip(cells, columns, strict=True)):
                bottom = max(
                    bottom,
                    sheet.paragraph(at, top + 1.6, text, size, room - 6, most=most, bold=column in bold, leading=1.28),
                )
                at += room
        top = bottom + 1.4
    return top


def paged(
    sections: Sequence[Part],
    room: float,
    *,
    begun: Sequence[Sequence[Part]] = ((),),
    titles: Callable[[], Part] | None = None,
) -> list[list[Part]]:
    """The parts in their order on as many pages as they need, none of them fuller than `room` points, from the last of
    the pages on that were `begun`; each new one begins with `titles`. A part that is higher than a page is not cut: it
    is the caller's to have none.
    """
    found = [list(page) for page in begun]
    left = room - sum(part.height for part in found[-1])
    for section in sections:
        if section.height > left and found[-1]:
            found.append([titles()] if titles else [])
            left = room - sum(part.height for part in found[-1])
        found[-1].append(section)
        left -= section.height
    return found


def row_height(cells: Sequence[str], columns: Sequence[float], *, size: float, most: int) -> float:
    """The height of one row of a `table`."""
    lines = max(len(clamp(text, size, room - 6, most)) for text, room in zip(cells, columns, strict=True))
    return 1.6 + size * 1.28 * lines + 1.4


def coded(section: str, code: str) -> Pair:
    """A fixed word of the paper for a code of the record. Raises: UnknownCodeError."""
    return label(f"{section}.{code}")


def coded_or_plain(section: str, code: str) -> Pair:
    """As `coded`; a name the issuer made up (a disclosure, a column of a scheme) stands as it is."""
    try:
        return label(f"{section}.{code}")
    except UnknownCodeError:
        plain = fonts.spelled(code.replace("_", " "))
        return Pair(plain, plain)


def clock_time(text: str) -> str:
    """`2026-11-21T12:00:00Z` as people read it."""
    return text.replace("T", " ").replace("Z", " UTC")


def last_four(text: Any) -> str:
    """The digits, or a dash in both languages where nothing was read."""
    return fonts.spelled(str(text)) if text else f"— {label('phone.not_read').both}"


SOLD = (8, 16, 32, 64, 128, 256, 512, 1000, 2000)
"""Gigabytes with which phones are sold."""
_LEAST_OF_SOLD = 0.7
"""So much of it is left for its user: the rest is the system's."""


def storage(count: int | None) -> str:
    """As it is sold, and in brackets what was measured, decimal gigabytes rounded down: never more than there is.

    What fits no size that phones are sold with is told as measured alone.
    """
    if not count:
        return f"— {label('phone.not_read').both}"
    tenths = count // 100_000_000
    measured = f"{tenths // 10}.{tenths % 10} GB" if tenths % 10 else f"{tenths // 10} GB"
    sold = next((size for size in SOLD if count <= size * 1_000_000_000), 0)
    if count == sold * 1_000_000_000:
        return f"{sold} GB" if sold < SOLD[-2] else f"{sold // 1000} TB"
    if not sold or count < _LEAST_OF_SOLD * sold * 1_000_000_000:
        return measured
    return f"{f'{sold} GB' if sold < SOLD[-2] else f'{sold // 1000} TB'} ({measured})"


def more(count: int) -> str:
    """The words for what did not fit."""
    return label("more.items", count=count).both
