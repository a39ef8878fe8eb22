# SPDX-License-Identifier: GPL-3.0-or-later
"""An honest store reads back what was written, and says no space when, and only when, there is none."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virtual_phones.storage import sparse, volume
from virtual_phones.storage.sparse import Sparse
from virtual_phones.storage.stored import Part, StoredFile, cut_to, length_of, whole
from virtual_phones.storage.volume import BLOCK_BYTES, Volume

CAPACITY = 64 * BLOCK_BYTES
NAMES = st.sampled_from(["a", "b", "c"])
LENGTHS = st.integers(0, 9 * BLOCK_BYTES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), NAMES, LENGTHS),
        st.tuples(st.just("write"), NAMES, LENGTHS),
        st.tuples(st.just("truncate"), NAMES, st.integers(0, 20 * BLOCK_BYTES)),
        st.tuples(st.just("remove"), NAMES, st.just(0)),
        st.tuples(st.just("sync"), NAMES, st.just(0)),
        st.tuples(st.just("restart"), NAMES, st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.integers(0, 2**32))
def test_an_honest_store_reads_back_what_was_written_before_and_after_every_restart(
    steps: list[tuple[str, str, int]], seed: int
) -> None:
    dice = random.Random(seed)
    disk = Volume(CAPACITY, reserve=4 * BLOCK_BYTES)
    files: dict[str, StoredFile] = {}
    expected: dict[str, bytearray] = {}
    for act, name, number in [*steps, ("restart", "a", 0)]:
        if name not in files:
            files[name], expected[name] = StoredFile(disk), bytearray()
        file, content = files[name], expected[name]
        if act in ("append", "write"):
            at = len(content) if act == "append" else dice.randint(0, len(content) + 5000)
            data = dice.randbytes(number)
            before = len(content)
            try:
                file.write(at, data)
            except OSError:
                assert disk.free_blocks == 0
                data = data[: file.size - at] if file.size > before else b""
                if len(data) == 0 and file.size == before:
                    content[:] = file.read(0, file.size)
                    continue
            content.extend(bytes(max(0, at - before)))
            content[at : at + len(data)] = data
        elif act == "truncate":
            file.truncate(number)
            content[:] = content[:number] + bytes(max(0, number - len(content)))
        elif act == "remove":
            file.remove()
            del files[name], expected[name]
        elif act == "sync":
            disk.sync()
        else:
            disk.restart()
        for each, stored in files.items():
            assert stored.read(0, CAPACITY * 2) == expected[each], act
        taken = sum(-(-stored.size // BLOCK_BYTES) for stored in files.values())
        assert disk.data_blocks <= taken, "holes take nothing"
    for stored in files.values():
        stored.remove()
    assert (disk.data_blocks, disk.node_blocks, disk.files) == (0, 0, 0)


def test_a_full_volume_keeps_what_fitted_and_its_reserve() -> None:
    disk = Volume(CAPACITY, reserve=4 * BLOCK_BYTES, others=lambda: 10 * BLOCK_BYTES)
    file = StoredFile(disk)
    free = disk.free_bytes
    assert free == 50 * BLOCK_BYTES
    with pytest.raises(OSError, match="No space left on device"):
        file.append(b"\xff" * CAPACITY)
    assert file.size == free
    assert disk.free_bytes == 0
    assert disk.used_bytes == disk.capacity_bytes - disk.reserve * BLOCK_BYTES
    file.remove()
    assert disk.free_bytes == free


def test_a_long_file_takes_blocks_for_its_addresses_too() -> None:
    disk = Volume(4000 * BLOCK_BYTES, reserve=0)
    file = StoredFile(disk)
    with pytest.raises(OSError, match="No space left on device"):
        file.append(bytes(disk.capacity_bytes))
    assert (disk.data_blocks, disk.node_blocks) == (3996, 4)
    file.truncate(923 * BLOCK_BYTES)
    assert disk.node_blocks == 0


def test_inodes_end_too() -> None:
    disk = Volume(CAPACITY, inodes=3)
    files = [StoredFile(disk) for _ in range(3)]
    with pytest.raises(OSError, match="No space left on device"):
        StoredFile(disk)
    files[0].remove()
    files[0].remove()
    assert StoredFile(disk).size == 0


def test_what_is_written_waits_in_the_cache_until_it_is_written_back() -> None:
    disk = Volume(CAPACITY)
    file = StoredFile(disk)
    file.append(b"\xaa" * BLOCK_BYTES)
    assert disk.flash.read(0, BLOCK_BYTES) == bytes(BLOCK_BYTES)
    assert file.read(0, 10) == b"\xaa" * 10
    disk.sync()
    assert disk.flash.read(0, BLOCK_BYTES) == b"\xaa" * BLOCK_BYTES


def test_much_that_is_dirty_is_written_back_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, "DIRTY_BYTES", 8 * BLOCK_BYTES)
    disk = Volume(CAPACITY)
    StoredFile(disk).append(b"\xaa" * 9 * BLOCK_BYTES)
    assert disk.flash.read(0, 9 * BLOCK_BYTES) == b"\xaa" * 9 * BLOCK_BYTES


def test_a_new_file_never_shows_what_lay_in_its_blocks_before() -> None:
    disk = Volume(CAPACITY)
    other, old = StoredFile(disk), StoredFile(disk)
    other.append(b"other")
    old.append(b"\xaa" * 4 * BLOCK_BYTES)
    disk.restart()
    old.remove()
    new = StoredFile(disk)
    new.append(b"x")
    new.truncate(3 * BLOCK_BYTES)
    new.write(2 * BLOCK_BYTES, b"y")
    assert new.read(0, CAPACITY) == b"x" + bytes(2 * BLOCK_BYTES - 1) + b"y" + bytes(BLOCK_BYTES - 1)


def test_a_format_frees_everything() -> None:
    disk = Volume(CAPACITY)
    StoredFile(disk).append(b"x" * 9000)
    disk.format()
    assert (disk.data_blocks, disk.files, disk.free_bytes) == (0, 0, (64 - disk.reserve) * BLOCK_BYTES)


def test_what_is_beyond_memory_lies_in_a_file() -> None:
    space = Sparse(in_memory=2 * sparse.PAGE_BYTES)
    data = random.Random(5).randbytes(3 * sparse.PAGE_BYTES)
    space.write(sparse.PAGE_BYTES // 2, data)
    assert space.read(sparse.PAGE_BYTES // 2, len(data)) == data
    assert space.read(9 * sparse.PAGE_BYTES, 100) == bytes(100)
    space.clear()
    assert space.read(sparse.PAGE_BYTES // 2, len(data)) == bytes(len(data))


def test_parts_of_files_are_cut_and_joined_like_bytes() -> None:
    file = StoredFile(Volume(CAPACITY))
    file.append(b"klmnopqrst")
    pieces = (b"ab", Part(file=file, at=2, count=5), b"cd")
    joined = b"ab" + b"mnopq" + b"cd"
    assert length_of(pieces) == len(joined)
    assert whole(pieces) == joined
    assert [whole(cut_to(pieces, count)) for count in (0, 1, 4, 8, 20)] == [joined[:n] for n in (0, 1, 4, 8, 20)]
