# SPDX-License-Identifier: GPL-3.0-or-later
"""The suite's most important sentence again, over the wire: real adb server, real pymobiledevice3.

Honest phones are always certified, misbehaving ones never, and whatever goes wrong on the cable, a certificate is
issued only for the phone that came, and only if nothing of its owner is left. Eighteen phones hang on a bench at once.
"""

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify_file
from tests.support.imeis import imei
from tests.support.sampling import parts
from tests.support.wire_bench import WireBench, WireLife
from virtual_phones.android import behaviour as android_behaviour
from virtual_phones.faults import FaultKind
from virtual_phones.iphone import behaviour as iphone_behaviour

# Two benches of eighteen phones at once would measure the machine.
pytestmark = [pytest.mark.wire, pytest.mark.xdist_group("whole-bench"), pytest.mark.timeout(150)]

SEED = 20261121
ROUNDS = 6
TRIED = 1  # in `make test`, another one with each commit; the others in `make slow`
LIARS = 36
SWAPPED = 5
DRAWN_ROUNDS = 4  # in each of these one certificate is drawn, signed and verified; the rest are records
MODELS: Mapping[str, Mapping[str, Any]] = {
    "iphone": {"model": "iphone-13-ios-18"},
    "android-16": {"model": "pixel-9-android-16", "condition": "reset"},
    "android-13": {"model": "pixel-6-android-13"},
}
MISBEHAVIOURS = {
    "iphone": iphone_behaviour.MISBEHAVIOURS,
    "android-16": android_behaviour.MISBEHAVIOURS,
    "android-13": android_behaviour.MISBEHAVIOURS_IN_HARNESS,
}
VARIATIONS = {
    "iphone": iphone_behaviour.VARIATIONS,
    "android-16": android_behaviour.VARIATIONS,
    "android-13": android_behaviour.VARIATIONS,
}
IRRELEVANT: Mapping[tuple[str, str], str] = {
    ("android-16", "returns_unauthorised"): "the foyer and evaluation want no adb key",
    ("android-16", "returns_without_adb"): "the foyer needs no setting for adb",
    ("android-16", "lock_screen"): "a phone in its set-up screen has none any more",
    ("android-16", "device_owner"): "the first reset removed it",
    ("android-16", "reset_forbidden"): "a restriction of the owner's data set, gone with it",
    ("android-16", "harness_refused"): "the test harness is not used",
    ("android-16", "debugging_never_on"): "the foyer opens by itself",
}
"""Misbehaviours that mean nothing for the method: such a phone may be certified, if it was really erased."""
EXCHANGES = {"iphone": 200, "android-16": 22, "android-13": 10}
"""At least so many exchanges has an honest job on the wire; faults strike within them."""
TOGETHER_ONLY_BLIND = {"nvram_only_in_options", "nvram_only_in_lockdown"}


def planned() -> list[list[dict[str, Any]]]:
    """All phones of all rounds: every variation, every misbehaviour and every kind of fault occurs."""
    dice = random.Random(SEED)
    phones = [*_honest(dice), *_liars(dice), *_faulted(dice), *_swapped(dice)]
    dice.shuffle(phones)
    return [
        [{"name": f"{name}-{place}", **phone} for place, (name, phone) in enumerate(phones[number::ROUNDS])]
        for number in range(ROUNDS)
    ]


def _honest(dice: random.Random) -> Iterable[tuple[str, dict[str, Any]]]:
    for name in MODELS:
        for first in ("", *sorted(VARIATIONS[name])):
            yield name, {**MODELS[name], "variation": _with_another(dice, name, first)}


def _with_another(dice: random.Random, name: str, first: str) -> list[str]:
    second = dice.choice(["", *sorted(VARIATIONS[name])])
    chosen = {first, second} - {""}
    return sorted(chosen - {second} if chosen >= TOGETHER_ONLY_BLIND else chosen)


def _liars(dice: random.Random) -> Iterable[tuple[str, dict[str, Any]]]:
    """Every misbehaviour once, alone or in company; some with harmless differences and faults besides."""
    decks = {name: dice.sample(sorted(MISBEHAVIOURS[name]), len(MISBEHAVIOURS[name])) for name in MODELS}
    total = sum(len(deck) for deck in decks.values())
    for name, deck in decks.items():
        number = round(LIARS * len(deck) / total)
        for place in range(number):
            fault = [_fault(dice, name, dice.choice(list(FaultKind)))] if dice.random() < 0.25 else []
            yield (
                name,
                {
                    **MODELS[name],
                    "misbehaviour": sorted(deck[place::number]),
                    "fault": fault,
                    "variation": _with_another(dice, name, ""),
                },
            )


