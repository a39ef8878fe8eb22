# SPDX-License-Identifier: GPL-3.0-or-later
"""The erase messages, with the phone's side of the conversation written out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.apple.erase import erase_by_backup, erase_by_mcinstall
from phones.apple.readers import read_erase
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, ReplyMalformedError
from phones.link import Reply

GREETING: list[Any] = [
    ["DLMessageVersionExchange", 400, 0],
    ["DLMessageDeviceReady"],
    ["DLMessageProcessMessage", {"MessageName": "Response", "ErrorCode": 0, "ProtocolVersion": 2.1}],
]


class Wire:
    """Answers with what it was given, in order; then the link is dead. `takes`: sends before it dies."""

    def __init__(self, answers: list[Any], takes: int = 99) -> None:
        self.answers = list(answers)
        self.takes = takes
        self.sent: list[Any] = []

    async def send(self, message: Any) -> None:
        if len(self.sent) >= self.takes:
            raise PhoneLostError
        self.sent.append(message)

    async def receive(self) -> Any:
        if not self.answers:
            raise PhoneLostError
        return self.answers.pop(0)


def backup(wire: Wire) -> Awaitable[bytes]:
    return erase_by_backup(wire, "UDID")


def returned(erase: Callable[[Wire], Awaitable[bytes]], wire: Wire) -> str:
    async def run() -> bytes:
        return await erase(wire)

    return read_erase(Reply(body=asyncio.run(run())))["command.returned"]


def test_an_acknowledged_erase_and_a_dropped_link_are_told_apart() -> None:
    assert returned(erase_by_mcinstall, Wire([{"Status": "Acknowledged"}])) == "acknowledged"
    assert returned(erase_by_mcinstall, Wire([])) == "link_dropped"
    assert returned(backup, Wire([*GREETING, ["DLMessageProcessMessage", {"ErrorCode": 0}]])) == "acknowledged"
    assert returned(backup, Wire([*GREETING, ["DLMessageDisconnect"]])) == "link_dropped"
    assert returned(backup, Wire(GREETING)) == "link_dropped"


def test_the_cellular_plan_of_the_owner_is_not_preserved() -> None:
    wire = Wire([])
    returned(erase_by_mcinstall, wire)
    assert wire.sent == [{"RequestType": "EraseDevice", "PreserveDataPlan": False, "DisallowProximitySetup": False}]


def test_a_link_that_dies_before_the_command_is_out_is_a_lost_phone() -> None:
    with pytest.raises(PhoneLostError):
        returned(erase_by_mcinstall, Wire([], takes=0))
    for answers in range(len(GREETING)):
        with pytest.raises(PhoneLostError):
            returned(backup, Wire(GREETING[:answers]))
    with pytest.raises(PhoneLostError):
        returned(backup, Wire(GREETING, takes=2))


@pytest.mark.parametrize(
    ("code", "word"), [(208, "mb_208"), (211, "mb_211"), (-1, "mb_error"), ("x", "mb_error"), (True, "mb_error")]
)
def test_a_refusal_of_the_backup_service_keeps_its_number(code: Any, word: str) -> None:
    with pytest.raises(PhoneRefusedError) as caught:
        returned(backup, Wire([*GREETING, ["DLMessageProcessMessage", {"ErrorCode": code}]]))
    assert caught.value.reason_code == word


def test_a_refused_hello_is_named_so() -> None:
    hello = ["DLMessageProcessMessage", {"MessageName": "Response", "ErrorCode": 1}]
    with pytest.raises(PhoneRefusedError) as caught:
        returned(backup, Wire([*GREETING[:2], hello]))
    assert caught.value.reason_code == "hello_refused"


def test_a_refusal_of_the_profile_service_never_repeats_the_phones_sentence() -> None:
    chain = [{"ErrorCode": 4001, "ErrorDomain": "MC", "LocalizedDescription": "Anna's iPhone says no"}]
    with pytest.raises(PhoneRefusedError) as caught:
        returned(erase_by_mcinstall, Wire([{"Status": "Error", "ErrorChain": chain}]))
    assert caught.value.reason_code == "mc_error"
    assert "Anna" not in f"{caught.value} {caught.value.facts}"
    assert caught.value.got == "4001"


def test_a_phone_that_wants_files_during_an_erase_gets_none() -> None:
    asks = ["DLMessageDownloadFiles", ["Manifest.db"], {}, 0]
    wire = Wire([*GREETING, asks, ["DLMessageProcessMessage", {"ErrorCode": 0}]])
    assert returned(backup, wire) == "acknowledged"
    assert wire.sent[-1][:2] == ["DLMessageStatusResponse", 2**64 - 1]


def test_a_phone_that_asks_for_files_for_ever_is_malformed() -> None:
    with pytest.raises(ReplyMalformedError):
        returned(backup, Wire([*GREETING, *[["DLMessageRemoveItems", ["/"]]] * 100]))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Status", "ErrorCode", "ErrorChain", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(ANYTHING, max_size=5), st.booleans())
def test_nothing_a_phone_says_breaks_more_than_its_own_exchange(answers: list[Any], greeted: bool) -> None:
    for erase, words in ((erase_by_mcinstall, answers), (backup, [*(GREETING if greeted else []), *answers])):
        try:
            word = returned(erase, Wire(words))
        except PhoneError:
            continue
        assert word in ("acknowledged", "link_dropped")
