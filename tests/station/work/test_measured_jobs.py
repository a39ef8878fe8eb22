# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands are at a phone while it is checked: whoever hangs there afterwards is asked anew before anything is erased."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phones.bench.inspection import inspect
from phones.evidence import Moment
from phones.problem import ProblemCode
from phones.witness import Witness, WitnessedPort
from station.ledger.entry import Entry
from station.ledger.event import Event as LedgerEvent
from station.ledger.job_events import EvidenceKept, StepDone
from station.ledger.stages import Stage
from station.session.session import Session
from station.setup.photo_desk import PhotoDesk
from station.setup.settings import Checking
from station.work.worker import Progress
from tests.station.work.test_wrong_phone import OTHER, Stand, slot_with
from tests.support import lives
from tests.support.direct_bench import DirectPort
from virtual_phones.port import VirtualPort

QUICK = replace(lives.SETTINGS, checking=Checking(checks="quick"))
OTHER_IPHONE = {**lives.IPHONE, "serial": "F2LX0OTHER1", "imeis": ["353918110000984"]}
PAIRS = [(lives.PIXEL_13, OTHER), (lives.IPHONE, OTHER_IPHONE)]
ANDROID_OR_IPHONE = pytest.mark.parametrize(("phone", "other"), PAIRS, ids=["Android", "iPhone"])


def known_to_the_bench(stand: Stand, phone: Mapping[str, Any]) -> VirtualPort:
    """Another phone that lets this bench in without asking anybody: it was here before."""
    slot = slot_with(phone)
    port = DirectPort(slot, stand.clock, stand.folder / "pairing")
    asked = WitnessedPort(port, Witness(clock=stand.clock, journal=lambda _piece: None, salt=lives.SALT))
    for _ in range(3):
        values = inspect(asked, asked.peek(), moment=Moment.BEFORE, draw=lambda: "0" * 32)
        asked.close_link()
        slot.press(
            "trust" if port.look().platform is not None and slot.phone.platform == "apple" else "accept_adb", 0.0
        )
    assert values.get("identity.serial"), values
    return slot


def is_untouched(slot: VirtualPort) -> bool:
    truth = slot.phone.truth()
    return not truth["erased"] and truth["resets"] == 0


@ANDROID_OR_IPHONE
@pytest.mark.parametrize("checked", ["parts", "silent_apple", "eyes"])
def test_another_phone_plugged_in_while_an_act_runs_is_never_erased(
    tmp_path: Path, phone: Mapping[str, Any], other: Mapping[str, Any], checked: str
) -> None:
    if checked == ("parts" if phone is lives.IPHONE else "silent_apple"):
        checked = "eyes"
    stand = Stand(tmp_path, phone)
    second = known_to_the_bench(stand, other)
    acts: list[str] = []

    def exchange(progress: Progress) -> None:
        if progress.check:
            acts.append(progress.check)
        if progress.check == checked:
            stand.slot.phone = second.phone

    job = stand.process(tell=exchange, settings=QUICK)
    assert acts[-1] == checked, "nothing further is measured"
    assert job.failure == "another_phone"
    assert job.certificate is None
    assert not job.steps_begun
    assert is_untouched(second)
    stand.ledger.close()


@ANDROID_OR_IPHONE
def test_another_phone_plugged_in_between_checks_and_erase_is_never_erased(
    tmp_path: Path, phone: Mapping[str, Any], other: Mapping[str, Any]
) -> None:
    stand = Stand(tmp_path, phone)
    second = known_to_the_bench(stand, other)
    said: list[str] = []

    def exchange(progress: Progress) -> None:
        said.append(progress.key)
        if progress.key == "identify" and "checking" in said:
            stand.slot.phone = second.phone

    job = stand.process(tell=exchange, settings=QUICK)
    assert job.failure == "another_phone"
    assert not job.steps_begun
    assert is_untouched(second)
    stand.ledger.close()


