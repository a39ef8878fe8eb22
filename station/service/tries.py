# SPDX-License-Identifier: GPL-3.0-or-later
"""How many wrong badges and tokens may come from one place, before anybody is known.

A place is the user whose process is at the other end, as the kernel says, over the Unix socket and over loopback alike:
so a program that tries one after the other keeps no other user's browser out. It is no guess to send the same wrong one
again, as a program does whose token has ended, and what was right from a place before tells that place nothing new:
neither is counted, so nobody who works is kept out by a stranger who tries at the same machine.
"""

import hashlib
import math
import socket
import struct
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from station.service.callers import Caller, Peer
from station.service.errors import TooManyTriesError

HELD = 10
"""Wrong ones that may come at once from one place, and after that:"""
A_MINUTE = 10
MOST_PLACES = 1000
MOST_KNOWN = 1000
"""Right ones of one place."""
NOBODY_KNOWN = "?"
"""The place of all whose user the kernel does not tell."""
_CONNECTIONS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LARGEST_LIST = 16 * 1024 * 1024
_ESTABLISHED = b"01"


@dataclass(slots=True, kw_only=True)
class _Place:
    """`left` tries at the time `at`; digests of those that were right, of the last ones that were not, and how often
    one is being looked at.
    """

    left: float
    at: float
    right: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    wrong: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    under_way: Counter[bytes] = field(default_factory=Counter)


class Tries:
    """Thread safe. `monotonic`: seconds."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._places: OrderedDict[str, _Place] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, place: str, secret: str, whose: Callable[[], Caller | None]) -> Caller | None:
        """Whose that secret is, by `whose`, which is asked only where one more may be tried from that place.

        Raises: TooManyTriesError; what `whose` raises, and then nothing is counted.
        """
        digest = hashlib.sha256(secret.encode("utf-8", "replace")).digest()
        with self._lock:
            counted = self._count(place, digest)
        try:
            found = whose()
        except BaseException:
            with self._lock:
                self._is_over(place, digest)
                self._give_back(place, counted)
            raise
        with self._lock:
            self._is_over(place, digest)
            self._remember(place, digest, counted, right=found is not None)
        return found

    def wrong(self, place: str, secret: str) -> None:
        """Count what is known to be wrong already. Raises: TooManyTriesError."""
        self.look(place, secret, lambda: None)

    def _count(self, place: str, digest: bytes) -> float:
        """What this try costs: taken before the secret is looked at, or many at one time would all be looked at."""
        now = self._monotonic()
        found = self._places.pop(place, None) or _Place(left=HELD, at=now)
        self._places[place] = found
        while len(self._places) > MOST_PLACES:
            self._places.popitem(last=False)
        found.left, found.at = min(HELD, found.left + (now - found.at) * A_MINUTE / 60), now
        if digest in found.right or digest in found.wrong or digest in found.under_way:
            found.under_way[digest] += 1  # the same at one time tells whoever tries no more than once
            return 0.0
        if found.left < 1:
            raise TooManyTriesError(retry_after_s=max(1, math.ceil((1 - found.left) * 60 / A_MINUTE)))
        found.left -= 1
        found.under_way[digest] += 1
        return 1.0

    def _is_over(self, place: str, digest: bytes) -> None:
        found = self._places.get(place)
        if found is not None:
            found.under_way -= Counter({digest: 1})  # and nothing is left of what nobody looks at

    def _give_back(self, place: str, counted: float) -> None:
        found = self._places.get(place)
        if found is not None:
            found.left = min(HELD, found.left + counted)

    def _remember(self, place: str, digest: bytes, counted: float, *, right: bool) -> None:
        found = self._places.get(place)
        if found is None:
            return
        if right:
            self._give_back(place, counted)
        now_in, before_in, most = (found.right, found.wrong, MOST_KNOWN) if right else (found.wrong, found.right, HELD)
        before_in.pop(digest, None)
        now_in[digest] = None
        now_in.move_to_end(digest)
        while len(now_in) > most:
            now_in.popitem(last=False)


@dataclass(slots=True)
class OtherEnd:
    """Of one connection: its place once it was asked for, "" before, so that the kernel is asked once."""

    place: str = ""


def place_of(scope: Mapping[str, Any]) -> str:
    """Where a request comes from: the user at the other end of its connection."""
    state = scope.get("state", {})
    peer, known = state.get("peer"), state.get("other_end")
    if isinstance(peer, Peer):
        return f"user:{peer.user}"
    if isinstance(known, OtherEnd) and known.place:
        return known.place
    place = _place_of(scope)
    if isinstance(known, OtherEnd) and place != NOBODY_KNOWN:
        known.place = place
    return place


def _place_of(scope: Mapping[str, Any]) -> str:
    client, server = scope.get("client"), scope.get("server")
    user = user_of(client, server) if client and server and server[1] is not None else None
    return NOBODY_KNOWN if user is None else f"user:{user}"


def user_of(
    theirs: tuple[str, int], ours: tuple[str, int], *, connections: tuple[Path, ...] = _CONNECTIONS
) -> int | None:
    """The user that owns the other end of a loopback connection; None where the kernel does not say.

    The other end is a socket of this machine whose own address is the one that we see, and whose peer is ours
    [read: Linux Documentation/networking/proc_net_tcp.rst]. One that its process has closed is nobody's there.
    """
    try:
        wanted = (_as_listed(*theirs), _as_listed(*ours))
    except (OSError, OverflowError, struct.error):
        return None
    for each in connections:
        try:
            with each.open("rb") as listed:
                lines = listed.read(_LARGEST_LIST).splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if len(fields) > 7 and fields[3] == _ESTABLISHED and (fields[1], fields[2]) == wanted:
                return int(fields[7]) if fields[7].isdigit() else None
    return None


def _as_listed(address: str, port: int) -> bytes:
    """As /proc/net/tcp writes it: the address in words of 32 bits as this machine has them in memory, and the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    packed = socket.inet_pton(family, address)
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return ("".join(f"{word:08X}" for word in words) + f":{port:04X}").encode()
