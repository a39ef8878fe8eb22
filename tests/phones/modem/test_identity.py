# SPDX-License-Identifier: GPL-3.0-or-later
"""A Samsung phone's modem is sent one command, no other; of its answer three values are kept, and nobody's number."""

import os
import threading
import tty
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import allowed
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.link import ModemIdentity, MtpDeviceInfo, Reply, ShellLine
from phones.modem.identity import COMMAND, LARGEST, read_identity
from phones.modem.link import ModemLink, Terminal, terminal_of
from tests.support.direct_bench import VirtualClock
from virtual_phones.usb.acm import Modem

SERIAL, IMEI, NUMBER = "R5TEST00A52", "355123110000019", "+86 755 5550 0123"
FACTS = {"model": "SM-A525F", "serial": SERIAL, "imei": IMEI, "phone_number": NUMBER}
WHOLE = Modem(lambda: FACTS).receive(COMMAND)
TOLD = {"product.model": "SM-A525F", "identity.serial": SERIAL, "identity.imei1": IMEI}


class Pipe:
    """phones.modem.link.Pipe that says these pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self.clock = VirtualClock()
        self.sent: list[bytes] = []

    def write(self, data: bytes, *, timeout_s: float) -> None:
        self.sent.append(data)

    def read(self, *, timeout_s: float, room: int) -> bytes:
        self.clock.sleep(0.001)
        try:
            return next(self._pieces)
        except StopIteration as end:
            self.clock.sleep(timeout_s)
            raise PhoneSilentError(step="read") from end

    def close(self) -> None:
        return


def asked(pieces: Iterable[bytes]) -> Reply:
    pipe = Pipe(pieces)
    return ModemLink(pipe, clock=pipe.clock).exchange(ModemIdentity(), timeout_s=5.0)


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_model_serial_and_imei_are_read_however_the_answer_is_cut(size: int) -> None:
    pieces = [WHOLE[place : place + size] for place in range(0, len(WHOLE), size)]
    assert read_identity(asked(pieces)) == TOLD


def test_the_owners_number_is_in_the_answer_and_in_nothing_that_is_kept() -> None:
    assert NUMBER.encode() in WHOLE
    kept = read_identity(Reply(body=WHOLE))
    assert set(kept) == set(TOLD)
    assert not any(NUMBER[-7:] in text for text in kept.values())


def test_one_command_is_sent_and_no_other_request_reaches_a_modem() -> None:
    pipe = Pipe([WHOLE])
    link = ModemLink(pipe, clock=pipe.clock)
    for request in (ShellLine(line="AT+FACTORST=0,0"), MtpDeviceInfo()):
        with pytest.raises(PhoneRefusedError):
            link.exchange(request, timeout_s=1.0)
    assert pipe.sent == []
    link.exchange(ModemIdentity(), timeout_s=5.0)
    assert pipe.sent == [b"AT+DEVCONINFO\r"]


@pytest.mark.parametrize(
    "body",
    [
        b"ERROR\r\n",
        b"+DEVCONINFO: MN(A)\r\n",
        b"+DEVCONINFO: MN(A)\r\n+DEVCONINFO: MN(B)\r\nOK\r\n",
        b"+DEVCONINFO: SN(A);SN(B)\r\nOK\r\n",
        b"+DEVCONINFO: MN(A\r\nOK\r\n",
        b"+DEVCONINFO: mn(a)\r\nOK\r\n",
        b"+DEVCONINFO: MN((A))\r\nOK\r\n",
    ],
)
def test_any_other_shape_is_malformed(body: bytes) -> None:
    with pytest.raises(ReplyMalformedError):
        read_identity(Reply(body=body))


def test_what_the_modem_does_not_know_is_left_out() -> None:
    assert read_identity(Reply(body=b"+DEVCONINFO: MN(A);SN(NULL);IMEI()\r\nOK\r\n")) == {"product.model": "A"}


def test_a_modem_that_says_nothing_or_never_ends_is_silent_or_malformed() -> None:
    with pytest.raises(PhoneSilentError):
        asked([])
    with pytest.raises(ReplyMalformedError):
        asked([b"x" * 1000] * (LARGEST // 1000 + 2))


@given(st.lists(st.binary(max_size=200), max_size=30))
def test_whatever_comes_is_an_answer_or_an_error_with_a_name(pieces: list[bytes]) -> None:
    try:
        values = read_identity(asked(pieces))
    except PhoneError:
        return
    assert set(values) <= set(TOLD)
    for name, text in values.items():
        allowed(name).admit(text)


def test_through_a_terminal_the_same_is_asked_and_answered() -> None:
    """A pseudo terminal stands for the kernel's; the virtual modem answers at its other end."""
    ours, theirs = os.openpty()
    tty.setraw(ours)
    modem = Modem(lambda: FACTS)

    def answer() -> None:
        while not modem.heard:
            os.write(ours, modem.receive(os.read(ours, 256)))

    far = threading.Thread(target=answer, daemon=True)
    terminal = Terminal(Path(os.ttyname(theirs)))
    far.start()
    link = ModemLink(terminal)
    assert read_identity(link.exchange(ModemIdentity(), timeout_s=120.0)) == TOLD
    far.join()
    assert modem.heard == ["AT+DEVCONINFO"]
    link.close()
    os.close(ours)
    os.close(theirs)


def test_a_terminal_that_is_not_there_or_is_none_is_a_phone_lost(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("file", "missing"):
        with pytest.raises(PhoneLostError):
            Terminal(tmp_path / name)


def test_the_kernels_terminal_is_found_by_port_and_two_are_none(tmp_path: Path) -> None:
    assert terminal_of("1-1", tmp_path) is None
    (tmp_path / "1-1:1.1/tty/ttyACM0").mkdir(parents=True)
    assert terminal_of("1-1", tmp_path, tmp_path) == tmp_path / "ttyACM0"
    assert terminal_of("1-2", tmp_path) is None
    (tmp_path / "1-1:1.3/tty/ttyACM1").mkdir(parents=True)
    assert terminal_of("1-1", tmp_path) is None
