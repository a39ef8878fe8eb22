# SPDX-License-Identifier: GPL-3.0-or-later
"""Any bytes at all: one code or the room's own error, and soon."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.attestation import der
from phones.attestation.certificates import LONGEST_CHAIN_BYTES, read_chain, unpack
from phones.attestation.der import MalformedError
from phones.attestation.judgement import Code, judge
from phones.attestation.key_description import read_key_description
from tests.support.attestation import AT, AUTHORITY, HONEST, NONCE, roots, statuses
from virtual_phones.android.attestation import joined, pem

CHAIN = joined(AUTHORITY.chain(HONEST))
STATEMENT = HONEST.encoded()


def _spliced(draw: st.DrawFn, whole: bytes) -> bytes:
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 40)))
    return whole[:start] + draw(st.binary(max_size=60)) + whole[end:]


@st.composite
def spliced_chains(draw: st.DrawFn) -> bytes:
    return _spliced(draw, draw(st.sampled_from((CHAIN, pem(AUTHORITY.chain(HONEST))))))


@st.composite
def spliced_statements(draw: st.DrawFn) -> bytes:
    return _spliced(draw, STATEMENT)


@given(st.one_of(st.binary(max_size=3000), spliced_chains()))
def test_whatever_the_bytes_there_is_one_code(data: bytes) -> None:
    found = judge(data, nonce=NONCE, at=AT, roots=roots(), statuses=statuses())
    assert found.code is not Code.VALID or read_chain(data)


@given(st.one_of(st.binary(max_size=3000), spliced_statements()))
def test_whatever_the_statement_only_our_own_error_leaves(data: bytes) -> None:
    try:
        read_key_description(data)
    except MalformedError:
        return


@given(st.text(max_size=400))
def test_whatever_the_text_only_our_own_error_leaves(text: str) -> None:
    try:
        unpack(text)
    except MalformedError:
        return


def test_base64_is_taken_with_its_line_breaks() -> None:
    assert unpack(base64.encodebytes(CHAIN).decode()) == CHAIN


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x80" + b"\x00" * 40,  # indefinite length
        b"\x30\x81\x05hello",  # not minimal
        b"\x30\x84\x7f\xff\xff\xff",  # four bytes of length
        b"\xbf\x80\x01\x00",  # tag not minimal
        b"\xbf\x1e\x00",  # long form for a short tag
        b"\xbf" + b"\xff" * 40,  # a tag without end
    ],
)
def test_a_second_spelling_is_no_spelling(data: bytes) -> None:
    with pytest.raises(MalformedError):
        der.first(data)


@pytest.mark.parametrize("value", [b"\x01", b"\xfe", b"", b"\xff\xff"])
def test_true_is_one_byte_of_ones(value: bytes) -> None:
    with pytest.raises(MalformedError):
        der.truth(der.read(b"\x01" + bytes((len(value),)) + value, der.BOOLEAN))


def test_neither_nesting_nor_number_nor_length_takes_long() -> None:
    deep = b""
    for _ in range(4000):
        deep = b"\x30\x83" + len(deep).to_bytes(3, "big") + deep if len(deep) > 0xFFFF else der_wrapped(deep)
    many = b"\x30\x03\x02\x01\x01" * 9000
    begun = time.process_time()
    for data in (deep, many, b"-----BEGIN CERTIFICATE-----\n" * 1700, b"\x30" * LONGEST_CHAIN_BYTES, b" " * 48_000):
        assert judge(data, nonce=NONCE, at=AT, roots=roots(), statuses=statuses()).code is Code.MALFORMED
    assert time.process_time() - begun < 1.0  # milliseconds; a square of the length would be minutes


def der_wrapped(content: bytes) -> bytes:
    """One sequence around it."""
    if len(content) < 0x80:
        return b"\x30" + bytes((len(content),)) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return b"\x30" + bytes((0x80 | len(size),)) + size + content


def test_a_chain_that_is_too_long_is_not_read() -> None:
    with pytest.raises(MalformedError):
        read_chain(CHAIN + b"\x30" * LONGEST_CHAIN_BYTES)
    with pytest.raises(MalformedError):
        unpack("A" * (2 * LONGEST_CHAIN_BYTES + 1))


def test_a_field_twice_is_refused() -> None:
    twice = STATEMENT.replace(b"\xbf\x85\x42\x05", b"\xbf\x85\x41\x05")  # 706 as 705 ...
    assert read_key_description(twice).patch_level is None
    doubled = STATEMENT.replace(b"\xbf\x85\x3e", b"\xbf\x85\x42")  # ... and 702 as a second 706
    with pytest.raises(MalformedError, match="twice"):
        read_key_description(doubled)
