# SPDX-License-Identifier: GPL-3.0-or-later
"""The stamp an iPhone's eraser leaves in NVRAM: the strongest thing a cable can read after an erase.

mobile_obliterator writes the variable `obliteration` when it has finished and, on newer systems, deletes
`oblit-begins` and `oblit-failure` (research ios.md §7.1, read from public decompilations; exact bytes on current
iOS and whether the stamp precedes the reboot are unconfirmed on hardware). Forged by root on a jailbroken phone.
"""

import hashlib
import re
from collections.abc import Sequence
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


NO_MARK = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureMarks:
    """The marks beside the stamp. `begins`: yes, no, or `finished` (beside the end mark of iOS 7 to 14, which has no
    time and which nothing but the next erase removes: the start mark stays too). `failure`: yes or no. The `_mark`
    of each is a SHA-256 over its bytes, hex, or `none`: a mark that was the same before is a leftover.
    """

    begins: str
    begins_mark: str
    failure: str
    failure_mark: str


def read_marks(*, begins: Sequence[bytes | None], failure: bytes | None, stamp: ObliterationStamp) -> ErasureMarks:
    """From the bytes of the variables (None = not there) that say that an erase has begun or has failed.

    The start mark stays on systems that write the old stamp (public dumps of iOS 9.0.2, 10.3, 12.4.8, 13.3.1 and
    watchOS 8.1, phones in use); later ones delete both marks when an erase ends [read: decompilations of
    mobile_obliterator, both of its ways to end].
    """
    begins_mark, failure_mark = _digest(begins), _digest([failure])
    began = "no" if begins_mark == NO_MARK else "finished" if stamp.kind == "legacy" else "yes"
    return ErasureMarks(
        begins=began,
        begins_mark=begins_mark,
        failure="no" if failure_mark == NO_MARK else "yes",
        failure_mark=failure_mark,
    )


def _digest(variables: Sequence[bytes | None]) -> str:
    found = [raw for raw in variables if raw is not None]
    if not found:
        return NO_MARK
    return hashlib.sha256(b"".join(hashlib.sha256(raw).digest() for raw in found)).hexdigest()


def _error(tail: bytes) -> int | None:
    found = _ERROR.search(tail)
    return int(found[1]) if found else None
