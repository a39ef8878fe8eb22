# SPDX-License-Identifier: GPL-3.0-or-later
"""Long acts: an erase over mobilebackup2's messages, by phones that cut, wait, count wrongly, refuse and never end."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.apple.driver import AppleAct, AppleLibraryDriver
from phones.apple.erase import Metered, erase_by_backup
from phones.apple.inspection import erase_question
from phones.apple.loop import LoopThread
from phones.clock import SystemClock
from phones.errors import PhoneLostError
from phones.evidence import Evidence, Moment, Outcome
from phones.link import AppleEraseRoute, Reply, Request
from phones.long_act import Act, ActEnd, ActOutcome, ActProgress, Meter, follow
from phones.port import Port, Presence, Sighting
from phones.witness import Witness, WitnessedPort
from tests.support.waiting import PATIENCE_S

HELLO: list[Any] = [
    ["DLMessageVersionExchange", 400, 0],
    ["DLMessageDeviceReady"],
    ["DLMessageProcessMessage", {"MessageName": "Response", "ErrorCode": 0, "ProtocolVersion": 2.1}],
]
DONE: list[Any] = [["DLMessageProcessMessage", {"ErrorCode": 0}]]
ROUTE = AppleEraseRoute.MOBILEBACKUP2


def removing(percent: object) -> list[object]:
    return ["DLMessageRemoveItems", ["/x"], percent]


class Phone:
    """The phone's side of the connection: says `words`, `pause_s` before each; then it is dead, or silent.

    A word that can be called is not said: it is waited for until it is true.
    """

    def __init__(self, words: list[Any], *, pause_s: float = 0.0, then_silent: bool = False) -> None:
        self.words: Iterator[Any] = iter(words)
        self.pause_s = pause_s
        self.then_silent = then_silent
        self.heard: list[Any] = []

    async def send(self, message: Any) -> None:
        self.heard.append(message)

    async def receive(self) -> Any:
        await asyncio.sleep(self.pause_s)
        for word in self.words:
            if not callable(word):
                return word
            while not word():
                await asyncio.sleep(0.01)
        if self.then_silent:
            await asyncio.sleep(3600)
        raise PhoneLostError

    @property
    def commands(self) -> int:
        """How often it was told to erase itself."""
        return sum("EraseDevice" in str(message) for message in self.heard)


class _Driver:
    def attached(self) -> tuple[str, ...]:
        return ()


class PhoneLink:
    """A link that begins the erase in a loop of its own, as the Apple driver does."""

    name = "usbmux"

    def __init__(self, phone: Phone, loop: LoopThread) -> None:
        self.phone = phone
        self.loop = loop

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        raise AssertionError("an act is no exchange")

    def begin(self, request: Request, *, timeout_s: float) -> AppleAct:
        meter = Meter()
        future = self.loop.start(erase_by_backup(Metered(self.phone, meter), "UDID"), timeout_s=timeout_s)
        return AppleAct(cast("AppleLibraryDriver", _Driver()), future, meter)

    def close(self) -> None:
        return


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    made = LoopThread("test")
    yield made
    assert made.unfinished() == 0, "every act has cleaned up behind itself"
    made.close()


def act(*, timeout_s: float = PATIENCE_S, silence_s: float = PATIENCE_S) -> Act:
    return Act(question=erase_question(ROUTE, timeout_s=timeout_s), silence_s=silence_s)


def run(phone: Phone, loop: LoopThread, planned: Act | None = None, **more: Any) -> ActOutcome:
    planned = planned or act()
    running = PhoneLink(phone, loop).begin(planned.question.request, timeout_s=planned.question.timeout_s)
    return follow(running, planned, clock=SystemClock(), **more)


def test_an_act_that_ends_well_tells_bytes_rate_and_percent_on_the_way(loop: LoopThread) -> None:
    told: list[ActProgress] = []
    words = [*HELLO, removing(10), removing(60.5), lambda: bool(told) and told[-1].percent == 60, *DONE]
    phone = Phone(words, pause_s=0.3)
    outcome = run(phone, loop, tell=told.append)
    assert outcome.end is ActEnd.DONE
    assert outcome.reply is not None
    assert b"acknowledged" in outcome.reply.body
    assert [each.carried for each in told] == sorted({each.carried for each in told})
    assert told[-1].percent == 60
    assert told[-1].rate == pytest.approx(told[-1].carried / told[-1].seconds)


@pytest.mark.parametrize("told", range(len(HELLO) + 2))
def test_a_link_cut_at_any_message_is_lost_before_the_command_and_an_end_after_it(told: int, loop: LoopThread) -> None:
    phone = Phone([*HELLO, removing(5)][:told])
    outcome = run(phone, loop)
    assert phone.commands == (1 if told >= len(HELLO) else 0)
    assert outcome.end is (ActEnd.DONE if phone.commands else ActEnd.LOST)
    if outcome.reply is not None:
        assert b"link_dropped" in outcome.reply.body


@pytest.mark.parametrize("told", range(len(HELLO) + 1))
def test_silence_at_any_message_is_given_up(told: int, loop: LoopThread) -> None:
    phone = Phone(HELLO[:told], then_silent=True)
    assert run(phone, loop, act(silence_s=0.5)).end is ActEnd.TIMED_OUT


def test_progress_that_never_ends_is_given_up_at_the_end_of_the_time(loop: LoopThread) -> None:
    endless = itertools.chain(HELLO, (removing(50) for _ in itertools.count()))
    phone = Phone(cast("list[Any]", endless), pause_s=0.1)
    assert run(phone, loop, act(timeout_s=1.0, silence_s=0.6)).end is ActEnd.TIMED_OUT


def test_messages_without_end_are_malformed(loop: LoopThread) -> None:
    assert run(Phone([*HELLO, *[removing(1)] * 100]), loop).end is ActEnd.MALFORMED


def test_a_refusal_in_the_middle_keeps_its_number(loop: LoopThread) -> None:
    outcome = run(Phone([*HELLO, removing(40), ["DLMessageProcessMessage", {"ErrorCode": 211}]]), loop)
    assert outcome.end is ActEnd.REFUSED
    assert "mb_211" in repr(getattr(outcome.error, "reason_code", ""))


def test_a_cancelled_act_ends_at_once_and_closes_its_connection(loop: LoopThread) -> None:
    phone = Phone(HELLO, then_silent=True)
    assert run(phone, loop, is_cancelled=lambda: phone.commands > 0).end is ActEnd.CANCELLED
    assert phone.commands == 1


def test_an_answer_that_comes_while_an_act_is_given_up_counts() -> None:
    class Late:
        meter = Meter()
        answers: Iterator[ActOutcome | None] = iter((None, ActOutcome(end=ActEnd.DONE, reply=Reply())))

        def wait(self, timeout_s: float) -> ActOutcome | None:
            return next(self.answers)

        def cancel(self) -> None:
            return

    assert follow(Late(), act(), clock=SystemClock(), is_cancelled=lambda: True).end is ActEnd.DONE


@given(st.lists(st.one_of(st.integers(-10, 200), st.floats(), st.text(max_size=3), st.booleans(), st.none())))
def test_whatever_a_phone_says_of_its_progress_it_never_goes_back_nor_beyond_the_end(claims: list[object]) -> None:
    meter, before = Meter(), 0
    for claim in claims:
        meter.claim(claim)
        percent = meter.read(1.0).percent
        assert percent is None or before <= percent <= 100
        before = percent or 0


class OnePort:
    path, emulated = "1-1", True

    def __init__(self, link: PhoneLink) -> None:
        self.link = link

    def look(self) -> Sighting:
        return Sighting(port="1-1", presence=Presence.APPLE)

    def open(self) -> PhoneLink:
        return self.link

    def forget(self, udid: str) -> None:
        return


@pytest.mark.parametrize(
    ("make", "outcome", "end"),
    [
        (lambda: Phone([*HELLO, removing(30), *DONE]), Outcome.ANSWERED, ActEnd.DONE),
        (lambda: Phone([*HELLO, ["DLMessageProcessMessage", {"ErrorCode": 208}]]), Outcome.REFUSED, ActEnd.REFUSED),
        (lambda: Phone(HELLO[:1]), Outcome.LOST, ActEnd.LOST),
        (lambda: Phone(HELLO, then_silent=True), Outcome.SILENT, ActEnd.TIMED_OUT),
        (lambda: Phone([["nonsense"]]), Outcome.MALFORMED, ActEnd.MALFORMED),
    ],
    ids=["done", "refused", "lost", "timed out", "malformed"],
)
def test_beginning_and_end_are_evidence_and_progress_is_not(
    make: Callable[[], Phone], outcome: Outcome, end: ActEnd, loop: LoopThread
) -> None:
    journal: list[Evidence] = []
    phone = make()
    witness = Witness(clock=SystemClock(), journal=journal.append, salt=bytes(16))
    port = WitnessedPort(cast("Port", OnePort(PhoneLink(phone, loop))), witness)
    answer, ended = port.carry_out(act(silence_s=0.5), Moment.COMMAND, clock=SystemClock())
    assert (answer.outcome, ended) == (outcome, end)
    assert phone.commands <= 1
    begun, last = journal
    assert (begun.asked, begun.link, begun.moment) == ("host.act_begun", "host", Moment.BEFORE)
    assert dict(begun.values) == {"host.step": "apple.erase.mobilebackup2"}
    assert (last.asked, last.link, last.moment) == ("apple.erase.mobilebackup2", "usbmux", Moment.COMMAND)
    assert "percent" not in str(last.to_json())


def test_a_link_that_only_exchanges_carries_an_act_too() -> None:
    class Plain:
        name = "usbmux"

        def exchange(self, request: Request, *, timeout_s: float) -> Reply:
            raise PhoneLostError

        def close(self) -> None:
            return

    journal: list[Evidence] = []
    witness = Witness(clock=SystemClock(), journal=journal.append, salt=bytes(16))
    port = WitnessedPort(cast("Port", OnePort(cast("PhoneLink", Plain()))), witness)
    assert port.carry_out(act(), Moment.COMMAND, clock=SystemClock())[1] is ActEnd.LOST
    assert [piece.outcome for piece in journal] == [Outcome.ANSWERED, Outcome.LOST]
