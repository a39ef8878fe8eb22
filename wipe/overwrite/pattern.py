# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pass writes; apart from how it is made, which whoever only reads settings need not load."""

from enum import StrEnum


class Pattern(StrEnum):
    """What a pass writes. Only a keyed stream can be told from what was there before."""

    KEYED = "keyed"
    ZEROS = "zeros"
