# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of phones as a Textual widget: scrolled by keys, one phone chosen, chosen by its port and not its place."""

from collections.abc import Sequence

from rich.text import Text
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from station.cli.bench.lines import big_lines, columns, line
from station.session.board import Row

BIG_LINES = 3


class PhoneList(ScrollView):
    """Shows rows; only those on the screen are drawn."""

    DEFAULT_CSS = "PhoneList { height: 1fr; overflow-x: hidden; }"
    can_focus = False

    def __init__(self) -> None:
        super().__init__()
        self.chosen = ""
        self.big = False
        self._rows: tuple[Row, ...] = ()
        self._lines: list[Text] = []

    def show(self, rows: Sequence[Row]) -> None:
        """These are the phones now."""
        self._rows = tuple(rows)
        self._draw()

    def step(self, by: int) -> None:
        """Choose the phone so many rows further down, or up; with none chosen the first one."""
        ports = [row.port for row in self._rows]
        if not ports:
            self.chosen = ""
            return
        here = ports.index(self.chosen) + by if self.chosen in ports else 0
        self.choose(ports[min(max(here, 0), len(ports) - 1)])

    def choose(self, port: str) -> None:
        """Choose a phone, "" for none, and bring it into view."""
        self.chosen = port
        self._draw()
        for place, row in enumerate(self._rows):
            if row.port == port:
                height = BIG_LINES if self.big else 1
                self.scroll_to_region(Region(0, place * height, 1, height), animate=False, force=True)

    def make_big(self, *, big: bool) -> None:
        """Three lines a phone, to be read from two metres."""
        self.big = big
        self._draw()

    def _draw(self) -> None:
        width = max(1, self.scrollable_content_region.width or self.size.width)
        lines: list[Text] = []
        cells = columns(self._rows, width)
        for row in self._rows:
            chosen = row.port == self.chosen
            lines += big_lines(row, width, chosen=chosen) if self.big else [line(row, cells, chosen=chosen)]
        self._lines = lines
        self.virtual_size = Size(width, len(lines))
        self.refresh()

    def on_resize(self) -> None:
        """The same rows on another width."""
        self._draw()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        place = y + self.scroll_offset.y
        if place >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        segments = list(self._lines[place].render(self.app.console))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style).apply_style(self.rich_style)
