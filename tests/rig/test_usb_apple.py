# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone's end of usbmux over USB: versions, sequence numbers, windows, chunks, resets."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_phones.usb.apple import ACK, CHUNK, RST, SYN, Connection, Mux
from virtual_phones.usb.function import Stall

LOCKDOWN = 62078
VERSION = struct.pack(">IIIII", 0, 20, 2, 0, 0)


class Host:
    """usbmuxd's side, as little of it as a test needs."""

    def __init__(self) -> None:
        self.mux = Mux(lambda port: port == LOCKDOWN)
        self.sent = 0
        self.mux.receive(VERSION)
        assert struct.unpack(">IIIII", self.mux.take()[0].data) == (0, 20, 2, 0, 0)
        self.mux.receive(struct.pack(">IIIHH", 2, 17, 0xFEEDFACE, 0, 0xFFFF) + b"\x07")

    def segment(
        self, flags: int, payload: bytes = b"", *, port: int = LOCKDOWN, ack: int = 0, window: int = 512
    ) -> list[tuple[str, Connection, bytes]]:
        tcp = struct.pack(">HHIIBBHHH", 1, port, self.sent, ack, 5 << 4, flags, window, 0, 0)
        body = tcp + payload
        return self.mux.receive(struct.pack(">IIIHH", 6, 16 + len(body), 0xFEEDFACE, 0, 0) + body)

    def packets(self) -> list[tuple[int, bytes, tuple[int, ...]]]:
        """Flags, payload and mux sequence numbers of every packet since the last call."""
        stream = b"".join(transfer.data for transfer in self.mux.take())
        found: list[tuple[int, bytes, tuple[int, ...]]] = []
        while stream:
            protocol, length, magic, tx, rx = struct.unpack_from(">IIIHH", stream)
            assert (protocol, magic) == (6, 0xFEEDFACE)
            found.append((stream[16 + 13], stream[36:length], (tx, rx)))
            stream = stream[length:]
        return found

    def open(self) -> Connection:
        ((what, connection, _),) = self.segment(SYN)
        assert what == "opened"
        self.sent = 1
        assert self.packets()[0][0] == SYN | ACK
        assert self.segment(ACK, ack=1) == []
        return connection


def test_a_connection_opens_talks_and_is_reset() -> None:
    host = Host()
    connection = host.open()
    assert host.segment(ACK, b"hello", ack=1) == [("data", connection, b"hello")]
    assert [flags for flags, _, _ in host.packets()] == [ACK]
    host.mux.send(connection, b"answer")
    assert host.packets()[0][:2] == (ACK, b"answer")
    assert host.segment(RST) == [("closed", connection, b"")]
    assert host.packets() == []


def test_a_port_where_nothing_listens_is_reset() -> None:
    host = Host()
    assert host.segment(SYN, port=1234) == []
    assert host.packets()[0][0] & RST


def test_no_more_is_sent_than_the_host_has_room_for() -> None:
    host = Host()
    connection = host.open()
    host.segment(ACK, ack=1, window=4)  # 1024 bytes
    host.packets()
    host.mux.send(connection, b"x" * 3000)
    assert sum(len(payload) for _, payload, _ in host.packets()) == 1024
    host.segment(ACK, ack=1 + 1024, window=4)
    assert sum(len(payload) for _, payload, _ in host.packets()) == 1024


def test_long_packets_go_in_chunks_and_only_the_last_may_be_short() -> None:
    host = Host()
    connection = host.open()
    host.mux.send(connection, b"x" * 40000)
    sizes = [len(transfer.data) for transfer in host.mux.take()]
    assert max(sizes) == CHUNK
    assert sum(sizes) == 40000 + 2 * 36


def test_sequence_numbers_of_the_mux_count_packets() -> None:
    host = Host()
    connection = host.open()
    for _ in range(3):
        host.mux.send(connection, b"a")
    numbers = [tx for _, _, (tx, _) in host.packets()]
    assert all(after == before + 1 for before, after in pairwise(numbers))


def test_a_usbmuxd_that_begins_anew_finds_no_old_half_packet() -> None:
    host = Host()
    host.mux.receive(struct.pack(">IIIHH", 6, 60000, 0xFEEDFACE, 0, 0))
    host.mux.receive(VERSION)
    assert len(host.mux.take()) == 1


def test_a_length_no_usbmuxd_sends_stalls() -> None:
    with pytest.raises(Stall):
        Host().mux.receive(struct.pack(">II", 6, 10_000_000) + bytes(64))


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_garbage_never_does_more_than_stall(pieces: list[bytes]) -> None:
    mux = Mux(lambda _: True)
    for piece in pieces:
        try:
            mux.receive(piece)
        except Stall:
            return
