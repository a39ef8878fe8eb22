# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone with debugging off says which model it is, and any other bytes are malformed, refused, lost or late."""

import itertools
import struct
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import allowed
from phones.errors import PhoneError, PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.link import MtpDeviceInfo, Reply, ShellLine
from phones.mtp.device_info import read_device_info
from phones.mtp.link import MtpLink
from tests.support.direct_bench import VirtualClock
from virtual_phones.usb.mtp import Mtp


class Pipe:
    """phones.mtp.link.Pipe that says these transfers."""

    def __init__(self, transfers: Iterable[bytes]) -> None:
        self._transfers: Iterator[bytes] = iter(transfers)
        self.clock = VirtualClock()
        self.sent: list[bytes] = []

    def write(self, data: bytes, *, timeout_s: float) -> None:
        self.sent.append(data)

    def read(self, *, timeout_s: float, room: int) -> bytes:
        self.clock.sleep(0.001)
        try:
            return next(self._transfers)
        except StopIteration as end:
            self.clock.sleep(timeout_s)
            raise PhoneSilentError(step="read") from end

    def close(self) -> None:
        return


def asked(transfers: Iterable[bytes]) -> Reply:
    pipe = Pipe(transfers)
    return MtpLink(pipe, clock=pipe.clock).exchange(MtpDeviceInfo(), timeout_s=5.0)


ASK = struct.pack("<IHHI", 12, 1, 0x1001, 0)
DATA, DONE = Mtp(lambda: ("Google", "Pixel 6", "SERIAL1")).answer(ASK)


@pytest.mark.parametrize(
    "transfers", [[DATA, DONE], [DATA[:12], DATA[12:], DONE], [DATA, b"", DONE], [DATA + DONE]], ids=len
)
def test_maker_and_model_are_read_however_the_answer_is_cut(transfers: list[bytes]) -> None:
    assert read_device_info(asked(transfers)) == {"product.maker": "Google", "product.model": "Pixel 6"}


def test_only_device_information_is_asked_for_and_no_session_is_opened() -> None:
    pipe = Pipe([DATA, DONE])
    link = MtpLink(pipe, clock=pipe.clock)
    link.exchange(MtpDeviceInfo(), timeout_s=5.0)
    with pytest.raises(PhoneRefusedError):
        link.exchange(ShellLine(line="id"), timeout_s=5.0)
    assert pipe.sent == [ASK]


@pytest.mark.parametrize(
    ("transfers", "error"),
    [
        ([], PhoneSilentError),
        ([DATA], PhoneSilentError),
        ([struct.pack("<IHHI", 12, 3, 0x2005, 0)], PhoneRefusedError),
        ([DATA, struct.pack("<IHHI", 12, 3, 0x2002, 0)], ReplyMalformedError),
        ([struct.pack("<IHHI", 2**31, 2, 0x1001, 0)], ReplyMalformedError),
        (itertools.repeat(b""), ReplyMalformedError),
    ],
)
def test_what_is_no_answer_has_a_name(transfers: Iterable[bytes], error: type[PhoneError]) -> None:
    with pytest.raises(error):
        asked(transfers)


@given(st.lists(st.binary(max_size=400), max_size=6))
def test_any_bytes_give_a_reply_or_a_phone_error(transfers: list[bytes]) -> None:
    try:
        asked(transfers)
    except PhoneError:
        return


@given(st.one_of(st.binary(max_size=600), st.binary(max_size=40).map(lambda more: DATA[12:] + more)))
def test_any_data_set_gives_allowed_values_or_is_malformed(body: bytes) -> None:
    try:
        values = read_device_info(Reply(body=body))
    except ReplyMalformedError:
        return
    for name, text in values.items():
        assert allowed(name).admit(text) in (text, "malformed")
