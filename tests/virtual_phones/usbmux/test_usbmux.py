# SPDX-License-Identifier: GPL-3.0-or-later
"""The usbmuxd of the virtual bench, spoken to byte by byte: listing, hot-plug, records, faults, stop."""

import plistlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.virtual_phones.iphone.apple_bench import FAST, WiredBench, make_iphone, wired
from virtual_phones.faults import FLOOD_BYTES, Fault, FaultKind
from virtual_phones.iphone.services.service import frame

LOCKDOWN_SWAPPED = 32498
MEASURED_S = 0.4


OPENED: list[socket.socket] = []


@pytest.fixture(autouse=True)
def _close_what_was_opened() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


class MuxClient:
    """The host side, written from the table in research/ios.md 10.1."""

    def __init__(self, address: str, *, timeout_s: float = 5.0) -> None:
        host, port = address.split(":")
        self.sock = socket.create_connection((host, int(port)), timeout=timeout_s)
        OPENED.append(self.sock)
        self.tag = 100

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.sock.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def receive(self) -> tuple[int, dict[str, Any]]:
        length, version, kind, tag = struct.unpack("<IIII", self.read(16))
        assert (version, kind) == (1, 8)
        body: dict[str, Any] = plistlib.loads(self.read(length - 16))
        return tag, body

    def ask(self, **body: object) -> dict[str, Any]:
        self.tag += 1
        data = plistlib.dumps(body)
        self.sock.sendall(struct.pack("<IIII", 16 + len(data), 1, 8, self.tag) + data)
        tag, answer = self.receive()
        assert tag == self.tag
        return answer

    def lockdown(self, **request: object) -> dict[str, Any]:
        self.sock.sendall(frame({"Label": "test", **request}))
        return self.lockdown_answer()

    def lockdown_answer(self) -> dict[str, Any]:
        (length,) = struct.unpack(">I", self.read(4))
        answer: dict[str, Any] = plistlib.loads(self.read(length))
        return answer


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WiredBench]:
    with wired(tmp_path, make_iphone(timing=FAST)) as running:
        yield running


@pytest.fixture
def client(bench: WiredBench) -> MuxClient:
    return MuxClient(bench.server.address)


def connected(bench: WiredBench) -> MuxClient:
    """A stream to lockdownd."""
    client = MuxClient(bench.server.address)
    (device,) = client.ask(MessageType="ListDevices")["DeviceList"]
    assert client.ask(MessageType="Connect", DeviceID=device["DeviceID"], PortNumber=LOCKDOWN_SWAPPED)["Number"] == 0
    return client


def test_the_list_shows_what_usbmuxd_shows(bench: WiredBench, client: MuxClient) -> None:
    (device,) = client.ask(MessageType="ListDevices")["DeviceList"]
    properties = device["Properties"]
    assert properties["SerialNumber"] == bench.phone.udid
    assert properties["USBSerialNumber"] == bench.phone.udid.replace("-", "")
    assert properties["LocationID"] == 1 << 16 | bench.ports[0].address
    assert (properties["ConnectionType"], properties["ProductID"]) == ("USB", 0x12A8)


def test_listening_shows_a_replug_as_a_new_device(bench: WiredBench, client: MuxClient) -> None:
    assert client.ask(MessageType="Listen")["Number"] == 0
    _, first = client.receive()
    bench.ports[0].unplug(bench.now_s(), seconds=0.1)
    events = [client.receive() for _ in range(2)]
    assert [tag for tag, _ in events] == [0, 0]
    (gone, back) = (event for _, event in events)
    assert gone == {"MessageType": "Detached", "DeviceID": first["DeviceID"]}
    assert back["MessageType"] == "Attached"
    assert back["DeviceID"] != first["DeviceID"]


def test_an_erase_is_seen_as_leaving_and_returning(bench: WiredBench, client: MuxClient) -> None:
    client.ask(MessageType="Listen")
    client.receive()
    begun = time.monotonic()
    bench.press("erase_in_settings")
    kinds = [client.receive()[1]["MessageType"] for _ in range(2)]
    assert kinds == ["Detached", "Attached"]
    assert time.monotonic() - begun >= FAST.wipe_s * 0.8
    assert bench.phone.truth()["erased"] is True


def test_pair_records_are_kept_by_name(client: MuxClient) -> None:
    assert client.ask(MessageType="ReadPairRecord", PairRecordID="x")["Number"] == 2
    assert client.ask(MessageType="SavePairRecord", PairRecordID="x", PairRecordData=b"one")["Number"] == 0
    assert client.ask(MessageType="ReadPairRecord", PairRecordID="x")["PairRecordData"] == b"one"
    assert client.ask(MessageType="DeletePairRecord", PairRecordID="x")["Number"] == 0
    assert client.ask(MessageType="DeletePairRecord", PairRecordID="x")["Number"] == 2
    assert client.ask(MessageType="SavePairRecord", PairRecordID="x")["Number"] == 1


def test_what_cannot_be_connected_is_refused_by_number(bench: WiredBench, client: MuxClient) -> None:
    (device,) = client.ask(MessageType="ListDevices")["DeviceList"]
    number = device["DeviceID"]
    assert client.ask(MessageType="Connect", DeviceID=number + 9, PortNumber=LOCKDOWN_SWAPPED)["Number"] == 2
    assert client.ask(MessageType="Connect", DeviceID=number, PortNumber=1)["Number"] == 3
    assert client.ask(MessageType="Dance")["Number"] == 1
    assert "BUID" in client.ask(MessageType="ReadBUID")


def test_another_protocol_version_is_told_so_in_binary(client: MuxClient) -> None:
    client.sock.sendall(struct.pack("<IIII", 16, 0, 3, 5))
    assert struct.unpack("<IIIII", client.read(20)) == (20, 0, 1, 5, 6)


