# SPDX-License-Identifier: GPL-3.0-or-later
"""The one-time code of a job's photos: what stands in the symbol on the card, and what a photo shows of it."""

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

PREFIX = "PW1:"
CODE = re.compile(r"[0-9A-F]{12}")
BENCH = "BENCH"
"""On a card that belongs to no job: for the check of a phone's own cameras."""


class Seen(StrEnum):
    """What a photo shows of a card."""

    OK = "ok"  # the card of this job, and no other
    OTHER = "other"  # the card of another job
    NONE = "none"  # no card that can be read
    UNREAD = "unread"  # there is no decoder here: nobody can tell


def code_of(drawn: str) -> str:
    """A one-time code out of 32 fresh random hex digits."""
    return drawn[:12].upper()


def symbol_text(code: str) -> str:
    """What the symbol of a card says."""
    return PREFIX + code


def seen_on(image: "Image", code: str) -> Seen:
    """Whether the photo shows the card of that code."""
    try:
        import zxingcpp
    except ImportError:
        return Seen.UNREAD
    found = zxingcpp.read_barcodes(image.convert("L"))
    codes = {each.text.removeprefix(PREFIX) for each in found if each.text.startswith(PREFIX)}
    if codes == {code}:
        return Seen.OK
    return Seen.OTHER if codes else Seen.NONE
