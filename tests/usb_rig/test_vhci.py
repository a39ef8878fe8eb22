# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel's virtual host controller says and hears (USB/IP), without a kernel."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_phones.usb_device import Completion, Urb
from virtual_phones.vhci import HEADER_BYTES, next_request, returned, spread


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
