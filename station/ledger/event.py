# SPDX-License-Identifier: GPL-3.0-or-later
"""What every entry of the ledger is: a kind, and a payload with a JSON form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from station.ledger import codec
from station.ledger.stages import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What all events have in common: a kind, and a JSON form."""

    kind: ClassVar[EntryKind]

    def to_json(self) -> dict[str, object]:
        """The payload of an entry of this kind, plain JSON."""
        return codec.to_json(self)

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """The inverse of `to_json`. Raises: ValueError when the payload is not of this kind."""
        return codec.from_json(cls, document)
