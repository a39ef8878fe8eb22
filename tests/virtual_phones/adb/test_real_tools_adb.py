# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's adb 29 and the adb 36 of adbutils, unchanged, against virtual Android phones."""

import hashlib
import subprocess
import threading
import time
from pathlib import Path

import adbutils
import pytest

from tests.support.adb_server import AdbServer
from tests.support.waiting import wait_for
from tests.virtual_phones.benches import Scenario, StartBench
from virtual_phones.bench.control import ControlClient
from virtual_phones.bench.remote import RemoteBench

pytestmark = pytest.mark.wire

A16 = "pixel-9-android-16"
A13 = "pixel-6-android-13"
FAST = {"leave_s": 0.2, "absent_s": 0.8, "wipe_s": 1.0, "boot_s": 0.3, "ready_s": 0.2}


def one(**changes: object) -> Scenario:
    return {"name": "test", "seed": 1, "phone": [phone(**changes)]}


def phone(**changes: object) -> Scenario:
    always = {"model": A13, "serial": "VP0001", "imeis": ["356938035643809"], "timing": FAST}
    return {"name": "one", "port": "1-1", **always, **changes}


def connected(
    remote_bench: StartBench, adb_server: AdbServer, document: Scenario, *, accept: bool = True
) -> tuple[RemoteBench, str]:
    bench = remote_bench(document)
    bench.connect_adb_server("127.0.0.1", adb_server.port)
    for address, path in bench.transports.items():
        if accept:
            adb_server.wait_for_state(address, "unauthorized")
            bench.press(path, "accept_adb")
            adb_server.wait_for_state(address, "device")
    return bench, next(iter(bench.transports))


def test_a_phone_is_unauthorized_until_a_person_accepts_and_stays_known_to_that_host(
    remote_bench: StartBench, adb_server: AdbServer
) -> None:
    bench, serial = connected(remote_bench, adb_server, one(), accept=False)
    adb_server.wait_for_state(serial, "unauthorized")
    assert adb_server.run("-s", serial, "shell", "true").returncode != 0
    bench.press("one", "deny_adb")
    time.sleep(0.4)
    assert adb_server.states()[serial] == "unauthorized"
    bench.unplug("one", seconds=0.3)
    adb_server.wait_for_state(serial, None)
    adb_server.wait_for_state(serial, "unauthorized")
    bench.press("one", "accept_adb")
    adb_server.wait_for_state(serial, "device")
    bench.unplug("one")
    adb_server.wait_for_state(serial, None)
    bench.plug("one")
    adb_server.wait_for_state(serial, "device")


def test_who_is_to_allow_a_host_waits_for_the_dialog(remote_bench: StartBench, adb_server: AdbServer) -> None:
    """Found on a starved machine: the server listed the phone as unauthorized before it had sent its key, the tap came
    in between, and the phone was never allowed to speak."""
    bench = remote_bench(one())
    person = ControlClient(bench.control)
    early = threading.Thread(target=lambda: person.call("press", port="one", action="accept_adb"))
    early.start()
    early.join(0.5)
    bench.connect_adb_server("127.0.0.1", adb_server.port)
    early.join(90)
    person.close()
    adb_server.wait_for_state(next(iter(bench.transports)), "device")


ORDINARY_LINES = {
    "echo hello; exit 7": (7, "hello\n"),
    "for n in 1 2 3; do echo $((n*n)); done | tail -n 2": (0, "4\n9\n"),
    "false || echo no; true && echo yes": (0, "no\nyes\n"),
    "getprop ro.serialno": (0, "VP0001\n"),
    'x=$(getprop ro.product.device); echo "[$x]" | tr a-z A-Z | wc -l': (0, "1\n"),
    "if [ -d /sdcard ]; then echo folder; else echo none; fi": (0, "folder\n"),
    "echo one > /sdcard/Download/t.txt && cat < /sdcard/Download/t.txt; rm /sdcard/Download/t.txt": (0, "one\n"),
    "no_such_program": (127, ""),
}


