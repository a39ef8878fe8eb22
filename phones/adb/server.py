# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own adb server: a child process on a loopback port of its own, with its own HOME and key.

Never another's: whatever answers on a port without being our child is left alone (ForeignAdbServerError).
The server is adbutils' bundled binary, never the one on PATH, started directly: adbutils itself starts
`adb start-server` on port 5037 when it meets a dead port [measured, research android.md §12 #8].

One keeper thread starts the child, waits for its death and starts it again. It must be one long-living
thread: Linux ends the child when the *thread* that started it ends (PR_SET_PDEATHSIG), which is what we
want when the station is killed, and not before.
"""

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from phones.adb.note import NOTE, noted_server, read_note
from phones.adb.processes import listens_on, started_at
from phones.adb.wire import AdbStream, Deadline
from phones.cleaning import clean_bytes
from phones.errors import (
    AdbServerError,
    BenchError,
    ForeignAdbServerError,
    PhoneError,
    PhoneLostError,
    PhoneSilentError,
)

RESTARTS_ALLOWED = 8
"""Restarts within `RESTART_WINDOW_S` before the server is given up: then something is wrong with the host."""
RESTART_WINDOW_S = 30.0

# Runs in the child before adb: end with the thread that started us. Closes the race in which the station
# died before this line.
_GUARD = (
    "import ctypes, os, sys\n"
    "ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)\n"  # PR_SET_PDEATHSIG, SIGKILL
    "if os.getppid() != int(sys.argv[1]): sys.exit(1)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)


def bundled_adb() -> Path:
    """The adb binary that comes with adbutils. Raises: AdbServerError when the wheel is not installed."""
    found = importlib.util.find_spec("adbutils")
    if found is not None and found.origin is not None:
        binary = Path(found.origin).parent / "binaries" / ("adb.exe" if os.name == "nt" else "adb")
        if os.access(binary, os.X_OK):
            return binary
    raise AdbServerError(step="start", expected="adbutils with its adb binary", got="not installed")


class AdbServer:
    """A private adb server. `start` once, `stop` once; in between it is restarted whenever it dies.

    `home` (created 0700) holds its key and its temporary files. `port` None = any free port. `usb=False`
    never opens a USB device. Thread safe.
    """

    def __init__(self, home: Path, *, port: int | None = None, usb: bool = True, start_timeout_s: float = 20.0) -> None:
        self.home = home.absolute()
        self.port = port or 0
        self.generation = 0
        """Counts starts: transport ids of an older generation mean nothing."""
        self._wanted_port = port
        self._usb = usb
        self._start_timeout_s = start_timeout_s
        self._child: subprocess.Popen[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._ready = threading.Condition()
        self._is_ready = False
        self._stopping = threading.Event()
        self._failure: BenchError | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def pid(self) -> int | None:
        """The process id of the server, None when there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def on_restart(self, listener: Callable[[], None]) -> None:
        """Call `listener`, from the keeper's thread, each time the server was started again after a death."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises: ForeignAdbServerError when another program listens on the wanted port; AdbServerError when
        the server cannot be started, does not answer in time, or the home is used by a living station.
        """
        if self._keeper is not None:
            return
        binary = bundled_adb()
        self._prepare_home()
        self._end_stale_server(binary)
        self.port = self._wanted_port or _free_port()
        if _answers(self.port):
            raise ForeignAdbServerError(step="start", expected="a free port", port=str(self.port))
        self._stopping.clear()
        self._failure = None
        self._keeper = threading.Thread(target=self._keep, args=(binary,), name="adb-server", daemon=True)
        self._keeper.start()
        try:
            self.wait_until_ready(self._start_timeout_s)
        except BenchError:
            self.stop()
            raise

    def wait_until_ready(self, timeout_s: float) -> None:
        """Return when the server answers, starting again if it has just died.

        Raises: AdbServerError; ForeignAdbServerError when another program took the port in between.
        """
        until = time.monotonic() + timeout_s
        with self._ready:
            while not (self._is_ready and self.pid is not None):
                if self._failure is not None:
                    raise self._failure
                if self._stopping.is_set() or self._keeper is None:
                    raise AdbServerError(step="connect", expected="a running adb server", got="it was stopped")
                left = until - time.monotonic()
                if left <= 0:
                    raise AdbServerError(step="start", expected=f"an answer within {timeout_s:g} s", got="none")
                self._ready.wait(min(left, 0.1))

    def connect(self, deadline: Deadline) -> AdbStream:
        """A fresh connection to the server. Waits for a restart in progress, within the deadline.

        Raises: AdbServerError.
        """
        self.wait_until_ready(max(deadline.left(), 0.001))
        try:
            return AdbStream.open(self.port, deadline)
        except AdbServerError:
            # Died between the check and now: the keeper is already at it. Once more, then give up.
            with self._ready:
                self._ready.wait(0.2)
            self.wait_until_ready(max(deadline.left(), 0.001))
            return AdbStream.open(self.port, deadline)

    def ask(self, service: str, *, timeout_s: float = 5.0) -> bytes:
        """A question to the server itself (`host:...`), answered by one block; asked again once if the
        server died under it.

        Raises: AdbServerError; PhoneLostError, PhoneRefusedError for questions about one transport.
        """
        deadline = Deadline(timeout_s)
        for attempt in (1, 2):
            try:
                with self.connect(deadline) as stream:
                    return stream.ask_server(service)
            except PhoneSilentError as error:
                if self._failure is not None:
                    # Our server died, and what took its port in that moment was never ours to ask.
                    raise self._failure from error
                raise AdbServerError(step="ask", expected="an answer in time", got="none") from error
            except PhoneLostError as error:
                if error.step == "open":
                    raise
                if attempt == 2:
                    raise AdbServerError(step="ask", expected="an answer", got="the link ended") from error
                # The kernel may close a dead server's sockets before its death is seen.
                time.sleep(0.05)
        raise AssertionError  # both attempts return or raise

    def stop(self) -> None:
        """End the server by its process id and wait for it. Never raises."""
        self._stopping.set()
        child, keeper = self._child, self._keeper
        if child is not None:
            _end(child)
        if keeper is not None and keeper is not threading.current_thread():
            keeper.join(timeout=5.0)
        self._keeper = None
        self._is_ready = False
        self._child = None
        with contextlib.suppress(OSError):
            (self.home / NOTE).unlink(missing_ok=True)

    # -- the keeper's thread -------------------------------------------------------------------------

    def _keep(self, binary: Path) -> None:
        deaths: list[float] = []
        while not self._stopping.is_set():
            try:
                self._start_child(binary)
            except BenchError as error:
                self._give_up(error)
                return
            child = self._child
            if child is not None:
                child.wait()
            with self._ready:
                self._is_ready = False
            if self._stopping.is_set():
                return
            now = time.monotonic()
            deaths = [death for death in deaths if now - death < RESTART_WINDOW_S] + [now]
            if len(deaths) > RESTARTS_ALLOWED:
                got = f"it exited {len(deaths)} times within {RESTART_WINDOW_S:g} s"
                self._give_up(AdbServerError(step="restart", expected="a server that keeps running", got=got))
                return
            self._stopping.wait(0.05 * len(deaths))

    def _give_up(self, error: BenchError) -> None:
        with self._ready:
            self._failure = error
            self._is_ready = False
            self._ready.notify_all()

    def _start_child(self, binary: Path) -> None:
        if _answers(self.port):
            raise ForeignAdbServerError(step="restart", expected="our own port", port=str(self.port))
        command = [str(binary), "-P", str(self.port), "nodaemon", "server"]
        if sys.platform == "linux":
            command = [sys.executable, "-I", "-S", "-c", _GUARD, str(os.getpid()), *command]
        try:
            said = tempfile.TemporaryFile()  # noqa: SIM115 - has no name, and goes with the child and with us
            child = subprocess.Popen(
                command,
                env=self._environment(),
                cwd=self.home,
                start_new_session=True,
                umask=0o077,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
        except OSError as error:
            raise AdbServerError(step="start", expected="a running adb server", got=type(error).__name__) from error
        self._child = child
        self._note_child(binary, child.pid)
        answers = self._wait_for_answer(child)
        died = child.poll()
        last_words = "" if answers else _last_line(said)
        said.close()
        if answers:
            if sys.platform == "linux" and not listens_on(child.pid, self.port):
                _end(child)
                raise ForeignAdbServerError(step="start", expected="our own server", port=str(self.port))
            again = self.generation > 0
            with self._ready:
                self.generation += 1
                self._is_ready = True
                self._ready.notify_all()
            if again:
                for listener in tuple(self._listeners):
                    listener()
            return
        _end(child)
        if self._stopping.is_set():
            return
        if died is not None:
            got = f"exit {died}; {last_words}" if last_words else f"exit {died}"
            raise AdbServerError(step="start", expected="a running adb server", got=got)
        waited = f"an answer within {self._start_timeout_s:g} s"
        raise AdbServerError(step="start", expected=waited, got=last_words or "none")

    def _wait_for_answer(self, child: subprocess.Popen[bytes]) -> bool:
        until = time.monotonic() + self._start_timeout_s
        while time.monotonic() < until and child.poll() is None and not self._stopping.is_set():
            try:
                with AdbStream.open(self.port, Deadline(2.0)) as stream:
                    stream.ask_server("host:version")
                return True
            except (AdbServerError, PhoneError):
                self._stopping.wait(0.02)
        return False

    def _environment(self) -> dict[str, str]:
        # Nothing of the user's adb settings comes through: no vendor keys, no other port, no other home.
        kept = {
            name: text for name, text in os.environ.items() if not name.startswith(("ADB_", "ANDROID_", "ADBUTILS_"))
        }
        kept |= {
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "ADB_MDNS": "0",
            "ADB_EMU": "0",
            "ADB_REJECT_KILL_SERVER": "1",
        }
        if not self._usb:
            kept["ADB_USB"] = "0"
        return kept

    # -- home and pid file ---------------------------------------------------------------------------

    def _prepare_home(self) -> None:
        try:
            for folder in (self.home, self.home / "tmp", self.home / ".android"):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                folder.chmod(0o700)
            key = self.home / ".android" / "adbkey"
            if key.exists():
                key.chmod(0o600)
        except OSError as error:
            raise AdbServerError(
                step="start", expected="a writable folder for its key", got=error.strerror or type(error).__name__
            ) from error

    def _note_child(self, binary: Path, pid: int) -> None:
        note = {
            "pid": pid,
            "port": self.port,
            "binary": str(binary),
            "started": started_at(pid),
            "station": os.getpid(),
            "station_started": started_at(os.getpid()),
        }
        try:
            descriptor = os.open(self.home / NOTE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(json.dumps(note))
        except OSError as error:
            raise AdbServerError(
                step="start", expected="a writable folder for its key", got=error.strerror or type(error).__name__
            ) from error

    def _end_stale_server(self, binary: Path) -> None:
        """End a server of ours that outlived its station; `noted_server` says which is ours."""
        note = read_note(self.home)
        station = note.get("station")
        if (
            isinstance(station, int)
            and station != os.getpid()
            and started_at(station) is not None
            and started_at(station) == note.get("station_started")
        ):
            got = f"folder in use by proofwipe (pid {station})"
            raise AdbServerError(step="start", expected="a folder that nobody uses", got=got)
        pid = noted_server(self.home)
        if pid is not None and note.get("binary") == str(binary):
            _end_pid(pid, started_at(pid))
            port = note.get("port")
            if isinstance(port, int):
                _wait_until_quiet(port)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_until_quiet(port: int) -> None:
    """Return when nobody answers on the port of an ended server, or after two seconds.

    The first thread of a process counts as ended while its other threads still hold the listening socket.
    """
    until = time.monotonic() + 2.0
    while _answers(port) and time.monotonic() < until:
        time.sleep(0.02)


def _last_line(said: IO[bytes]) -> str:
    """The last thing an adb that does not answer has said, fit to be shown."""
    said.seek(0)
    lines = [line for line in said.read(64 * 1024).splitlines() if line.strip()]
    return clean_bytes(lines[-1].strip()) if lines else ""


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=2.0)
    except subprocess.TimeoutExpired:
        child.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=2.0)


def _end_pid(pid: int, started: int | None) -> None:
    for signal_number, patience_s in ((15, 2.0), (9, 2.0)):
        with contextlib.suppress(OSError):
            os.kill(pid, signal_number)
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            if started_at(pid) != started:
                return
            time.sleep(0.02)
