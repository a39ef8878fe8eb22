# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that sends is killed just before and just after each acknowledgement: nothing is lost, ids stay."""

import multiprocessing
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind
from station.setup.webhooks import Constant
from tests.support.direct_bench import VirtualClock
from tests.support.hooked import event, hooked, sequences
from tests.support.ledger_payloads import an_event
from tests.support.receiver import OK, Receiver
from tests.support.waiting import PATIENCE_S

_FORK = multiprocessing.get_context("fork")
EVENTS = ("job.opened", "job.decided")


def _send(path: Path, url: str, *, stays: bool) -> None:
    """The process that is killed; one that does not stay ends when nothing is left. Its events say whose they are."""
    whose = {"pid": Constant(value=os.getpid())}
    hook = hooked(
        Ledger(path, clock=VirtualClock()), url, events=EVENTS, from_first=False, timeout_s=60.0, fields=whose
    )
    if stays:
        hook.endpoint.run()
    else:
        hook.run()


@pytest.mark.parametrize("acknowledges", [False, True])
def test_whoever_is_killed_while_it_sends_goes_on_where_it_was(
    ledger: Ledger, listening: Receiver, *, acknowledges: bool
) -> None:
    hooked(ledger, listening, events=EVENTS).endpoint.outbox.close()
    for number in range(3):
        for kind in (EntryKind.JOB_OPENED, EntryKind.VALIDATION):
            ledger.append(an_event(kind), f"JOB0000{number}")
    killed_at: set[int] = set()
    dead: set[int] = set()
    one_at_a_time = threading.Lock()

    def kill(connection: socket.socket) -> None:
        """Whoever sends an entry for the first time dies of it; the second time it is taken."""
        said = event(listening.request)
        number, sender = int(said["sequence"]), int(said["data"]["pid"])
        with one_at_a_time:
            if sender in dead:  # it had sent this before its death came: its number may be another's by now
                return
            dies = number not in killed_at
            if acknowledges or not dies:
                connection.sendall(OK)
            if dies:
                killed_at.add(number)
                dead.add(sender)
                os.kill(sender, signal.SIGKILL)

    listening.behave = kill
    ends = []
    for number in range(7):
        process = _FORK.Process(target=_send, args=(ledger.path, listening.url), kwargs={"stays": number < 6})
        process.start()
        process.join(PATIENCE_S)
        ends.append(process.exitcode)
    seen = sequences(listening)
    assert ends == [-signal.SIGKILL] * 6 + [0], "each entry killed one process; the last took what was left"
    assert list(dict.fromkeys(seen)) == [1, 2, 3, 4, 5, 6], "none lost, the first of each in order"
    if not acknowledges:
        assert seen == sorted([1, 2, 3, 4, 5, 6] * 2), "each again, right after it was not acknowledged"
    assert len({(number, event(each)["id"]) for number, each in zip(seen, listening.received, strict=True)}) == 6
    assert _position(ledger) == 6


def _position(ledger: Ledger) -> int:
    from station.service.outbound.outbox import Outbox

    outbox = Outbox(ledger.path)
    try:
        return outbox.state("shop", EVENTS).position
    finally:
        outbox.close()
