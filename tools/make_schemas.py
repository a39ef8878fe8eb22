# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes JSON Schemas (2020-12): certs/schemas of all JSON in a paper, docs/schemas of what programs get,
the table of names in docs/programs.md, and docs/openapi.json of the service.

    python -m tools.make_schemas            # writes them
    python -m tools.make_schemas --check    # exit 1 if one is not what it would write

The record's comes from the table that reads it; those of programs from the types of station.documents; the others are
spelled out here and tested against real bytes.
"""

import inspect
import json
import sys
from pathlib import Path
from typing import Any

from certs.log.entries import OUTCOMES
from certs.record import fields
from certs.record.fields import Kind
from certs.record.schema import RECORD
from station.documents import table
from station.documents.meanings import MEANINGS
from tools import make_openapi

TOP = Path(__file__).parents[1]
FOLDER = TOP / "certs" / "schemas"
FOR_PROGRAMS = TOP / "docs" / "schemas"
PAGE = TOP / "docs" / "programs.md"
BEGIN, END = "<!-- names: made by tools.make_schemas -->", "<!-- end of names -->"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = "^PW(-[0-9A-HJKMNP-TV-Z]{4}){4}$"
_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"


def schemas() -> dict[str, dict[str, Any]]:
    """File name and content."""
    defined: dict[str, Any] = {}
    record = _schema(RECORD, defined)
    return {
        "record.json": {"$schema": _DIALECT, "title": "erase-record.json", **record, "$defs": defined},
        "log-entry.json": _log_entry(),
        "openings.json": _openings(),
        "validation.json": _validation(),
    }


def files() -> dict[Path, str]:
    """Every file and its text."""
    of_papers = {
        FOLDER / name: json.dumps(content, indent=1, ensure_ascii=True, sort_keys=True)
        for name, content in schemas().items()
    }
    for_programs = {
        FOR_PROGRAMS / f"{name}.json": json.dumps(content, indent=1, ensure_ascii=True)
        for name, content in table.schemas().items()
    }
    found = {path: f"{text}\n" for path, text in {**of_papers, **for_programs}.items()}
    return {**found, PAGE: _page(PAGE.read_text("utf-8")), make_openapi.TARGET: make_openapi.described()}


def _page(before: str) -> str:
    """The page for integrators with its table of names."""
    head, _, rest = before.partition(BEGIN)
    _, _, tail = rest.partition(END)
    rows = [f"| `{name}` | {meaning} |" for name, meaning in sorted(MEANINGS.items())]
    return "\n".join([f"{head}{BEGIN}", "| Name | Meaning |", "|---|---|", *rows, f"{END}{tail}"])


def _schema(kind: Kind, defined: dict[str, Any]) -> dict[str, Any]:
    """What a kind of field accepts; objects are put into `defined` and referred to."""
    match kind:
        case fields.Text():
            return {**_text(f"^{kind.pattern}$"), "minLength": kind.least, "maxLength": kind.most}
        case fields.Time() | fields.FineTime() | fields.Date():
            return _text(f"^{kind.pattern}$")
        case fields.Number():
            return {"type": "integer", "minimum": kind.least, "maximum": kind.most}
        case fields.Flag():
            return {"type": "boolean"}
        case fields.Choice():
            return {"enum": list(kind.words)}
        case fields.Member():
            return {"enum": [member.value for member in kind.enumeration]}
        case fields.Or():
            return {"anyOf": [{"const": kind.constant}, _schema(kind.kind, defined)]}
        case fields.Many():
            return {"type": "array", "items": _schema(kind.kind, defined), "maxItems": kind.most}
        case fields.Table():
            names, inner = _schema(kind.key, defined), _schema(kind.kind, defined)
            return {"type": "object", "propertyNames": names, "additionalProperties": inner, "maxProperties": kind.most}
        case fields.Each():
            return _object("Each", dict.fromkeys(kind.names, _schema(kind.kind, defined)))
        case fields.Struct():
            name = kind.make.__name__
            inside = {key: _schema(each, defined) for key, each in kind.kinds.items()}
            defined[name] = {**_object(name, inside), "description": inspect.getdoc(kind.make)}
            return {"$ref": f"#/$defs/{name}"}
    raise TypeError(kind)


def _text(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


def _object(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _log_entry() -> dict[str, Any]:
    digest, tag, station = _text("^[0-9a-f]{64}$"), _text("^[0-9a-f]{32}$"), _text("^[0-9a-f]{16}$")
    index: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
    reason = _text("^[a-z][a-z0-9_]{0,39}$")
    kinds: dict[str, dict[str, Any]] = {
        "start": {
            "job": digest,
            "tag": tag,
            "station": station,
            "emulated": {"type": "boolean"},
            "attempt": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
        },
        "close": {"start": index, "outcome": {"enum": list(OUTCOMES)}, "id": _text(_ID)},
        "issue": {
            "id": _text(_ID),
            "record": digest,
            "statement": digest,
            "commitment": _text("^(#[0-9a-f]{32})?$"),
            "tag": tag,
            "station": station,
            "start": index,
        },
        "replace": {"old": _text(_ID), "old_index": index, "new": _text(_ID), "reason": reason},
        "withdraw": {"id": _text(_ID), "index": index, "reason": reason},
    }
    return {
        "$schema": _DIALECT,
        "title": "a leaf of the transparency log",
        "oneOf": [
            _object(kind, {"v": {"const": 1}, "type": {"const": kind}, "at": _text(_TIME), **fields})
            for kind, fields in kinds.items()
        ],
    }


def _openings() -> dict[str, Any]:
    opening = _object(
        "one opened field",
        {
            "name": _text(r"^[A-Za-z0-9_.+\-]{1,96}$"),
            "salt": _text("^[0-9a-f]{32}$"),
            "value": {"type": "string", "minLength": 1, "maxLength": 1000},
        },
    )
    content = {
        "schema": {"const": "proofwipe/openings/1"},
        "id": _text(_ID),
        "openings": {"type": "array", "minItems": 1, "maxItems": 30, "items": opening},
    }
    return {"$schema": _DIALECT, **_object("openings.json of the archive copy", content)}


def _validation() -> dict[str, Any]:
    content = {
        "schema": {"const": "proofwipe/validation/1"},
        "content": _text("^[0-9a-f]{64}$"),
        "decision": {"enum": ["accepted", "rejected"]},
        "by": {"type": "string"},
        "role": {"type": "string"},
        "at": _text(_TIME),
        "grounds": {"type": "string"},
    }
    return {"$schema": _DIALECT, **_object("what a validator signs", content)}


def main(arguments: list[str]) -> int:
    """Write, or compare."""
    wrong = 0
    for path, text in files().items():
        if "--check" in arguments:
            wrong += not path.is_file() or path.read_text("utf-8") != text
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(TOP))
    for path in FOR_PROGRAMS.glob("*.json"):
        if path not in files():
            wrong += 1
            print(f"{path.relative_to(TOP)} belongs to no document")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
