# SPDX-License-Identifier: GPL-3.0-or-later
"""The process: its sockets, its way up, its way down.

It ends as a person leaves a bench: nothing new is begun, erases that have begun are finished, what waits for a person
is left as a power cut would leave it, for the next start. A second signal ends at once, which is like a power cut too.
"""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn

from station.errors import ConfigError, LedgerError
from station.service.activation import inherited
from station.service.app import build
from station.service.connection import LARGEST_HEAD, Connection
from station.service.notify import Notifier
from station.service.running import Running
from station.session.remote.place import listen_at
from station.setup.home import Home

ENDING_S = 300.0
"""How long erases are waited for at the end; packaging/systemd waits a little longer."""
_LOOK_S = 0.2
_WAITING = 128
_BEATS = 4
"""Signs of life in the time within which systemd wants one: some may be missed."""
log = logging.getLogger("proofwipe.service")


def api_socket(home: Home) -> Path:
    """The name of the API's Unix socket."""
    return home.path / "api.sock"


class Daemon(uvicorn.Server):
    """Serves a running station until it is told to end. `told`: is called when clients may come."""

    def __init__(
        self, running: Running, *, told: Callable[[], None] = lambda: None, notifier: Notifier | None = None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                build(running),
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=_WAITING,  # taken in at one time, and each of them has a descriptor
                h11_max_incomplete_event_size=LARGEST_HEAD,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=5,
            )
        )
        self._service = running
        self._told = told
        self._notifier = notifier or Notifier("")
        self._signals = 0
        self._beating: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours alone: a signal asks for an orderly end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self.end)
        try:
            yield
        finally:
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(each)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open, then say so."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._service.feed.start()
        self._beating = asyncio.create_task(self._beat())
        self._notifier.tell("READY=1")
        self._told()

    def ask_to_end(self) -> None:
        """As a signal does, from any thread, once the service is up."""
        self._loop.call_soon_threadsafe(self.end)

    def end(self) -> None:
        """Begin to end; the second time at once. Called in the loop's thread."""
        self._signals += 1
        if self._signals > 1:
            self._service.feed.close()
            self.should_exit = True
            return
        self._service.end()
        self._notifier.tell("STOPPING=1")
        self._ending = asyncio.get_running_loop().create_task(self._end_orderly())

    async def _end_orderly(self) -> None:
        """The API answers while begun erases are finished."""
        session = self._service.at.session
        until = asyncio.get_running_loop().time() + ENDING_S
        while session.jobs_running and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(_LOOK_S)
        self._service.feed.close()
        self.should_exit = True

    async def _beat(self) -> None:
        """The watchdog of systemd: a loop that hangs, or a ledger that goes on not answering, is not said to live."""
        every = self._notifier.watchdog_s
        while every:
            try:
                await asyncio.to_thread(self._service.feed.last)
                self._notifier.tell("WATCHDOG=1")
            except LedgerError as error:  # it may answer the next time; one that never does is systemd's to end
                log.warning("no sign of life: %s", error.code)
            await asyncio.sleep(every / _BEATS)


@contextmanager
def listening(home: Home, port: int) -> Iterator[list[socket.socket]]:
    """The API's sockets: those that systemd hands over, else one in the station's folder, and TCP on loopback where a
    port is set.

    Raises: ConfigError when the port is taken, the socket cannot be made, or one that was handed over is none for us.
    """
    if given := inherited():
        try:
            yield list(given)
        finally:
            for each in given:
                each.close()  # the name in the file system is systemd's
        return
    opened: list[socket.socket] = []
    try:
        try:
            opened.append(listen_at(api_socket(home), waiting=_WAITING))
        except OSError as error:
            raise ConfigError(subject=str(api_socket(home)), expected="socket", got=type(error).__name__) from error
        if port:
            tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            opened.append(tcp)
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tcp.bind(("127.0.0.1", port))
                tcp.listen(_WAITING)
            except OSError as error:
                raise ConfigError(subject="service.port", expected=str(port), got=type(error).__name__) from error
        yield opened
    finally:
        for each in opened:
            each.close()
        with suppress(OSError):
            api_socket(home).unlink()
