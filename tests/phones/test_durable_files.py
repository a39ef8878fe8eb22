# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is there whole or as it was: after a kill, on a full disk, with a name that is taken."""

import contextlib
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from phones.durable_files import write_new, write_over

ROOT = Path(__file__).parents[2]


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


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "kept" / "a", tmp_path / "link"
    target.parent.mkdir()
    target.write_bytes(b"first")
    link.symlink_to("kept/a")
    write_over(link, (b"second",))
    assert link.is_symlink()
    assert target.read_bytes() == b"second"
    assert list(target.parent.iterdir()) == [target]


def test_a_link_that_leads_to_nothing_yet_makes_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "not yet")
    write_over(tmp_path / "link", (b"x",))
    assert (tmp_path / "not yet").read_bytes() == b"x"
    assert (tmp_path / "link").is_symlink()


def test_links_in_a_circle_are_refused_and_stay(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        write_over(tmp_path / "a", (b"x",))
    assert (tmp_path / "a").is_symlink()


def test_a_named_pipe_gets_every_byte_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_over(pipe, (b"x" * 200_000, b"y"))
    reader.join(90)
    assert read == [b"x" * 200_000 + b"y"]
    assert pipe.is_fifo()


def test_a_named_pipe_that_nobody_reads_is_not_waited_for_without_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TimeoutError):
        write_over(tmp_path / "pipe", (b"x",), wait_s=0.1)
    assert (tmp_path / "pipe").is_fifo()


def test_a_pipe_whose_reader_left_breaks_and_nothing_is_made(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with pytest.raises(BrokenPipeError):
            write_over(Path(f"/dev/fd/{writing}"), (b"x" * 100_000,))
    finally:
        os.close(writing)


def test_a_device_is_written_into_and_stays_a_device(tmp_path: Path) -> None:
    link = tmp_path / "null"
    link.symlink_to("/dev/null")
    for name in (Path("/dev/null"), link):
        write_over(name, (b"x",))
        assert stat.S_ISCHR(name.stat().st_mode)


def test_a_device_file_of_ones_own_is_never_replaced(tmp_path: Path) -> None:
    node = tmp_path / "null"
    try:
        os.mknod(node, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        node.symlink_to("/dev/null")  # only root makes devices
    with contextlib.suppress(PermissionError):  # a file system mounted without devices
        write_over(node, (b"x",))
    assert stat.S_ISCHR(node.stat().st_mode)
    assert list(tmp_path.iterdir()) == [node]


def test_a_full_device_is_told_of() -> None:
    with pytest.raises(OSError, match="No space"):
        write_over(Path("/dev/full"), (b"x" * 100_000,))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_over(tmp_path, (b"x",))


def test_a_file_keeps_its_permissions_also_unusual_ones(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_over(path, (b"first",), mode=0o640)
    path.chmod(0o604)
    write_over(path, (b"second",))
    assert path.stat().st_mode & 0o777 == 0o604
    write_over(path, (b"third",), mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["/dev/stdout", "/proc/self/fd/1", "/dev/fd/1", "link"])
def test_standard_output_is_written_on_where_it_stands(tmp_path: Path, name: str) -> None:
    """Also where it is a file to which others append: it is neither replaced nor begun anew."""
    (tmp_path / "link").symlink_to("/dev/stdout")
    (tmp_path / "out").write_bytes(b"before\n")
    inode = (tmp_path / "out").stat().st_ino
    code = (
        "import sys; from pathlib import Path; from phones.durable_files import write_over;"
        "write_over(Path(sys.argv[1]), [b'ours\\n'])"
    )
    given = str(tmp_path / "link") if name == "link" else name
    with (tmp_path / "out").open("ab") as out:
        subprocess.run([sys.executable, "-c", code, given], stdout=out, check=True, cwd=ROOT, timeout=60)
        out.write(b"after\n")
    assert (tmp_path / "out").read_bytes() == b"before\nours\nafter\n"
    assert (tmp_path / "out").stat().st_ino == inode
    piped = subprocess.run([sys.executable, "-c", code, given], capture_output=True, check=True, cwd=ROOT, timeout=60)
    assert piped.stdout == b"ours\n"
    assert Path("/dev/stdout").is_symlink()


def test_the_bytes_are_on_the_disk_before_the_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def renamed(path: Path, target: Path) -> Path:
        order.append("name")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", renamed)
    write_over(tmp_path / "a", (b"x",))
    assert order == ["file", "name", "folder"]
