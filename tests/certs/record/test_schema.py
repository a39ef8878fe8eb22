# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the record's fields: it fits its classes, reads what it writes, and says what the JSON Schema says."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certs.errors import RecordMalformedError
from certs.record import fields
from certs.record.reading import read_document, read_record, written
from certs.record.record import Record
from certs.record.schema import RECORD
from tests.certs.record.sample_documents import SAMPLES

SCHEMA = json.loads((Path(__file__).parents[3] / "certs" / "schemas" / "record.json").read_text("utf-8"))
ACCEPTS = jsonschema.Draft202012Validator(SCHEMA).is_valid
REPLACEMENTS: tuple[object, ...] = (
    None, True, False, 0, 1, -1, 1001, 2**53 - 1, 2**53, "", "a", "none", "passed", "#" + "0" * 32, "0" * 64, "Ä b",
    "x" * 97, "x" * 201, "a\u202eb", "a\nb", "PW-1", "2026-03-02T10:00:00Z", "2026-03-02", [], ["a"], ["a"] * 51, [1],
    [0], {}, {"a": 1}, {"a": "b"}, {"a b": "c"},
)  # fmt: skip


def structs(kind: fields.Kind) -> Iterator[fields.Struct[Any]]:
    match kind:
        case fields.Struct():
            yield kind
            for each in kind.kinds.values():
                yield from structs(each)
        case fields.Or() | fields.Many() | fields.Table():
            yield from structs(kind.kind)


def type_of(kind: fields.Kind | fields.Spread) -> Any:
    """The Python type that a kind of field reads."""
    match kind:
        case fields.Text() | fields.Time() | fields.Date() | fields.Choice():
            return str
        case fields.FineTime():
            return datetime
        case fields.Number():
            return int
        case fields.Flag():
            return bool
        case fields.Member():
            return kind.enumeration
        case fields.Or():
            inner = type_of(kind.kind)
            constant = None if kind.constant is None else Literal[kind.constant]
            return inner if inner is str else inner | constant
        case fields.Many():
            return tuple[type_of(kind.kind), ...]  # type: ignore[misc]  # a type made at run time
        case fields.Table() | fields.Each() | fields.Spread():
            return Mapping[str, type_of(kind.kind)]  # type: ignore[misc]  # as above
        case fields.Struct():
            return kind.make
    raise TypeError(kind)


def same(one: Any, other: Any) -> bool:
    """Are two annotations the same, however a union is spelled?"""
    if {get_origin(one), get_origin(other)} <= {Union, UnionType} and get_origin(one):
        return set(get_args(one)) == set(get_args(other))
    return bool(one == other)


def test_the_table_has_each_attribute_of_each_class_with_its_type() -> None:
    found = {struct.make: struct for struct in structs(RECORD)}
    assert len(found) >= 20
    for made, struct in found.items():
        assert isinstance(made, type)
        assert list(struct.fields) == [field.name for field in dataclass_fields(cast("Any", made))], made
        hints = get_type_hints(made)
        for name, kind in struct.fields.items():
            assert same(type_of(kind), hints[name]), (made, name, hints[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_document_is_written_as_it_was_read(name: str) -> None:
    plain = SAMPLES[name]()
    assert written(read_document(plain)) == plain


def test_a_real_record_is_written_as_it_was_read(record: Record) -> None:
    assert written(read_record(record.data).document) == json.loads(record.data)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield (*at, step)
        yield from places(each, (*at, step))


DOCUMENTS = {name: make() for name, make in SAMPLES.items()}
PLACES = {name: list(places(document)) for name, document in DOCUMENTS.items()}


def is_read(document: Mapping[str, object]) -> bool:
    try:
        read_document(document)
    except RecordMalformedError:
        return False
    return True


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.data())
def test_the_json_schema_accepts_what_the_reader_accepts_and_nothing_else(draw: st.DataObject) -> None:
    name = draw.draw(st.sampled_from(sorted(DOCUMENTS)))
    document = copy.deepcopy(DOCUMENTS[name])
    *path, last = draw.draw(st.sampled_from(PLACES[name]))
    place: Any = document
    for step in path:
        place = place[step]
    change = draw.draw(st.sampled_from(("replace", "remove", "add")))
    if change == "replace":
        place[last] = draw.draw(st.sampled_from(REPLACEMENTS))
    elif change == "remove":
        del place[last]
    elif isinstance(place, dict):
        place["more"] = draw.draw(st.sampled_from(REPLACEMENTS))
    assert is_read(document) == ACCEPTS(document), (path, last, change)
