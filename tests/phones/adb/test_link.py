# SPDX-License-Identifier: GPL-3.0-or-later
"""The adb link counts an exchange only when the phone has said that it ended."""

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.adb.link import AdbLink
from phones.errors import (
    AdbServerError,
    PhoneError,
    PhoneLostError,
    PhoneRefusedError,
    PhoneSilentError,
    ReplyMalformedError,
)
from phones.link import (
    MAXIMUM_REPLY_BYTES,
    AppleTrustTest,
    Reboot,
    Reply,
    Request,
    RescueProperty,
    RescueWipe,
    ShellLine,
    TradeInLine,
)
from tests.phones.adb.smart_socket import Answers, Conversation, drip, fail, okay, packet, shell, silence, smart_socket
from tests.support.waiting import PATIENCE_S

LINE = "shell,v2,raw:getprop"


GETPROP = ShellLine(line="getprop")


def exchange(answer: bytes | Conversation, request: Request = GETPROP, *, timeout_s: float = PATIENCE_S) -> Reply:
    answers: Answers = {"host:transport-id:7": b"OKAY", LINE: answer}
    with smart_socket(answers) as server:
        return AdbLink(server, 7).exchange(request, timeout_s=timeout_s)


def test_stdout_stderr_and_exit_code_are_told_apart() -> None:
    assert exchange(shell(b"out\n", stderr=b"err", exit_code=3)) == Reply(status=3, body=b"out\n", error=b"err")


@pytest.mark.parametrize("data", [b"OKAY", b"OKAY" + packet(1, b"half"), b"OKAY" + packet(1, b"half")[:7], b"", b"OK"])
def test_a_cut_cable_is_never_a_successful_exchange(data: bytes) -> None:
    with pytest.raises(PhoneLostError):
        exchange(data)


def test_a_reset_connection_is_a_lost_phone() -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    with pytest.raises(PhoneLostError):
        exchange(reset)


def test_the_deadline_is_for_the_whole_exchange_and_not_for_each_byte() -> None:
    with pytest.raises(PhoneSilentError):  # with a deadline for each byte, all of them would come
        exchange(drip(shell(b"x" * 200), 0.05), timeout_s=0.4)


GONE = b"R58N12                 device usb:3-1.4 transport_id:8\n"
STILL_THERE = GONE + b"R58N13                 device usb:3-1.3 transport_id:7\n"


def test_a_wait_ends_when_the_phone_has_left_although_its_stream_stays_open() -> None:
    answers: Answers = {"host:transport-id:7": b"OKAY", LINE: silence, "host:devices-l": okay(GONE)}
    with smart_socket(answers) as server, pytest.raises(PhoneLostError):  # at the end of its time it is a silent one
        AdbLink(server, 7).exchange(GETPROP, timeout_s=PATIENCE_S)


@pytest.mark.parametrize("listed", [okay(STILL_THERE), fail("no list today"), b""])
def test_a_wait_goes_on_while_the_phone_is_there_or_nobody_can_tell(listed: bytes) -> None:
    answers: Answers = {"host:transport-id:7": b"OKAY", LINE: silence, "host:devices-l": listed}
    with smart_socket(answers) as server, pytest.raises(PhoneSilentError):
        AdbLink(server, 7).exchange(GETPROP, timeout_s=2.5)


def test_a_phone_that_says_nothing_is_silent_and_not_lost() -> None:
    with pytest.raises(PhoneSilentError):
        exchange(silence, timeout_s=0.2)


@pytest.mark.parametrize(
    "data",
    [
        b"OKAY" + packet(1, b"")[:1] + (MAXIMUM_REPLY_BYTES + 1).to_bytes(4, "little"),
        b"OKAY" + packet(9, b"x"),
        b"OKAY" + packet(3, b"12"),
        b"WHAT",
        b"FAILzzzz",
    ],
)
def test_an_answer_of_another_shape_is_malformed(data: bytes) -> None:
    with pytest.raises(ReplyMalformedError):
        exchange(data)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("closed", "closed"),
        ("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set", "unauthorized"),
        ("insufficient permissions for device: user in plugdev group", "no_permission"),
        ("something new", "refused"),
    ],
)
def test_a_no_has_one_of_our_words(words: str, expected: str) -> None:
    with pytest.raises(PhoneRefusedError) as caught:
        exchange(fail(words))
    assert caught.value.reason_code == expected


