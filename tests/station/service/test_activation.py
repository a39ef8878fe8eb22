# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that are handed over, and a service that hangs: with a wrapper that does what systemd does."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from station.errors import ConfigError
from station.service.activation import VARIABLES, inherited
from station.service.daemon import api_socket
from station.setup.home import Home
from tests.support.cli_station import PASSPHRASE, PIXEL_16, ROOT, CommandLine, Starter

LONGEST_S = 120.0
FIRST = 700
"""Descriptors that nobody here has."""


def handed(*sockets: socket.socket) -> dict[str, str]:
    for place, each in enumerate(sockets):
        os.dup2(each.fileno(), FIRST + place)
    return {"LISTEN_FDS": str(len(sockets)), "LISTEN_PID": str(os.getpid()), "LISTEN_FDNAMES": "api"}


def test_sockets_that_are_handed_over_are_taken_once_and_for_this_process_alone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as local, socket.create_server(("127.0.0.1", 0)) as tcp:
        local.bind(str(tmp_path / "api.sock"))
        local.listen()
        environment = handed(local, tcp)
        found = inherited(environment, first=FIRST)
        assert [each.family for each in found] == [socket.AF_UNIX, socket.AF_INET]
        assert not {*VARIABLES} & environment.keys()
        assert not any(each.get_inheritable() for each in found)
        for each in found:
            each.close()
    assert inherited({}) == ()
    assert inherited({"LISTEN_FDS": "2", "LISTEN_PID": str(os.getpid() + 1)}) == ()
    assert inherited({"LISTEN_FDS": "many", "LISTEN_PID": str(os.getpid())}) == ()


def test_a_socket_that_listens_where_everybody_may_come_or_not_at_all_is_refused(tmp_path: Path) -> None:
    with (
        socket.create_server(("0.0.0.0", 0)) as open_to_all,
        socket.socket(socket.AF_UNIX) as deaf,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as letters,
    ):
        letters.bind(str(tmp_path / "letters"))
        for each in (open_to_all, deaf, letters):
            with pytest.raises(ConfigError):
                inherited(handed(each), first=FIRST)
    with pytest.raises(ConfigError):
        inherited({"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}, first=FIRST + 50)


class Keeper:
    """Does what systemd does for the units in packaging/systemd: holds the socket, starts, listens to signs of life."""

    def __init__(self, line: CommandLine, secret: Path, folder: Path, *, watchdog_s: float) -> None:
        self.line, self.secret, self.watchdog_s = line, secret, watchdog_s
        self.notify = folder / "notify.sock"
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.heard.bind(str(self.notify))
        self.api = socket.socket(socket.AF_UNIX)
        self.api.bind(str(api_socket(Home(line.home))))
        self.api.listen(128)

    def close(self) -> None:
        self.heard.close()
        self.api.close()

    @contextmanager
    def started(self) -> Iterator["subprocess.Popen[bytes]"]:
        """The service as systemd starts it; killed at the end."""
        environment = {
            **self.line.environment,
            "NOTIFY_SOCKET": str(self.notify),
            "WATCHDOG_USEC": str(int(self.watchdog_s * 1e6)),
            "LISTEN_FDS": "1",
            "LISTEN_FDNAMES": "api",
        }
        serve = self.line.command("serve", "--passphrase-file", self.secret)
        program = 'exec 3<&"$0"; export LISTEN_PID=$$; exec "$@"'
        handed_over = os.dup(self.api.fileno())
        process = subprocess.Popen(
            ["bash", "-c", program, str(handed_over), *serve],
            env=environment, pass_fds=[handed_over], stderr=subprocess.DEVNULL, start_new_session=True, cwd=ROOT,
        )  # fmt: skip
        os.close(handed_over)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(LONGEST_S)

    def next(self, within_s: float) -> bytes:
        """What it says next; b"" where it says nothing in time."""
        self.heard.settimeout(within_s)
        try:
            return self.heard.recv(100)
        except TimeoutError:
            return b""

    def forget(self) -> None:
        """What was said before."""
        while self.next(0.01):
            pass


@pytest.mark.wire
@pytest.mark.timeout(1000)
def test_a_service_that_hangs_is_killed_by_its_watchdog_and_who_came_meanwhile_is_answered_by_the_next(
    specimen: Starter, tmp_path: Path
) -> None:
    line, _bench = specimen(PIXEL_16)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    keeper = Keeper(line, secret, tmp_path, watchdog_s=20.0)
    try:
        with keeper.started() as process:
            assert keeper.next(LONGEST_S) in (b"READY=1", b"WATCHDOG=1")
            keeper.next(LONGEST_S)
            assert keeper.next(LONGEST_S) == b"WATCHDOG=1"
            os.kill(process.pid, signal.SIGSTOP)  # it hangs
            time.sleep(0.5)
            keeper.forget()
            assert keeper.next(keeper.watchdog_s) == b"", "a process that does nothing gives no sign of life"
        with (
            keeper.started() as process,
            httpx.Client(
                transport=httpx.HTTPTransport(uds=str(api_socket(Home(line.home)))),
                base_url="http://localhost", timeout=LONGEST_S,
            ) as client,
        ):  # fmt: skip
            assert client.get("/v1/state").json()["state"] == "running", "it came before the service was up"
            os.kill(process.pid, signal.SIGTERM)
            assert process.wait(LONGEST_S) == 0
        assert api_socket(Home(line.home)).exists(), "the name is systemd's"
    finally:
        keeper.close()


def test_the_units_are_as_systemd_wants_them_and_shut_in_as_far_as_usb_allows(tmp_path: Path) -> None:
    for name in ("proofwipe.service", "proofwipe.socket"):
        text = (ROOT / "packaging/systemd" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/usr/bin/proofwipe", "/bin/true"))
    verify = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
    try:
        done = subprocess.run(
            [*verify, str(tmp_path / "proofwipe.service"), str(tmp_path / "proofwipe.socket")],
            capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.fail("systemd-analyze is not here; it is in packaging/debian-packages.txt")
    assert (done.returncode, "Unknown" in done.stderr) == (0, False), done.stderr
