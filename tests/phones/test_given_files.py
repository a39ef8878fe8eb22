# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that somebody names is an ordinary one, or it is refused at once: nothing is waited for, nothing endless."""

import errno
import os
import pty
from pathlib import Path

import pytest

from phones.given_files import read_given

pytestmark = pytest.mark.timeout(20)


def refused(path: Path) -> int | None:
    with pytest.raises(OSError, match=r".") as found:
        read_given(path, 100)
    return found.value.errno


def test_an_ordinary_file_is_read_up_to_the_bytes_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    (tmp_path / "link").symlink_to("a")
    assert read_given(tmp_path / "a", 4) == b"0123"
    assert read_given(tmp_path / "a", 11) == b"0123456789"
    assert read_given(tmp_path / "link", 10) == b"0123456789"


def test_a_fifo_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert refused(tmp_path / "fifo") == errno.EINVAL


def test_a_terminal_is_not_waited_for() -> None:
    ours, theirs = pty.openpty()
    try:
        assert refused(Path(os.ttyname(theirs))) == errno.EINVAL
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_no_file(device: str) -> None:
    assert refused(Path(device)) == errno.EINVAL


def test_a_pipe_of_this_process_is_no_file() -> None:
    ours, theirs = os.pipe()
    try:
        assert refused(Path(f"/proc/self/fd/{ours}")) == errno.EINVAL
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    ("name", "number"),
    [("a" * 300, errno.ENAMETOOLONG), ("a\0b", errno.ENOENT), ("none", errno.ENOENT), (".", errno.EISDIR)],
)
def test_a_name_that_is_none_is_an_error_of_the_operating_system(tmp_path: Path, name: str, number: int) -> None:
    assert refused(tmp_path / name) == number
