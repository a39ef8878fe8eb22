# SPDX-License-Identifier: GPL-3.0-or-later
"""Google's list of attestation certificates that are no longer to be believed.

Published as JSON at android.googleapis.com/attestation/status: certificate serial number in lower-case hex to status,
with a reason; a certificate that is not listed is good (schema: developer.android.com, "Certificate revocation status
list"). The list says nothing of when it was made, so whoever fetches it states the time.
"""

import hashlib
import re
from datetime import datetime, timedelta
from enum import StrEnum

from certs.editions.e2027_02.phones.attestation.der import MalformedError
from certs.editions.e2027_02.phones.attestation.roots import read_json
from phones.frozen import dataclass

LONGEST_LIST_BYTES = 8 * 1024 * 1024
"""The list had some 1,700 entries in 2026, each below 200 bytes."""
OLDEST = timedelta(days=7)
"""Our own decision: Google says "within several days of discovery", so an older list answers nothing."""
_MOST_ENTRIES = 40_000
_REASONS = ("UNSPECIFIED", "KEY_COMPROMISE", "CA_COMPROMISE", "SUPERSEDED", "SOFTWARE_FLAW")
_SERIAL = re.compile("[a-f1-9][a-f0-9]{0,41}")


class Status(StrEnum):
    """What the list says of a certificate on it."""

    REVOKED = "REVOKED"
    SUSPENDED = "SUSPENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """`as_of`: when it was fetched (aware), as stated by whoever did; `digest`: SHA-256 of the file, hex."""

    entries: dict[str, Status]
    as_of: datetime
    digest: str

    def status_of(self, serial: int) -> Status | None:
        """None for a certificate that is not on the list."""
        return self.entries.get(f"{serial:x}")

    def is_too_old(self, at: datetime) -> bool:
        """Does it say too little about `at`? A list fetched after `at` knows more, and is taken."""
        return at - self.as_of > OLDEST


def read_status_list(data: bytes, *, as_of: datetime) -> StatusList:
    """The list from its file. Raises: MalformedError, also for a status nobody has told us of: not knowing what it
    means is no reason to believe the certificate.
    """
    document = read_json(data, most=LONGEST_LIST_BYTES)
    listed = document.get("entries")
    if set(document) != {"entries"} or not isinstance(listed, dict) or len(listed) > _MOST_ENTRIES:
        raise MalformedError("not a status list")
    entries = {serial: _status(serial, entry) for serial, entry in listed.items()}
    return StatusList(entries=entries, as_of=as_of, digest=hashlib.sha256(data).hexdigest())


def _status(serial: str, entry: object) -> Status:
    if not _SERIAL.fullmatch(serial) or not isinstance(entry, dict):
        raise MalformedError("not an entry of a status list")
    if (
        not set(entry) <= {"status", "expires", "reason", "comment"}
        or entry.get("reason", "UNSPECIFIED") not in _REASONS
    ):
        raise MalformedError("not an entry of a status list")
    try:
        return Status(str(entry.get("status")))
    except ValueError as error:
        raise MalformedError("a status nobody told us of") from error
