# SPDX-License-Identifier: GPL-3.0-or-later
"""A tiny adb server for tests: it answers service by service what a test tells it, byte for byte.

It shows what the real server cannot be made to show over TCP: invented USB paths, equal serials, forged
lines, answers that stop, drip or never end.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from phones.adb.wire import AdbStream, Deadline
from tests.support.waiting import PATIENCE_S

Conversation = Callable[[socket.socket], None]
Answers = dict[str, bytes | Conversation]


def okay(block: bytes) -> bytes:
    return b"OKAY" + b"%04x" % len(block) + block


def fail(words: str) -> bytes:
    return b"FAIL" + b"%04x" % len(words) + words.encode()


def packet(kind: int, data: bytes) -> bytes:
    return struct.pack("<BI", kind, len(data)) + data


def shell(stdout: bytes, *, stderr: bytes = b"", exit_code: int | None = 0) -> bytes:
    tail = b"" if exit_code is None else packet(3, bytes([exit_code]))
    return b"OKAY" + packet(1, stdout) + packet(2, stderr) + tail


class SmartSocket:
    """Has of AdbServer what links and the bench use; every connection is answered from `answers`."""

    def __init__(self, port: int, answers: Answers) -> None:
        self.port = port
        self.answers = answers
        self.generation = 1
        self.asked: list[str] = []
        self.listeners: list[Callable[[], None]] = []

    def connect(self, deadline: Deadline) -> AdbStream:
        return AdbStream.open(self.port, deadline)

    def ask(self, service: str, *, timeout_s: float = PATIENCE_S) -> bytes:
        with self.connect(Deadline(timeout_s)) as stream:
            return stream.ask_server(service)

    def on_restart(self, listener: Callable[[], None]) -> None:
        self.listeners.append(listener)


@contextmanager
def smart_socket(answers: Answers) -> Iterator[SmartSocket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = SmartSocket(listener.getsockname()[1], answers)
        listener.settimeout(0.05)
        ended = threading.Event()
        serving = [threading.Thread(target=_accept, args=(listener, server, ended), daemon=True)]
        serving[0].start()
        try:
            yield server
        finally:
            ended.set()
            serving[0].join(timeout=5)


def _accept(listener: socket.socket, server: SmartSocket, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        threading.Thread(target=_serve, args=(connection, server), daemon=True).start()


def _serve(connection: socket.socket, server: SmartSocket) -> None:
    with connection:
        connection.settimeout(PATIENCE_S)
        try:
            while True:
                head = connection.recv(4, socket.MSG_WAITALL)
                if len(head) < 4:
                    return
                service = connection.recv(int(head, 16), socket.MSG_WAITALL).decode()
                server.asked.append(service)
                answer = server.answers.get(service, fail("unknown service"))
                if callable(answer):
                    answer(connection)
                    return
                connection.sendall(answer)
                if not service.startswith("host:transport-id:") or answer.startswith(b"FAIL"):
                    return
        except OSError:
            return


def drip(data: bytes, pause_s: float) -> Conversation:
    def talk(connection: socket.socket) -> None:
        for number in range(len(data)):
            connection.sendall(data[number : number + 1])
            time.sleep(pause_s)

    return talk


def silence(connection: socket.socket) -> None:
    """Says nothing, until the other side has gone."""
    connection.recv(1)
