# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the shipped schemes a job is graded by, where nobody has named one: it follows from what was checked."""

from collections.abc import Sequence

from certs.editions.e2027_02.phones.evidence import Evidence

PLAIN = "basic"
"""Inspected, erased, and asked about."""
MEASURED = "basic-2"
"""Measured, as far as a profile asked."""
_PROFILE = "host.check_profile"


def profile_of(evidence: Sequence[Evidence]) -> str:
    """How much was to be measured of the phone, in the bench's own word; "" where nothing was."""
    said = [piece.values[_PROFILE] for piece in evidence if piece.link == "host" and _PROFILE in piece.values]
    return said[0] if said else ""


def scheme_for(evidence: Sequence[Evidence]) -> str:
    """The name of the scheme: a bench that does not measure its phones grades them as it always has."""
    return MEASURED if profile_of(evidence) else PLAIN
