# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving up a connection whose other end hangs: a stopped usbmuxd answers no TLS goodbye."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pymobiledevice3.ca import generate_pairing_cert_chain
from pymobiledevice3.service_connection import ServiceConnection, create_ssl_context

from phones.apple.lockdown_session import LibraryLockdownSession, PlistServiceConnection
from phones.apple.loop import LoopThread
from phones.apple.refusals import library_errors_translated
from phones.errors import PhoneLostError

WAIT_S = 20.0


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key in one PEM file."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    device = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
    host, key, _, _, _ = generate_pairing_cert_chain(device)
    file = tmp_path_factory.mktemp("identity") / "identity.pem"
    file.write_bytes(host + b"\n" + key)
    return file


class Hung:
    """A TLS server that says yes to the handshake and never reads again."""

    def __init__(self, identity: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(identity)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        line, _ = self._listener.accept()
        with self._context.wrap_socket(line, server_side=True):
            self._over.wait(WAIT_S)

    def stop(self) -> None:
        self._over.set()
        self._listener.close()
        self._thread.join(5.0)


@pytest.fixture
def hung(identity: Path) -> Iterator[Hung]:
    server = Hung(identity)
    yield server
    server.stop()


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread("closing")
    yield thread
    thread.close()


@pytest.mark.parametrize("kind", ["conversation", "talk"])
def test_a_connection_to_one_that_hangs_can_be_closed_again_and_again(
    hung: Hung, identity: Path, loop: LoopThread, kind: str
) -> None:
    async def close_twice() -> None:
        service = await ServiceConnection.create_using_tcp(
            "127.0.0.1", hung.port, ssl_context=create_ssl_context(str(identity))
        )
        closable = (
            LibraryLockdownSession(service, "udid", {})
            if kind == "conversation"
            else PlistServiceConnection(service, "udid")
        )
        await closable.close()
        await closable.close()

    loop.run(close_twice(), timeout_s=WAIT_S)
    assert loop.unfinished() == 0


def test_a_wait_that_nobody_cancelled_and_that_ends_as_cancelled_is_a_lost_phone(loop: LoopThread) -> None:
    async def wait_for_what_was_given_up() -> None:
        given_up = asyncio.get_running_loop().create_future()
        given_up.cancel()
        with library_errors_translated("udid", "close"):
            await given_up

    with pytest.raises(PhoneLostError):
        loop.run(wait_for_what_was_given_up(), timeout_s=WAIT_S)


def test_a_cancellation_that_was_asked_for_goes_through(loop: LoopThread) -> None:
    async def cancelled_by_us() -> str:
        async def wait() -> None:
            with library_errors_translated("udid", "wait"):
                await asyncio.sleep(WAIT_S)

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return "cancelled" if task.cancelled() else "not"

    assert loop.run(cancelled_by_us(), timeout_s=WAIT_S) == "cancelled"