def test_ordinary_shell_lines_run_and_keep_output_errors_and_exit_code_apart(
    remote_bench: StartBench, adb_server: AdbServer
) -> None:
    _, serial = connected(remote_bench, adb_server, one())
    for line, expected in ORDINARY_LINES.items():
        assert adb_server.shell(serial, line)[:2] == expected, line
    code, out, err = adb_server.shell(serial, "echo out; cat /no/such/file")
    assert (code, out) == (1, "out\n")
    assert "No such file or directory" in err


def test_standard_input_reaches_the_line_and_exec_out_is_raw(remote_bench: StartBench, adb_server: AdbServer) -> None:
    _, serial = connected(remote_bench, adb_server, one())
    assert adb_server.shell(serial, "cat > /sdcard/Download/in.bin", stdin=bytes(range(256)) * 40)[0] == 0
    raw = adb_server.run("-s", serial, "exec-out", "cat /sdcard/Download/in.bin").stdout
    assert raw == bytes(range(256)) * 40
    script = adb_server.run("-s", serial, "shell", stdin=b"a=5\necho $a\nexit 4\n")
    assert (script.returncode, script.stdout) == (4, b"5\n")


def test_push_pull_and_ls_move_files_whole(remote_bench: StartBench, adb_server: AdbServer, tmp_path: Path) -> None:
    _, serial = connected(remote_bench, adb_server, one())
    data = hashlib.sha256(b"seed").digest() * 40_000
    (tmp_path / "up.bin").write_bytes(data)
    pushed = adb_server.run("-s", serial, "push", str(tmp_path / "up.bin"), "/sdcard/Download/down.bin")
    assert pushed.returncode == 0, pushed.stderr
    assert b"down.bin" in adb_server.run("-s", serial, "ls", "/sdcard/Download").stdout
    digest = adb_server.shell(serial, "sha256sum /sdcard/Download/down.bin")[1]
    assert digest.split()[0] == hashlib.sha256(data).hexdigest()
    pulled = adb_server.run("-s", serial, "pull", "/sdcard/Download/down.bin", str(tmp_path / "back.bin"))
    assert pulled.returncode == 0, pulled.stderr
    assert (tmp_path / "back.bin").read_bytes() == data
    assert adb_server.run("-s", serial, "pull", "/sdcard/nothing", str(tmp_path)).returncode != 0
    assert adb_server.run("-s", serial, "push", str(tmp_path / "up.bin"), "/system/x").returncode != 0


def test_a_reboot_takes_the_phone_away_and_brings_it_back(remote_bench: StartBench, adb_server: AdbServer) -> None:
    bench, serial = connected(remote_bench, adb_server, one())
    address_before = bench.usb()[0]["address"]
    assert adb_server.run("-s", serial, "reboot").returncode == 0
    wait_for(lambda: not bench.usb(), 5, "still on the bus")
    adb_server.wait_for_state(serial, None)
    adb_server.wait_for_state(serial, "device")
    assert bench.usb()[0]["address"] != address_before
    assert adb_server.shell(serial, "echo back")[1] == "back\n"


def test_a_restarted_adb_server_finds_its_phones_again(remote_bench: StartBench, adb_server: AdbServer) -> None:
    _, serial = connected(remote_bench, adb_server, one())
    adb_server.stop()
    adb_server.start()
    adb_server.wait_for_state(serial, "device")
    assert adb_server.shell(serial, "echo again")[1] == "again\n"


def test_track_devices_says_when_a_phone_leaves_and_returns(remote_bench: StartBench, adb_server: AdbServer) -> None:
    bench, serial = connected(remote_bench, adb_server, one())
    seen: list[tuple[bool, str]] = []
    client = adbutils.AdbClient(host="127.0.0.1", port=adb_server.port)

    def track() -> None:
        for event in client.track_devices():
            seen.append((event.present, event.status))
            if len(seen) > 1 and event.status == "device":
                return

    watcher = threading.Thread(target=track, daemon=True)
    watcher.start()
    wait_for(lambda: (True, "device") in seen, 5, "never listed")
    bench.unplug("one")
    adb_server.wait_for_state(serial, None)
    bench.plug("one")
    watcher.join(90)
    assert not watcher.is_alive(), seen
    assert any(not present for present, _ in seen)


