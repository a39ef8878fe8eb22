# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into rescue mode and the wipe there, over the real adb server; `adb rescue` is told the same."""

import subprocess
import time
from pathlib import Path

import adbutils
import pytest

from phones.adb.server import AdbServer
from phones.android.rescue import fingerprint_question, leave_question, wipe_question
from phones.bench.bench import Bench
from phones.errors import PhoneError, PhoneRefusedError
from phones.link import RebootTarget, RescueWipe
from phones.port import Presence
from phones.usb.watch import UsbWatch
from tests.support.waiting import PATIENCE_S
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.usb.backend import backend

pytestmark = pytest.mark.wire

PHONE = {
    "name": "phone",
    "port": "1-1",
    "model": "pixel-6-android-13",
    "serial": "19281FDF60013A",
    "imeis": ["355123110000016"],
    "timing": {"scale": 0.02},
}


def _wait(bench: Bench, presence: Presence, seconds: float = PATIENCE_S) -> None:
    until = time.monotonic() + seconds
    while bench.port("1-1").look().presence is not presence:
        assert time.monotonic() < until, bench.sightings()
        time.sleep(0.1)


def _go(bench: Bench, target: RebootTarget, presence: Presence) -> None:
    """As long as it takes the port to settle: a transport that has just come may refuse once."""
    until = time.monotonic() + 20.0
    while True:
        try:
            link = bench.port("1-1").open()
            link.exchange(leave_question(target).request, timeout_s=10.0)
            break
        except PhoneError:
            assert time.monotonic() < until
            time.sleep(0.2)
    _wait(bench, presence)


def test_rescue_is_reached_asked_and_wipes_as_adb_itself_does(tmp_path: Path) -> None:
    server = AdbServer(tmp_path / "adb", usb=False)
    with RemoteBench.start({"name": "rescue", "phone": [PHONE]}, die_with_us=True, lifetime_s=180) as remote:
        server.start()
        try:
            remote.connect_adb_server("127.0.0.1", server.port)
            bench = Bench(
                adb=server, usb=UsbWatch(backend(remote.control)), transports=remote.transports, emulated=True
            )
            _wait(bench, Presence.ADB_UNAUTHORIZED)
            remote.press("1-1", "accept_adb")
            _wait(bench, Presence.ADB_DEVICE)
            with pytest.raises(PhoneRefusedError):
                bench.port("1-1").open().exchange(RescueWipe(), timeout_s=10.0)
            _go(bench, RebootTarget.SIDELOAD, Presence.ADB_SIDELOAD)
            _go(bench, RebootTarget.RESCUE, Presence.ADB_RESCUE)
            address = next(iter(remote.transports))
            real = subprocess.run(
                [
                    adbutils.adb_path(),
                    "-P",
                    str(server.port),
                    "-s",
                    address,
                    "rescue",
                    "getprop",
                    "ro.build.fingerprint",
                ],
                capture_output=True,
                text=True,
                timeout=90,
                check=False,
            )
            question = fingerprint_question()
            ours = question.read(bench.port("1-1").open().exchange(question.request, timeout_s=10.0))
            assert ours["system.fingerprint"] == real.stdout.strip() != ""
            assert remote.truth()["phone"]["erased"] is False
            wipe = wipe_question()
            answered = wipe.read(bench.port("1-1").open().exchange(wipe.request, timeout_s=30.0))
            assert answered == {"command.returned": "done"}
            assert remote.truth()["phone"]["erased"] is True
            _go(bench, RebootTarget.SYSTEM, Presence.USB_ONLY)
            bench.close()
        finally:
            server.stop()
