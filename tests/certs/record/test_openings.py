# SPDX-License-Identifier: GPL-3.0-or-later
"""openings.json opens what the record sealed and nothing else, in one spelling."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.errors import OpeningsMalformedError
from certs.record.canonical import canonical_bytes
from certs.record.issuer import FileSigner
from certs.record.openings import Openings, first_mismatch, read_openings, write_openings
from certs.record.record import Record, certificate_record
from certs.record.sealing import Opening
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, IMEI, ISSUED_AT, ISSUER, iphone_job

OPENINGS = tuple(
    Opening(name=name, salt=bytes([number]) * 16, value=value)
    for number, (name, value) in enumerate(
        {"serial": "F2LDEMO0Q1MN", "imei1": IMEI, "acquisition.reference": "A-42 号"}.items()
    )
)


@pytest.fixture(scope="module")
def sealed(signer: FileSigner) -> Record:
    job = replace(iphone_job(), openings=OPENINGS)
    return certificate_record(job, ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID)


def opened(*openings: Opening, paper: str = CERTIFICATE_ID) -> Openings:
    return read_openings(write_openings(paper, openings))


def test_all_some_or_one_of_the_sealed_fields_can_be_opened(sealed: Record) -> None:
    assert first_mismatch(sealed.facts, opened(*OPENINGS)) == ""
    for one in OPENINGS:
        assert first_mismatch(sealed.facts, opened(one)) == ""


def test_the_record_holds_none_of_what_is_sealed(sealed: Record) -> None:
    for one in OPENINGS:
        assert one.value.encode() not in sealed.data


@pytest.mark.parametrize("number", range(3))
def test_another_value_salt_name_or_paper_does_not_fit(sealed: Record, number: int) -> None:
    one = OPENINGS[number]
    assert first_mismatch(sealed.facts, opened(replace(one, value=one.value + "0"))) == one.name
    assert first_mismatch(sealed.facts, opened(replace(one, salt=b"x" * 16))) == one.name
    assert first_mismatch(sealed.facts, opened(replace(one, name="imei2"))) == "imei2"
    assert first_mismatch(sealed.facts, opened(one, paper="PW-0000-0000-0000-0000")) == "id"


def test_an_identifier_sealed_otherwise_than_committed_does_not_fit(signer: FileSigner) -> None:
    other = replace(OPENINGS[1], value="490154203237518")  # the phone's second IMEI sealed as its first
    job = replace(iphone_job(), openings=(other,))
    record = certificate_record(
        job, ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID
    )
    assert first_mismatch(record.facts, opened(other)) == "imei1"


def _schema(document: dict[str, Any]) -> None:
    document["schema"] = "proofwipe/openings/2"


def _more(document: dict[str, Any]) -> None:
    document["more"] = ""


def _none(document: dict[str, Any]) -> None:
    document["openings"] = []


def _twice(document: dict[str, Any]) -> None:
    document["openings"].append(document["openings"][-1])


def _order(document: dict[str, Any]) -> None:
    document["openings"].reverse()


def _short_salt(document: dict[str, Any]) -> None:
    document["openings"][0]["salt"] = "00"


def _capital_salt(document: dict[str, Any]) -> None:
    document["openings"][0]["salt"] = "AB" * 16


def _hidden(document: dict[str, Any]) -> None:
    document["openings"][0]["value"] = "A\u202e42"


def _number(document: dict[str, Any]) -> None:
    document["openings"][0]["value"] = 42


def _name(document: dict[str, Any]) -> None:
    document["openings"][0]["name"] = "a b"


@pytest.mark.parametrize(
    "change", [_schema, _more, _none, _twice, _order, _short_salt, _capital_salt, _hidden, _number, _name]
)
def test_what_is_not_of_the_one_shape_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(write_openings(CERTIFICATE_ID, OPENINGS))
    change(document)
    with pytest.raises(OpeningsMalformedError):
        read_openings(canonical_bytes(document))


def test_another_spelling_is_refused() -> None:
    data = write_openings(CERTIFICATE_ID, OPENINGS)
    for other in (data + b"\n", json.dumps(json.loads(data)).encode(), data.replace(b'{"id"', b'{"id":"x","id"', 1)):
        with pytest.raises(OpeningsMalformedError):
            read_openings(other)


@given(st.binary(max_size=300))
def test_only_one_error_leaves_the_reader(data: bytes) -> None:
    with pytest.raises(OpeningsMalformedError):
        read_openings(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    )
)
def test_only_one_error_leaves_the_reader_of_any_json(value: Any) -> None:
    document = {"schema": "proofwipe/openings/1", "id": CERTIFICATE_ID, "openings": value}
    with pytest.raises(OpeningsMalformedError):
        read_openings(canonical_bytes(document))
