# SPDX-License-Identifier: GPL-3.0-or-later
"""Fastboot's packets: what the protocol has is read, and whatever else comes is malformed."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import allowed
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.fastboot.link import MOST_PACKETS
from phones.fastboot.questions import VARIABLES, erase_question, read_everything, read_variables, reboot_question
from phones.fastboot.wire import LONGEST_ANSWER, Kind, Packet, command, packet
from phones.link import (
    FastbootErase,
    FastbootEverything,
    FastbootVariables,
    Reboot,
    RebootTarget,
    Reply,
    Request,
    ShellLine,
)
from tests.phones.fastboot.scripted import link

KINDS = st.sampled_from([kind.value.encode() for kind in Kind])
PACKETS = st.one_of(st.binary(max_size=300), st.builds(bytes.__add__, KINDS, st.binary(max_size=260)))
REQUESTS: st.SearchStrategy[Request] = st.sampled_from(
    [
        FastbootVariables(names=VARIABLES),
        FastbootEverything(),
        FastbootErase(partition="userdata"),
        Reboot(),
    ]
)


@pytest.mark.parametrize(
    ("data", "kind", "text"),
    [
        (b"OKAY", Kind.OKAY, b""),
        (b"OKAY0.4", Kind.OKAY, b"0.4"),
        (b"FAILno", Kind.FAIL, b"no"),
        (b"INFO" + b"x" * 252, Kind.INFO, b"x" * 252),
        (b"TEXT\n", Kind.TEXT, b"\n"),
        (b"DATA00000400", Kind.DATA, b"00000400"),
    ],
)
def test_every_kind_of_packet_is_read(data: bytes, kind: Kind, text: bytes) -> None:
    assert packet(data) == Packet(kind=kind, text=text)


@pytest.mark.parametrize("data", [b"", b"OKA", b"okay", b"DATA", b"DATA12", b"DATAsixteen!", b"INFO" + b"x" * 253])
def test_whatever_else_comes_is_malformed(data: bytes) -> None:
    with pytest.raises(ReplyMalformedError):
        packet(data)


@given(PACKETS)
def test_any_bytes_are_a_packet_or_malformed(data: bytes) -> None:
    try:
        found = packet(data)
    except ReplyMalformedError:
        return
    assert found.kind.value.encode() + found.text == data
    assert len(data) <= LONGEST_ANSWER


@pytest.mark.parametrize("text", ["", "x" * 65, "erase:用户", "erase:a b", "erase:a\n"])
def test_a_command_of_ours_is_short_and_plain(text: str) -> None:
    with pytest.raises(ValueError, match="not a fastboot command"):
        command(text)


@given(REQUESTS, st.lists(PACKETS, max_size=8))
def test_a_boot_loader_that_says_anything_gives_a_reply_or_a_phone_error(request_: Request, said: list[bytes]) -> None:
    talking, transport = link(lambda _command: said)
    try:
        talking.exchange(request_, timeout_s=30.0)
    except PhoneError:
        assert transport.clock.seconds <= 31.0


def test_what_is_told_meanwhile_is_kept_and_the_end_decides() -> None:
    talking, transport = link(lambda _command: [b"INFOerasing", b"TEXTha", b"TEXTlf\n", b"OKAY"])
    reply = talking.exchange(FastbootErase(partition="userdata"), timeout_s=5.0)
    assert reply.body == b"erasing\nhalf\n"
    assert transport.sent == [b"erase:userdata"]


def test_a_no_is_a_refusal_with_the_boot_loaders_own_word() -> None:
    talking, _ = link(lambda _command: [b"FAILErase is not allowed in Lock State"])
    with pytest.raises(PhoneRefusedError) as refused:
        talking.exchange(erase_question("userdata").request, timeout_s=5.0)
    assert refused.value.word == "fastboot:is not allowed in lock state"
    talking.exchange(FastbootEverything(), timeout_s=5.0)  # a no is a whole answer: the link goes on


def test_a_variable_that_it_does_not_know_is_left_out_whichever_way_it_says_so() -> None:
    answers = {b"getvar:product": b"OKAYoriole", b"getvar:imei": b"OKAY"}
    talking, _ = link(lambda asked: [answers.get(asked, b"FAILUnknown variable")])
    reply = talking.exchange(FastbootVariables(names=("product", "imei", "unlocked")), timeout_s=5.0)
    assert json.loads(reply.body) == {"product": "oriole"}


def test_packets_without_end_are_malformed_and_packets_that_drip_are_silence() -> None:
    talking, transport = link(lambda _command: itertools.repeat(b"INFOstill here"))
    with pytest.raises(ReplyMalformedError):
        talking.exchange(FastbootEverything(), timeout_s=60.0)
    assert transport.clock.seconds < 1.1 * MOST_PACKETS / 1000
    talking, _ = link(lambda _command: itertools.repeat(b"INFOstill here"))
    with pytest.raises(PhoneSilentError):
        talking.exchange(FastbootEverything(), timeout_s=1.0)


def test_a_link_that_has_failed_is_not_used_again_because_a_late_answer_would_be_taken_for_another() -> None:
    talking, transport = link(lambda _command: [])
    with pytest.raises(PhoneSilentError):
        talking.exchange(FastbootVariables(names=("product",)), timeout_s=5.0)
    with pytest.raises(PhoneLostError):
        talking.exchange(FastbootErase(partition="userdata"), timeout_s=5.0)
    assert transport.sent == [b"getvar:product"]


@pytest.mark.parametrize("request_", [ShellLine(line="id"), Reboot(target=RebootTarget.SIDELOAD)])
def test_what_fastboot_cannot_do_is_refused_and_not_sent(request_: Request) -> None:
    talking, transport = link(lambda _command: [b"OKAY"])
    with pytest.raises(PhoneRefusedError):
        talking.exchange(request_, timeout_s=5.0)
    assert transport.sent == []


def test_a_reboot_is_one_word() -> None:
    talking, transport = link(lambda _command: [b"OKAY"])
    talking.exchange(reboot_question().request, timeout_s=5.0)
    assert transport.sent == [b"reboot"]


TOLD = st.dictionaries(st.sampled_from(VARIABLES), st.text(st.characters(max_codepoint=255), max_size=300))


@given(TOLD)
def test_whatever_the_variables_hold_is_allowed_or_malformed(told: dict[str, str]) -> None:
    for name, text in read_variables(Reply(body=json.dumps(told).encode())).items():
        assert allowed(name).admit(text) in (text, "malformed")
    lines = "\n".join(f"{name}: {text}" for name, text in told.items()).encode("latin-1")
    for name, text in read_everything(Reply(body=lines)).items():
        assert allowed(name).admit(text) in (text, "malformed")


@given(st.binary(max_size=2000))
def test_any_bytes_are_variables_or_malformed(body: bytes) -> None:
    read_everything(Reply(body=body))
    try:
        read_variables(Reply(body=body))
    except ReplyMalformedError:
        return


def test_a_variable_told_in_two_ways_is_malformed() -> None:
    found = read_everything(Reply(body=b"unlocked: no\nserialno:FASTOPEN1\nserialno: FASTOPEN2\nunlocked:yes\n"))
    assert found["identity.serial"] == found["fastboot.unlocked"] == "malformed"


def test_what_points_to_a_cell_or_a_seller_is_not_taken() -> None:
    body = b"token: VQEB1FAKE\ncpuid: 0x1234\nproduct: oriole\nro.carrier: retcn\n"
    assert read_everything(Reply(body=body)) == {"product.device": "oriole"}


@pytest.mark.parametrize(
    ("told", "value", "text"),
    [
        ({"unlocked": "yes"}, "fastboot.unlocked", "yes"),
        ({"unlocked": "maybe"}, "fastboot.unlocked", "malformed"),
        ({"securestate": "flashing_unlocked"}, "fastboot.unlocked", "yes"),
        ({"securestate": "oem_locked"}, "fastboot.unlocked", "no"),
        ({"frp-state": "protected (77)"}, "locks.frp", "armed"),
        ({"partition-type:userdata": "f2fs", "partition-type:cache": " "}, "fastboot.partitions", "userdata"),
        ({}, "fastboot.partitions", ""),
    ],
)
def test_words_of_boot_loaders_become_values(told: dict[str, str], value: str, text: str) -> None:
    assert read_variables(Reply(body=json.dumps(told).encode()))[value] == text
