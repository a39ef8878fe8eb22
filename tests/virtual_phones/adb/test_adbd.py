# SPDX-License-Identifier: GPL-3.0-or-later
"""adbd without sockets: what it says to bytes a host, or an enemy, may send."""

import base64
import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from hypothesis import given
from hypothesis import strategies as st

from virtual_phones.adb import adbd
from virtual_phones.adb.adbd import A_AUTH, A_CLSE, A_CNXN, A_OKAY, A_OPEN, A_WRTE, Adbd, message
from virtual_phones.adb.auth import HostKeyError, parse_host_key
from virtual_phones.adb.services import reads_stdin
from virtual_phones.faults import FLOOD_BYTES, Exchanges, Fault, FaultKind, FaultPlan
from virtual_phones.phone import ServiceReply

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def host_key(key: rsa.RSAPrivateKey) -> bytes:
    """A public key as adb sends it; n0inv and rr are computed as mincrypt wants them."""
    numbers = key.public_key().public_numbers()
    n0inv = 2**32 - pow(numbers.n, -1, 2**32)
    rr = pow(2**2048, 2, numbers.n)
    record = struct.pack("<II", 64, n0inv) + numbers.n.to_bytes(256, "little") + rr.to_bytes(256, "little")
    return base64.b64encode(record + struct.pack("<I", numbers.e)) + b" me@here\0"


def signature(token: bytes) -> bytes:
    return KEY.sign(token, padding.PKCS1v15(), utils.Prehashed(hashes.SHA1()))


class Phone:
    """A phone at its simplest: it echoes, it counts, it asks its owner."""

    def __init__(self, *, locked: bool = False) -> None:
        self.locked = locked
        self.known: set[str] = set()
        self.asked: list[str] = []
        self.ran: list[tuple[str, bytes]] = []
        self.reply: ServiceReply | None = ServiceReply(stdout=b"answer", stderr=b"but", exit_code=3)

    def needs_key(self) -> bool:
        return self.locked

    def banner(self) -> str:
        return "device::ro.product.name=n;ro.product.model=m;ro.product.device=d;"

    def knows_key(self, fingerprint: str) -> bool:
        return fingerprint in self.known

    def offer_key(self, fingerprint: str, now_s: float, comment: str) -> None:
        self.asked.append(fingerprint)

    def run(self, service: str, stdin: bytes, now_s: float) -> ServiceReply | None:
        self.ran.append((service, stdin))
        return self.reply

    def takes_reverses(self) -> bool:
        return True

    def follow(self, service: str, now_s: float) -> None:
        return None

    def feed(self, service: str, now_s: float) -> None:
        return None

    def files(self) -> None:
        return None


class Host:
    """The other end: splits what adbd says into messages."""

    def __init__(self, phone: Phone, *faults: Fault) -> None:
        self.phone = phone
        self.exchanges = Exchanges(FaultPlan(faults))
        self.adbd = Adbd(phone, self.exchanges, keys={}, draw=lambda count: b"t" * count)

    def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> list[tuple[int, int, int, bytes]]:
        self.adbd.receive(message(command, arg0, arg1, payload), now_s=0)
        return self.heard()

    def heard(self) -> list[tuple[int, int, int, bytes]]:
        data, found = self.adbd.take(), []
        while data:
            command, arg0, arg1, length, check, magic = struct.unpack_from("<6I", data)
            payload, data = data[24 : 24 + length], data[24 + length :]
            assert magic == command ^ 0xFFFFFFFF
            assert check == sum(payload) or (command == A_WRTE and not check), "not checked since this version"
            found.append((command, arg0, arg1, payload))
        return found

    def connect(self) -> None:
        assert self.send(A_CNXN, 0x01000001, 0x100000, b"host::\0")[0][0] == A_CNXN

    def ask(self, service: bytes) -> tuple[bytes, bool]:
        """All the phone says to one service, and whether it closed it by itself."""
        said, todo = b"", self.send(A_OPEN, 7, 0, service + b"\0")
        while todo:
            command, local, _, payload = todo.pop(0)
            if command == A_CLSE:
                return said, True
            if command == A_WRTE:
                said += payload
                todo += self.send(A_OKAY, 7, local)
        return said, False