def test_eight_phones_at_once_keep_their_answers_apart(remote_bench: StartBench, adb_server: AdbServer) -> None:
    phones = [phone(name=f"p{n}", port=f"1-{n // 4 + 1}.{n % 4 + 1}", serial=f"VP{n:04}") for n in range(8)]
    bench, _ = connected(remote_bench, adb_server, {"name": "eight", "phone": phones})
    running = {
        serial: subprocess.Popen(
            [adb_server.binary, "-s", serial, "shell", "for i in 1 2 3 4 5; do getprop ro.serialno; done"],
            env=adb_server.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        for serial in bench.transports
    }
    names = {card["port"]: card["serial"] for card in bench.phones()}
    for serial, process in running.items():
        out, _ = process.communicate(timeout=90)
        assert out.decode() == f"{names[bench.transports[serial]]}\n" * 5


def test_the_trade_in_foyer_is_a_device_without_keys_that_closes_all_but_its_own_command(
    remote_bench: StartBench, adb_server: AdbServer
) -> None:
    _, serial = connected(remote_bench, adb_server, one(model=A16, condition="reset"), accept=False)
    adb_server.wait_for_state(serial, "device")
    assert "closed" in adb_server.shell(serial, "echo hi")[2]
    assert adb_server.run("-s", serial, "exec-out", "id").stdout in (b"", b"error: closed\n")
    assert adb_server.run("-s", serial, "push", "/etc/hostname", "/sdcard/x").returncode != 0
    code, out, _ = adb_server.shell(serial, "tradeinmode getstatus")
    assert code == 0
    assert "{" in out


LATE_S = 5.0
"""Long enough for five answers of another phone on a machine that is ten times slower."""


def test_one_silent_phone_delays_no_other(remote_bench: StartBench, adb_server: AdbServer) -> None:
    phones = [
        phone(fault=[{"at": 1, "kind": "silence"}, {"at": 2, "kind": "delay", "seconds": LATE_S}]),
        phone(name="brisk", port="1-2", serial="VP0002"),
    ]
    bench, _ = connected(remote_bench, adb_server, {"name": "two", "phone": phones})
    by_path = {path: serial for serial, path in bench.transports.items()}
    with pytest.raises(subprocess.TimeoutExpired):
        adb_server.run("-s", by_path["1-1"], "shell", "true", timeout=0.5)
    slow = subprocess.Popen(
        [adb_server.binary, "-s", by_path["1-1"], "shell", "echo late"],
        env=adb_server.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    for _ in range(5):
        assert adb_server.shell(by_path["1-2"], "echo quick")[1] == "quick\n"
    assert slow.poll() is None, "the quick one has answered five times, and this one not once"
    assert slow.communicate(timeout=90)[0] == b"late\n"


FAULTS = {
    "drop_before": ("", False),
    "drop_after": ("", True),
    "truncate": ("answer-", True),
    "half": ("answer-", True),
    "stale": ("before\n", True),
    "duplicate": ("answer-whole\nanswer-whole\n", True),
}
CUT = ("truncate", "half")


def test_each_fault_strikes_the_exchange_it_was_planned_for_and_no_other(
    remote_bench: StartBench, adb_server: AdbServer
) -> None:
    faults = [{"at": 3 * n + 2, "kind": kind} for n, kind in enumerate(FAULTS)]
    bench, serial = connected(remote_bench, adb_server, one(fault=faults))
    for kind, (said, executed) in FAULTS.items():
        assert adb_server.shell(serial, "echo before")[1] == "before\n"
        out = adb_server.shell(serial, f"echo {kind} > /sdcard/Download/mark; echo answer-whole")[1]
        # A server that learns of the cut first hands on nothing of what had come.
        assert out in (("", said[: len("answer-whole\n") // 2]) if kind in CUT else (said,)), kind
        adb_server.wait_for_state(serial, "device")
        mark = adb_server.shell(serial, "cat /sdcard/Download/mark")[1]
        assert (mark == f"{kind}\n") == executed, kind
    assert bench.counters()["1-1"] == 3 * len(FAULTS)
