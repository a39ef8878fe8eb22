# SPDX-License-Identifier: GPL-3.0-or-later
"""One record, one spelling: any other is refused before it is believed."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from certs.errors import RecordMalformedError
from certs.record.canonical import MAXIMUM_RECORD_BYTES, canonical_bytes
from certs.record.reading import read_record
from certs.record.record import Record


def _refused(data: bytes) -> str:
    with pytest.raises(RecordMalformedError) as refused:
        read_record(data)
    return refused.value.got


def test_a_record_reads_back_as_written(record: Record) -> None:
    read = read_record(record.data)
    assert canonical_bytes(read.plain) == record.data
    assert read.document == read_record(record.data).document


def test_another_spelling_is_refused(record: Record) -> None:
    document = json.loads(record.data)
    assert _refused(json.dumps(document).encode()) == "not_canonical"
    assert _refused(record.data + b"\n") == "not_canonical"
    backwards = dict(reversed(list(document.items())))
    assert _refused(json.dumps(backwards, separators=(",", ":"), ensure_ascii=False).encode()) == "not_canonical"
    assert _refused(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()) == "not_canonical"


def test_a_key_that_stands_twice_is_refused(record: Record) -> None:
    assert _refused(record.data[:-1] + b',"id":"PW-0000-0000-0000-0000"}') == "duplicate_key"


@pytest.mark.parametrize("text", [b"1.5", b"NaN", b"Infinity", b"1e3", b"-0.0"])
def test_fractions_and_numbers_that_are_none_are_refused(text: bytes) -> None:
    assert _refused(b'{"a":' + text + b"}") == "fraction"


@pytest.mark.parametrize(
    "data",
    [b"", b"[", b"\xff", b"\xef\xbb\xbf{}", b'{"a":"\\ud800"}', b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}", b"{}{}"],
)
def test_bytes_that_are_no_json_are_refused(data: bytes) -> None:
    assert _refused(data) in ("not_json", "not_canonical")


def test_a_number_beyond_what_readers_hold_exactly_is_refused() -> None:
    assert _refused(b'{"a":9007199254740993}') == "not_json"


def test_a_record_too_large_is_not_even_parsed() -> None:
    assert _refused(b" " * (MAXIMUM_RECORD_BYTES + 1)) == "too_large"


def test_something_else_than_an_object_is_refused() -> None:
    assert _refused(b"[]") == "not_an_object"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("more",), 1),
        (("job", "more"), 1),
        (("job", "attempt"), "1"),
        (("job", "attempt"), 0),
        (("job", "attempt"), True),
        (("emulated",), 0),
        (("issued_at",), "2026-03-02T10:00:00"),
        (("issued_at",), "2026-03-02T10:00:00+00:00"),
        (("issued_at",), "2026-02-30T10:00:00Z"),
        (("issued_at",), "2026-03-02T10:00:00Z\n"),
        (("retention_until",), "2026-13-01"),
        (("log",), "https://log.example"),
        (("id",), "PW-0000-0000-0000-000U"),
        (("issuer", "name"), ""),
        (("issuer", "name"), "x" * 201),
        (("issuer", "name"), "Honest\u202eenohP"),
        (("issuer", "name"), "Honest\nPhones"),
        (("issuer", "name"), "zero\u200bwidth"),
        (("device", "salt"), "00"),
        (("device", "commitments", "serial"), "F2LDEMO0Q1MN"),
        (("device", "serial_last4"), "12345"),
        (("grade", "scheme"), "../../etc/passwd"),
        (("grade", "scheme"), "my.toml"),
        (("erase", "claims", "nist_method"), "destroy"),
        (("erase", "verdict"), None),
        (("evidence",), {}),
    ],
)
def test_a_field_out_of_its_bounds_is_refused(path: tuple[str, ...], value: object, record: Record) -> None:
    document = json.loads(record.data)
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert path[0] in _refused(canonical_bytes(document))


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_in_another_way(data: bytes) -> None:
    with pytest.raises(RecordMalformedError):
        read_record(data)


@given(at=st.integers(min_value=0), byte=st.integers(0, 255))
def test_a_changed_byte_is_either_refused_or_another_record(record: Record, at: int, byte: int) -> None:
    position = at % len(record.data)
    changed = record.data[:position] + bytes((byte,)) + record.data[position + 1 :]
    try:
        read = read_record(changed)
    except RecordMalformedError:
        return
    assert canonical_bytes(read.plain) == changed


_TEXTS = st.text(st.sampled_from('ab"\\/\x00\x1f\x7f\n\t\b\f\r中é😀\ue000\uffff\u2028'), max_size=3)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(document=st.dictionaries(_TEXTS, _VALUES, max_size=3), as_ascii=st.booleans(), in_order=st.booleans())
def test_a_document_is_spelled_as_another_writer_of_rfc_8785_spells_it(
    document: dict[str, object], as_ascii: bool, in_order: bool
) -> None:
    data = json.dumps(document, ensure_ascii=as_ascii, sort_keys=in_order, separators=(",", ":")).encode()
    try:
        spelled = rfc8785.dumps(document)  # type: ignore[arg-type]  # what JSON cannot hold raises
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        assert _refused(data) == "not_json"
        with pytest.raises(RecordMalformedError):
            canonical_bytes(document)
        return
    assert canonical_bytes(document) == spelled
    assert (_refused(data) == "not_canonical") is (data != spelled)
    assert _refused(spelled) != "not_canonical"
