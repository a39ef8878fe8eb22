# SPDX-License-Identifier: GPL-3.0-or-later
"""The device end of USB is as strict as the wire."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_phones.usb.descriptors import Configuration, Endpoint, Identity, Interface
from virtual_phones.usb.device import EOVERFLOW, EPIPE, Completion, Urb, UsbDevice
from virtual_phones.usb.function import Function, Setup, Stall, Transfer

IN, OUT = 0x81, 0x01


class Echo(Function):
    """Says what it is told to say; remembers what it hears."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.to_say: list[Transfer] = []
        self.refuses = False

    def host_sent(self, address: int, data: bytes, now_s: float) -> None:
        if self.refuses:
            raise Stall
        self.heard.append(data)

    def take(self, address: int) -> list[Transfer]:
        said, self.to_say = self.to_say, []
        return said


def device(*, configured: bool = True, strings_after_s: float = 0.0) -> tuple[UsbDevice, Echo]:
    echo = Echo()
    interface = Interface(triple=(0xFF, 0x42, 1), endpoints=(Endpoint(address=IN), Endpoint(address=OUT)), name="it")
    made = UsbDevice(
        Identity(vendor_id=0x18D1, product_id=0x4EE7, manufacturer="Maker", product="Phone", serial="SERIAL1"),
        [Configuration(interfaces=(interface,)), Configuration(interfaces=(interface,))],
        {(1, 0): echo, (2, 0): echo},
        strings_after_s=strings_after_s,
    )
    if configured:
        control(made, 0x00, 9, 1)
    return made, echo


def control(
    made: UsbDevice, request_type: int, request: int, value: int = 0, index: int = 0, length: int = 0
) -> Completion:
    setup = Setup(request_type=request_type, request=request, value=value, index=index, length=length)
    made.submit(Urb(number=9000, address=request_type & 0x80, length=length, setup=setup), 0.0)
    (done,) = [found for found in made.take() if found.number == 9000]
    return done


def read(made: UsbDevice, number: int, length: int) -> list[Completion]:
    made.submit(Urb(number=number, address=IN, length=length), 0.0)
    return made.take()


def test_a_short_packet_ends_a_transfer() -> None:
    made, echo = device()
    echo.to_say = [Transfer(b"abc"), Transfer(b"def")]
    assert [done.data for done in read(made, 1, 512) + read(made, 2, 512)] == [b"abc", b"def"]


def test_a_transfer_that_does_not_fit_an_odd_buffer_is_an_overflow() -> None:
    made, echo = device()
    echo.to_say = [Transfer(b"x" * 100)]
    assert [done.status for done in read(made, 1, 24)] == [EOVERFLOW]


def test_a_long_transfer_fills_one_buffer_after_the_other() -> None:
    made, echo = device()
    echo.to_say = [Transfer(b"a" * 1024 + b"b" * 10)]
    assert [done.actual for done in read(made, 1, 1024) + read(made, 2, 1024)] == [1024, 10]


def test_full_packets_without_an_empty_one_keep_the_host_waiting() -> None:
    made, echo = device()
    echo.to_say = [Transfer(b"a" * 512)]
    assert read(made, 1, 1024) == []
    echo.to_say = [Transfer(b"b")]
    made.advance(0.0)
    assert [done.data for done in made.take()] == [b"a" * 512 + b"b"]


def test_an_empty_packet_ends_a_transfer_of_full_ones() -> None:
    made, echo = device()
    echo.to_say = [Transfer(b"a" * 512, zero=True)]
    assert [done.actual for done in read(made, 1, 1024)] == [512]


def test_a_stall_lasts_until_the_host_clears_it() -> None:
    made, echo = device()
    echo.refuses = True
    made.submit(Urb(number=1, address=OUT, data=b"x"), 0.0)
    echo.refuses = False
    made.submit(Urb(number=2, address=OUT, data=b"x"), 0.0)
    assert [done.status for done in made.take()] == [EPIPE, EPIPE]
    assert struct.unpack("<H", control(made, 0x82, 0, index=OUT, length=2).data) == (1,)
    control(made, 0x02, 1, value=0, index=OUT)
    made.submit(Urb(number=3, address=OUT, data=b"x"), 0.0)
    assert [done.status for done in made.take()] == [0]
    assert echo.heard == [b"x"]


def test_an_unlinked_urb_never_completes() -> None:
    made, echo = device()
    read(made, 1, 512)
    assert made.unlink(1) is True
    assert made.unlink(1) is False
    echo.to_say = [Transfer(b"late")]
    made.advance(0.0)
    assert made.take() == []


def test_nothing_answers_on_an_unconfigured_device() -> None:
    made, _ = device(configured=False)
    assert [done.status for done in read(made, 1, 512)] == [EPIPE]


def test_descriptors_say_what_hangs_there() -> None:
    made, _ = device()
    described = control(made, 0x80, 6, value=0x0100, length=64).data
    assert struct.unpack_from("<HH", described, 8) == (0x18D1, 0x4EE7)
    assert described[17] == 2
    first = control(made, 0x80, 6, value=0x0200, length=255).data
    assert len(first) == struct.unpack_from("<H", first, 2)[0]
    serial = control(made, 0x80, 6, value=0x0300 | described[16], length=255).data
    assert serial[2:].decode("utf-16-le") == "SERIAL1"
    assert control(made, 0x80, 6, value=0x0300, length=255).data == b"\x04\x03\x09\x04"
    assert control(made, 0x80, 6, value=0x0F00, length=255).status == EPIPE


@pytest.mark.parametrize("value", [3, 200])
def test_a_configuration_it_does_not_have_is_refused(value: int) -> None:
    made, _ = device()
    assert control(made, 0x00, 9, value).status == EPIPE
    assert control(made, 0x80, 8, length=1).data == b"\x01"


@given(st.binary(min_size=8, max_size=8), st.integers(0, 4096))
def test_every_control_request_gets_one_answer(setup: bytes, length: int) -> None:
    made, _ = device()
    made.submit(Urb(number=5, address=setup[0] & 0x80, length=length, setup=Setup.parse(setup)), 0.0)
    answers = [done for done in made.take() if done.number == 5]
    assert len(answers) == 1
    assert len(answers[0].data) <= length


@given(
    st.lists(st.tuples(st.binary(max_size=1500), st.booleans()), max_size=8),
    st.lists(st.sampled_from([512, 1024, 2048]), min_size=1, max_size=20),
)
def test_no_byte_is_lost_or_made_up(transfers: list[tuple[bytes, bool]], buffers: list[int]) -> None:
    made, echo = device()
    echo.to_say = [Transfer(data, zero) for data, zero in transfers]
    got = b"".join(done.data for number, length in enumerate(buffers) for done in read(made, number, length))
    assert b"".join(data for data, _ in transfers).startswith(got)


def test_a_string_that_comes_late_comes_when_it_is_due_unless_the_host_takes_its_question_back() -> None:
    made, _echo = device(strings_after_s=1.5)
    setup = Setup(request_type=0x80, request=6, value=0x0303, index=0x0409, length=255)
    for number in (1, 2):
        made.submit(Urb(number=number, address=0x80, length=255, setup=setup), 10.0)
    assert made.unlink(2)
    made.advance(11.4)
    assert (made.take(), made.next_due(11.4)) == ([], 11.5)
    made.advance(11.5)
    assert [(done.number, done.data[2:].decode("utf-16-le")) for done in made.take()] == [(1, "SERIAL1")]
    assert made.next_due(11.5) is None
