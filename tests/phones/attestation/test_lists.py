# SPDX-License-Identifier: GPL-3.0-or-later
"""The set of roots and the status list are files: read whole or not at all."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.attestation.der import MalformedError
from phones.attestation.roots import read_root_set, shipped
from phones.attestation.status_list import Status, read_status_list
from tests.support.attestation import AT, root_document, set_document, statuses

RSA_ROOT = "feb2ea7551ee316ed4bb443c8293b884dbfdea40b603ee3e4f4a897e4580fbae"
ECDSA_ROOT = "3ee44512a1af2beb39c889490c60ea3f82e43f5d5a5532f5ab9419f676cd07ec"


def test_the_shipped_set_is_dated_and_holds_both_roots_of_google() -> None:
    found = shipped()
    assert {root.spki_sha256: (root.used_from.date().isoformat(), root.factory_keys) for root in found.roots} == {
        RSA_ROOT: ("2016-05-26", True),
        ECDSA_ROOT: ("2026-02-01", False),
    }
    assert found.date.isoformat() == "2026-11-29"
    assert all(root.source for root in found.roots)


def test_a_root_is_used_to_the_end_of_its_last_day() -> None:
    root = read_root_set(set_document()).roots[0]
    assert root.used_until == datetime(2035, 7, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        set_document(version=0),
        set_document(date="2026-02-30"),
        set_document(root_document(), root_document()),
        set_document(root_document(spki_sha256="FEB2")),
        set_document(root_document(factory_keys=1)),
        set_document(root_document(used_from="2036-01-01")),
        set_document(root_document(more="")),
        set_document(root_document(name="long" * 51)),  # a record holds 200
        set_document(root_document(name="SPECIMEN\x1b[2J")),
        set_document(root_document(name="SPECIMEN\u202e")),
        set_document().replace(b'"version"', b'"date": "2026-01-01", "version"'),
    ],
)
def test_a_set_that_is_not_whole_is_none(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_root_set(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"entries": []}',
        b'{"entries": {"0c": {"status": "REVOKED"}}}',
        b'{"entries": {"C0": {"status": "REVOKED"}}}',
        b'{"entries": {"c0": {"status": "PERHAPS"}}}',
        b'{"entries": {"c0": {}}}',
        b'{"entries": {"c0": {"status": ["REVOKED"]}}}',
        b'{"entries": {"c0": {"status": "REVOKED", "reason": "MOOD"}}}',
        b'{"entries": {"c0": {"status": "REVOKED"}, "c0": {"status": "SUSPENDED"}}}',
        b'{"entries": {"c0": "REVOKED"}}',
        b'{"entries": {}, "next": 1}',
        b'{"entries": {"c0": {"status": "REVOKED", "reason": ["x"]}}}',
    ],
)
def test_a_list_that_is_not_whole_is_none(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_status_list(data, as_of=AT)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_only_our_own_error_leaves(data: bytes) -> None:
    for read in (read_root_set, lambda given_: read_status_list(given_, as_of=AT)):
        try:
            read(data)
        except MalformedError:
            continue


def test_serials_are_looked_up_as_google_writes_them() -> None:
    listed = statuses({"c0ffee5eed": {"status": "REVOKED", "comment": "x", "expires": "2020-11-13"}})
    assert listed.status_of(0xC0FFEE5EED) is Status.REVOKED
    assert listed.status_of(0xC0FFEE5EEE) is None


def test_a_list_is_too_old_after_a_week() -> None:
    assert not statuses(as_of=AT - timedelta(days=7)).is_too_old(AT)
    assert statuses(as_of=AT - timedelta(days=7, seconds=1)).is_too_old(AT)


def test_a_list_of_its_true_size_is_read_in_no_time() -> None:
    entries = {
        f"{0xC000000000 + number:x}": {"status": "REVOKED", "reason": "KEY_COMPROMISE"} for number in range(2000)
    }
    assert len(read_status_list(json.dumps({"entries": entries}).encode(), as_of=AT).entries) == 2000
