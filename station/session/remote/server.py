# SPDX-License-Identifier: GPL-3.0-or-later
"""The side of the session: answers one request a connection, several at a time, until it is closed.

What comes in is hostile: bounded in length and time, read strictly, and no request ends the session.
"""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from phones.errors import ProofwipeError
from station.errors import SessionRefusedError
from station.session.events import Warned
from station.session.operations import OpenStation
from station.session.remote.messages import LARGEST_REQUEST, Reply, Request, read_request, write_reply
from station.session.remote.place import (
    LineTooLongError,
    listen,
    other_side,
    own_or_root,
    read_line,
    send_line,
    socket_path,
)
from station.text.language import speaking

AT_ONCE = 8
REQUEST_S = 5.0
"""Within which a whole request must have come."""
REPLY_S = 30.0
"""Within which a client must have taken its answer."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 5.0
"""After a request that could not be taken: long enough for a descriptor to come free, never busy."""

log = logging.getLogger("proofwipe.socket")


@contextmanager
def serve(station: OpenStation, *, admits: Callable[[int], bool] = own_or_root) -> Iterator[None]:
    """While it is entered other commands of this station find the session; at the end what was begun is finished.

    Where no socket can be made the work goes on without one. `admits`: which users are answered.
    """
    try:
        listening = listen(station.home, waiting=2 * AT_ONCE)
    except OSError as error:
        log.warning("no socket for other commands: %s", error)
        yield
        return
    try:
        server = _Server(station, listening, admits)
        try:
            yield
        finally:
            server.close()
    finally:
        listening.close()
        with suppress(OSError):
            socket_path(station.home).unlink()


class _Server:
    def __init__(self, station: OpenStation, listening: socket.socket, admits: Callable[[int], bool]) -> None:
        self._station = station
        self._listening = listening
        self._admits = admits
        self._free = threading.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._reading: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._accepting = threading.Thread(target=self._accept, name="socket", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Take no more; who has not said what they want is left, what was begun is finished."""
        with self._lock:
            self._over.set()
            for connection in self._reading:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
            threads = tuple(self._threads)
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        for thread in (*threads, self._accepting):
            thread.join()

    def _accept(self) -> None:
        pause = FIRST_PAUSE_S
        while not self._over.is_set():
            self._free.acquire()
            try:
                connection, _nobody = self._listening.accept()
            except OSError as error:  # no descriptor is free, or a client was gone again: the next may be answered
                self._free.release()
                if not self._over.is_set():
                    log.warning("a request could not be taken: %s", error)
                self._over.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            pause = FIRST_PAUSE_S
            thread = threading.Thread(target=self._answer, args=(connection,), name="request", daemon=True)
            with self._lock:
                if self._over.is_set():
                    connection.close()
                    self._free.release()
                    return
                self._threads.add(thread)
                self._reading.add(connection)
                thread.start()  # before the lock is let go: who closes joins it

    def _answer(self, connection: socket.socket) -> None:
        try:
            with connection:
                if self._admits(other_side(connection)):
                    send_line(connection, self._reply_to(connection), seconds=REPLY_S)
        except (OSError, EOFError) as error:  # the client is gone, or too slow: what it asked for is done or not begun
            log.info("a client was not answered: %s", type(error).__name__)
        except Exception:
            log.exception("a request was not answered")
        finally:
            with self._lock:
                self._reading.discard(connection)
                self._threads.discard(threading.current_thread())
            self._free.release()

    def _reply_to(self, connection: socket.socket) -> bytes:
        try:
            line = read_line(connection, most=LARGEST_REQUEST, seconds=REQUEST_S)
            request = read_request(line)
        except LineTooLongError:
            return write_reply(Reply(id="", error=SessionRefusedError(got=f"> {LARGEST_REQUEST} B")), None)
        except ValueError as error:
            return write_reply(Reply(id="", error=SessionRefusedError(got=str(error)[:80])), None)
        finally:
            with self._lock:
                self._reading.discard(connection)
        return write_reply(self._carry_out(request), request.operation)

    def _carry_out(self, request: Request) -> Reply:
        with speaking(request.language), self._station.session.events(Warned, of_this_thread=True) as warned:
            result, failed = None, None
            try:
                result = request.operation(self._station, **request.arguments)
            except ProofwipeError as error:
                failed = error
            except Exception as error:
                log.exception("unexpected")
                failed = ProofwipeError(got=f"{type(error).__name__}: {error}".splitlines()[0])
            warned.end()
            told = tuple(each.event.error for each in warned if isinstance(each.event, Warned))
        return Reply(id=request.id, result=result, error=failed, warned=told)
