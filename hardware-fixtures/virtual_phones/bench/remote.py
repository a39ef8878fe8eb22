# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of a bench process: starts it, finds it again, acts as the people around the phones."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from virtual_phones.bench.control import ControlClient, ControlError

HELLO_TIMEOUT_S = 120.0
FURNISH_TIMEOUT_S = 180.0
"""Thirty-two phones are made in half a second, in an emulated machine in half a minute."""
_MAXIMUM_HELLO = 4 * 1024 * 1024
_STOP_TIMEOUT_S = 5.0


class RemoteBench:
    """A running bench. `hello` is its first line; `transports` maps adb addresses to port paths."""

    def __init__(
        self, hello: Mapping[str, object], *, pid: int, process: "subprocess.Popen[bytes] | None" = None
    ) -> None:
        self.hello = dict(hello)
        self.pid = pid
        self._process = process
        control = hello["control"]
        if not isinstance(control, int):
            raise ControlError("hello without a control port")
        self.control = ("127.0.0.1", control)
        self._client = ControlClient(self.control)

    @classmethod
    def start(
        cls,
        scenario: Path | Mapping[str, object],
        *arguments: str,
        timeout_s: float = HELLO_TIMEOUT_S,
        die_with_us: bool = False,
        lifetime_s: float = 3600.0,
        log: Path | None = None,
    ) -> "RemoteBench":
        """Start a bench of its own session, so that it survives our death (unless `die_with_us`).

        `scenario` is a file or a document of the same shape. `log` takes the bench's stderr.
        Raises: ControlError when no hello comes within `timeout_s`.
        """
        if not isinstance(scenario, Path):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "scenario.json"
                file.write_text(json.dumps(scenario), encoding="utf-8")
                return cls.start(
                    file,
                    *arguments,
                    timeout_s=timeout_s,
                    die_with_us=die_with_us,
                    lifetime_s=lifetime_s,
                    log=log,
                )
        command = [sys.executable, "-m", "virtual_phones.bench.bench", str(scenario), "--lifetime", str(lifetime_s)]
        command += ["--die-with-stdin"] if die_with_us else []
        here = str(Path(__file__).parents[2])
        path = os.pathsep.join(part for part in (here, os.environ.get("PYTHONPATH", "")) if part)
        with (log or Path(os.devnull)).open("ab") as errors:
            process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.PIPE if die_with_us else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": path},
            )
        try:
            hello = _read_hello(process, timeout_s)
        except ControlError:
            process.kill()
            process.wait()
            _close_pipes(process)
            raise
        return cls(hello, pid=process.pid, process=process)

    @classmethod
    def found(cls, hello: Mapping[str, object], *, pid: int) -> "RemoteBench":
        """A bench somebody else started and whose hello was kept. Raises: ControlError."""
        return cls(hello, pid=pid)

    @property
    def transports(self) -> dict[str, str]:
        """Address for adb → port path."""
        found = self.hello.get("transports")
        return {str(address): str(path) for address, path in found.items()} if isinstance(found, dict) else {}

    @property
    def slots(self) -> list[str]:
        """Root ports of a bench on USB, neighbours on different hubs; empty for other benches."""
        found = self.hello.get("slots")
        return [str(path) for path in found] if isinstance(found, list) else []

    @property
    def usbmux(self) -> str | None:
        """Address of the usbmux socket, "127.0.0.1:PORT", or None without iPhones."""
        found = self.hello.get("usbmux")
        return found if isinstance(found, str) else None

    def connect_adb_server(self, host: str, port: int) -> None:
        """From now on keep all phones plugged into this adb server. Raises: ControlError."""
        self._client.call("adb_server", host=host, port=port)

    def disconnect_adb_server(self) -> None:
        """Leave the adb server alone. Raises: ControlError."""
        self._client.call("adb_server", host=None)

    def phones(self) -> list[dict[str, object]]:
        """Name, port, platform, serial, on_bus, plugged of each slot. Raises: ControlError."""
        return _list(self._client.call("list"))

    def press(self, port: str, action: str) -> None:
        """A person does something on the phone at `port` (path or name). Raises: ControlError."""
        self._client.call("press", port=port, action=action)

    def screen(self, port: str) -> str:
        """What a person sees on the phone at `port`, in the words of `VirtualPhone.screen`. Raises: ControlError."""
        return str(self._client.call("screen", port=port))

    def browser(self, port: str) -> tuple[str, list[str]]:
        """The address of the loopback of the phone at `port`, and what it was told to open. Raises: ControlError."""
        found = self._client.call("browser", port=port)
        if not isinstance(found, dict) or not isinstance(found.get("opened"), list):
            raise ControlError("browser: another answer than expected")
        return str(found.get("loopback")), [str(each) for each in found["opened"]]

    def plug(self, port: str) -> None:
        """Put the cable in. Raises: ControlError."""
        self._client.call("plug", port=port)

    def unplug(self, port: str, *, seconds: float | None = None) -> None:
        """Pull the cable, for good or for some seconds. Raises: ControlError."""
        self._client.call("unplug", port=port, seconds=seconds)

    def move(self, port: str, to: str) -> None:
        """Put the cable into another root port; on USB only. Raises: ControlError."""
        self._client.call("move", port=port, to=to)

    def add_phones(self, scenario: Mapping[str, object]) -> list[dict[str, object]]:
        """Take all phones away and put those of another scenario in; on USB only. Raises: ControlError."""
        client = ControlClient(self.control, timeout_s=FURNISH_TIMEOUT_S)
        try:
            return _list(client.call("add_phones", scenario=dict(scenario)))
        finally:
            client.close()

    def swap(self, port: str, other: Mapping[str, object]) -> None:
        """Another phone (keys of `[phone.swap]`, with `model`) returns after the next absence.

        Raises: ControlError.
        """
        self._client.call("swap", port=port, **{"with": dict(other)})

    def fault(self, port: str, fault: Mapping[str, object]) -> None:
        """Add a fault (keys of `[[phone.fault]]`). Raises: ControlError."""
        self._client.call("fault", port=port, fault=dict(fault))

    def usb(self) -> list[dict[str, object]]:
        """What USB shows, slot by slot. Raises: ControlError."""
        return _list(self._client.call("usb"))

    def truth(self) -> dict[str, dict[str, object]]:
        """Name → ground truth of the phone that first hung there. Raises: ControlError."""
        return _tables(self._client.call("truth"))

    def secrets(self) -> dict[str, dict[str, object]]:
        """Name → the seller's data in that phone. Raises: ControlError."""
        return _tables(self._client.call("secrets"))

    def counters(self) -> dict[str, int]:
        """Port path → exchanges so far. Raises: ControlError."""
        found = self._client.call("counters")
        if not isinstance(found, dict):
            return {}
        return {str(path): int(str(count)) for path, count in found.items()}

    def stop(self) -> None:
        """End the bench; never raises."""
        try:
            self._client.call("stop")
        except ControlError:
            _end(self.pid)
        self._client.close()
        if self._process is None:
            return
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _close_pipes(self._process)

    def __enter__(self) -> "RemoteBench":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _read_hello(process: "subprocess.Popen[bytes]", timeout_s: float) -> dict[str, object]:
    """The first line, however slowly it comes. Raises: ControlError."""
    if process.stdout is None:
        raise ControlError("the bench has no output")
    deadline = time.monotonic() + timeout_s
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            raise ControlError(f"no hello from the bench within {timeout_s:g} s")
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece or len(line) > _MAXIMUM_HELLO:
            raise ControlError(f"the bench ended with exit code {process.wait()} before its hello")
        line += piece
    try:
        hello = json.loads(line)
    except ValueError as broken:
        raise ControlError("the bench's hello is no JSON") from broken
    if not isinstance(hello, dict):
        raise ControlError("the bench's hello is no object")
    return hello


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return


def _close_pipes(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _list(found: object) -> list[dict[str, object]]:
    return list(found) if isinstance(found, Sequence) and not isinstance(found, str) else []


def _tables(found: object) -> dict[str, dict[str, object]]:
    return dict(found) if isinstance(found, dict) else {}
