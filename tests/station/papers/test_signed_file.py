# SPDX-License-Identifier: GPL-3.0-or-later
"""A verdict on a lot that the station signed is checked by somebody else's tool, from two files and the root."""

import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest

from certs.formats import cms
from certs.keys.authority import create_authority, pem
from certs.record.issuer import Issuer, Signer
from station.papers.signed_file import write_signed

CONTENT = b'{"schema": "proofwipe/sample-lot/1", "lot_verdict": "passed"}\n'


def checked(folder: Path) -> int:
    """What the line in docs/methods.md ends with."""
    line = "openssl cms -verify -binary -inform DER -in lot.json.p7s -content lot.json -CAfile root.pem -purpose any"
    done = subprocess.run(
        [*line.split(), "-out", "/dev/null"], cwd=folder, capture_output=True, timeout=60, check=False
    )
    return done.returncode


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    authority = create_authority(Issuer(name="Example"), "bench-1", now=datetime.now(UTC))
    (tmp_path / "root.pem").write_bytes(pem(authority.root.certificate))
    write_signed(tmp_path / "lot.json", CONTENT, authority.signer())
    return tmp_path


@pytest.mark.tools
def test_the_signature_holds_for_these_bytes_under_this_root_and_for_nothing_else(signed: Path) -> None:
    assert (signed / "lot.json").read_bytes() == CONTENT
    assert checked(signed) == 0
    (signed / "lot.json").write_bytes(CONTENT.replace(b"passed", b"failed"))
    assert checked(signed) != 0
    (signed / "lot.json").write_bytes(CONTENT)
    another = create_authority(Issuer(name="Example"), "bench-1", now=datetime.now(UTC))
    (signed / "root.pem").write_bytes(pem(another.root.certificate))
    assert checked(signed) != 0


@pytest.mark.parametrize(
    ("content", "most_bytes"), [(CONTENT, 400), (CONTENT * 4000, 100_000)], ids=["signature", "content"]
)
def test_of_a_disk_that_is_full_between_the_two_nothing_is_left_and_the_retry_is_taken(
    content: bytes, most_bytes: int, tmp_path: Path
) -> None:
    signer = create_authority(Issuer(name="Example"), "bench-1", now=datetime.now(UTC)).signer()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))  # as where the disk is full
    try:
        with pytest.raises(OSError, match="too large"):
            write_signed(tmp_path / "lot.json", content, signer)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
    write_signed(tmp_path / "lot.json", content, signer)
    assert {each.name for each in tmp_path.iterdir()} == {"lot.json", "lot.json.p7s"}


def test_nothing_that_is_there_is_written_over(signed: Path) -> None:
    authority = create_authority(Issuer(name="Example"), "bench-1", now=datetime.now(UTC))
    for name in ("lot.json", "other.json"):
        (signed / "other.json.p7s").write_bytes(b"mine")
        with pytest.raises(FileExistsError):
            write_signed(signed / name, b"{}", authority.signer())
    assert (signed / "lot.json").read_bytes() == CONTENT
    assert not (signed / "other.json").exists()


def killed_at(moment: int, path: Path, signer: Signer) -> bool:
    """Write in a process that is killed before its nth call of the system; False when it had fewer."""
    child = os.fork()
    if not child:
        calls = [0]

        def look(_frame: FrameType, event: str, argument: object) -> None:
            if event == "c_call" and getattr(argument, "__module__", "") in ("posix", "_io"):
                calls[0] += 1
                if calls[0] == moment:
                    os.kill(os.getpid(), signal.SIGKILL)

        status = 1
        try:
            sys.setprofile(look)
            write_signed(path, CONTENT, signer)
            status = 0
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    assert ended in (0, signal.SIGKILL)
    return ended != 0


@pytest.mark.tools
def test_of_a_writer_who_was_killed_at_any_moment_no_unsigned_file_is_left_and_the_same_call_finishes_it(
    tmp_path: Path,
) -> None:
    authority = create_authority(Issuer(name="Example"), "bench-1", now=datetime.now(UTC))
    signer, found, moment = authority.signer(), set(), 0
    while True:
        moment += 1
        folder = tmp_path / f"{moment}"
        folder.mkdir()
        (folder / "root.pem").write_bytes(pem(authority.root.certificate))
        was_killed = killed_at(moment, folder / "lot.json", signer)
        left = {each.name for each in folder.iterdir() if each.name.startswith("lot.")}
        found.add(frozenset(left))
        assert left != {"lot.json"}, "a file that looks unsigned"
        if not was_killed:
            break
        if left != {"lot.json", "lot.json.p7s"}:
            write_signed(folder / "lot.json", CONTENT, signer)
        assert checked(folder) == 0, moment
    assert found == {frozenset(), frozenset({"lot.json.p7s"}), frozenset({"lot.json", "lot.json.p7s"})}


def test_only_this_stations_own_signature_over_these_bytes_is_taken_for_one_that_was_left(tmp_path: Path) -> None:
    own, other = (create_authority(Issuer(name="Example"), "bench-1", now=datetime.now(UTC)).signer() for _ in "ab")
    lot = tmp_path / "lot.json"
    beside = write_signed(lot, CONTENT, own)
    lot.unlink()
    kept = beside.read_bytes()
    broken = kept.replace(cms.read(kept).signature[-16:], bytes(16))
    for left, content, signer in ((kept, CONTENT + b" ", own), (kept, CONTENT, other), (broken, CONTENT, own)):
        beside.write_bytes(left)
        with pytest.raises(FileExistsError):
            write_signed(lot, content, signer)
        assert (lot.exists(), beside.read_bytes()) == (False, left)
    beside.write_bytes(kept)
    assert write_signed(lot, CONTENT, own).read_bytes() == kept
    assert lot.read_bytes() == CONTENT
