# SPDX-License-Identifier: GPL-3.0-or-later
"""A real adb server of a test's own, from Debian or as adbutils brings it."""

import os
import socket
import subprocess
from pathlib import Path

import adbutils

from tests.support.free_port import free_port
from tests.support.waiting import PATIENCE_S, wait_for

BUNDLED = Path(adbutils.__file__).parent / "binaries" / "adb"
BINARIES = {"debian": Path("/usr/bin/adb"), "bundled": BUNDLED}


class AdbServer:
    """A private adb server: own port, own HOME and key, no USB, no mDNS, no emulators; ended by its pid."""

    def __init__(self, binary: Path, home: Path) -> None:
        self.binary = binary
        self.home = home
        home.mkdir()
        self.port = free_port()
        self.env = {
            **os.environ,
            "HOME": str(home),
            "TMPDIR": str(home),
            "ANDROID_ADB_SERVER_PORT": str(self.port),
            "ADB_MDNS": "0",
            "ADB_EMU": "0",
            "ADB_USB": "0",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "nodaemon", "server"],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
            )
        wait_for(self.answers, 10, "the adb server does not answer")

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)

    def run(
        self, *arguments: str, stdin: bytes | None = b"", timeout: float = PATIENCE_S
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self.binary, *arguments],
            env=self.env,
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    def shell(self, serial: str, line: str, *, stdin: bytes | None = b"") -> tuple[int, str, str]:
        done = self.run("-s", serial, "shell", line, stdin=stdin)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def states(self) -> dict[str, str]:
        lines = self.run("devices").stdout.decode().splitlines()[1:]
        return dict(line.split("\t", 1) for line in lines if "\t" in line)

    def wait_for_state(self, serial: str, state: str | None) -> None:
        wait_for(lambda: self.states().get(serial) == state, PATIENCE_S, f"{serial} never became {state}")
