# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of labels that shops stick on shelves and boxes, as data: another roll is another line here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSize:
    """Width and height in millimetres, as the label leaves the printer; `edge`: what no printer reaches for sure."""

    wide: float
    high: float
    edge: float = 1.5

    @property
    def name(self) -> str:
        """As it is chosen: "62x29"."""
        return f"{self.wide:g}x{self.high:g}"


SIZES: Mapping[str, LabelSize] = MappingProxyType(
    {
        size.name: size
        for size in (
            LabelSize(wide=62, high=29),  # Brother DK-11209
            LabelSize(wide=50, high=30),
            LabelSize(wide=57, high=32),  # Dymo 11354, Zebra
            LabelSize(wide=70, high=40),
            LabelSize(wide=100, high=50),
            LabelSize(wide=102, high=76, edge=2.5),  # 4 by 3 inches
        )
    }
)
USUAL = "62x29"
RESOLUTIONS: Mapping[int, float] = MappingProxyType({203: 203 / 25.4, 300: 300 / 25.4})
"""Dots an inch of label printers → dots a millimetre."""
