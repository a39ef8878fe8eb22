# SPDX-License-Identifier: GPL-3.0-or-later
"""The envelope of what is sent: CloudEvents 1.0 in JSON, written to its specification; tests read it with its library.

The library would bring a deprecation helper and a date parser to every bench, to write eight fields.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

MEDIA_TYPE = "application/cloudevents+json"
TEST = "webhook.test"
_PREFIX, _VERSION = "io.proofwipe", "v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent:
    """One event. `id` is the same whenever it is sent again; `time`: RFC 3339 in UTC. `subject`: the job's id.

    `sequence`: number of the ledger's entry, 0 for none; it orders the events of one source. `emulated`: of a virtual
    phone, whatever names the data have.
    """

    id: str
    source: str
    type: str
    time: str
    subject: str
    sequence: int
    emulated: bool
    data: Mapping[str, object]

    def body(self) -> bytes:
        """The JSON that is signed and sent: UTF-8, one line."""
        told: dict[str, object] = {"specversion": "1.0", "id": self.id, "source": self.source, "type": self.type}
        told["time"] = self.time
        if self.subject:
            told["subject"] = self.subject
        if self.sequence:
            told["sequence"] = f"{self.sequence:020d}"  # the extension of that name orders texts
        if self.emulated:
            told["emulated"] = True
        told |= {"datacontenttype": "application/json", "data": dict(self.data)}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def type_of(event: str) -> str:
    """`job.certified`, as the settings call it → what stands in `type`."""
    return f"{_PREFIX}.{event}.{_VERSION}"


def id_of(number: int, digest: str) -> str:
    """The id of the event of an entry. With some of its hash: a ledger that was put back to an earlier copy and went on
    from there has other events under the same numbers.
    """
    return f"pw_{number}_{digest[:24]}"


def source_of(first_hash: str) -> str:
    """Which ledger tells: from the hash of its first entry, so that two benches never share ids."""
    return f"urn:proofwipe:ledger:{first_hash[:32]}"