@ANDROID_OR_IPHONE
@pytest.mark.parametrize("when", ["held", "planting"])
def test_another_phone_plugged_in_after_the_last_question_is_never_erased(
    tmp_path: Path, phone: Mapping[str, Any], other: Mapping[str, Any], when: str
) -> None:
    """`held`: nobody may begin an erase just then, and nothing keeps the link; a phone that this bench knows lets it in
    again."""
    stand = Stand(tmp_path, phone)
    second = known_to_the_bench(stand, other)
    sessions: list[Session] = []

    def exchange(progress: Progress) -> None:
        if progress.key == "ready" and when == "held":
            sessions[0].locked.set()
        if progress.key == when:
            stand.slot.phone = second.phone
            sessions[0].locked.clear()

    with stand.session(exchange) as session:
        sessions.append(session)
        (job,) = session.start(stand.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert job.failure in ("another_phone", "canary_not_planted")
    assert job.certificate is None
    assert is_untouched(second)
    if when == "held":
        assert job.failure == "another_phone"
        assert not [piece for piece in job.evidence if "canary" in piece.asked], "nothing was written to it"
    stand.ledger.close()


@ANDROID_OR_IPHONE
@pytest.mark.parametrize("shown", [True, False], ids=["USB shows a number", "USB shows none"])
def test_another_phone_that_takes_our_mark_is_still_not_erased(
    tmp_path: Path, phone: Mapping[str, Any], other: Mapping[str, Any], shown: bool
) -> None:
    """It is put in between the last look at the first one and the mark; nothing of ours may follow the mark."""
    stand = Stand(tmp_path, phone)
    second = known_to_the_bench(stand, other)
    last_look = "port.before" if phone is lives.IPHONE else "android.state"
    sessions: list[Session] = []
    kept: list[str] = []
    append = stand.ledger.append

    def exchange(progress: Progress) -> None:
        if progress.key == "ready":
            sessions[0].locked.set()  # nobody may begin an erase just then: the link to the first one is let go
        if progress.key == "held":
            sessions[0].locked.clear()
        if progress.key == "planting":
            kept.append("planting")

    def swapping(event: LedgerEvent, job: str) -> Entry:
        entry = append(event, job)
        if kept and isinstance(event, EvidenceKept) and event.evidence.asked == last_look:
            stand.slot.phone = second.phone
        return entry

    stand.ledger.append = swapping  # type: ignore[method-assign]  # a hand that is quick
    with stand.session(exchange) as session:
        sessions.append(session)
        seen = stand.port.look()
        (job,) = session.start(seen if shown else replace(seen, usb_serial=""), by=lives.TESTER).jobs
        session.wait()
    assert stand.slot.phone is second.phone
    assert is_untouched(second)
    assert job.certificate is None
    if shown or phone is lives.IPHONE:
        assert job.failure == "another_phone"
    stand.ledger.close()


@pytest.mark.parametrize(
    ("phone", "other", "method"),
    [(lives.PIXEL_13, OTHER, "android_reopen"), (lives.IPHONE, OTHER_IPHONE, "apple_guided")],
    ids=["Android", "iPhone"],
)
def test_nobody_is_told_to_erase_another_phone_that_was_put_in_after_the_mark(
    tmp_path: Path, phone: Mapping[str, Any], other: Mapping[str, Any], method: str
) -> None:
    stand = Stand(tmp_path, phone)
    second = known_to_the_bench(stand, other)
    append = stand.ledger.append

    def swapping(event: LedgerEvent, job: str) -> Entry:
        entry = append(event, job)
        if isinstance(event, StepDone) and event.step == "look_before":
            stand.slot.phone = second.phone
        return entry

    stand.ledger.append = swapping  # type: ignore[method-assign]  # a hand that is quick
    with stand.session() as session:
        (job,) = session.start(stand.port.look(), by=lives.TESTER, method=method).jobs
        session.wait()
    assert job.failure == "another_phone"
    assert stand.instructions == []
    assert is_untouched(second)
    stand.ledger.close()


@pytest.mark.parametrize(
    ("phone", "hand", "problem"),
    [
        (lives.PIXEL_13, lambda slot: slot.press("insert_sim", 0.0), ProblemCode.SIM_PRESENT),
        (lives.IPHONE, lambda slot: slot.press("insert_sim", 0.0), ProblemCode.SIM_PRESENT),
    ],
    ids=["Android", "iPhone"],
)
def test_what_hands_changed_during_the_checks_is_seen_before_the_erase(
    tmp_path: Path, phone: Mapping[str, Any], hand: Callable[[VirtualPort], None], problem: ProblemCode
) -> None:
    stand = Stand(tmp_path, phone)
    found: set[ProblemCode] = set()

    def change(progress: Progress) -> None:
        if progress.check == "eyes":
            hand(stand.slot)
        found.update(each.code for each in progress.problems)

    job = stand.process(tell=change, settings=QUICK)
    assert problem in found
    assert job.failure == "blocked"
    assert not job.steps_begun
    assert is_untouched(stand.slot)
    stand.ledger.close()


@ANDROID_OR_IPHONE
def test_a_phone_put_in_while_photos_of_the_erased_one_are_taken_costs_it_no_certificate_and_is_not_touched(
    tmp_path: Path, phone: Mapping[str, Any], other: Mapping[str, Any]
) -> None:
    stand = Stand(tmp_path, phone)
    second = known_to_the_bench(stand, other)
    first = stand.slot.phone

    def exchange(progress: Progress) -> None:
        if progress.check == "photos":
            stand.slot.phone = second.phone

    desk = PhotoDesk(folder=tmp_path / "photos")
    job = stand.process(tell=exchange, settings=replace(QUICK, checking=Checking(checks="full")), photos=desk)
    assert (job.stage, job.failure) == (Stage.CERTIFIED, "")
    assert job.certificate is not None
    assert first.truth()["erased"]
    assert is_untouched(second)
    last = max(piece.number for piece in job.evidence if piece.asked == "photos.card")
    assert not [piece for piece in job.evidence if piece.number > last and piece.asked == "operator.condition"]
    stand.ledger.close()


def test_another_phone_that_may_have_been_asked_for_the_parts_of_the_erased_one_ends_without_a_certificate(
    tmp_path: Path,
) -> None:
    stand = Stand(tmp_path, lives.IPHONE)
    second = known_to_the_bench(stand, OTHER_IPHONE)

    def exchange(progress: Progress) -> None:
        if progress.check == "parts_again":
            stand.slot.phone = second.phone

    job = stand.process(tell=exchange, settings=QUICK)
    assert job.failure == "another_phone"
    assert job.certificate is None
    assert is_untouched(second)
    stand.ledger.close()
