# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a record a validator answers for: all of it but what their decision itself changes (id, issue time, edition,
outcome, stage and failure of the job, retention). So one signature stands under the paper that was awaiting it and
under the one it earned.
"""

import hashlib
from collections.abc import Mapping

from certs.record.canonical import canonical_bytes

CONTENT = (
    "job",
    "performed_by",
    "policy",
    "device",
    "device_facts",
    "evidence",
    "erase",
    "grade",
    "rules",
    "disclosures",
    "sealed",
    "emulated",
    "log",
)
"""Record fields a validator answers for."""
_CHANGED_BY_THE_DECISION = ("stage", "failure")  # of `job`


def content_digest(document: Mapping[str, object]) -> str:
    """SHA-256, hex, of the canonical JSON of what a validator looks at. `document`: a record as plain JSON."""
    content = {name: document[name] for name in CONTENT}
    job = document["job"]
    if isinstance(job, Mapping):
        content["job"] = {name: value for name, value in job.items() if name not in _CHANGED_BY_THE_DECISION}
    return hashlib.sha256(canonical_bytes(content)).hexdigest()
