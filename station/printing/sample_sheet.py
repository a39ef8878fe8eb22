# SPDX-License-Identifier: GPL-3.0-or-later
"""The sheet for whoever opens the phones of a sample again (R2v3, appendix B (13)): which, how drawn, room to write."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from phones.words import has
from station.session.sampling import Drawing, Row
from station.text.language import text

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_ROOM = "\u25a1"
"""An empty box."""


def sample_pdf(drawing: Drawing, *, station: str, at: datetime) -> bytes:
    """The sheet of a sample that was drawn (`drawing.sample` is there)."""
    from station.printing import sheet

    head = sheet.Head(title=text("print.sample"), about=drawing.committed.period, station=station, at=at)
    return sheet.printed(head, _story(drawing), wide=True)


def _story(drawing: Drawing) -> "Iterator[Flowable]":
    from station.printing import sheet

    sample, committed = drawing.sample, drawing.committed
    if sample is None:
        raise ValueError("no sample was drawn")
    before = "print.committed_before" if drawing.committed_before_seed else "print.committed_late"
    yield sheet.pairs(
        [
            (text("print.drawn"), text("print.drawn_of", chosen=len(sample.chosen), number=len(sample.population))),
            (text("print.share"), f"{sample.percent} %"),
            (text("print.population"), f"SHA-256 {committed.sha256}"),
            (text("print.seed"), text("print.seed_of", log=sample.origin, index=sample.index, root=sample.root)),
            (text("print.committed"), text(before)),
        ]
    )
    yield from sheet.heading(text("print.how_to_inspect"))
    yield sheet.paragraph(text("print.inspect_rule"), most=600)
    yield sheet.gap()
    names = [
        "number",
        "paper",
        "model",
        "serial",
        "imei",
        "slot",
        "by_operator",
        "by_method",
        "found",
        "tool",
        "signed",
    ]
    rows = [_row(number, each) for number, each in enumerate(drawing.rows, start=1)]
    wide = (0.5, 2.3, 1.5, 0.9, 0.8, 0.7, 1.2, 1.6, 2.9, 1.5, 1.8)
    yield sheet.table([text(f"print.{name}") for name in names], rows, wide, numbers=[0])
    yield sheet.gap(14)
    yield sheet.paragraph(text("print.then_write"))


def _row(number: int, row: Row) -> tuple[str, ...]:
    found = " ".join(f"{_ROOM} {text(f'print.found_{each}')}" for each in ("none", "data", "not_available"))
    method = text(f"method.{row.method}") if has(f"method.{row.method}") else row.method
    told = (row.certificate, row.model, row.serial, row.imei, row.slot, row.performed_by, method)
    return (str(number), *told, found, "", "")
