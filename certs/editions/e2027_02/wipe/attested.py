# SPDX-License-Identifier: GPL-3.0-or-later
"""Level A, beside E: what secure hardware said after the return, judged again from kept evidence alone.

It tells that hardware under a known root made a key after our challenge, and how the phone around it booted. It never
tells that data is gone, so it raises nothing; but hardware that contradicts what the system says of itself, or names
another phone, speaks against the erase.
"""

from collections.abc import Sequence

from certs.editions.e2027_02.phones.attestation.evidence import judge_evidence, last_asked
from certs.editions.e2027_02.phones.attestation.grounds import grounds_of
from certs.editions.e2027_02.phones.attestation.judgement import Code, Finding
from certs.editions.e2027_02.phones.evidence import Evidence, Moment
from certs.editions.e2027_02.wipe.readings import Readings
from certs.editions.e2027_02.wipe.report import Attestation

_OTHERWISE_BOOTED = (Code.UNLOCKED_BOOT, Code.UNVERIFIED_BOOT)
OTHERWISE = "attested_otherwise"
"""Reason: the system says of the phone's boot what its hardware contradicts."""
_SAYS_LOCKED, _OF_ANDROID = "green", "android_"
_EVERY_MOMENT = tuple(Moment)


def attestation_of(evidence: Sequence[Evidence], *, method: str) -> Attestation | None:
    """None when nobody asked for one, and for phones of another kind: what their hardware says has another form."""
    asked = last_asked(evidence) if method.startswith(_OF_ANDROID) else None
    if asked is None:
        return None
    grounds = grounds_of(evidence)
    roots, statuses = grounds.roots, grounds.statuses
    found = (
        Finding(code=Code.ROOTS_UNKNOWN) if roots is None else judge_evidence(evidence, roots=roots, statuses=statuses)
    )
    return Attestation(
        code=found.code.value,
        hardware=found.level,
        patch_level=found.said.patch_level if found.said is not None else None,
        root=found.root.name if found.root is not None else "",
        roots_from="" if roots is None else "issuer" if grounds.signer else "program",
        roots_version=None if roots is None else roots.version,
        roots_date="" if roots is None else roots.date.isoformat(),
        roots_sha256="" if roots is None else roots.digest,
        list_fetched="" if statuses is None else statuses.as_of.date().isoformat(),
        list_sha256="" if statuses is None else statuses.digest,
        evidence=asked.number,
    )


def speaks_against(found: Attestation | None, readings: Readings) -> tuple[str, ...]:
    """Codes of reasons; empty when it does not."""
    if found is None:
        return ()
    if found.code == Code.OTHER_PHONE:
        return ("another_phone",)
    said = [
        text
        for moment in _EVERY_MOMENT
        for piece in readings.pieces(moment)
        if (text := piece.values.get("boot.verified_state", ""))
    ]
    return (OTHERWISE,) if found.code in _OTHERWISE_BOOTED and _SAYS_LOCKED in said else ()
