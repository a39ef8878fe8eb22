# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schemas (2020-12) of the documents, made from the types of their fields.

A schema says what this version writes. It forbids no further fields: a later version may add some (docs/programs.md).
"""

import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from station.documents.document import Document, schema_name
from station.documents.meanings import MEANINGS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TIME = {
    "type": "string",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$",
}
_SIMPLE: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    object: {},
    Any: {},
    datetime: TIME,
}


def schema_of(*kinds: type[Document]) -> dict[str, Any]:
    """The schema of one document, or of a line that is one of several kinds."""
    defined: dict[str, Any] = {}
    (name,) = {schema_name(kind) for kind in kinds}
    described = [_object(kind, defined, name) for kind in kinds]
    if len(described) == 1:
        return {"$schema": DIALECT, "title": name, **described[0], "$defs": defined}
    for kind, content in zip(kinds, described, strict=True):
        defined[kind.__name__] = content
    choices = [{"$ref": f"#/$defs/{kind.__name__}"} for kind in kinds]
    return {"$schema": DIALECT, "title": name, "oneOf": choices, "$defs": defined}


def _object(kind: type[Any], defined: dict[str, Any], name: str = "") -> dict[str, Any]:
    hints = get_type_hints(kind)
    properties: dict[str, Any] = {"schema": {"const": name}} if name else {}
    for field in fields(kind):
        described = _value(hints[field.name], defined)
        properties[field.name] = {**described, "description": MEANINGS[field.name]}
    return {
        "type": "object",
        "description": _sentence(kind),
        "properties": properties,
        "required": sorted(properties),
    }


def _sentence(kind: type[Any]) -> str:
    return re.sub(r"\s+", " ", inspect.getdoc(kind) or "").replace("`", "")


def _value(hint: Any, defined: dict[str, Any]) -> dict[str, Any]:
    """What a field of that type may hold. Raises: TypeError for a type that no document should have."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return dict(_SIMPLE[hint])
    if origin is Literal:
        return {"enum": list(parts)}
    if origin in (Union, types.UnionType):
        kept = [part for part in parts if part is not types.NoneType]
        choices = [_value(part, defined) for part in kept]
        return {"anyOf": [*choices, {"type": "null"}]} if len(kept) < len(parts) else {"anyOf": choices}
    if origin is tuple:
        return {"type": "array", "items": _value(parts[0], defined)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _value(parts[1], defined)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in defined:
            defined[hint.__name__] = {}  # a type that holds itself ends here
            defined[hint.__name__] = _object(hint, defined)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    raise TypeError(f"no schema for {hint}")
