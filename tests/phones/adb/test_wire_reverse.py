# SPDX-License-Identifier: GPL-3.0-or-later
"""`adb reverse` through the real adb server: a program on the phone reaches one port of ours, and no other."""

import socket
import threading
from collections.abc import Iterator

import pytest

from phones.errors import PhoneRefusedError
from phones.link import ReversePort, ShellLine
from tests.phones.adb.test_wire_android import Wired, running
from tests.support.waiting import wait_for

pytestmark = pytest.mark.wire
SHELL = "1-2.3"


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    with running(tmp_path_factory.mktemp("reverse")) as bench:
        bench.accept(SHELL)
        yield bench


class Echo:
    """A port of ours that says everything back in capitals."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._say, args=(caller,), daemon=True).start()

    def _say(self, caller: socket.socket) -> None:
        with caller:
            while data := caller.recv(65536):
                caller.sendall(data.upper())

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    found = Echo()
    yield found
    found.close()


def call(wired: Wired, port: int, said: bytes) -> bytes:
    """What a program on the phone hears back from a port of its own loopback; b"" when nobody is there."""
    loopback, _ = wired.remote.browser(SHELL)
    try:
        with socket.create_connection((loopback, port), timeout=10) as caller:
            caller.sendall(said)
            caller.settimeout(10)
            heard = b""
            while len(heard) < len(said) and (piece := caller.recv(65536)):
                heard += piece
            return heard
    except OSError:
        return b""


def test_a_program_on_the_phone_reaches_our_port_until_the_way_is_closed(wired: Wired, echo: Echo) -> None:
    link = wired.bench.port(SHELL).open()
    assert call(wired, echo.port, b"hello") == b""
    link.exchange(ReversePort(port=echo.port), timeout_s=10)
    wait_for(lambda: call(wired, echo.port, b"hello") == b"HELLO", 10, "nobody answers on the phone's port")
    large = b"x" * 300_000
    assert call(wired, echo.port, large) == large.upper()
    link.exchange(ReversePort(port=echo.port, is_open=False), timeout_s=10)
    wait_for(lambda: call(wired, echo.port, b"hello") == b"", 10, "the way is still open")


def test_a_way_that_was_never_open_cannot_be_closed(wired: Wired, echo: Echo) -> None:
    with pytest.raises(PhoneRefusedError):
        wired.bench.port(SHELL).open().exchange(ReversePort(port=echo.port, is_open=False), timeout_s=10)


def test_a_phone_is_sent_to_an_address(wired: Wired) -> None:
    line = "am start -a android.intent.action.VIEW -d http://localhost:40000/c/abc/"
    assert wired.bench.port(SHELL).open().exchange(ShellLine(line=line), timeout_s=10).status == 0
    assert wired.remote.browser(SHELL)[1][-1] == "http://localhost:40000/c/abc/"
