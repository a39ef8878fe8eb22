# SPDX-License-Identifier: GPL-3.0-or-later
"""The private adb server, with the real binary: its own port, home and key, and nobody else's."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phones.adb.note import noted_server
from phones.adb.processes import command_line, listens_on, started_at
from phones.adb.server import AdbServer, bundled_adb
from phones.adb.wire import AdbStream, Deadline
from phones.errors import AdbServerError, ForeignAdbServerError, PhoneError, PhoneRefusedError
from tests.support.free_port import free_port
from tests.support.waiting import wait_for

pytestmark = pytest.mark.wire


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AdbServer]:
    running = AdbServer(tmp_path / "adb", usb=False)
    running.start()
    yield running
    running.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    wait_for(condition, 5, "it did not happen in time")


def test_it_answers_on_its_own_port_with_the_bundled_binary(server: AdbServer) -> None:
    assert server.ask("host:version") == b"0029"
    assert server.port != 5037
    pid = server.pid
    assert pid is not None
    assert command_line(pid) == [str(bundled_adb()), "-P", str(server.port), "nodaemon", "server"]
    assert listens_on(pid, server.port)


def test_its_key_is_its_own_and_readable_by_nobody_else(server: AdbServer) -> None:
    key = server.home / ".android" / "adbkey"
    wait_until(key.exists)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700


def test_the_users_adb_settings_do_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "5037")
    monkeypatch.setenv("ADB_VENDOR_KEYS", "/nowhere")
    server = AdbServer(tmp_path / "adb", usb=False)
    server.start()
    try:
        environment = (Path("/proc") / str(server.pid) / "environ").read_bytes().split(b"\0")
        names = {entry.partition(b"=")[0]: entry.partition(b"=")[2] for entry in environment}
        assert b"ADB_VENDOR_KEYS" not in names
        assert b"ANDROID_ADB_SERVER_PORT" not in names
        assert names[b"ADB_MDNS"] == names[b"ADB_EMU"] == names[b"ADB_USB"] == b"0"
        assert names[b"ADB_REJECT_KILL_SERVER"] == b"1"
        assert names[b"HOME"] == str(tmp_path / "adb").encode()
    finally:
        server.stop()


def test_kill_server_of_anybody_is_rejected(server: AdbServer) -> None:
    with pytest.raises(PhoneRefusedError):
        server.ask("host:kill")
    assert server.ask("host:version") == b"0029"


def test_a_killed_server_is_started_again_and_the_listeners_are_told(server: AdbServer) -> None:
    told = threading.Event()
    server.on_restart(told.set)
    before = server.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert server.ask("host:version", timeout_s=10) == b"0029"
    assert server.pid not in (None, before)
    assert server.generation == 2
    assert told.wait(90)


def test_many_threads_that_meet_a_dead_server_cause_one_restart(server: AdbServer) -> None:
    answers: list[bytes] = []
    before = server.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    asking = [
        threading.Thread(target=lambda: answers.append(server.ask("host:version", timeout_s=10))) for _ in range(16)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(90)
    assert answers == [b"0029"] * 16
    assert server.generation == 2


def test_a_foreign_server_on_the_wanted_port_is_left_alone(server: AdbServer, tmp_path: Path) -> None:
    second = AdbServer(tmp_path / "second", port=server.port, usb=False)
    with pytest.raises(ForeignAdbServerError):
        second.start()
    assert server.ask("host:version") == b"0029"
    assert server.generation == 1


def test_any_program_on_the_wanted_port_is_foreign(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = AdbServer(tmp_path / "adb", port=listener.getsockname()[1], usb=False)
        with pytest.raises(ForeignAdbServerError):
            server.start()


def test_a_program_that_takes_the_port_of_a_dead_server_is_left_alone(server: AdbServer) -> None:
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    thief = None
    until = time.monotonic() + 2
    while thief is None and time.monotonic() < until:
        with contextlib.suppress(OSError):
            thief = socket.create_server(("127.0.0.1", server.port))
    assert thief is not None
    with thief, pytest.raises(ForeignAdbServerError):
        server.ask("host:version", timeout_s=3)


def test_a_stopped_server_is_gone_and_says_so(tmp_path: Path) -> None:
    server = AdbServer(tmp_path / "adb", usb=False)
    server.start()
    pid = server.pid
    assert pid is not None
    server.stop()
    wait_until(lambda: started_at(pid) is None)
    with pytest.raises(AdbServerError):
        server.ask("host:version")
    with pytest.raises((AdbServerError, PhoneError)):
        AdbStream.open(server.port, Deadline(1)).ask_server("host:version")
    assert not (server.home / "adb-server.json").exists()


def test_a_home_that_cannot_be_written_is_a_reason_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(AdbServerError) as caught:
        AdbServer(tmp_path / "file" / "adb", usb=False).start()
    assert caught.value.hint("zh")


_STATION = """
import sys, time
from pathlib import Path
from phones.adb.server import AdbServer
server = AdbServer(Path(sys.argv[1]), usb=False)
server.start()
print(server.pid, server.port, flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def station(home: Path) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _STATION, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert process.stdout is not None
    try:
        pid, port = process.stdout.readline().split()
        yield process, int(pid), int(port)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_station_killed_hard_leaves_no_server_behind(tmp_path: Path) -> None:
    with station(tmp_path / "adb") as (process, pid, _):
        assert started_at(pid) is not None
        process.kill()
        process.wait()
        wait_until(lambda: started_at(pid) is None)


def test_a_home_in_use_by_a_living_station_is_not_shared(tmp_path: Path) -> None:
    with station(tmp_path / "adb") as (_, pid, _port):
        with pytest.raises(AdbServerError):
            AdbServer(tmp_path / "adb", usb=False).start()
        assert started_at(pid) is not None


def orphan(home: Path, port: int) -> subprocess.Popen[bytes]:
    """A server as it is left where no death signal exists."""
    home.mkdir(parents=True)
    return subprocess.Popen(
        [str(bundled_adb()), "-P", str(port), "nodaemon", "server"],
        stderr=subprocess.DEVNULL,
        env={"HOME": str(home), "TMPDIR": str(home), "ADB_USB": "0", "ADB_MDNS": "0", "ADB_EMU": "0"},
    )


def note(home: Path, process: subprocess.Popen[bytes], port: int, *, started: int | None) -> None:
    (home / "adb-server.json").write_text(
        json.dumps(
            {
                "pid": process.pid,
                "port": port,
                "binary": str(bundled_adb()),
                "started": started,
                "station": 2**22 + 1,
                "station_started": 1,
            }
        )
    )


def test_only_the_very_process_that_is_noted_is_ours(tmp_path: Path) -> None:
    home, port = tmp_path / "adb", free_port()
    assert noted_server(home) is None
    process = orphan(home, port)
    try:
        wait_until(lambda: command_line(process.pid)[-1:] == ["server"])
        assert noted_server(home) is None
        note(home, process, port, started=started_at(process.pid))
        assert noted_server(home) == process.pid
        note(home, process, port + 1, started=started_at(process.pid))
        assert noted_server(home) is None
        note(home, process, port, started=(started_at(process.pid) or 0) + 1)
        assert noted_server(home) is None
        note(home, process, port, started=started_at(process.pid))
    finally:
        process.kill()
        process.wait()
    assert noted_server(home) is None


@pytest.mark.parametrize("data", [b"", b"[1]", b"\xff\xfe", b"{", b"[" * 60_000, b'{"pid": "1", "port": []}'])
def test_a_note_that_is_no_note_names_nobody(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "adb-server.json").write_bytes(data)
    assert noted_server(tmp_path) is None


def test_our_own_stale_server_is_ended_at_the_next_start(tmp_path: Path) -> None:
    home, port = tmp_path / "adb", free_port()
    stale = orphan(home, port)
    try:
        wait_until(lambda: command_line(stale.pid)[-1:] == ["server"])
        note(home, stale, port, started=started_at(stale.pid))
        server = AdbServer(home, port=port, usb=False)
        server.start()
        assert stale.wait(90) is not None
        assert server.pid != stale.pid
        server.stop()
    finally:
        stale.kill()
        stale.wait()


def test_a_process_that_only_has_the_noted_number_is_not_touched(tmp_path: Path) -> None:
    home, port = tmp_path / "adb", free_port()
    other = orphan(home, port)
    try:
        wait_until(lambda: command_line(other.pid)[-1:] == ["server"])
        note(home, other, port, started=(started_at(other.pid) or 0) + 1)
        server = AdbServer(home, usb=False)
        server.start()
        server.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
