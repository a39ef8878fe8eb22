# SPDX-License-Identifier: GPL-3.0-or-later
"""Each lie of a storage is what it claims to be, and nothing else is wrong with the phone that tells it."""

import random

import pytest

from tests.virtual_phones.android.storage_phone import FOLDER, MIB, StoragePhone
from virtual_phones.android.behaviour import MISBEHAVIOURS, STORAGE_MISBEHAVIOURS
from virtual_phones.storage.lies import FLASH_LIES, PIECE_BYTES
from virtual_phones.storage.volume import BLOCK_BYTES

FILE = f"{FOLDER}/f00000"
DATA = random.Random(3).randbytes(4 * MIB)


class Filled:
    """A phone in the test harness, filled until it says no space."""

    def __init__(self, *lies: str) -> None:
        self.phone = phone = StoragePhone(misbehaviour=lies)
        phone.harness()
        phone.sh(f"mkdir -p {FOLDER}/small")
        self.free_before = phone.free()
        self.boot = phone.sh("cat /proc/sys/kernel/random/boot_id")
        self.said = phone.feed(f"cat > {FILE}", DATA)
        phone.sh("sync")
        self.free_after = phone.free()
        self.size = int(phone.sh(f"stat -c %s {FILE}"))
        self.before = phone.sh(f"cat {FILE}")

    def restarted(self) -> bytes:
        self.phone.reboot()
        return self.phone.sh(f"cat {FILE}")


def test_an_honest_phone_fills_keeps_restarts_and_removes() -> None:
    filled = Filled()
    assert filled.said.exit_code == 1
    assert filled.size >= filled.free_before * 0.99
    assert (filled.free_after, len(filled.before)) == (0, filled.size)
    assert filled.restarted() == filled.before == DATA[: filled.size]
    assert filled.phone.sh("cat /proc/sys/kernel/random/boot_id") != filled.boot
    filled.phone.sh(f"rm -rf {FOLDER}")
    assert filled.phone.sh(f"ls {FOLDER}") == b""


@pytest.mark.parametrize("lie", sorted(FLASH_LIES))
def test_what_a_chip_does_not_hold_is_seen_after_the_restart_and_not_before(lie: str) -> None:
    filled = Filled(lie)
    assert filled.before == DATA[: filled.size], "the page cache answers"
    assert filled.size >= filled.free_before * 0.99
    after = filled.restarted()
    assert len(after) == filled.size
    wrong = [at for at in range(0, filled.size, BLOCK_BYTES) if after[at:][:BLOCK_BYTES] != DATA[at:][:BLOCK_BYTES]]
    blocks = -(-filled.size // BLOCK_BYTES)
    share = len(wrong) / blocks
    if lie == "keeps_nothing":
        assert after == bytes(filled.size)
    elif lie == "skips_writes":
        assert 0.1 < share < 0.2
        assert all(after[at:][:BLOCK_BYTES] == bytes(BLOCK_BYTES) for at in wrong)
    elif lie == "keeps_beginnings":
        assert share == pytest.approx(1 - BLOCK_BYTES / PIECE_BYTES, abs=0.01)
    elif lie == "loses_blocks":
        assert 1 <= len(wrong) <= blocks // 200
    else:
        assert lie == "capacity_wraps"
        assert 0.3 < share < 0.5
        true_size = 3 * MIB // 2
        assert after[:MIB] == DATA[true_size : true_size + MIB], "the beginning is what was written beyond the end"


def test_a_phone_that_says_full_early_still_tells_of_free_space() -> None:
    filled = Filled("full_early")
    assert filled.said.stderr == b"cat: xwrite: No space left on device\n"
    assert filled.size < filled.free_before * 0.6
    assert filled.free_after > filled.free_before * 0.4


def test_free_space_that_drops_without_being_written() -> None:
    filled = Filled("free_drops")
    assert filled.free_after == 0
    assert filled.size < filled.free_before * 0.6


def test_free_space_told_too_small_at_first_is_there_afterwards() -> None:
    filled = Filled("free_understated")
    assert filled.size >= filled.free_before * 0.99
    assert filled.free_after > filled.free_before * 0.9


def test_forged_sizes_tell_of_bytes_that_cannot_be_read() -> None:
    filled = Filled("sizes_forged")
    assert filled.size > filled.free_before * 0.8
    assert filled.free_after == 0
    assert len(filled.before) == filled.size // 2
    assert filled.phone.sh(f"dd if={FILE} bs={BLOCK_BYTES} skip={filled.size // BLOCK_BYTES - 2} count=1") == b""


def test_a_refused_write_is_said_and_nothing_is_kept() -> None:
    filled = Filled("write_refused")
    assert (filled.said.exit_code, filled.said.stderr) == (1, b"cat: xwrite: I/O error\n")
    assert filled.size == 0


def test_rm_that_keeps_says_nothing() -> None:
    filled = Filled("rm_keeps")
    assert filled.phone.run(f"rm -rf {FOLDER}").exit_code == 0
    assert filled.phone.sh(f"[ -e {FOLDER} ] && echo there || echo none") == b"there\n"
    assert filled.phone.sh(f"cat {FILE}") == filled.before
    filled.phone.harness()
    assert filled.phone.sh(f"[ -e {FOLDER} ] && echo there || echo none") == b"none\n", "a reset is no rm"


def test_a_faked_restart_keeps_the_kernels_id_and_what_memory_alone_holds() -> None:
    filled = Filled("restart_faked", "keeps_nothing")
    generation = filled.phone.phone.generation
    up_s = float(filled.phone.sh("cat /proc/uptime").split()[0])
    assert filled.restarted() == filled.before
    assert filled.phone.phone.generation > generation, "the link was lost all the same"
    assert filled.phone.sh("cat /proc/sys/kernel/random/boot_id") == filled.boot
    assert float(filled.phone.sh("cat /proc/uptime").split()[0]) > up_s + 30


def test_lies_of_the_storage_can_be_told_together_and_are_no_lies_of_an_erase() -> None:
    filled = Filled("skips_writes", "loses_blocks", "full_early", "rm_keeps")
    assert filled.restarted() != filled.before
    assert not set(STORAGE_MISBEHAVIOURS) & set(MISBEHAVIOURS)
    assert filled.phone.phone.truth()["erased"] is True