def _faulted(dice: random.Random) -> Iterable[tuple[str, dict[str, Any]]]:
    for name in MODELS:
        for kind in FaultKind:
            yield name, {**MODELS[name], "fault": [_fault(dice, name, kind)]}


def _fault(dice: random.Random, name: str, kind: FaultKind) -> dict[str, Any]:
    seconds = dice.choice([0.0, 1.0, 4.0]) if kind is not FaultKind.DELAY else dice.choice([0.5, 2.0, 30.0])
    return {"at": dice.randint(1, EXCHANGES[name]), "kind": kind.value, "seconds": seconds}


def _swapped(dice: random.Random) -> Iterable[tuple[str, dict[str, Any]]]:
    for place in range(SWAPPED):
        name = list(MODELS)[place % len(MODELS)]
        other = {"serial": f"SWAPPED{place:05d}", "imeis": [imei(900_000 + place)], "timing": {"scale": 0.02}}
        if "condition" in MODELS[name]:
            other["condition"] = MODELS[name]["condition"]
        gap = {} if dice.random() < 0.5 else {"gap_s": 0.3}
        yield name, {**MODELS[name], "swap": {**other, **gap, "absence": 1 + place % 2}}


def lies(phone: Mapping[str, Any]) -> list[str]:
    """The misbehaviours that mean something for this phone's method."""
    kind = phone["name"].rsplit("-", 1)[0]
    return [each for each in phone.get("misbehaviour", ()) if (kind, each) not in IRRELEVANT]


def must_hold(life: WireLife) -> None:
    """The sentence, for one life."""
    phone = life.phone
    told = {key: phone[key] for key in ("misbehaviour", "variation", "fault", "swap") if phone.get(key)}
    where = f"{phone['name']} {told}: {life.job.stage} {life.job.failure} {life.job.problems} {life.truth}"
    assert life.job.failure != "internal", where
    if life.certified:
        assert life.truly_erased, f"certified a phone that still holds data, or another one: {where}"
        assert not lies(phone), f"certified a lying phone: {where}"
    else:
        assert told.keys() - {"variation"}, f"refused an honest phone: {where}"
        assert life.job.report is not None, f"no paper: {where}"
    if not lies(phone):
        for fault in phone.get("fault", ()):
            assert life.exchanges >= fault["at"], f"the fault never struck: {where}"


def test_the_rounds_hold_every_misbehaviour_variation_and_kind_of_fault() -> None:
    phones = [phone for phones in planned() for phone in phones]
    assert len(phones) >= 100
    assert all(10 <= len(phones) <= 20 for phones in planned())
    for name in MODELS:
        mine = [phone for phone in phones if phone["name"].startswith(f"{name}-")]
        assert {each for phone in mine for each in phone.get("misbehaviour", ())} == set(MISBEHAVIOURS[name])
        assert {each for phone in mine for each in phone.get("variation", ())} == set(VARIATIONS[name])
        kinds = {fault["kind"] for phone in mine if not lies(phone) for fault in phone.get("fault", ())}
        assert kinds == set(FaultKind)


@pytest.mark.repeats
@pytest.mark.parametrize("number", parts(ROUNDS, tried=TRIED))
def test_only_honest_phones_are_certified_over_the_wire(number: int, tmp_path: Path) -> None:
    phones = planned()[number]
    honest = [place for place, phone in enumerate(phones) if not phone.keys() & {"misbehaviour", "fault", "swap"}]
    assert honest, "a round without an honest phone would prove little"
    with WireBench(phones, tmp_path, seed=number) as bench:
        drawn = bench.phones[honest[0]]["port"] if number < DRAWN_ROUNDS else ""
        bench.drawn.add(drawn)
        lives = bench.run()
        for life in lives:
            must_hold(life)
        bench.ledger.verify()
        assert not list(bench.home.pairing.iterdir()), "pair records are left"
    if number < DRAWN_ROUNDS:
        (paper,) = bench.papers.glob("*-certificate.pdf")
        assert verify_file(paper, Trust()).answer is Answer.SPECIMEN