@pytest.mark.parametrize(
    "words",
    ["device offline", "device still authorizing", "device '7' not found", "no device with transport id '7'"],
)
def test_a_phone_that_is_not_there_is_lost(words: str) -> None:
    with smart_socket({"host:transport-id:7": fail(words)}) as server, pytest.raises(PhoneLostError):
        AdbLink(server, 7).exchange(Reboot(), timeout_s=PATIENCE_S)


def test_a_trade_in_command_goes_out_without_anything_appended() -> None:
    answers: Answers = {
        "host:transport-id:7": b"OKAY",
        "shell,v2,raw:tradeinmode getstatus --challenge aB_-9": shell(b"{}"),
    }
    with smart_socket(answers) as server:
        link = AdbLink(server, 7, name="trade_in")
        assert link.exchange(TradeInLine(command="getstatus --challenge aB_-9"), timeout_s=PATIENCE_S).body == b"{}"
        assert server.asked == list(answers)


def test_a_trade_in_command_the_phone_would_close_is_not_even_sent() -> None:
    with smart_socket({}) as server:
        with pytest.raises(PhoneRefusedError) as caught:
            AdbLink(server, 7).exchange(TradeInLine(command="getstatus; reboot"), timeout_s=PATIENCE_S)
        assert caught.value.reason_code == "closed"
        assert server.asked == []


def test_a_reboot_request_returns_when_it_was_taken() -> None:
    with smart_socket({"host:transport-id:7": b"OKAY", "reboot:": b"OKAY"}) as server:
        assert AdbLink(server, 7).exchange(Reboot(), timeout_s=PATIENCE_S) == Reply()


RESCUE = RescueProperty(name="ro.build.fingerprint")


def test_rescue_tells_one_line_and_a_wipe_exactly_eight_bytes() -> None:
    answers: Answers = {
        "host:transport-id:7": b"OKAY",
        "rescue-getprop:ro.build.fingerprint": b"OKAYa/b/c:13\n",
        "rescue-wipe:userdata:8": b"OKAYDONEDONE",
    }
    with smart_socket(answers) as server:
        link = AdbLink(server, 7, name="recovery")
        assert link.exchange(RESCUE, timeout_s=PATIENCE_S).body == b"a/b/c:13\n"
        assert link.exchange(RescueWipe(), timeout_s=PATIENCE_S).body == b"DONEDONE"


def test_half_an_answer_to_a_wipe_is_a_lost_phone_and_one_without_end_is_malformed() -> None:
    answers: Answers = {
        "host:transport-id:7": b"OKAY",
        "rescue-wipe:userdata:8": b"OKAYDONE",
        "rescue-getprop:ro.build.fingerprint": b"OKAY" + b"x" * 5000,
    }
    with smart_socket(answers) as server:
        link = AdbLink(server, 7, name="recovery")
        with pytest.raises(PhoneLostError):
            link.exchange(RescueWipe(), timeout_s=PATIENCE_S)
        with pytest.raises(ReplyMalformedError):
            link.exchange(RESCUE, timeout_s=PATIENCE_S)


def test_a_link_of_before_a_server_restart_does_not_reach_another_phone() -> None:
    with smart_socket({"host:transport-id:7": b"OKAY", LINE: shell(b"other phone")}) as server:
        link = AdbLink(server, 7)
        server.generation += 1
        with pytest.raises(PhoneLostError):
            link.exchange(GETPROP, timeout_s=PATIENCE_S)


def test_a_request_for_an_iphone_is_refused() -> None:
    with smart_socket({}) as server, pytest.raises(PhoneRefusedError):
        AdbLink(server, 7).exchange(AppleTrustTest(), timeout_s=PATIENCE_S)


def test_a_dead_server_is_a_bench_error_and_nothing_is_started() -> None:
    with smart_socket({}) as server:
        pass
    with pytest.raises(AdbServerError):
        AdbLink(server, 7).exchange(Reboot(), timeout_s=PATIENCE_S)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_from_a_phone_raise_anything_but_a_phone_error(data: bytes) -> None:
    try:
        reply = exchange(b"OKAY" + data, timeout_s=PATIENCE_S)
    except PhoneError:
        return
    assert reply.status == data[data.rindex(b"\3\1\0\0\0") + 5]
