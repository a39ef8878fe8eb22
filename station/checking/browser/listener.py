# SPDX-License-Identifier: GPL-3.0-or-later
"""The port that one phone's browser comes to: a thread of its own, few connections, nothing that waits for ever."""

import asyncio
import socket
import ssl
import threading
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Self

from phones.errors import BenchError
from station.checking.browser.requests import LARGEST_HEAD, BadRequestError, Said, read_request, written
from station.checking.browser.visit import HEADERS, Visit

MOST_CONNECTIONS = 24
"""A browser opens six at once to one host; the rest is turned away."""
MOST_OF_ONE = 12
"""So many of them may one address in the Wi-Fi have: no neighbour takes all."""
HANDSHAKE_S = 8.0
"""Within which a peer has agreed on its encryption."""
GOODBYE_S = 2.0
MOST_WAITING = 256
"""Connections that the kernel holds until we look at them."""
MOST_REQUESTS_A_CONNECTION = 1000
SEND_S = 20.0
START_S = 10.0
SETTLE_S = 0.02
PAUSE_S = 0.1
LOOPBACK = "127.0.0.1"


class Listener:
    """Listens from the moment it is made, so that its port can be named; answers between `open` and `close`.

    `address`: of this machine; only a bench with a certificate (`encryption`) listens anywhere but on loopback.
    Raises: BenchError when there is no free port.
    """

    def __init__(self, address: str = LOOPBACK, *, encryption: ssl.SSLContext | None = None) -> None:
        try:
            self._socket = socket.create_server((address, 0), backlog=MOST_WAITING)
        except OSError as error:
            raise BenchError(subject=address, step="listen", got=type(error).__name__) from error
        self.port = int(self._socket.getsockname()[1])
        self._encryption = encryption
        self._loop = asyncio.new_event_loop()
        self._visit: Visit | None = None
        self._answers = threading.Event()
        self._open: Counter[str] = Counter()  # the other side's address → its connections, those that greet included
        self._thread: threading.Thread | None = None

    def open(self, visit: Visit) -> None:
        """Answer from now on, in a thread of its own. Raises: BenchError."""
        self._visit = visit
        self._thread = threading.Thread(target=self._run, name=f"browser {self.port}", daemon=True)
        self._thread.start()
        if not self._answers.wait(START_S):
            raise BenchError(subject=str(self.port), step="listen", expected="an answer in time", got="none")

    def close(self) -> None:
        """Answer nobody any more; never raises."""
        if self._thread is None:
            self._socket.close()
            self._loop.close()
            return
        with suppress(RuntimeError):  # the thread has ended by itself
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        self._socket.settimeout(0)
        accepting = loop.create_task(self._accept())
        try:
            loop.call_soon(self._answers.set)
            loop.run_forever()
        finally:
            accepting.cancel()
            loop.run_until_complete(asyncio.sleep(SETTLE_S))  # whoever was just let in is there to be sent away
            self._socket.close()
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(asyncio.sleep(SETTLE_S))
            loop.close()

    async def _accept(self) -> None:
        """Let in whoever comes, each in a task of its own."""
        serving: set[asyncio.Task[None]] = set()
        while True:
            try:
                connection, address = await self._loop.sock_accept(self._socket)
            except OSError:  # this process has no descriptor left, or the other side has gone again
                await asyncio.sleep(PAUSE_S)
                continue
            task = self._loop.create_task(self._serve(connection, str(address[0])))
            serving.add(task)
            task.add_done_callback(serving.discard)

    async def _serve(self, connection: socket.socket, peer: str) -> None:
        """One connection, however it ends; counted before anything is said, as a greeting of TLS costs more."""
        is_too_many = self._open.total() >= MOST_CONNECTIONS or (
            self._encryption is not None and self._open[peer] >= MOST_OF_ONE
        )
        if is_too_many and self._encryption is not None:
            connection.close()
            return
        self._open[peer] += 1
        try:
            reader, writer = await self._streams(connection)
            try:
                if is_too_many:
                    await _send(writer, Said(status=503), keep=False)
                else:
                    await self._converse(reader, writer)
            finally:
                writer.transport.abort()
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # the other side has gone, takes nothing, or speaks no TLS; or we close
        finally:
            connection.close()
            self._open[peer] -= 1
            if not self._open[peer]:
                del self._open[peer]

    async def _streams(self, connection: socket.socket) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Raises: OSError for a peer that speaks no TLS, or does not greet in time."""
        reader = asyncio.StreamReader(limit=LARGEST_HEAD, loop=self._loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self._loop)
        is_secret = self._encryption is not None
        transport, _ = await self._loop.connect_accepted_socket(
            lambda: protocol,
            connection,
            ssl=self._encryption,
            ssl_handshake_timeout=HANDSHAKE_S if is_secret else None,
            ssl_shutdown_timeout=GOODBYE_S if is_secret else None,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, self._loop)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = self._visit
        assert visit is not None
        for number in range(1, MOST_REQUESTS_A_CONNECTION + 1):
            try:
                asked = await read_request(reader)
            except BadRequestError as error:
                await _send(writer, Said(status=error.status), keep=False)
                return
            if asked is None:
                return
            keep = number < MOST_REQUESTS_A_CONNECTION and asked.headers.get("connection", "").lower() != "close"
            await _send(writer, visit.answer(asked), keep=keep)
            if not keep:
                return


async def _send(writer: asyncio.StreamWriter, said: Said, *, keep: bool) -> None:
    """Raises: TimeoutError, OSError."""
    writer.write(written(said, HEADERS, keep=keep))
    await asyncio.wait_for(writer.drain(), SEND_S)
    if not keep:
        # Closed with bytes unread, the kernel would take our answer back: the sender has a moment to read it.
        writer.write_eof() if writer.can_write_eof() else None
        await asyncio.sleep(0.05)
