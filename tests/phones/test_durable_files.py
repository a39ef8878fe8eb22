# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is there whole or as it was: after a kill, on a full disk, with a name that is taken."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phones.durable_files import write_new, write_over


def broken_off() -> Iterator[bytes]:
    yield b"half of it"
    raise OSError(28, "No space left on device")


def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_over(path, (b"first",))
    write_over(path, (b"sec", b"ond"))
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_breaks_off_leaves_the_file_before_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_over(path, (b"first",))
    with pytest.raises(OSError, match="No space"):
        write_over(path, broken_off())
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_that_is_taken_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_new(path, b"first")
    with pytest.raises(FileExistsError):
        write_new(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_private_from_its_first_byte(tmp_path: Path) -> None:
    write_new(tmp_path / "a", b"x", mode=0o600)
    write_over(tmp_path / "b", (b"x",), mode=0o600)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
