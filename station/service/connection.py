# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection of a client: who is at its other end, how long it may take for anything, and when it is one too many.

What a client must do for itself (send the head of a request, take what it asked for) has an end, so that no connection
is held for nothing. Each kind of socket has its own number of places: whoever fills loopback does not keep out the
person at the machine, who comes over the Unix socket.
"""

import asyncio
import socket
from contextlib import suppress
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from station.service.callers import Peer
from station.service.errors import ApiRefusedError
from station.service.feed import STREAMS
from station.service.problem import answer_of
from station.service.tries import OtherEnd
from station.session.remote.place import peer_of

HEAD_S = 10.0
"""Within which a connection must have sent the head of a request: its first one, or one that it has begun to send."""
TAKEN_S = 10.0
LEAST_TAKEN = 64 * 1024
"""Bytes of what waits for a client that it must take within `TAKEN_S`, or all that is left."""
MOST_CONNECTIONS = 300
MOST_LOCAL = 100
"""Over loopback, and over the Unix socket."""
MOST_TURNED_AWAY = 50
"""Of each kind, beyond the most: are told that they are too many. Still more are cut off without a word."""
TURNED_AWAY_S = 2.0
LARGEST_HEAD = 16 * 1024


class Connection(H11Protocol):
    """What uvicorn makes for each connection."""

    _looking: asyncio.TimerHandle | None = None
    _requests = 0
    _waited = 0
    """Bytes that waited for the client at the last look."""
    local = False
    crowded = False

    def connection_made(self, transport: Any) -> None:
        """Who is there; whether there is a place."""
        super().connection_made(transport)
        own: dict[str, Any] = {"transport": transport, "other_end": OtherEnd()}
        connection = transport.get_extra_info("socket")
        self.local = connection is not None and connection.family == socket.AF_UNIX
        if self.local:
            process, user = peer_of(connection)
            own["peer"] = Peer(process=process, user=user)
        most = MOST_LOCAL if self.local else MOST_CONNECTIONS
        alike = [each for each in self.connections if isinstance(each, Connection) and each.local is self.local]
        self.crowded = sum(1 for each in alike if not each.crowded) > most
        if len(alike) > most + MOST_TURNED_AWAY:
            transport.abort()
            return
        self.app_state = {**self.app_state, **own, "crowded": self.crowded}
        self._look_after(TURNED_AWAY_S if self.crowded else HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Counts the requests."""
        before = self.cycle
        super().handle_events()
        self._requests += self.cycle is not before

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn calls it
        """What is no HTTP gets a problem document too."""
        status, headers, body = answer_of(ApiRefusedError(cause="HTTP"))
        with suppress(h11.LocalProtocolError):  # an answer has begun: nothing can be said any more
            head = h11.Response(status_code=status, headers=headers, reason=b"Bad Request")
            for each in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(each) or b"")
        self.transport.close()

    # -- the clock --------------------------------------------------------------------------------------

    def _look_after(self, seconds: float) -> None:
        self._looking = self.loop.call_later(seconds, self._look, self._requests, self._sends_a_head())

    def _sends_a_head(self) -> bool:
        """Has it sent a part of a head that is not whole yet?"""
        return self._waits_for_head() and bool(self.conn.trailing_data[0])

    def _waits_for_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _look(self, requests: int, sent_a_part: bool) -> None:  # noqa: FBT001 - what the last look saw
        """Let go of whoever has not moved since the last look."""
        waiting = self.transport.get_write_buffer_size()
        if self._waited and waiting > max(0, self._waited - LEAST_TAKEN) and not self._is_stream():
            self.transport.abort()
            return
        self._waited = waiting
        nothing_new = requests == self._requests and self._waits_for_head()
        if nothing_new and (not requests or (sent_a_part and self._sends_a_head())):
            self.transport.close()
        self._look_after(TAKEN_S)

    def _is_stream(self) -> bool:
        answers = self.cycle is not None and not self.cycle.response_complete
        return answers and bool(self.cycle.scope["state"].get(STREAMS))
