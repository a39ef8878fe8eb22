# SPDX-License-Identifier: GPL-3.0-or-later
"""A full Android inspection (three shell round trips) beside the same questions asked one `adb shell` at a time."""

import re
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Table, medians, rows
from phones.adb.server import AdbServer, bundled_adb
from phones.android.inspection import inspection_questions
from phones.bench.bench import Bench
from phones.link import ShellLine
from phones.port import Port, Presence
from phones.usb.watch import UsbWatch
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.usb.backend import backend

ROUNDS = 7
PORT = "1-1"
PHONE = {"name": "phone", "model": "pixel-6-android-13", "port": PORT, "serial": "19281FDF60013A"}
_PART = re.compile(
    r"echo (?P<mark>[0-9a-f]{32})-b(?P<number>\d+);(?P<command>.*?);echo (?P=mark)-e(?P=number)-\$\?", re.DOTALL
)


def measure() -> Table:
    """Three ways to ask the same; all over the same adb server and the same virtual phone."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RemoteBench.start({"name": "inspection", "seed": 1, "phone": [PHONE]}, die_with_us=True) as remote,
    ):
        adb = AdbServer(Path(folder) / "adb", usb=False)
        adb.start()
        try:
            remote.connect_adb_server("127.0.0.1", adb.port)
            usb = UsbWatch(backend=backend(remote.control))
            port = Bench(adb=adb, usb=usb, transports=remote.transports).port(PORT)
            accept(port, remote)
            return _compare(port, remote, adb)
        finally:
            adb.stop()


def accept(port: Port, remote: RemoteBench) -> None:
    """The person at the phone says yes, as soon as it asks. Raises: TimeoutError."""
    give_up = time.monotonic() + 30
    while port.look().presence is not Presence.ADB_DEVICE:
        if time.monotonic() > give_up:
            raise TimeoutError("the phone never let us in")
        remote.press(PORT, "accept_adb")
        time.sleep(0.1)


def _compare(port: Port, remote: RemoteBench, adb: AdbServer) -> Table:
    link = port.open()
    (address,) = remote.transports
    commands = single_commands()
    program = [str(bundled_adb()), "-P", str(adb.port), "-s", address, "shell"]

    def batched() -> None:
        for question in inspection_questions(lambda: secrets.token_hex(16), timeout_s=30):
            question.read(link.exchange(question.request, timeout_s=question.timeout_s))

    def one_by_one() -> None:
        for command in commands:
            link.exchange(ShellLine(line=command), timeout_s=30)

    def by_program() -> None:
        for command in commands:
            subprocess.run([*program, command], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=30)

    names: dict[str, Callable[[], None]] = {
        "inspection, batched and parsed": batched,
        "one shell service a question, our own socket": one_by_one,
        "one `adb shell` a question, bundled adb": by_program,
    }
    trips = {name: {"round trips": _counted(remote, run)} for name, run in names.items()}
    return Table(
        name="inspection",
        title="Full Android inspection against one question at a time",
        rows=rows(medians(names, rounds=ROUNDS), against=next(iter(names)), more=trips),
        notes=(
            f"{len(commands)} questions; the phone is virtual and answers over loopback, where a round trip costs "
            "next to nothing: on a cable every saved round trip counts for more.",
        ),
    )


def single_commands() -> list[str]:
    """Every command of the batched lines, by itself."""
    found = []
    for question in inspection_questions(lambda: secrets.token_hex(16), timeout_s=30):
        if isinstance(question.request, ShellLine):
            found += [match["command"] for match in _PART.finditer(question.request.line)]
    return found


def _counted(remote: RemoteBench, run: Callable[[], None]) -> int:
    before = remote.counters()[PORT]
    run()
    return remote.counters()[PORT] - before
