# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that sends is killed just before and just after each acknowledgement: nothing is lost, ids stay."""

import multiprocessing
import os
import signal
import socket
from pathlib import Path

import pytest

from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind
from tests.support.direct_bench import VirtualClock
from tests.support.hooked import event, hooked, sequences
from tests.support.ledger_payloads import an_event
from tests.support.receiver import OK, Receiver
from tests.support.waiting import wait_for

_FORK = multiprocessing.get_context("fork")
EVENTS = ("job.opened", "job.decided")


def _send(path: Path, url: str) -> None:
    """The process that is killed."""
    ledger = Ledger(path, clock=VirtualClock())
    hooked(ledger, url, events=EVENTS, from_first=False, timeout_s=30.0).endpoint.run()


@pytest.mark.parametrize("acknowledges", [False, True])
def test_whoever_is_killed_while_it_sends_goes_on_where_it_was(
    ledger: Ledger, listening: Receiver, *, acknowledges: bool
) -> None:
    hooked(ledger, listening, events=EVENTS).endpoint.outbox.close()
    for number in range(3):
        for kind in (EntryKind.JOB_OPENED, EntryKind.VALIDATION):
            ledger.append(an_event(kind), f"JOB0000{number}")
    killed: list[int] = []
    running: list[int] = []

    def kill(connection: socket.socket) -> None:
        """Once at each entry; the second time it is taken."""
        number = sequences(listening)[-1]
        dies = number not in killed
        if acknowledges or not dies:
            connection.sendall(OK)
        if dies:
            wait_for(lambda: len(running) > len(killed), 90, "its number is not known yet")
            killed.append(number)
            os.kill(running[-1], signal.SIGKILL)

    listening.behave = kill
    for _ in range(20):
        process = _FORK.Process(target=_send, args=(ledger.path, listening.url))
        process.start()
        assert process.pid is not None
        running.append(process.pid)
        process.join(90 if len(killed) < 6 else 0)
        if process.is_alive():  # each was killed once; this one takes what is left
            wait_for(lambda: _position(ledger) == 6, 90, "it does not come to its end")
            process.kill()
            process.join()
            break
    seen = sequences(listening)
    assert list(dict.fromkeys(seen)) == [1, 2, 3, 4, 5, 6], "none lost, the first of each in order"
    assert acknowledges or seen == sorted(seen), "each again right after it was not acknowledged"
    assert {seen.count(each) for each in seen} <= ({1, 2} if acknowledges else {2})
    assert len({(number, event(each)["id"]) for number, each in zip(seen, listening.received, strict=True)}) == 6
    assert _position(ledger) == 6


def _position(ledger: Ledger) -> int:
    from station.service.outbound.outbox import Outbox

    outbox = Outbox(ledger.path)
    try:
        return outbox.state("shop", EVENTS).position
    finally:
        outbox.close()