def packets(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while data:
        kind, length = struct.unpack_from("<BI", data)
        found[kind] = found.get(kind, b"") + data[5 : 5 + length]
        data = data[5 + length :]
    return found


def test_the_banner_names_the_phone_and_its_features() -> None:
    answer = Host(Phone()).send(A_CNXN, 0x01000001, 4096, b"host::\0")
    banner = b"device::ro.product.name=n;ro.product.model=m;ro.product.device=d;features=shell_v2,cmd,stat_v2"
    assert answer == [(A_CNXN, 0x01000001, 0x100000, banner)]


def test_a_new_host_must_be_accepted_by_a_person_and_is_known_ever_after() -> None:
    phone = Phone(locked=True)
    host = Host(phone)
    assert host.send(A_CNXN, 0x01000001, 4096) == [(A_AUTH, 1, 0, b"t" * 20)]
    assert host.send(A_AUTH, 2, 0, signature(b"t" * 20)) == [(A_AUTH, 1, 0, b"t" * 20)], "unknown key: a new token"
    assert host.send(A_AUTH, 3, 0, host_key(KEY)) == []
    assert host.adbd.next_due() == 0
    host.adbd.advance(now_s=1)
    assert host.heard() == [], "no answer while the dialog is open"
    assert host.send(A_OPEN, 1, 0, b"shell:id\0") == []
    phone.known.update(phone.asked)
    host.adbd.advance(now_s=2)
    assert host.heard()[0][0] == A_CNXN
    host.send(A_CNXN, 0x01000001, 4096)
    assert host.send(A_AUTH, 2, 0, signature(b"t" * 20))[0][0] == A_CNXN
    phone.known.clear()
    host.send(A_CNXN, 0x01000001, 4096)
    assert host.send(A_AUTH, 2, 0, signature(b"t" * 20))[0][0] == A_AUTH, "forgotten after an erase"


def test_a_signature_over_another_token_does_not_connect() -> None:
    phone = Phone(locked=True)
    host = Host(phone)
    host.send(A_CNXN, 0x01000001, 4096)
    host.send(A_AUTH, 3, 0, host_key(KEY))
    phone.known.update(phone.asked)
    host.send(A_CNXN, 0x01000001, 4096)
    assert host.send(A_AUTH, 2, 0, signature(b"u" * 20))[0][0] == A_AUTH
    assert host.phone.ran == []


def test_shell_v2_sends_stdout_stderr_and_exit_code_apart() -> None:
    host = Host(Phone())
    host.connect()
    said, closed = host.ask(b"shell,v2,raw:line; with | all : signs")
    assert closed
    assert packets(said) == {1: b"answer", 2: b"but", 3: b"\x03"}
    assert host.phone.ran == [("shell,v2,raw:line; with | all : signs", b"")]


def test_the_old_shell_merges_both_and_says_no_exit_code() -> None:
    host = Host(Phone())
    host.connect()
    assert host.ask(b"shell:line") == (b"answerbut", True)


def test_a_service_the_phone_refuses_is_closed_with_id_zero() -> None:
    phone = Phone()
    phone.reply = None
    host = Host(phone)
    host.connect()
    assert host.send(A_OPEN, 9, 0, b"shell:id\0") == [(A_CLSE, 0, 9, b"")]
    assert host.send(A_OPEN, 9, 0, b"sync:\0") == [(A_CLSE, 0, 9, b"")]


def test_each_write_waits_for_the_okay_before_and_keeps_to_the_hosts_maximum() -> None:
    phone = Phone()
    phone.reply = ServiceReply(stdout=b"x" * 1000)
    host = Host(phone)
    host.send(A_CNXN, 0x01000001, 300)
    okay, first = host.send(A_OPEN, 5, 0, b"shell:id\0")
    assert (okay[0], first[0], len(first[3])) == (A_OKAY, A_WRTE, 300)
    assert host.send(A_OKAY, 5, 999) == [], "an OKAY for another stream moves nothing"
    sizes = []
    while (step := host.send(A_OKAY, 5, okay[1])) and step[0][0] == A_WRTE:
        sizes.append(len(step[0][3]))
    assert sizes == [300, 300, 100]
    assert step == [(A_CLSE, okay[1], 5, b"")]


def test_a_late_answer_leaves_when_its_time_has_come() -> None:
    phone = Phone()
    phone.reply = ServiceReply(stdout=b"late", delay_s=5.0)
    host = Host(phone)
    host.connect()
    assert [entry[0] for entry in host.send(A_OPEN, 5, 0, b"shell:id\0")] == [A_OKAY]
    assert host.adbd.next_due() == 5.0
    host.adbd.advance(now_s=4.9)
    assert host.heard() == []
    host.adbd.advance(now_s=5.0)
    assert host.heard()[0][3] == b"late"
    assert host.adbd.next_due() is None


@pytest.mark.parametrize(
    ("kind", "said", "closed", "dead", "ran"),
    [
        (FaultKind.DROP_BEFORE, b"", False, True, 0),
        (FaultKind.DROP_AFTER, b"", False, True, 1),
        (FaultKind.SILENCE, b"", False, False, 0),
        (FaultKind.TRUNCATE, b"ans", False, True, 1),
        (FaultKind.HALF, b"ans", True, False, 1),
        (FaultKind.DUPLICATE, b"answeranswer", True, False, 1),
        (FaultKind.STALE, b"earlier", True, False, 1),
        (FaultKind.WRONG_EXIT, b"answer", True, False, 1),
    ],
)
def test_every_fault_does_what_its_name_says(kind: FaultKind, said: bytes, closed: bool, dead: bool, ran: int) -> None:
    phone = Phone()
    phone.reply = ServiceReply(stdout=b"earlier")
    host = Host(phone, Fault(at=2, kind=kind))
    host.connect()
    host.ask(b"shell,v2:one")
    phone.reply = ServiceReply(stdout=b"answer", exit_code=3)
    data, by_itself = host.ask(b"shell,v2:two")
    found = packets(data)
    assert (found.get(1, b""), by_itself, host.adbd.dead) == (said, closed, dead)
    assert len(phone.ran) == 1 + ran
    if by_itself:
        assert found[3] == (b"\x00" if kind is FaultKind.WRONG_EXIT else b"\x03")
    else:
        assert 3 not in found, "a cut answer has no exit code"


@pytest.mark.parametrize(
    ("kind", "refused"), [(FaultKind.DROP_AFTER, False), (FaultKind.TRUNCATE, True), (FaultKind.DROP_BEFORE, False)]
)
def test_a_cable_is_cut_at_a_refused_service_too(kind: FaultKind, refused: bool) -> None:
    phone = Phone()
    phone.reply = None
    host = Host(phone, Fault(at=1, kind=kind))
    host.connect()
    assert host.ask(b"shell,v2:closed") == (b"", refused)
    assert host.adbd.dead
    assert host.adbd.killed is not None
    assert host.adbd.killed.kind is kind


def test_garbage_is_the_same_for_the_same_exchange_and_a_flood_is_bounded() -> None:
    answers = set()
    for _ in range(2):
        host = Host(Phone(), Fault(at=1, kind=FaultKind.GARBAGE))
        host.connect()
        answers.add(packets(host.ask(b"shell,v2:x")[0])[1])
    assert len(answers) == 1
    assert b"answer" not in answers.pop()
    host = Host(Phone(), Fault(at=1, kind=FaultKind.FLOOD))
    host.connect()
    assert len(packets(host.ask(b"shell,v2:x")[0])[1]) == FLOOD_BYTES + len(b"answer")


def test_silence_may_also_be_planned_after_the_command_was_carried_out() -> None:
    host = Host(Phone(), Fault(at=1, kind=FaultKind.SILENCE, executed=True))
    host.connect()
    assert host.ask(b"shell:x") == (b"", False)
    assert len(host.phone.ran) == 1
    assert not host.adbd.dead


@pytest.mark.parametrize("header", [b"\xff" * 24, struct.pack("<6I", A_OPEN, 0, 0, 0xFFFFFFFF, 0, A_OPEN ^ 0xFFFFFFFF)])
def test_a_header_no_host_sends_ends_the_link(header: bytes) -> None:
    host = Host(Phone())
    host.adbd.receive(header, now_s=0)
    assert host.adbd.dead


@given(st.lists(st.binary(max_size=64), max_size=8))
def test_no_bytes_make_adbd_raise_or_talk_before_the_greeting(chunks: list[bytes]) -> None:
    machine = Adbd(Phone(locked=True), Exchanges(), keys={})
    for chunk in chunks:
        machine.receive(chunk, now_s=0)
    assert not machine.online


@given(
    st.sampled_from([A_CNXN, A_AUTH, A_OPEN, A_OKAY, A_WRTE, A_CLSE, 1]),
    st.integers(0, 4),
    st.integers(0, 4),
    st.binary(max_size=40),
    st.integers(1, 13),
)
def test_a_greeted_adbd_takes_any_message_in_any_fragments(
    command: int, arg0: int, arg1: int, payload: bytes, step: int
) -> None:
    host = Host(Phone())
    host.connect()
    data = message(command, arg0, arg1, payload) * 2
    for place in range(0, len(data), step):
        host.adbd.receive(data[place : place + step], now_s=0)
    host.heard()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"!!!",
        base64.b64encode(b"x" * 100),
        base64.b64encode(b"\x00" * 524),
        base64.b64encode(struct.pack("<II", 64, 0) + b"\x00" * 516),
    ],
)
def test_only_an_adb_public_key_is_a_host_key(text: bytes) -> None:
    with pytest.raises(HostKeyError):
        parse_host_key(text + b" me@here\0")


@pytest.mark.parametrize("line", ["cat > /sdcard/x", "sh", "tee /sdcard/x", "wc -l", "dd of=/sdcard/x", " cat -"])
def test_lines_that_wait_for_input_are_known(line: str) -> None:
    assert reads_stdin(line)


@pytest.mark.parametrize("line", ["", "echo a", "cat /x", "cat < /x", "echo a | cat", "dd if=/x", "catalog"])
def test_lines_that_do_not_wait_for_input_run_at_once(line: str) -> None:
    assert not reads_stdin(line)


def test_announced_features_need_nothing_this_adbd_does_not_have() -> None:
    assert adbd.FEATURES == "shell_v2,cmd,stat_v2"
