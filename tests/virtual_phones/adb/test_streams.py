# SPDX-License-Identifier: GPL-3.0-or-later
"""Long input and long output through adbd: fed as they come, read as they are sent, cut in the middle."""

import random
import struct

from tests.virtual_phones.android.android_life import BENCH_KEY, PIXEL_6
from virtual_phones.adb.adbd import A_CLSE, A_CNXN, A_OKAY, A_OPEN, A_WRTE, Adbd, message
from virtual_phones.adb.on_port import AdbOnPort
from virtual_phones.adb.services import CLOSE_STDIN, EXIT, STDERR, STDIN, STDOUT
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.faults import Exchanges, Fault, FaultKind, FaultPlan
from virtual_phones.port import VirtualPort

MIB = 1024 * 1024
FILE = "/data/local/tmp/f00000"
DATA = random.Random(7).randbytes(3 * MIB)


class Host:
    """An adb host at its simplest: one stream at a time."""

    def __init__(self, *faults: Fault, data_kib: int = 8 * 1024) -> None:
        self.phone = AndroidPhone(
            PIXEL_6 | {"storage": {"bytes": data_kib * 2048, "data_kib": data_kib}},
            serial="1A2B3C4D5E6F70",
            imeis=("356789104321243", "356789104321250"),
        )
        self.phone.accept_key(BENCH_KEY)
        self.phone.lives.data.packages.clear()
        self.port = VirtualPort("1-1", "one", self.phone, exchanges=Exchanges(FaultPlan(faults)))
        self.connect()

    def connect(self) -> None:
        self.adbd = Adbd(_Known(self.port, self.phone), self.port.exchanges, keys={})
        assert self.send(A_CNXN, 0x01000001, MIB)[0][0] == A_CNXN

    def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> list[tuple[int, int, bytes]]:
        self.adbd.receive(message(command, arg0, arg1, payload, checked=False), now_s=0)
        data, found = self.adbd.take(), []
        while data:
            kind, local, _, length, _, _ = struct.unpack_from("<6I", data)
            found.append((kind, local, data[24 : 24 + length]))
            data = data[24 + length :]
        return found

    def open(self, line: str) -> tuple[int, list[tuple[int, int, bytes]]]:
        heard = self.send(A_OPEN, 7, 0, f"shell,v2,raw:{line}".encode() + b"\0")
        return heard[0][1], heard[1:]

    def write(self, line: str, data: bytes, *, piece: int = 60_000) -> dict[int, bytes]:
        local, heard = self.open(line)
        for at in range(0, len(data), piece):
            part = data[at : at + piece]
            heard += self.send(A_WRTE, 7, local, struct.pack("<BI", STDIN, len(part)) + part)
            if self.adbd.dead or any(kind == A_WRTE for kind, _, _ in heard):
                break
        else:
            heard += self.send(A_WRTE, 7, local, struct.pack("<BI", CLOSE_STDIN, 0))
        return self.packets(heard)

    def read(self, line: str) -> dict[int, bytes]:
        return self.packets(self.open(line)[1])

    def packets(self, todo: list[tuple[int, int, bytes]]) -> dict[int, bytes]:
        said = b""
        while todo:
            kind, local, payload = todo.pop(0)
            if kind == A_WRTE:
                assert len(payload) <= MIB
                said += payload
                todo += self.send(A_OKAY, 7, local)
        found: dict[int, bytes] = {}
        at = 0
        while at < len(said):
            stream, length = struct.unpack_from("<BI", said, at)
            found[stream] = found.get(stream, b"") + said[at + 5 : at + 5 + length]
            at += 5 + length
        return found


class _Known(AdbOnPort):
    """The phone asks nobody: keys are `test_adbd.py`'s matter."""

    def needs_key(self) -> bool:
        return False


def test_input_is_stored_as_it_comes_and_output_is_read_as_it_is_sent() -> None:
    host = Host()
    assert host.write(f"cat > {FILE}", DATA) == {EXIT: b"\0"}
    line = f"for s in 2 0; do dd if={FILE} bs={MIB} skip=$s count=1 2>/dev/null; done"
    assert host.read(line) == {STDOUT: DATA[2 * MIB :] + DATA[:MIB], EXIT: b"\0"}


def test_a_long_answer_waits_for_the_host() -> None:
    host = Host()
    host.write(f"cat > {FILE}", DATA)
    local, heard = host.open(f"cat {FILE}")
    assert sum(len(payload) for _, _, payload in heard) <= MIB
    assert host.send(A_OKAY, 7, local)[0][0] == A_WRTE
    host.send(A_CLSE, 7, local)
    assert host.read("echo lives") == {STDOUT: b"lives\n", EXIT: b"\0"}


def test_a_full_phone_says_so_in_the_middle_of_the_stream() -> None:
    host = Host(data_kib=2048)
    said = host.write(f"cat > {FILE}", DATA)
    assert said == {STDERR: b"cat: xwrite: No space left on device\n", EXIT: b"\1"}
    kept = int(host.read(f"stat -c %s {FILE}")[STDOUT])
    assert 1.8 * MIB < kept < 2 * MIB
    assert host.read(f"cat {FILE}")[STDOUT] == DATA[:kept]


def test_a_cut_in_the_middle_of_a_write_leaves_what_had_arrived() -> None:
    host = Host(Fault(at=1, kind=FaultKind.TRUNCATE, after_bytes=1_000_000))
    assert host.write(f"cat > {FILE}", DATA) == {}
    assert host.adbd.dead
    assert host.adbd.killed is not None
    host.connect()
    assert host.read(f"cat {FILE}")[STDOUT] == DATA[:1_000_000]


def test_a_cut_in_the_middle_of_a_read_ends_without_an_exit_code() -> None:
    for after, expected in ((700_001, 700_001), (None, len(DATA) // 2)):
        host = Host(Fault(at=2, kind=FaultKind.TRUNCATE, after_bytes=after))
        host.write(f"cat > {FILE}", DATA)
        assert host.read(f"cat {FILE}") == {STDOUT: DATA[:expected]}
        assert host.adbd.dead


def test_every_other_fault_strikes_long_answers_too() -> None:
    for kind, expected in (
        (FaultKind.HALF, {STDOUT: DATA[: len(DATA) // 2], EXIT: b"\0"}),
        (FaultKind.DUPLICATE, {STDOUT: DATA * 2, EXIT: b"\0"}),
        (FaultKind.WRONG_EXIT, {STDOUT: DATA, EXIT: b"\1"}),
        (FaultKind.DROP_AFTER, {}),
    ):
        host = Host(Fault(at=2, kind=kind))
        host.write(f"cat > {FILE}", DATA)
        assert host.packets(host.send(A_OPEN, 7, 0, f"shell,v2,raw:cat {FILE}".encode() + b"\0")) == expected, kind


def test_a_write_whose_answer_is_lost_is_carried_out() -> None:
    host = Host(Fault(at=1, kind=FaultKind.DROP_AFTER))
    assert host.write(f"cat > {FILE}", DATA) == {}
    assert host.adbd.dead
    host.connect()
    assert host.read(f"cat {FILE}")[STDOUT] == DATA
