# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel's virtual host controller says and hears (USB/IP), without a kernel."""

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_phones.usb import vhci
from virtual_phones.usb.descriptors import Configuration, Endpoint, Identity, Interface
from virtual_phones.usb.device import Completion, Urb, UsbDevice
from virtual_phones.usb.function import Function, Transfer
from virtual_phones.usb.vhci import HEADER_BYTES, HUSH_S, VhciCable, next_request, returned, spread


def submit(number: int, endpoint: int, direction: int, length: int, data: bytes = b"") -> bytes:
    setup = bytes(8)
    return struct.pack(">5IIiiiI", 1, number, 65538, direction, endpoint, 0, length, 0, -1, 0) + setup + data


def test_an_out_urb_carries_its_data() -> None:
    inbox = bytearray(submit(7, 3, 0, 5, data=b"hello") + b"rest")
    assert next_request(inbox) == Urb(number=7, address=3, length=5, data=b"hello")
    assert inbox == b"rest"


def test_an_in_urb_has_a_buffer_and_no_data() -> None:
    assert next_request(bytearray(submit(8, 3, 1, 512))) == Urb(number=8, address=0x83, length=512)


def test_half_a_message_waits() -> None:
    whole = submit(7, 3, 0, 5, data=b"hello")
    for cut in range(len(whole)):
        assert next_request(bytearray(whole[:cut])) is None


def test_an_unlink_names_its_victim() -> None:
    assert next_request(bytearray(struct.pack(">5II24x", 2, 9, 0, 0, 0, 7))) == (9, 7)


@given(st.binary(min_size=HEADER_BYTES, max_size=200))
def test_what_is_no_message_ends_the_cable(data: bytes) -> None:
    inbox = bytearray(data)
    try:
        found = next_request(inbox)
    except OSError:
        return
    assert found is None or len(inbox) < len(data)


def test_a_huge_urb_ends_the_cable() -> None:
    with pytest.raises(OSError, match="urb of"):
        next_request(bytearray(submit(1, 1, 0, 0x7FFFFFFF)))


def test_a_completion_is_a_header_and_what_was_read() -> None:
    packed = returned(Completion(number=8, status=-32, actual=0))
    assert len(packed) == HEADER_BYTES
    assert struct.unpack_from(">5Iii", packed) == (3, 8, 0, 0, 0, -32, 0)
    assert returned(Completion(number=1, actual=2, data=b"ab"))[HEADER_BYTES:] == b"ab"


def test_neighbours_hang_on_different_root_hubs() -> None:
    assert spread(["1-1", "1-2", "3-1", "3-2", "3-3"]) == ["1-1", "3-1", "1-2", "3-2", "3-3"]


class Parrot(Function):
    """Says again what it was told."""

    def __init__(self) -> None:
        self.waiting: list[Transfer] = []

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        self.waiting.append(Transfer(data))

    def take(self, address: int) -> list[Transfer]:
        waiting, self.waiting = self.waiting, []
        return waiting


class Kernel:
    """The other end of the socket pair: the kernel's controller, as bytes."""

    def __init__(self) -> None:
        interface = Interface(triple=(0xFF, 0, 0), endpoints=(Endpoint(address=0x81), Endpoint(address=0x01)))
        device = UsbDevice(
            Identity(vendor_id=1, product_id=2, manufacturer="m", product="p", serial="s"),
            [Configuration(interfaces=(interface,))],
            {(1, 0): Parrot()},
        )
        self.cable = VhciCable(7, device, time.monotonic, name="test", plug_in=self._plug_in)
        self.send(struct.pack(">5IIiiiI", 1, 1, 7, 0, 0, 0, 0, 0, -1, 0) + struct.pack("<BBHHH", 0, 9, 1, 0, 0))
        assert self.reply()[:2] == (3, 1)

    def _plug_in(self, number: int, theirs: socket.socket) -> None:
        assert number == 7
        self.line = theirs.dup()
        self.line.settimeout(5.0)

    def send(self, data: bytes) -> None:
        self.line.sendall(data)

    def reply(self) -> tuple[int, int, int, bytes]:
        """Kind, number, status, data of the next message. Raises: EOFError when the cable is out."""
        head = b""
        while len(head) < HEADER_BYTES:
            piece = self.line.recv(HEADER_BYTES - len(head))
            if not piece:
                raise EOFError
            head += piece
        kind, number, _, _, _, status, actual = struct.unpack_from(">5Iii", head)
        return kind, number, status, self.line.recv(actual) if kind == 3 and actual and number != 2 else b""


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    made = Kernel()
    try:
        yield made
    finally:
        made.cable.unplug()
        assert made.cable.gone.wait(90)
        made.line.close()


def test_a_urb_taken_back_is_never_answered(kernel: Kernel) -> None:
    kernel.send(submit(10, 1, 1, 512))
    kernel.send(struct.pack(">5II24x", 2, 11, 7, 0, 0, 10))
    assert kernel.reply()[:3] == (4, 11, -104)
    kernel.send(submit(2, 1, 0, 3, data=b"abc"))
    assert kernel.reply()[:3] == (3, 2, 0)
    kernel.send(submit(12, 1, 1, 512))
    assert kernel.reply() == (3, 12, 0, b"abc"), "what 10 would have got goes to the next one"


def test_a_urb_that_was_answered_cannot_be_taken_back(kernel: Kernel) -> None:
    kernel.send(submit(2, 1, 0, 3, data=b"abc"))
    assert kernel.reply()[:3] == (3, 2, 0)
    kernel.send(struct.pack(">5II24x", 2, 13, 7, 0, 0, 2))
    assert kernel.reply()[:3] == (4, 13, 0)


def test_nothing_moves_over_a_pulled_cable_and_a_moment_later_the_host_knows(kernel: Kernel) -> None:
    kernel.send(submit(10, 1, 1, 512))
    pulled = time.monotonic()
    kernel.cable.unplug()
    with contextlib.suppress(OSError):
        kernel.send(submit(2, 1, 0, 3, data=b"abc"))
    with pytest.raises((EOFError, ConnectionResetError)):
        kernel.reply()
    assert time.monotonic() - pulled >= HUSH_S


def test_a_thread_that_was_about_to_read_when_the_cable_was_pulled_takes_nothing_in(
    monkeypatch: pytest.MonkeyPatch, kernel: Kernel
) -> None:
    about_to_read, pulled = threading.Event(), threading.Event()

    def starved(readers: list[socket.socket], *others: Any) -> Any:
        ready = select.select(readers, *others)
        about_to_read.set()
        assert pulled.wait(90)
        return ready

    monkeypatch.setattr(vhci, "select", SimpleNamespace(select=starved))
    kernel.send(submit(10, 1, 1, 512))
    kernel.send(struct.pack(">5II24x", 2, 11, 7, 0, 0, 10))
    pulled.set()
    assert kernel.reply()[:3] == (4, 11, -104), "the next select is the starved one, whichever this was"
    pulled.clear()
    about_to_read.clear()
    kernel.send(submit(12, 1, 1, 512))
    assert about_to_read.wait(90)
    kernel.cable.unplug()
    kernel.send(submit(2, 1, 0, 3, data=b"abc"))
    pulled.set()
    with pytest.raises((EOFError, ConnectionResetError)):
        kernel.reply()
