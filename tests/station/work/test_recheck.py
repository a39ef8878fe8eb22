# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the phone in hand the one on the paper, and as it was left? Asked of virtual phones, by reading only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from certs.editions.interface import RecordFacts
from certs.record.record import Record
from phones.bench.inspection import inspect
from phones.evidence import Moment
from phones.port import Presence
from phones.verdict import Verdict
from phones.witness import Witness, WitnessedPort
from station.cli.commands.recheck import exit_code
from station.work.recheck import recheck
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.port import VirtualPort


def erased(phone: Mapping[str, Any]) -> tuple[RecordFacts, Any]:
    """A certified phone's record, and the slot it still hangs in."""
    slots: list[VirtualPort] = []
    life = lives.live(phone, watch=slots.append)
    assert life.job.certificate is not None
    return Record(data=life.job.certificate.record.encode()).facts, slots[0]


def asked(slot: VirtualPort, folder: Path) -> tuple[dict[str, str], Presence]:
    clock = VirtualClock()
    clock.sleep(40_000)
    port = DirectPort(slot, clock, folder)
    witness = Witness(clock=clock, journal=lambda _piece: None, salt=b"x" * 16)
    phone = WitnessedPort(port, witness)
    sighting = phone.peek()
    return inspect(phone, sighting, moment=Moment.BEFORE, draw=lambda: "ab" * 16), sighting.presence


@pytest.mark.parametrize("phone", [lives.IPHONE, lives.PIXEL_16], ids=["iphone", "android-16"])
def test_an_erased_phone_is_the_one_on_its_paper_and_as_it_was_left(phone: Mapping[str, Any], tmp_path: Path) -> None:
    document, slot = erased(phone)
    values, presence = asked(slot, tmp_path)
    found = recheck(document, values, presence)
    assert (found.same, found.as_left) == (Verdict.PASSED, Verdict.PASSED), found
    assert exit_code(found) == 0


def test_another_phone_is_not_the_one_on_the_paper(tmp_path: Path) -> None:
    document, _ = erased(lives.IPHONE)
    _, other = erased({**lives.IPHONE, "serial": "F2LOTHER0001", "imeis": ["353918110000011"]})
    values, presence = asked(other, tmp_path)
    found = recheck(document, values, presence)
    assert found.same is Verdict.FAILED
    assert "serial" in found.differs
    assert exit_code(found) == 7


@pytest.mark.parametrize(
    ("name", "value"), [("apple.activation_state", "Activated"), ("apple.setup_done", "yes"), ("apple.apps", "1")]
)
def test_a_phone_that_somebody_used_since_is_not_as_it_was_left(name: str, value: str, tmp_path: Path) -> None:
    document, slot = erased(lives.IPHONE)
    values, presence = asked(slot, tmp_path)
    found = recheck(document, {**values, name: value}, presence)
    assert (found.same, found.as_left, found.changed) == (Verdict.PASSED, Verdict.FAILED, (name,))
    assert exit_code(found) == 7


def test_what_was_not_answered_is_never_fine(tmp_path: Path) -> None:
    document, slot = erased(lives.IPHONE)
    values, presence = asked(slot, tmp_path)
    silent = {name: text for name, text in values.items() if name != "apple.setup_done"}
    found = recheck(document, silent, presence)
    assert (found.as_left, found.unanswered) == (Verdict.INDETERMINATE, ("apple.setup_done",))
    assert exit_code(found) == 6
    nothing = recheck(document, {}, presence)
    assert (nothing.same, nothing.as_left) == (Verdict.INDETERMINATE, Verdict.INDETERMINATE)
    one = {name: text for name, text in values.items() if name in ("identity.serial",)}
    assert recheck(document, one, presence).same is Verdict.INDETERMINATE, "one identifier is too thin"
    assert recheck(document, {}, Presence.ADB_FOYER).as_left is not Verdict.PASSED, "an empty foyer says nothing"


def test_a_malformed_identifier_counts_for_nothing(tmp_path: Path) -> None:
    document, slot = erased(lives.IPHONE)
    values, presence = asked(slot, tmp_path)
    bad = {name: "malformed" if name.startswith("identity.") else text for name, text in values.items()}
    assert recheck(document, bad, presence).same is Verdict.INDETERMINATE


def test_one_number_said_in_both_places_is_not_the_second_one_of_the_paper(tmp_path: Path) -> None:
    document, slot = erased(lives.IPHONE)
    values, presence = asked(slot, tmp_path)
    silent = dict.fromkeys(("identity.serial", "identity.udid", "identity.ecid"), "")
    twice = {**values, **silent, "identity.imei2": values["identity.imei1"]}
    found = recheck(document, twice, presence)
    assert (found.same, found.differs) == (Verdict.FAILED, ("imei2",)), found
    assert exit_code(found) == 7
    once = {name: text for name, text in twice.items() if name != "identity.imei2"}
    assert recheck(document, once, presence).same is Verdict.INDETERMINATE, "one IMEI is too thin"


def test_udid_and_ecid_are_one_chip(tmp_path: Path) -> None:
    document, slot = erased(lives.IPHONE)
    values, presence = asked(slot, tmp_path)
    silent = dict.fromkeys(("identity.serial", "identity.imei1", "identity.imei2"), "")
    assert recheck(document, {**values, **silent}, presence).same is Verdict.INDETERMINATE
