# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's adb 29 and the adb 36 of adbutils fill, read and empty a virtual phone's storage."""

import random
from pathlib import Path

import pytest

from tests.support.adb_server import AdbServer
from tests.virtual_phones.adb.test_real_tools_adb import connected, one
from tests.virtual_phones.benches import StartBench

pytestmark = pytest.mark.wire

MIB = 1024 * 1024
FILE = "/data/local/tmp/f00000"
SMALL = {"storage": {"bytes": 64 * MIB, "data_kib": 48 * 1024}}
DATA = random.Random(11).randbytes(12 * MIB)


def test_adb_shell_fills_a_file_and_exec_out_reads_it_back(remote_bench: StartBench, adb_server: AdbServer) -> None:
    _, serial = connected(remote_bench, adb_server, one(set=SMALL))
    assert adb_server.shell(serial, f"cat > {FILE}", stdin=DATA)[0] == 0
    assert adb_server.shell(serial, f"stat -c %s {FILE}; sync")[:2] == (0, f"{len(DATA)}\n")
    line = f"for s in 7 0 11; do dd if={FILE} bs={MIB} skip=$s count=1 2>/dev/null; done"
    expected = DATA[7 * MIB : 8 * MIB] + DATA[:MIB] + DATA[11 * MIB :]
    assert adb_server.run("-s", serial, "exec-out", line).stdout == expected
    assert adb_server.run("-s", serial, "shell", line).stdout == expected
    assert adb_server.shell(serial, f"cat >> {FILE}", stdin=DATA[:100])[0] == 0
    assert adb_server.run("-s", serial, "exec-out", f"cat {FILE}").stdout == DATA + DATA[:100]


def test_adb_push_writes_into_the_same_storage(remote_bench: StartBench, adb_server: AdbServer, tmp_path: Path) -> None:
    _, serial = connected(remote_bench, adb_server, one(set=SMALL))
    (tmp_path / "up.bin").write_bytes(DATA)
    before = _free(adb_server, serial)
    pushed = adb_server.run("-s", serial, "push", str(tmp_path / "up.bin"), FILE)
    assert pushed.returncode == 0, pushed.stderr
    assert before - _free(adb_server, serial) >= len(DATA) // 1024
    assert (
        adb_server.run("-s", serial, "exec-out", f"dd if={FILE} bs={MIB} skip=3 count=2 2>/dev/null").stdout
        == (DATA[3 * MIB : 5 * MIB])
    )
    assert adb_server.shell(serial, f"rm -rf {FILE}")[0] == 0
    assert _free(adb_server, serial) == before


def test_a_full_phone_tells_both_adb_shell_and_adb_push(
    remote_bench: StartBench, adb_server: AdbServer, tmp_path: Path
) -> None:
    tiny = {"storage": {"bytes": 16 * MIB, "data_kib": 8 * 1024}}
    _, serial = connected(remote_bench, adb_server, one(set=tiny))
    code, _, err = adb_server.shell(serial, f"cat > {FILE}", stdin=DATA)
    assert code == 1
    assert "No space left on device" in err
    assert _free(adb_server, serial) == 0
    (tmp_path / "up.bin").write_bytes(DATA)
    pushed = adb_server.run("-s", serial, "push", str(tmp_path / "up.bin"), "/data/local/tmp/pushed")
    assert pushed.returncode != 0
    assert b"No space left on device" in pushed.stdout + pushed.stderr


def test_what_was_synced_is_there_after_a_reboot_and_the_kernels_id_is_new(
    remote_bench: StartBench, adb_server: AdbServer
) -> None:
    _, serial = connected(remote_bench, adb_server, one(set=SMALL))
    assert adb_server.shell(serial, f"cat > {FILE}", stdin=DATA)[0] == 0
    adb_server.shell(serial, "sync")
    boot = adb_server.shell(serial, "cat /proc/sys/kernel/random/boot_id")[1]
    assert adb_server.run("-s", serial, "reboot").returncode == 0
    adb_server.wait_for_state(serial, None)
    adb_server.wait_for_state(serial, "device")
    assert adb_server.shell(serial, "cat /proc/sys/kernel/random/boot_id")[1] not in ("", boot)
    assert adb_server.run("-s", serial, "exec-out", f"cat {FILE}").stdout == DATA


def test_a_cable_pulled_in_the_middle_of_a_fill_leaves_what_had_arrived(
    remote_bench: StartBench, adb_server: AdbServer
) -> None:
    cut = {"at": 1, "kind": "truncate", "after_bytes": 5 * MIB, "seconds": 0.5}
    document = one(set=SMALL, fault=[cut])
    _, serial = connected(remote_bench, adb_server, document)
    adb_server.run("-s", serial, "shell", f"cat > {FILE}", stdin=DATA)  # adb 29 exits 0 all the same
    adb_server.wait_for_state(serial, None)
    adb_server.wait_for_state(serial, "device")
    assert adb_server.shell(serial, f"stat -c %s {FILE}")[1] == f"{5 * MIB}\n"
    assert adb_server.run("-s", serial, "exec-out", f"cat {FILE}").stdout == DATA[: 5 * MIB]


def _free(adb_server: AdbServer, serial: str) -> int:
    return int(adb_server.shell(serial, "df -k /data")[1].splitlines()[1].split()[3])
