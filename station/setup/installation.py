# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the rooms of this program belong to it alone?

The rooms are plain top-level names (`phones`, `certs`, …; docs/adr/0002-package-names.md). Another distribution with a
folder of such a name writes into ours when installed and takes ours away when removed; pip does not say so.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import packages_distributions

from station.setup.machine import Found

OURS = "proofwipe"
ROOMS = ("phones", "wipe", "grading", "certs", "transparency", "station", "virtual_phones")


def rooms_are_ours(owners: Mapping[str, Sequence[str]] | None = None) -> Found:
    """Broken when another installed distribution has files in one of our rooms, named as "certs: other-name".

    `owners`: top-level name → distributions; the installed ones by default.
    """
    known = packages_distributions() if owners is None else owners
    foreign = [
        f"{room}: {name}"
        for room in ROOMS
        for name in sorted({name for name in known.get(room, ()) if name.lower() != OURS})
    ]
    return Found(state="broken", detail=", ".join(foreign[:4])) if foreign else Found(state="works")
