# SPDX-License-Identifier: GPL-3.0-or-later
"""A shell line of minutes: bytes both ways, and only the phone's exit code is an end."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.adb.link import AdbLink
from phones.clock import SystemClock
from phones.errors import PhoneLostError, PhoneRefusedError
from phones.link import MAXIMUM_ERROR_BYTES, Effect, Question, ShellLine, ShellStream
from phones.long_act import Act, ActEnd, ActOutcome, ActProgress, follow
from tests.phones.adb.smart_socket import Answers, Conversation, fail, okay, packet, shell, smart_socket
from tests.support.waiting import PATIENCE_S

LINE = "shell,v2,raw:cat > f"
LISTED = okay(b"R58N12                 device usb:3-1.4 transport_id:7\n")
GONE = okay(b"R58N12                 device usb:3-1.4 transport_id:8\n")


def act(
    answer: bytes | Conversation,
    *,
    source: Callable[[], Iterable[bytes]] = lambda: (),
    sink: Callable[[bytes], None] = lambda _piece: None,
    silence_s: float = PATIENCE_S,
    timeout_s: float = PATIENCE_S,
    listed: bytes = LISTED,
    tell: Callable[[ActProgress], None] = lambda _progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ActOutcome:
    answers: Answers = {"host:transport-id:7": b"OKAY", LINE: answer, "host:devices-l": listed}
    request = ShellStream(line="cat > f", source=source, sink=sink)
    question = Question(name="q", effect=Effect.WRITES, request=request, read=lambda _r: {}, timeout_s=timeout_s)
    with smart_socket(answers) as server:
        running = AdbLink(server, 7).begin(request, timeout_s=timeout_s)
        planned = Act(question=question, silence_s=silence_s)
        return follow(running, planned, clock=SystemClock(), tell=tell, is_cancelled=is_cancelled)


class Taker:
    """The phone's side: takes standard input in packets, and says what it is told to say at the end or when full."""

    def __init__(self, end: bytes, *, most: int = 1 << 40) -> None:
        self.end = end
        self.most = most
        self.taken = bytearray()

    def __call__(self, connection: socket.socket) -> None:
        connection.settimeout(None)  # with a timeout, MSG_WAITALL does not wait for all
        connection.sendall(b"OKAY")
        while True:
            kind, length = struct.unpack("<BI", connection.recv(5, socket.MSG_WAITALL))
            self.taken += connection.recv(length, socket.MSG_WAITALL) if length else b""
            if kind == 4 or len(self.taken) >= self.most:
                break
        connection.sendall(self.end)
        while connection.recv(65536):  # as the adb server, which lets a closed stream run out
            pass


def test_everything_is_sent_in_order_and_the_exit_code_ends_it() -> None:
    taker = Taker(packet(3, b"\0"))
    pieces = [bytes([number]) * 70_000 for number in range(40)]
    outcome = act(taker, source=lambda: pieces)
    assert outcome.end is ActEnd.DONE
    assert outcome.reply is not None
    assert outcome.reply.status == 0
    assert bytes(taker.taken) == b"".join(pieces)


def test_a_mistake_of_ours_ends_the_act_for_whoever_waits() -> None:
    def broken() -> Iterable[bytes]:
        yield b"first"
        raise ZeroDivisionError

    def listening(connection: socket.socket) -> None:
        connection.settimeout(None)
        connection.sendall(b"OKAY")
        while connection.recv(65536):
            pass

    with pytest.raises(ZeroDivisionError):
        act(listening, source=broken)


def test_a_phone_that_is_full_says_so_while_we_still_send() -> None:
    taker = Taker(packet(2, b"cat: xwrite: No space left on device\n") + packet(3, b"\1"), most=300_000)
    made: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            made.append(1)
            yield bytes(65536)

    outcome = act(taker, source=endless)
    assert outcome.reply is not None
    assert (outcome.reply.status, outcome.reply.error) == (1, b"cat: xwrite: No space left on device\n")
    assert len(made) < 1000


def test_what_comes_is_heard_in_order_and_not_kept() -> None:
    heard: list[bytes] = []
    data = bytes(range(256)) * 4096
    outcome = act(Taker(packet(1, data[:500_000]) + packet(1, data[500_000:]) + packet(3, b"\2")), sink=heard.append)
    assert b"".join(heard) == data
    assert outcome.reply is not None
    assert (outcome.reply.status, outcome.reply.body) == (2, b"")