@pytest.mark.parametrize("header", [b"\xff\xff\xff\xff" + bytes(12), bytes(16), b"GET / HTTP/1.1\r\n"])
def test_a_stranger_on_the_socket_is_hung_up_on(bench: WiredBench, header: bytes) -> None:
    stranger = MuxClient(bench.server.address)
    stranger.sock.sendall(header)
    assert stranger.sock.recv(1) == b""
    assert MuxClient(bench.server.address).ask(MessageType="ReadBUID")


def test_a_pulled_cable_ends_the_stream(bench: WiredBench) -> None:
    client = connected(bench)
    assert client.lockdown(Request="QueryType")["Type"] == "com.apple.mobile.lockdown"
    bench.ports[0].unplug(bench.now_s())
    assert client.sock.recv(1) == b""


def test_a_silent_phone_never_answers_and_never_hangs_up(tmp_path: Path) -> None:
    with wired(tmp_path, make_iphone(misbehaviour=["lockdownd_silent"])) as bench:
        client = connected(bench)
        client.sock.settimeout(MEASURED_S)
        with pytest.raises(TimeoutError):
            client.lockdown(Request="QueryType")


def test_stopping_the_daemon_ends_everything(bench: WiredBench) -> None:
    listening, stream = MuxClient(bench.server.address), connected(bench)
    listening.ask(MessageType="Listen")
    listening.receive()
    stream.lockdown(Request="QueryType")
    bench.server.stop()
    assert listening.sock.recv(1) == b""
    assert stream.sock.recv(1) == b""
    with pytest.raises(OSError, match=r"refused|reset"):
        MuxClient(bench.server.address)


def strike(bench: WiredBench, at: int, kind: FaultKind, *, seconds: float = 0.0) -> None:
    bench.ports[0].exchanges.strike(Fault(at=at, kind=kind, seconds=seconds))


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.TRUNCATE])
def test_a_fault_cuts_the_exchange_it_is_planned_for(bench: WiredBench, kind: FaultKind) -> None:
    strike(bench, 2, kind)
    client = connected(bench)
    assert client.lockdown(Request="QueryType")["Type"]
    with pytest.raises((EOFError, ConnectionResetError)):
        client.lockdown(Request="QueryType")
    assert connected(bench).lockdown(Request="QueryType")["Type"]  # exchange 3 is fine
    assert bench.ports[0].exchanges.count == 3


def test_a_cut_with_seconds_pulls_the_cable_that_long(bench: WiredBench) -> None:
    strike(bench, 1, FaultKind.DROP_AFTER, seconds=0.3)
    client = connected(bench)
    with pytest.raises((EOFError, ConnectionResetError)):
        client.lockdown(Request="QueryType")
    assert MuxClient(bench.server.address).ask(MessageType="ListDevices")["DeviceList"] == []
    bench.wait(lambda: bench.ports[0].usb() is not None)


@pytest.mark.parametrize("kind", [FaultKind.SILENCE, FaultKind.GARBAGE])
def test_some_faults_leave_no_readable_answer(bench: WiredBench, kind: FaultKind) -> None:
    strike(bench, 1, kind)
    client = connected(bench)
    client.sock.settimeout(MEASURED_S)
    client.sock.sendall(frame({"Request": "QueryType", "Label": "test"}))
    try:
        answered = client.sock.recv(65536)
    except TimeoutError:
        answered = b""
    assert b"com.apple.mobile.lockdown" not in answered
    assert bool(answered) is (kind is FaultKind.GARBAGE)


def test_answers_can_be_late_stale_doubled_or_drowned(bench: WiredBench) -> None:
    strike(bench, 1, FaultKind.DELAY, seconds=MEASURED_S)
    strike(bench, 3, FaultKind.STALE)
    strike(bench, 4, FaultKind.DUPLICATE)
    strike(bench, 5, FaultKind.FLOOD)
    client = connected(bench)
    begun = time.monotonic()
    assert client.lockdown(Request="QueryType")["Type"]
    assert time.monotonic() - begun >= MEASURED_S
    kind = client.lockdown(Request="GetValue", Key="ProductType")
    assert client.lockdown(Request="QueryType") == kind
    assert client.lockdown(Request="GetValue", Key="ProductType") == kind
    assert client.lockdown_answer() == kind
    assert client.lockdown(Request="QueryType")["Type"]
    assert len(client.read(FLOOD_BYTES)) == FLOOD_BYTES


def test_fragments_of_a_request_are_put_together(bench: WiredBench) -> None:
    client = connected(bench)
    for octet in frame({"Request": "QueryType", "Label": "test"}):
        client.sock.sendall(bytes([octet]))
    assert client.lockdown_answer()["Type"] == "com.apple.mobile.lockdown"


def test_many_ask_at_once(tmp_path: Path) -> None:
    phones = [make_iphone(seed=seed) for seed in range(24)]
    with wired(tmp_path, *phones) as bench:
        listed = MuxClient(bench.server.address).ask(MessageType="ListDevices")["DeviceList"]
        assert len({device["Properties"]["SerialNumber"] for device in listed}) == 24
        found: set[str] = set()

        def ask(device: dict[str, Any]) -> None:
            client = MuxClient(bench.server.address)
            client.ask(MessageType="Connect", DeviceID=device["DeviceID"], PortNumber=LOCKDOWN_SWAPPED)
            found.add(str(client.lockdown(Request="GetValue", Key="UniqueDeviceID")["Value"]))

        threads = [threading.Thread(target=ask, args=(device,)) for device in listed]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=90)
        assert found == {phone.udid for phone in phones}
