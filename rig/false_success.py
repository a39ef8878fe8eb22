# SPDX-License-Identifier: GPL-3.0-or-later
"""A cut cable that looks like exit 0: adb's own client believes it, the station's link must not."""

import os
import subprocess
import time
from collections.abc import Callable

from phones.adb.server import bundled_adb
from phones.errors import PhoneLostError
from phones.link import ShellLine
from phones.port import Presence
from rig.scenario import TIMING
from rig.station import UsbStation
from rig.table import Row
from virtual_phones.bench.remote import RemoteBench

_NAME = "false-success"
_LINE = "getprop; echo THE END"
_LIMIT_S = 60.0


def false_success(station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> list[Row]:
    """One question, asked whole and then over a cable that is cut in the middle of the answer, by `adb` and by us."""
    started = time.monotonic()
    port = remote.slots[0]
    remote.add_phones(
        {
            "name": "false-success",
            "seed": 77,
            "phone": [
                {
                    "name": _NAME,
                    "port": port,
                    "model": "pixel-6-android-13",
                    "serial": "HOLLOW0001",
                    "timing": dict(TIMING),
                }
            ],
        }
    )
    _allowed(station, remote, port)
    whole_exit, whole = _by_adb(station, port)
    _cut_next(remote, port)
    cut_exit, cut = _by_adb(station, port)
    _allowed(station, remote, port)
    link = station.bench.open(port)
    answered = link.exchange(ShellLine(line=_LINE), timeout_s=_LIMIT_S).body
    _cut_next(remote, port)
    try:
        link.exchange(ShellLine(line=_LINE), timeout_s=_LIMIT_S)
        ours = "believed"
    except PhoneLostError:
        ours = "phone lost"
    half = whole.startswith(cut) and 0 < len(cut) < len(whole)
    say(f"adb: exit {whole_exit}, {len(whole)} bytes; cut: exit {cut_exit}, {len(cut)} bytes; ours: {ours}")
    return [
        Row(
            name="a cut cable that looks like exit 0",
            expected="adb: exit 0 with half of it; proofwipe: phone lost",
            seen=f"adb: exit {cut_exit} with {len(cut)} of {len(whole)} bytes; proofwipe: {ours}",
            seconds=time.monotonic() - started,
            good=whole_exit == cut_exit == 0 and half and b"THE END" in answered and ours == "phone lost",
        )
    ]


def _allowed(station: UsbStation, remote: RemoteBench, port: str) -> None:
    """Wait until the phone talks, tapping "Allow" meanwhile. Raises: TimeoutError."""
    give_up = time.monotonic() + _LIMIT_S
    while station.bench.sighting(port).presence is not Presence.ADB_DEVICE:
        if time.monotonic() > give_up:
            raise TimeoutError(f"nothing talks on {port}")
        remote.press(_NAME, "accept_adb")
        time.sleep(0.3)


def _cut_next(remote: RemoteBench, port: str) -> None:
    remote.fault(port, {"at": remote.counters()[port] + 1, "kind": "truncate", "seconds": 2.0})


def _by_adb(station: UsbStation, port: str) -> tuple[int, bytes]:
    """`adb exec-out` through the station's own server; exit code and standard output."""
    done = subprocess.run(
        [str(bundled_adb()), "-s", f"usb:{port}", "exec-out", _LINE],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "ANDROID_ADB_SERVER_PORT": str(station.adb.port)},
        check=False,
        timeout=_LIMIT_S,
    )
    return done.returncode, done.stdout
