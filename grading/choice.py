# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the shipped schemes a job is graded by, where nobody has named one: it follows from what was checked."""

from collections.abc import Sequence

from phones.evidence import Evidence

PLAIN = "basic"
"""Inspected, erased, and asked about."""
MEASURED = "basic-2"
"""Measured, as far as a profile asked."""
_PROFILE = "host.check_profile"


def scheme_for(evidence: Sequence[Evidence]) -> str:
    """The name of the scheme: a bench that does not measure its phones grades them as it always has."""
    return MEASURED if any(piece.link == "host" and _PROFILE in piece.values for piece in evidence) else PLAIN
