# SPDX-License-Identifier: GPL-3.0-or-later
"""The stream, the layout, the draw and the comparison, against values made by other software and against themselves.

The fixed values come from `openssl enc -aes-256-ctr` and `sha256sum`.
"""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wipe.overwrite.comparison import Compared, Comparison
from wipe.overwrite.draw import draw, how_many
from wipe.overwrite.layout import Layout, continued, folder_of, name_of, number_of
from wipe.overwrite.pattern import Pattern
from wipe.overwrite.plan import LEAST_CHUNKS, Forecast, OverwritePlan
from wipe.overwrite.stream import Stream, key_of
from wipe.secret import commitment_to, secret_of, seed_of

MARK = "abcdefabcdefabcdefabcdefabcdefab"
LAYOUT = Layout(kept_bytes=1000, file_bytes=256, chunk_bytes=64)
STREAM = Stream(MARK, 1)
ALL = tuple(LAYOUT.chunk(number) for number in range(LAYOUT.chunks))
WRITTEN = b"".join(STREAM.bytes_at(chunk.file, chunk.offset, chunk.length) for chunk in ALL)


# stream -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "key"),
    [
        (1, "2210010964ba4ce80f2c40508c74a91cf8e25fe2ea910f323db093c22ac84f7b"),
        (2, "20ae9b0405771000cb57a8d7f062a08576a3cf0b99d184b4e7206527a20c655a"),
    ],
)
def test_each_pass_of_each_job_has_a_key_of_its_own(number: int, key: str) -> None:
    assert key_of(MARK, number).hex() == key


@pytest.mark.parametrize(
    ("number", "file", "offset", "expected"),
    [
        (1, 0, 0, "67c1d60061dbf4e297f1f746c93dfa2e211062591ae44d821e8a6d3f37b9d41ea7b2a16a10b6d510fdb27a1b0cc66d99"),
        (
            1,
            3,
            0x100000,
            "1844c20dab02a5a1f928a8e834b74a3e5083bf1e075d639e606263941c532bd2ff52c77921b773356c922b0313d08e50",
        ),
        (2, 0, 0, "a194a7130e9f989b30c85c35d3365f7b64b85bd0f8d58ef0ffa7ff300c7eb9fac700bc8428d9b7d766e3e25c6d514b66"),
        (
            2,
            3,
            0x100000,
            "f33fc0e7311fb7b833fe7ada942d9494a530a9b78e9f85bbaaf757d72c3c4cdd2d0fa79a58059a18897d4215f1bfe61e",
        ),
    ],
)
def test_the_stream_is_what_openssl_makes(number: int, file: int, offset: int, expected: str) -> None:
    assert Stream(MARK, number).bytes_at(file, offset, 48).hex() == expected


def test_a_chunk_of_a_mebibyte_is_what_openssl_makes() -> None:
    digest = hashlib.sha256(b"".join(STREAM.pieces(7, 0, 1024**2, most=1000))).hexdigest()
    assert digest == "362dae8f95ce295df6c277df42d4725687a38c89690352136b9930fb1ac3d2d4"


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 70))
def test_any_part_of_the_stream_is_the_same_however_it_is_made(offset: int, length: int, most: int) -> None:
    whole = STREAM.bytes_at(5, 0, 400)
    pieces = list(STREAM.pieces(5, offset, length, most=most))
    assert b"".join(pieces) == whole[offset : offset + length]
    assert all(0 < len(piece) <= most for piece in pieces)


def test_zeros_are_zeros() -> None:
    assert b"".join(Stream(MARK, 1, Pattern.ZEROS).pieces(0, 32, 100, most=64)) == bytes(100)


# secret -------------------------------------------------------------------------------------------


def test_the_secret_its_commitment_and_its_seed_are_what_openssl_and_sha256sum_make() -> None:
    secret = secret_of(b"\x5a" * 16, "ab" * 16)
    assert secret == "ef90d08197f16c1a460b5a29d094e39c3bf7927f95957e0e6ec41e52792378bb"
    assert commitment_to(secret) == "44d84c7e17a375ccc0a6e7312183870244ee1eb9024c76775b88f64e9ed4234b"
    boot = "11111111-2222-3333-4444-555555555555"
    assert seed_of(secret, boot) == "9e4704ad5b67f117a4becdbb4e8b028d754d5e5c1e2941e8ada4953a6faa842f"


def test_another_job_and_another_attempt_have_another_secret() -> None:
    salts, marks = (bytes(16), b"\1" * 16), ("0" * 32, "1" * 32)
    assert len({secret_of(salt, mark) for salt in salts for mark in marks}) == 4


# layout -------------------------------------------------------------------------------------------


@given(st.integers(0, 3000), st.integers(1, 20), st.integers(1, 20))
def test_chunks_cover_every_kept_byte_once(kept: int, chunks_each: int, chunk_bytes: int) -> None:
    layout = Layout(kept_bytes=kept, file_bytes=16 * chunks_each, chunk_bytes=chunk_bytes)
    chunks = [layout.chunk(number) for number in range(layout.chunks)]
    covered = [(chunk.file, chunk.offset + at) for chunk in chunks for at in range(chunk.length)]
    expected = [(file, at) for file in range(layout.files) for at in range(layout.size_of(file))]
    assert covered == expected
    assert len(expected) == kept
    assert [layout.file_of(chunk.number) for chunk in chunks] == [chunk.file for chunk in chunks]


