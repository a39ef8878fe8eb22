# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries have one spelling, the canonical one, and nothing but entries is read."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.errors import KeyFileExistsError, KeyUnreadableError
from certs.log.entries import Entry, Start, read_entry
from certs.log.errors import LogReadError
from certs.log.tags import device_tag, read_secret, write_secret
from certs.record.canonical import canonical_bytes
from tests.certs.log import samples

ENTRIES: list[Entry] = [
    samples.start("job"),
    samples.issue("paper", start=0, phone="job"),
    samples.close(0, "paper"),
    samples.replace("paper", 1, "next"),
    samples.withdraw("paper", 1),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.type)
def test_an_entry_is_read_back_from_its_canonical_bytes(entry: Entry) -> None:
    data = entry.to_bytes()
    assert read_entry(data) == entry
    assert canonical_bytes(json.loads(data)) == data
    assert json.loads(data)["v"] == 1


def test_a_start_says_what_the_format_says() -> None:
    assert json.loads(samples.start("job", attempt=3).to_bytes()) == {
        "v": 1,
        "type": "start",
        "at": "2026-03-01T08:00:00Z",
        "job": samples.digest("job"),
        "tag": samples.tag("job"),
        "station": samples.STATION,
        "attempt": 3,
        "emulated": False,
    }


def test_times_are_whole_seconds_of_utc() -> None:
    there = timezone(timedelta(hours=8))
    at = datetime(2026, 3, 1, 16, 0, 0, 999_999, tzinfo=there)
    entry = Start(
        at=at, job=samples.digest("j"), tag=samples.tag("p"), station=samples.STATION, attempt=1, emulated=True
    )
    assert b'"at":"2026-03-01T08:00:00Z"' in entry.to_bytes()
    assert read_entry(entry.to_bytes()) == entry


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.type)
@pytest.mark.parametrize("wrong", [None, "", "x" * 70, -1, 2**60, 1.5, True, [], {}, "é" * 32])
def test_every_field_has_its_shape(entry: Entry, wrong: object) -> None:
    plain = json.loads(entry.to_bytes())
    for name, value in plain.items():
        if value == wrong or (name == "commitment" and wrong == "") or (name == "emulated" and wrong is True):
            continue
        with pytest.raises(LogReadError):
            read_entry(json.dumps({**plain, name: wrong}, sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.type)
def test_another_spelling_of_an_entry_is_no_entry(entry: Entry) -> None:
    data = entry.to_bytes()
    plain = json.loads(data)
    for other in (
        data + b"\n",
        b" " + data,
        json.dumps(plain).encode(),
        data.replace(b'"v":1', b'"v":1,"v":1'),
        data.replace(b'"v":1', b'"v":1.0'),
        data.replace(b'"v":1', b'"v":true'),
        data.replace(b'"v":1', b'"v":2'),
        data.replace(b"type", b"\\u0074ype"),
        data[:-1],
        data.replace(b"}", b',"x":0}'),
        data + b" " * 5000,
        *(canonical_bytes({name: value for name, value in plain.items() if name != gone}) for gone in plain),
    ):
        with pytest.raises(LogReadError):
            read_entry(other)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["v", "type", "at", "id"]), inner)
            ),
            max_leaves=8,
        ).map(lambda plain: json.dumps(plain).encode()),
    )
)
def test_hostile_bytes_raise_the_one_error(data: bytes) -> None:
    with pytest.raises(LogReadError):
        read_entry(data)


def test_a_tag_is_the_same_for_one_phone_and_says_nothing_without_the_secret(tmp_path: Path) -> None:
    secret = write_secret(tmp_path / "secret")
    assert read_secret(tmp_path / "secret") == secret
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    one = device_tag(secret, "imei", "35 693803 564380 9")
    assert one == device_tag(secret, "imei", "356938035643809")
    assert (
        len(
            {
                one,
                device_tag(secret, "serial", "356938035643809"),
                device_tag(secret, "imei", "356938035643808"),
                device_tag(b"\0" * 32, "imei", "356938035643809"),
            }
        )
        == 4
    )
    assert device_tag(b"\0" * 32, "serial", "ABC") == "f045809d82049ed4873fac52da3cd5e5"


def test_a_secret_is_never_overwritten_nor_guessed_from_a_broken_file(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret")
    with pytest.raises(KeyFileExistsError):
        write_secret(tmp_path / "secret")
    for content in (b"", b"00" * 31, b"zz" * 32, b"\xff" * 64):
        (tmp_path / "broken").write_bytes(content)
        with pytest.raises(KeyUnreadableError):
            read_secret(tmp_path / "broken")
    with pytest.raises(KeyUnreadableError):
        read_secret(tmp_path / "nowhere")
