# SPDX-License-Identifier: GPL-3.0-or-later
"""What every JSON document of the program has in common, and how its fields become JSON.

A document is a frozen dataclass. The types of its fields are its whole description: they are written from them, and
their JSON Schema is made from them (`station.documents.schemas`). What a name means stands in
`station.documents.meanings`, once for all documents. What is unknown is null, never a word or a dash.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import PurePath
from typing import Any, ClassVar

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
"""RFC 3339 in UTC with microseconds, always as long; the ledger has the same."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One JSON document, or one line of a stream: `proofwipe/<NAME>/<VERSION>`.

    The version is raised when a field goes away, changes its type or its meaning; new fields do not raise it.
    """

    NAME: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1

    def to_json(self) -> dict[str, Any]:
        """The document as plain JSON types, its schema first."""
        return {"schema": schema_name(type(self)), **_fields(self)}


def schema_name(kind: type[Document]) -> str:
    """What stands in its field `schema`."""
    return f"proofwipe/{kind.NAME}/{kind.VERSION}"


def plain(value: object) -> Any:
    """A value of a field as plain JSON types. Raises: TypeError for a type that has no JSON form here."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(TIME_FORMAT)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if is_dataclass(value):
        return _fields(value)
    raise TypeError(type(value).__name__)


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def known(text: str) -> str | None:
    """A text of the ledger or of a phone; null where it says nothing."""
    return text or None
