# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange with a phone, as it is kept: what was asked, what allow-listed values came back."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from phones.frozen import dataclass


class Moment(StrEnum):
    """When, in the life of a job, an exchange happened. Rules compare BEFORE with AFTER."""

    BEFORE = "before"  # inspection and canary, up to the command
    COMMAND = "command"  # the erase command itself
    BETWEEN = "between"  # after a first reset, before the final one (two-reset methods)
    RETURN = "return"  # the port, from the command until something is back
    AFTER = "after"  # what was read from whatever came back, after the last provable reset
    FINAL = "final"  # the unprovable final reset of a two-reset method, seen on its port


class Outcome(StrEnum):
    """How an exchange ended. Only ANSWERED carries values worth a verdict."""

    ANSWERED = "answered"
    REFUSED = "refused"
    SILENT = "silent"
    LOST = "lost"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One exchange.

    `link`: adb, trade_in, usbmux, usb (a look at the port), operator (a person's statement), browser (a page in the
    phone's own browser: the phone claims it) or host.
    `values`: allow-listed names to admitted text; identifiers only as commitments (`phones.commitment`).
    `digest`: SHA-256, hex, of `kept_bytes()`; no digest of an unredacted reply exists.
    """

    number: int
    at: datetime
    moment: Moment
    port: str
    link: str
    asked: str
    outcome: Outcome
    values: Mapping[str, str]
    digest: str

    def to_json(self) -> dict[str, object]:
        """Plain JSON types, times as RFC 3339 UTC with microseconds."""
        return {
            "number": self.number,
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "moment": self.moment.value,
            "port": self.port,
            "link": self.link,
            "asked": self.asked,
            "outcome": self.outcome.value,
            "values": dict(sorted(self.values.items())),
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> "Evidence":
        """The inverse of `to_json`. Raises: KeyError, TypeError, ValueError on anything else."""
        values = document["values"]
        number = document["number"]
        if not isinstance(values, Mapping) or not isinstance(number, int):
            raise TypeError("evidence: expected a values object and a whole number")
        return cls(
            number=number,
            at=datetime.strptime(str(document["at"]), "%Y-%m-%dT%H:%M:%S.%f%z"),
            moment=Moment(str(document["moment"])),
            port=str(document["port"]),
            link=str(document["link"]),
            asked=str(document["asked"]),
            outcome=Outcome(str(document["outcome"])),
            values={str(name): str(text) for name, text in values.items()},
            digest=str(document["digest"]),
        )


def kept_bytes(values: Mapping[str, str]) -> bytes:
    """The bytes that are hashed: JSON of the kept values, keys sorted, no white space, UTF-8."""
    return json.dumps(dict(values), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(values: Mapping[str, str]) -> str:
    """SHA-256 of the kept bytes, hex."""
    return hashlib.sha256(kept_bytes(values)).hexdigest()