def test_progress_counts_the_bytes_of_both_ways() -> None:
    told: list[ActProgress] = []

    def slowly() -> Iterator[bytes]:
        for _ in range(4):
            time.sleep(0.3)
            yield bytes(10_000)

    act(Taker(packet(1, b"x" * 500) + packet(3, b"\0")), source=slowly, tell=told.append)
    assert 0 < told[0].carried <= told[-1].carried
    assert told[-1].rate > 0


def test_standard_error_is_bounded() -> None:
    outcome = act(Taker(packet(2, b"e" * 1_000_000) + packet(3, b"\1")))
    assert outcome.reply is not None
    assert len(outcome.reply.error) == MAXIMUM_ERROR_BYTES


@pytest.mark.parametrize("data", [b"OKAY", b"OKAY" + packet(1, b"half"), b"OKAY" + packet(3, b"\0")[:5]])
def test_a_stream_that_stops_without_exit_code_is_a_lost_phone(data: bytes) -> None:
    outcome = act(data, source=lambda: [bytes(65536)] * 100)
    assert (outcome.end, outcome.reply) == (ActEnd.LOST, None)


def test_a_reset_connection_is_a_lost_phone() -> None:
    def reset(connection: socket.socket) -> None:
        connection.sendall(b"OKAY")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    assert act(reset, source=lambda: [bytes(65536)] * 100).end is ActEnd.LOST


DEAF_S = 60.0


def _deaf(connection: socket.socket) -> None:
    """Takes nothing and says nothing; when it closes at last, that is a lost phone."""
    connection.sendall(b"OKAY")
    time.sleep(DEAF_S)


def test_a_phone_that_takes_nothing_more_is_given_up_for_its_silence() -> None:
    assert PATIENCE_S > DEAF_S, "so that no other end than silence times out before the stream is closed"
    assert act(_deaf, source=lambda: iter(lambda: bytes(65536), b""), silence_s=1.0).end is ActEnd.TIMED_OUT


def test_a_phone_that_has_left_ends_the_act_although_its_stream_stays_open() -> None:
    """Else it would have timed out before its stream was closed."""
    assert act(_deaf, silence_s=DEAF_S / 2, timeout_s=DEAF_S / 2, listed=GONE).end is ActEnd.LOST


def test_an_act_without_end_is_given_up_at_the_end_of_its_time() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"OKAY")
        for _ in range(200):
            connection.sendall(packet(1, b"x"))
            time.sleep(0.05)

    assert act(drip, timeout_s=1.0).end is ActEnd.TIMED_OUT


def test_a_person_can_end_it() -> None:
    asked_at = threading.Event()
    threading.Timer(0.4, asked_at.set).start()
    assert act(_deaf, is_cancelled=asked_at.is_set).end is ActEnd.CANCELLED


@pytest.mark.parametrize("data", [packet(9, b"x"), packet(3, b"12"), packet(0, b"x"), packet(4, b"")])
def test_an_answer_of_another_shape_is_malformed(data: bytes) -> None:
    assert act(b"OKAY" + data).end is ActEnd.MALFORMED


def test_a_closed_shell_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(PhoneRefusedError):
        act(fail("closed"))


def test_an_act_is_no_exchange_and_an_exchange_is_an_act_without_progress() -> None:
    with smart_socket({}) as server, pytest.raises(PhoneRefusedError):
        AdbLink(server, 7).exchange(ShellStream(line="cat"), timeout_s=PATIENCE_S)
    answers: Answers = {"host:transport-id:7": b"OKAY", "shell,v2,raw:id": shell(b"uid=2000\n")}
    with smart_socket(answers) as server:
        outcome = AdbLink(server, 7).begin(ShellLine(line="id"), timeout_s=PATIENCE_S).wait(PATIENCE_S)
    assert outcome is not None
    assert outcome.reply is not None
    assert outcome.reply.body == b"uid=2000\n"


def test_a_link_of_before_a_server_restart_begins_nothing_on_another_phone() -> None:
    with smart_socket({"host:transport-id:7": b"OKAY", LINE: shell(b"")}) as server:
        link = AdbLink(server, 7)
        server.generation += 1
        with pytest.raises(PhoneLostError):
            link.begin(ShellStream(line="cat > f"), timeout_s=PATIENCE_S)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_from_a_phone_end_in_anything_but_an_outcome(data: bytes) -> None:
    outcome = act(b"OKAY" + data)
    assert outcome.end in (ActEnd.DONE, ActEnd.LOST, ActEnd.MALFORMED)
    assert (outcome.end is ActEnd.DONE) == (b"\3\1\0\0\0" in data and outcome.reply is not None)
