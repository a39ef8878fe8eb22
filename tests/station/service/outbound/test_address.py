# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses: which may be connected to, judged on the address itself."""

import socket
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.ledger.ledger import Ledger
from station.service.outbound.address import allowed, carried
from station.service.outbound.post import Failure
from tests.support.hooked import hooked
from tests.support.receiver import Receiver

OUTSIDE = ("8.8.8.8", "203.0.114.1", "2606:4700::1111", "2001:4860:4860::8888")
INSIDE = (
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.9.9.9", "::1"),
    *("169.254.169.254", "169.254.0.1", "fe80::1", "fd00:ec2::254", "fc00::1", "fec0::1"),
    *("100.64.0.1", "100.127.255.255", "192.0.0.192", "198.18.0.1", "192.0.2.1"),
    *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1", "2002:0a00:0001::1"),
)
NEVER = ("0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "240.0.0.1", "::", "ff02::1", "::ffff:0.0.0.0")


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_anybody_may_have_is_connected_to(address: str) -> None:
    assert allowed("shop.example", [address], private=False) == (ip_address(address),)


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_inside_of_a_network_takes_a_word_in_the_settings(address: str) -> None:
    assert allowed("shop.example", [address], private=False) == ()
    if address != "fec0::1":
        assert allowed("shop.example", [address], private=True) == (ip_address(address),)


@pytest.mark.parametrize("address", [*NEVER, "fe80::1%eth0", "nonsense"])
def test_some_are_nobodys(address: str) -> None:
    for private in (True, False):
        assert allowed("shop.example", [address], private=private) == ()


def test_only_a_name_that_says_so_means_this_machine() -> None:
    assert allowed("localhost", ["127.0.0.1", "::1"], private=False) == (ip_address("127.0.0.1"), ip_address("::1"))
    assert allowed("localhost", ["8.8.8.8"], private=False) == ()
    assert allowed("localhost", ["192.168.1.1"], private=True) == ()
    assert allowed("shop.example", ["127.0.0.1", "8.8.8.8"], private=False) == (ip_address("8.8.8.8"),)


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_alike_however_it_is_spelled(address: object) -> None:
    plain = bool(allowed("shop.example", [str(address)], private=False))
    for spelled in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert carried(ip_address(spelled)) == address
        assert bool(allowed("shop.example", [spelled], private=False)) is plain


def test_a_name_that_means_this_machine_the_second_time_reaches_nothing(ledger: Ledger, listening: Receiver) -> None:
    answers = [["203.0.114.1"], ["127.0.0.1"]]
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), 2) - 1]

    there = hooked(ledger, f"https://rebind.example:{listening.port}/", resolver=rebinding)
    connected: list[object] = []
    real = socket.create_connection

    def remember(place: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(place[0])
        if place[0] != "127.0.0.1":
            raise ConnectionRefusedError
        return real(place, timeout=timeout)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "create_connection", remember)
        first = there.endpoint.send(there.endpoint.test_event("1"))
        second = there.endpoint.send(there.endpoint.test_event("2"))
    assert (first.failure, second.failure) == (Failure.NOT_CONNECTED, Failure.ADDRESS_REFUSED)
    assert asked == ["rebind.example"] * 2, "each name is asked for once a try"
    assert connected == ["203.0.114.1"], "what was judged is what is connected to"
    assert listening.connections == 0
