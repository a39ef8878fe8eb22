# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier visits of one phone's page left to measure, and which of their signs a later one has lifted.

A visit of which nobody knows who measured in it (`replayed`, `flooded`) is gone on with by nobody: its signs stay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from phones.evidence import Evidence, Outcome, digest_of
from phones.signs import NOT_MEASURED
from station.checking.browser.ends import NAME, NOBODYS

ASKED = f"check.{NAME}"
SIGNS_ASKED = f"{ASKED}.not_measured"


def left_of(checks: Iterable[str], evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Those of these checks of the page that have told nothing yet, not even why they could not measure."""
    if any(piece.values.get("host.page") in NOBODYS for piece in evidence if piece.asked == ASKED):
        return ()
    told = {piece.asked for piece in evidence if piece.outcome is Outcome.ANSWERED}
    return tuple(check for check in checks if f"{ASKED}.{check}" not in told)


def without_lifted(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence without the bench's own signs (`cut`, `not_opened` …) for values that a later visit told of."""
    kept, told = list[Evidence](), set[str]()
    ends: Mapping[str, str] = {}
    for piece in reversed(evidence):
        if piece.asked == SIGNS_ASKED and ends.get("host.page", NOBODYS[0]) not in NOBODYS:
            left = {name: text for name, text in piece.values.items() if name.removeprefix(NOT_MEASURED) not in told}
            if left:
                kept.append(replace(piece, values=left, digest=digest_of(left)))
        else:
            kept.append(piece)
        if piece.asked.startswith(f"{ASKED}.") and piece.asked != SIGNS_ASKED:
            told |= {name.removeprefix(NOT_MEASURED) for name in piece.values}
        ends = piece.values if piece.asked == ASKED else {}  # the end of a visit stands right behind its signs
    return tuple(reversed(kept))


def is_nobodys(evidence: Iterable[Evidence]) -> bool:
    """Did a visit end so that nobody knows who measured in it?"""
    return any(piece.values.get("host.page") in NOBODYS for piece in evidence if piece.asked == ASKED)