def test_chunks_come_back_file_by_file_in_ascending_order() -> None:
    found = list(LAYOUT.by_file([5, 1, 0, 15]))
    assert [(file, [chunk.number for chunk in chunks]) for file, chunks in found] == [(0, [0, 1]), (1, [5]), (3, [15])]
    assert found[-1][1][0].length == 1000 - 15 * 64


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, (0, 0)),
        ({0: 256, 1: 100}, (1, 96)),
        ({0: 256, 1: 256}, (2, 0)),
        ({1: 256}, (0, 0)),
        ({0: 300}, (0, 0)),
    ],
)
def test_a_fill_goes_on_where_the_files_end(sizes: dict[int, int], expected: tuple[int, int]) -> None:
    assert continued(sizes, 256) == expected


@pytest.mark.parametrize("name", ["f1", "f00000x", "g00000", "f000001", "f", ""])
def test_other_names_are_no_files_of_ours(name: str) -> None:
    assert number_of(name) is None


def test_names_are_numbers() -> None:
    assert [number_of(name_of(number)) for number in (0, 99_999, 100_000)] == [0, 99_999, 100_000]
    assert folder_of(MARK) == "/data/local/tmp/pw_abcdefabcdefabcd_fill"
    with pytest.raises(ValueError, match="hex"):
        folder_of("../../sdcard")


# draw ---------------------------------------------------------------------------------------------


def test_the_draw_is_what_sha256sum_makes() -> None:
    one_file = Layout(kept_bytes=40, file_bytes=64, chunk_bytes=1)
    assert draw(one_file, "ab" * 32, 5) == (2, 6, 32, 33, 34)
    two_files = Layout(kept_bytes=40, file_bytes=39, chunk_bytes=1)
    assert draw(two_files, "ab" * 32, 5) == (2, 6, 32, 33, 34, 39)  # the last file has one chunk only


@given(st.integers(1, 60_000), st.binary(min_size=32, max_size=32))
def test_a_draw_is_a_sample_without_repetition_of_a_tenth_at_least(kept: int, seed: bytes) -> None:
    layout = Layout(kept_bytes=kept, file_bytes=1024, chunk_bytes=16)
    count = how_many(layout.chunks, least=20)
    drawn = draw(layout, seed.hex(), count)
    assert drawn == draw(layout, seed.hex(), count)
    assert list(drawn) == sorted(set(drawn))
    assert drawn[0] >= 0
    assert drawn[-1] < layout.chunks
    assert len(drawn) * 10 >= layout.chunks
    assert len(drawn) >= min(20, layout.chunks)
    assert {layout.file_of(number) for number in drawn} == set(range(layout.files))


def test_another_seed_draws_other_chunks() -> None:
    layout = Layout(kept_bytes=10_000, file_bytes=10_000, chunk_bytes=1)
    assert len({draw(layout, f"{seed:064x}", 100) for seed in range(20)}) == 20


@pytest.mark.parametrize(("chunks", "count"), [(0, 0), (5, 5), (459, 459), (1000, 459), (4591, 460), (100_000, 10_000)])
def test_a_tenth_is_drawn_and_never_fewer_than_show_one_percent(chunks: int, count: int) -> None:
    assert how_many(chunks) == count
    assert 0.99**LEAST_CHUNKS < 0.01 < 0.99 ** (LEAST_CHUNKS - 1)


# comparison ---------------------------------------------------------------------------------------


def compared(data: bytes, cuts: list[int]) -> Compared:
    comparison = Comparison(STREAM, ALL)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, stop in pairwise(places):
        comparison.take(data[start:stop])
    return comparison.end()


CUTS = st.lists(st.integers(0, 2000), max_size=30)


@given(CUTS)
def test_any_split_of_the_stream_compares_alike(cuts: list[int]) -> None:
    assert compared(WRITTEN, cuts) == Compared(matching=ALL, differing=(), unread=())


@given(CUTS, st.integers(0, 999), st.integers(0, 7))
def test_one_flipped_bit_is_found_in_its_chunk(cuts: list[int], place: int, bit: int) -> None:
    wrong = bytearray(WRITTEN)
    wrong[place] ^= 1 << bit
    found = compared(bytes(wrong), cuts)
    assert [chunk.number for chunk in found.differing] == [4 * (place // 256) + place % 256 // 64]
    assert found.unread == ()


@given(CUTS, st.integers(0, 999))
def test_a_stream_that_ends_early_says_nothing_of_what_it_lacks(cuts: list[int], length: int) -> None:
    found = compared(WRITTEN[:length], cuts)
    assert found.differing == ()
    assert sum(chunk.length for chunk in found.matching) <= length
    assert found.matching + found.unread == ALL


@given(CUTS, st.integers(0, 14))
def test_of_a_stream_that_lacks_a_chunk_only_what_came_before_is_judged(cuts: list[int], lost: int) -> None:
    gone = ALL[lost]
    start = sum(chunk.length for chunk in ALL[:lost])
    found = compared(WRITTEN[:start] + WRITTEN[start + gone.length :], cuts)
    assert found == Compared(matching=ALL[:lost], differing=(), unread=ALL[lost:])


def test_a_stream_that_is_too_long_is_judged_only_up_to_its_first_difference() -> None:
    found = compared(WRITTEN[:64] + b"x" + WRITTEN[64:], [])
    assert found == Compared(matching=ALL[:1], differing=(), unread=ALL[1:])


def test_only_the_last_pass_is_read_back_and_it_is_keyed() -> None:
    plan = OverwritePlan(passes=3, earlier=Pattern.ZEROS)
    assert [plan.pattern_of(number) for number in (1, 2, 3)] == [Pattern.ZEROS, Pattern.ZEROS, Pattern.KEYED]


def test_a_forecast_says_how_long_the_assumed_rates_take() -> None:
    found = Forecast.of(120_000_000_000, 1)
    assert (found.written_bytes, found.read_bytes) == (120_000_000_000, 12_000_000_000)
    assert (found.least_minutes, found.most_minutes) == (55, 220)
    assert Forecast.of(120_000_000_000, 2).most_minutes == 420
