# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what programs get against the JSON Schemas of it, with nothing in it that no schema names."""

import copy
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from station.documents.table import DOCUMENTS, schemas

_READY: dict[str, Draft202012Validator] = {}


def closed(schema: Any) -> Any:
    """The same schema, in which an object has no fields but those it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(each) for name, each in schema.items()}
    if found.get("type") == "object" and "properties" in found:
        found["additionalProperties"] = False
    return found


def check(document: Mapping[str, Any]) -> None:
    """Is it one of the documents, and exactly as its schema says? Raises: AssertionError."""
    name = str(document["schema"]).split("/")[1]
    assert name in DOCUMENTS, name
    if name not in _READY:
        schema = closed(copy.deepcopy(schemas()[name]))
        Draft202012Validator.check_schema(schema)
        _READY[name] = Draft202012Validator(schema)
    faults = [f"{each.json_path}: {each.message}"[:300] for each in _READY[name].iter_errors(dict(document))]
    assert not faults, faults
