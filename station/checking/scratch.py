# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own file with which storage is measured: is it surely gone from the phone again?"""

from collections.abc import Iterable

from phones.android.silent import GONE
from phones.evidence import Evidence
from station.checking.silent_android import CLEARING_ASKED, SPEED_ASKED

_ON_AN_IPHONE = "storage.scratch_removed"


def may_be_left(evidence: Iterable[Evidence]) -> bool:
    """True unless the phone said last that it is gone, or nobody wrote it. No word about it says nothing good: an
    Android that was pulled meanwhile may have it. An iPhone tells of it only once it was written.
    """
    left = False
    for piece in evidence:
        if piece.asked in (SPEED_ASKED, CLEARING_ASKED):
            left = piece.values.get(GONE) != "yes"
        elif _ON_AN_IPHONE in piece.values:
            left = piece.values[_ON_AN_IPHONE] != "yes"
    return left
