# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses the station connects to, decided on the address itself at the moment of connecting.

A name says nothing: whoever owns it may let it mean this machine, the router or the cloud's metadata address after it
was looked at (DNS rebinding). So the name is resolved once, each address is judged, and one that passed is the very
one that is connected to.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable

from station.setup.webhooks import is_this_machine

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Iterable[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All IPv6 that anybody may have been given so far."""
_NEVER = tuple(map(ipaddress.ip_network, ("0.0.0.0/8", "255.255.255.255/32")))
_INSIDE = tuple(map(ipaddress.ip_network, ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24")))
"""Carriers' own, protocols' own, old relays: inside of somebody's network, whatever `is_global` of this Python says."""
MOST_TRIED = 3


def resolve(host: str, port: int) -> Iterable[str]:
    """The system's answer. Raises: OSError."""
    for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP):
        yield str(place[0])


def allowed(host: str, found: Iterable[str], *, private: bool) -> tuple[Address, ...]:
    """Those of the addresses that may be connected to for that host, in their order; at most three."""
    addresses = dict.fromkeys(_parsed(each) for each in found)
    return tuple(each for each in addresses if each is not None and _may(host, each, private=private))[:MOST_TRIED]


def _parsed(text: str) -> Address | None:
    try:
        return None if "%" in text else ipaddress.ip_address(text)  # with a scope it is nobody's address elsewhere
    except ValueError:
        return None


def _may(host: str, address: Address, *, private: bool) -> bool:
    inner = carried(address)
    if is_this_machine(host):
        return inner.is_loopback  # the settings say so by the name itself
    reserved = inner.is_reserved and not inner.is_loopback
    if inner.is_multicast or inner.is_unspecified or reserved or any(inner in each for each in _NEVER):
        return False
    if private:
        return True
    anywhere = inner.version == 4 or inner in _UNICAST
    return anywhere and inner.is_global and not any(inner in each for each in _INSIDE)


def carried(address: Address) -> Address:
    """The IPv4 address that an IPv6 one is only a spelling of or a tunnel to (mapped, NAT64, 6to4, Teredo), else the
    address itself.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    compatible = int(address) >> 32 == 0 and int(address) > 1
    if address in _NAT64 or compatible:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
