# SPDX-License-Identifier: GPL-3.0-or-later
"""The stamp an iPhone's eraser leaves in NVRAM: the strongest thing a cable can read after an erase.

mobile_obliterator writes the variable `obliteration` when it has finished and deletes `oblit-begins` and
`oblit-failure` (research ios.md §7.1, read from public decompilations; exact bytes on current iOS and
whether the stamp precedes the reboot are unconfirmed on hardware). Forged by root on a jailbroken phone.
"""

import hashlib
import re
from dataclasses import dataclass

MAXIMUM_STAMP_BYTES = 4096
_MAXIMUM_EPOCH_DIGITS = 12

# Token, then `done @` in any case, then decimal digits; the tail differs between versions and is ignored.
_STAMP = re.compile(rb"\s*([A-Za-z]{2,32})\s+done\s*@\s*([0-9]{1,20})(.*)", re.IGNORECASE | re.DOTALL)
_ERROR = re.compile(rb"\bErr\s*:\s*(-?[0-9]{1,10})\b", re.IGNORECASE)
_LEGACY = re.compile(rb"handle_message:\s*Obliteration Complete", re.IGNORECASE)

_KINDS: dict[str, str] = {
    "eacs": "eacs_done",  # Erase All Content and Settings, finished
    "safeoblit": "safe_oblit_done",  # finished during a later boot; carries Err
    "rrts": "rrts",  # Return to Service: the volume went back to a snapshot, nothing erased
    "saferrts": "rrts",
    "brickonly": "brick_only",  # no data wipe
    "markercreate": "marker_create",  # no data wipe
    "wipeandbrick": "other_wipe",
    "safewipe": "other_wipe",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObliterationStamp:
    """What the stamp says. `kind`: a value of `apple.obliteration_kind`. `epoch`: Unix seconds by the
    phone's clock, None when the kind carries none. `error`: the Err number of a SafeOblit stamp.
    `digest`: SHA-256, hex, of the bytes, to see whether two readings are the same stamp; "" for none.
    """

    kind: str
    epoch: int | None = None
    error: int | None = None
    digest: str = ""


def parse_stamp(raw: bytes | None) -> ObliterationStamp:
    """Read the bytes of `obliteration`; None when the variables were read and it is not among them.

    Never raises: what cannot be understood is `unreadable`, which no rule takes for an erase.
    """
    if raw is None:
        return ObliterationStamp(kind="none")
    digest = hashlib.sha256(raw).hexdigest()
    text = raw.rstrip(b"\x00")
    if len(text) > MAXIMUM_STAMP_BYTES:
        return ObliterationStamp(kind="unreadable", digest=digest)
    found = _STAMP.match(text)
    if found is None:
        return ObliterationStamp(kind="legacy" if _LEGACY.search(text) else "unreadable", digest=digest)
    kind = _KINDS.get(found[1].decode("ascii").lower(), "unreadable")
    epoch = found[2].decode("ascii")
    if kind == "unreadable" or len(epoch) > _MAXIMUM_EPOCH_DIGITS:
        return ObliterationStamp(kind="unreadable", digest=digest)
    return ObliterationStamp(kind=kind, epoch=int(epoch), error=_error(found[3]), digest=digest)


def _error(tail: bytes) -> int | None:
    found = _ERROR.search(tail)
    return int(found[1]) if found else None
