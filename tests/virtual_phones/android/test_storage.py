# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual phone's storage as its shell shows it: filled, read, restarted, removed, erased."""

import random
import re

from tests.virtual_phones.android.android_life import BENCH_KEY
from tests.virtual_phones.android.storage_phone import FOLDER, MIB, StoragePhone
from virtual_phones.storage.stored import whole


def test_a_file_filled_until_no_space_is_left_is_read_back_after_a_restart() -> None:
    phone = StoragePhone()
    phone.harness()
    free = phone.free()
    phone.sh(f"mkdir -p {FOLDER}/small")
    data = random.Random(1).randbytes(4 * MIB)
    full = phone.feed(f"cat > {FOLDER}/f00000", data)
    assert (full.exit_code, full.stderr) == (1, b"cat: xwrite: No space left on device\n")
    assert phone.free() == 0
    size, name = phone.sh(f"stat -c '%s %n' {FOLDER}/f*").split()
    kept = int(size)
    assert name.decode() == f"{FOLDER}/f00000"
    assert free * 0.99 <= kept <= free
    phone.sh("sync")
    phone.reboot()
    line = f"for s in 0 2 1; do dd if={FOLDER}/f00000 bs={MIB} skip=$s count=1 2>/dev/null; done"
    reply = phone.run(line)
    assert reply.stdout == b"", "large answers stay in the storage until they are sent"
    assert whole(reply.pieces) == data[:MIB] + data[2 * MIB : kept] + data[MIB : 2 * MIB]
    phone.sh(f"rm -rf {FOLDER}")
    assert phone.sh(f"[ -e {FOLDER} ] && echo there || echo none") == b"none\n"
    assert phone.free() == free


def test_a_file_is_cut_and_goes_on_where_it_ended() -> None:
    phone = StoragePhone()
    phone.harness()
    file = f"{FOLDER}/f00000"
    phone.sh(f"mkdir -p {FOLDER}")
    data = random.Random(2).randbytes(300_000)
    assert phone.feed(f"cat > {file}", data[:100_007], piece=1000).exit_code == 0
    phone.sh(f"truncate -s 100000 {file}")
    assert phone.feed(f"cat >> {file}", data[100_000:]).exit_code == 0
    assert phone.sh(f"cat {file}") == data
    assert phone.feed(f"cat > {file}", b"anew").exit_code == 0
    assert phone.sh(f"cat {file}") == b"anew"
    assert phone.run(f"truncate -s x {file}").exit_code == 1


def test_a_full_phone_makes_empty_files_until_its_inodes_end() -> None:
    phone = StoragePhone()
    phone.harness()
    phone.sh(f"mkdir -p {FOLDER}/small")
    phone.feed(f"cat > {FOLDER}/f00000", bytes(4 * MIB))
    assert phone.feed(f"cat > {FOLDER}/small/b0", b"x" * 4096).exit_code == 1
    line = f"i=0; while [ $i -lt 10000 ] && : > {FOLDER}/small/e$i; do i=$((i+1)); done 2>/dev/null; echo $i"
    count = int(phone.sh(line))
    assert 50 < count < 1000
    assert phone.run(f": > {FOLDER}/small/more").exit_code == 1
    phone.sh(f"rm -rf {FOLDER}")
    assert phone.run(": > /data/local/tmp/again").exit_code == 0


def test_the_kernel_has_a_new_id_and_clock_after_every_start_and_only_then() -> None:
    phone = StoragePhone()
    seen = []
    for _ in range(3):
        seen.append(phone.sh("cat /proc/sys/kernel/random/boot_id"))
        assert re.fullmatch(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n", seen[-1])
        up_s = float(phone.sh("cat /proc/uptime").split()[0])
        phone.wait(30)
        assert phone.sh("cat /proc/sys/kernel/random/boot_id") == seen[-1]
        assert float(phone.sh("cat /proc/uptime").split()[0]) == up_s + 30
        phone.reboot()
    assert float(phone.sh("cat /proc/uptime").split()[0]) < 60
    assert len(set(seen)) == 3


def test_a_factory_reset_leaves_nothing_of_what_was_written() -> None:
    phone = StoragePhone()
    phone.harness()
    free = phone.free()
    phone.feed("cat > /data/local/tmp/x", bytes(MIB))
    phone.feed("cat > /sdcard/y", bytes(1000))
    assert phone.free() <= free - MIB
    phone.harness()
    assert phone.free() == free
    assert phone.sh("ls /data/local/tmp; [ -e /sdcard/y ] || echo none") == b"none\n"
    assert phone.phone.truth()["left"] == []


def test_in_the_test_harness_a_restart_keeps_files_and_authorisation() -> None:
    phone = StoragePhone()
    phone.harness()
    assert phone.sh("getprop persist.sys.test_harness") == b"1\n"
    phone.feed("cat > /data/local/tmp/x", b"kept")
    phone.reboot()
    assert phone.phone.knows_key(BENCH_KEY)
    assert phone.sh("cat /data/local/tmp/x") == b"kept"


def test_a_refused_place_ends_the_stream_at_once() -> None:
    phone = StoragePhone()
    fed = phone.phone.feed("shell,v2,raw:cat > /system/x", now_s=phone.now_s)
    assert fed is not None
    assert fed.ended
    reply = fed.finish()
    assert reply.exit_code == 1
    assert b"/system/x: Read-only file system" in reply.stderr


def test_only_a_plain_cat_into_one_file_is_fed() -> None:
    phone = StoragePhone()
    for line in (
        "cat",
        "cat x",
        "sh",
        "cat > a > b",
        "cat > $(echo a)",
        "cat > /sdcard/a; id",
        "tee a",
        "cat | cat > a",
    ):
        assert phone.phone.feed(f"shell,v2,raw:{line}", now_s=phone.now_s) is None, line


def test_the_capacity_is_told_by_the_mount_service_where_the_kernels_list_is_closed() -> None:
    phone = StoragePhone()
    assert phone.run("cat /proc/partitions").exit_code == 1
    found = re.search(rb"Internal storage \(null\) total size: ([0-9]+) \([0-9]+ MiB\)", phone.sh("dumpsys mount"))
    assert found is not None
    assert int(found[1]) == 4_000_000, "the next of 1, 2, 4, ... 512 thousands, as AOSP rounds"


def test_df_tells_what_is_used_and_the_owners_apps_are_among_it() -> None:
    phone = StoragePhone()
    used = [int(phone.sh("df -k /data").split(b"\n")[1].split()[2])]
    phone.harness()
    used.append(int(phone.sh("df -k /data").split(b"\n")[1].split()[2]))
    phone.feed("cat > /data/local/tmp/x", bytes(MIB))
    used.append(int(phone.sh("df -k /data").split(b"\n")[1].split()[2]))
    assert used[1] < used[0]
    assert used[2] == used[1] + 1024
