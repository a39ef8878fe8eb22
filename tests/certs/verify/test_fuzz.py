# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is done to a good file: NOT VALID, in words, never an exception; and foreign bytes are never VALID."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.issue import Paper
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from tests.support.papers.synthetic_jobs import ISSUED_AT
from tests.support.sampling import every


def _refused(data: bytes, trust: Trust) -> None:
    assert verify(data, trust, at=ISSUED_AT).answer is Answer.NOT_VALID


@settings(max_examples=400)
@given(at=st.integers(min_value=0), flip=st.integers(1, 255), trusted=st.booleans())
def test_any_flipped_byte_is_found(paper: Paper, trust: Trust, at: int, flip: int, *, trusted: bool) -> None:
    changed = bytearray(paper.pdf)
    changed[at % len(changed)] ^= flip
    _refused(bytes(changed), trust if trusted else Trust())


@settings(max_examples=300)
@given(at=st.integers(0, 3500), flip=st.integers(1, 255), trusted=st.booleans())
def test_any_flipped_byte_around_the_signature_is_found(
    paper: Paper, trust: Trust, at: int, flip: int, *, trusted: bool
) -> None:
    changed = bytearray(paper.pdf)
    changed[paper.pdf.index(b"/ByteRange") + at] ^= flip
    _refused(bytes(changed), trust if trusted else Trust())


@given(cut=st.integers(min_value=0))
def test_any_truncation_is_found(paper: Paper, trust: Trust, cut: int) -> None:
    """Of fewer bytes than `%PDF-` nobody can tell what they are."""
    kept = paper.pdf[: cut % len(paper.pdf)]
    if kept.startswith(b"%PDF-"):
        _refused(kept, trust)
    else:
        assert verify(kept, trust, at=ISSUED_AT).answer is Answer.CANNOT_TELL


@given(at=st.integers(min_value=0), more=st.binary(min_size=1, max_size=64))
def test_any_insertion_is_found(paper: Paper, trust: Trust, at: int, more: bytes) -> None:
    place = at % (len(paper.pdf) + 1)
    _refused(paper.pdf[:place] + more + paper.pdf[place:], trust)


@given(start=st.integers(min_value=0), length=st.integers(1, 2000))
def test_any_deletion_is_found(paper: Paper, trust: Trust, start: int, length: int) -> None:
    place = start % len(paper.pdf)
    _refused(paper.pdf[:place] + paper.pdf[place + length :], trust)


@given(first=st.integers(min_value=0), second=st.integers(min_value=0), length=st.integers(1, 500))
def test_any_two_parts_exchanged_are_found(paper: Paper, trust: Trust, first: int, second: int, length: int) -> None:
    a, b = sorted((first % len(paper.pdf), second % len(paper.pdf)))
    if a + length > b or paper.pdf[a : a + length] == paper.pdf[b : b + length]:
        return
    swapped = (
        paper.pdf[:a]
        + paper.pdf[b : b + length]
        + paper.pdf[a + length : b]
        + paper.pdf[a : a + length]
        + paper.pdf[b + length :]
    )
    if swapped != paper.pdf:
        _refused(swapped, trust)


@given(st.binary(max_size=500))
def test_foreign_bytes_are_not_valid_and_what_is_no_pdf_accuses_nobody(data: bytes) -> None:
    assert verify(data, Trust(), at=ISSUED_AT).answer in (Answer.NOT_VALID, Answer.CANNOT_TELL)
    _refused(b"%PDF-1.7\n" + data + b"%%EOF\n", Trust())


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_single_byte_counts(paper: Paper, trust: Trust) -> None:
    draw = random.Random(1)
    for at in every(len(paper.pdf)):
        changed = bytearray(paper.pdf)
        changed[at] ^= 1 << draw.randrange(8)
        _refused(bytes(changed), trust)
