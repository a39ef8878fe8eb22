# SPDX-License-Identifier: GPL-3.0-or-later
"""Reference pictures in letters, for a terminal: one panel for each answer, in the order of its numbers.

Every line has at most 60 columns and only characters that all terminal fonts have. The drawn ones, for screens that
show pictures, are made by `tools.make_reference_pictures`.
"""

from collections.abc import Mapping
from types import MappingProxyType

_SKETCHES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "mark": (
            "1 +------+  2 +------+  3 +------+  4 +------+",
            "  |      |    |   .  |    |  -,  |    |  \\_/ |",
            "  +------+    +20 cm-+    +30 cm-+    +50 cm-+",
        ),
        "nail": (
            "1   nail >        2   nail >",
            "  ___________       ____   ____   stops in the groove",
            "                        \\_/",
        ),
        "dent": (
            "1 ____________  2 ____   _____  3 ___      ___  4 _          _",
            "                      \\_/          \\____/       \\________/",
            "  none             <= 1 mm        <= 5 mm       > 5 mm",
        ),
        "crack": (
            "1 +------+  2 +------+",
            "  |      |    |  /\\_ |",
            "  +------+    +-/----+",
        ),
        "pixels": (
            "1 +------+  2 +------+  3 +------+",
            "  |      |    |  *   |    | * *  |",
            "  +------+    +----*-+    +---*--+",
        ),
        "picture": (
            "1 +------+  2 +------+",
            "  |      |    |  | @@|",
            "  +------+    +--|-@@+",
        ),
        "lifting": (
            "1 =========  2 ====----~~~~  <- card of 0.3 mm goes in",
            "  [_______]    [_________]",
        ),
        "bent": (
            "1 _________  2 _--_____--_  3 _---____---_",
            "  on glass     <= 1 mm        > 1 mm of light below",
        ),
        "liquid": (
            "1 [      ]  2 [######]  3 [  ??  ]  4  none",
            "  white       coloured    cannot see",
        ),
        "tray": (
            "1 |==o==|  2 |==o  /|  3 |     |  4 none",
            "  flush      damaged     missing",
        ),
        "screws": (
            "1 (+)  (+)  2 (+)  ( )  3 none outside",
            "  all there   missing, stripped",
        ),
    }
)


def sketch(key: str) -> tuple[str, ...]:
    """The lines for a question of eyes; none for any other."""
    return _SKETCHES.get(key.rpartition("_")[2], ())
