# SPDX-License-Identifier: GPL-3.0-or-later
"""The suite's most important sentence: honest phones are always certified where their erase can be proven; no
combination of misbehaviours ever is.

Whole lives in virtual time (tests/support/lives.py): real station, real rules, real record, virtual phones. Besides:
whatever goes wrong between an honest phone and the host, a certificate is issued only for a phone that was erased.
"""

import os
import random
from collections.abc import Mapping
from functools import cache
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phones.verdict import Verdict
from tests.support import lives
from tests.support.grid.routes import MEANINGLESS_IN_HARNESS, MEANINGLESS_IN_REOPEN, MEANINGLESS_IN_TRADE_IN
from tests.support.sampling import parts
from virtual_phones.android import behaviour as android_behaviour
from virtual_phones.faults import FaultKind
from virtual_phones.iphone import behaviour as iphone_behaviour
from wipe.judge import judge
from wipe.rules import load as load_rules

PHONES: Mapping[str, Mapping[str, Any]] = {
    "iphone-13": lives.IPHONE,
    "iphone-se": {"model": "iphone-se-ios-26"},
    "android-16": lives.PIXEL_16,
    "android-13": lives.PIXEL_13,
    "android-16-in-use": lives.PIXEL_16_IN_USE,
}
MEANINGLESS: Mapping[str, Mapping[str, str]] = {
    "android-16": MEANINGLESS_IN_TRADE_IN,
    "android-16-in-use": MEANINGLESS_IN_REOPEN,
    "android-13": MEANINGLESS_IN_HARNESS,
}
METHODS: Mapping[str, str] = {"android-16-in-use": "android_reopen"}
"""What is wished for with them; without a wish this one's reset would not be looked into."""
REPORT_ONLY = frozenset(METHODS)
"""Phones whose erase nobody can prove; honest ones end in a report and are erased."""
CERTIFIABLE = [name for name in PHONES if name not in REPORT_ONLY]
FAULTED_EXCHANGES = 16
QUICK, EACH = 20, 25
TRIED = 6  # 6 x 25 in `make test`, other ones with each commit; the other 14 x 25 in `make slow`
LONG_EACH = 100
LONG = max(1, int(os.environ.get("PROOFWIPE_LIVES", "20000")) // LONG_EACH)  # 200 x 100 in `make slow`


def misbehaviours(name: str) -> list[str]:
    table = iphone_behaviour.MISBEHAVIOURS if name.startswith("iphone") else android_behaviour.MISBEHAVIOURS
    return sorted(table)


def variations(name: str) -> list[str]:
    table = iphone_behaviour.VARIATIONS if name.startswith("iphone") else android_behaviour.VARIATIONS
    return sorted(table)


def lies(name: str, chosen: list[str]) -> list[str]:
    """The misbehaviours that mean something for this phone's method."""
    return [each for each in chosen if each not in MEANINGLESS.get(name, {})]


def live(name: str, more: Mapping[str, Any]) -> lives.Life:
    """The life of this phone with what is varied."""
    return lives.live({**PHONES[name], **more}, method=METHODS.get(name, ""))


def must_hold(name: str, life: lives.Life, *, misbehaviour: list[str], faults: list[Any], swap: bool = False) -> None:
    """The sentence, for one life."""
    where = f"{name} {misbehaviour} {faults} {'swapped' if swap else ''}: {life.job.stage} {life.job.failure}"
    if life.certified:
        assert name not in REPORT_ONLY, f"certified what proves nothing: {where}"
        assert life.truly_erased, f"certified a phone that still holds data: {where}"
        assert not lies(name, misbehaviour), f"certified a lying phone: {where}"
        assert not swap, f"certified another phone: {where}"
    else:
        is_honest = not (lies(name, misbehaviour) or faults or swap)
        assert name in REPORT_ONLY or not is_honest, f"refused an honest phone: {where}"
        assert life.job.report is not None, f"no paper: {where}"
    assert life.job.failure != "internal", where


@pytest.mark.parametrize(("name", "misbehaviour"), [(name, each) for name in PHONES for each in misbehaviours(name)])
def test_a_phone_with_one_misbehaviour_is_never_certified(name: str, misbehaviour: str) -> None:
    life = live(name, {"misbehaviour": [misbehaviour]})
    must_hold(name, life, misbehaviour=[misbehaviour], faults=[])


@pytest.mark.parametrize(("name", "variation"), [(name, each) for name in PHONES for each in ["", *variations(name)]])
def test_an_honest_phone_is_always_certified(name: str, variation: str) -> None:
    life = live(name, {"variation": [variation] if variation else []})
    assert life.certified == (name in CERTIFIABLE), f"{name} {variation}: {life.job.stage} {life.job.failure}"
    assert life.truly_erased


@cache
def exchanges_of(name: str) -> int:
    """How many exchanges the whole life of an honest phone takes."""
    return live(name, {}).exchanges


@pytest.mark.repeats
@pytest.mark.parametrize("kind", [kind.value for kind in FaultKind])
@pytest.mark.parametrize("name", ["iphone-13", "android-16", "android-13", "android-16-in-use"])
def test_a_fault_at_any_exchange_never_earns_a_certificate_for_a_phone_with_data(name: str, kind: str) -> None:
    for at in range(1, exchanges_of(name) + 1):
        for seconds in (0.0, 40.0) if kind == "drop_after" else (40.0,):
            fault = {"at": at, "kind": kind, "seconds": seconds}
            must_hold(name, live(name, {"fault": [fault]}), misbehaviour=[], faults=[fault])


@pytest.mark.parametrize("name", list(PHONES))
@pytest.mark.parametrize("absence", [1, 2])
@pytest.mark.parametrize("gap_s", [None, 0.0, 30.0])
def test_another_phone_of_the_same_model_in_the_same_slot_is_never_certified(
    name: str, absence: int, gap_s: float | None
) -> None:
    other = {"serial": "SWAPPED00001", "imeis": ["353918110000984"], "ecid": 7_777_777}
    swap = {**other, "absence": absence, **({} if gap_s is None else {"gap_s": gap_s})}
    if not name.startswith("iphone"):
        swap.pop("ecid")
        swap["condition"] = PHONES[name].get("condition", "debugging")
    life = live(name, {"swap": swap})
    swapped = life.now["serial"] != life.truth["serial"]
    must_hold(name, life, misbehaviour=[], faults=[], swap=swapped)


def is_possible(variation: list[str]) -> bool:
    """A phone's NVRAM can be read somewhere."""
    return not {"nvram_only_in_options", "nvram_only_in_lockdown"} <= set(variation)


@st.composite
def phone_tables(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Any phone with any misbehaviours, variations and faults."""
    name = draw(st.sampled_from(sorted(PHONES)))
    misbehaviour = draw(st.lists(st.sampled_from(misbehaviours(name)), max_size=3, unique=True))
    variation = draw(st.lists(st.sampled_from(variations(name)), max_size=3, unique=True).filter(is_possible))
    ats = draw(st.lists(st.integers(1, FAULTED_EXCHANGES), max_size=2, unique=True))
    faults = [
        {
            "at": at,
            "kind": draw(st.sampled_from(list(FaultKind))).value,
            "seconds": draw(st.sampled_from([0.0, 2.0, 40.0])),
        }
        for at in ats
    ]
    table = {**PHONES[name], "misbehaviour": misbehaviour, "variation": variation, "fault": faults}
    return name, table


def run_one_life(choice: tuple[str, dict[str, Any]]) -> None:
    name, table = choice
    life = live(name, table)
    must_hold(name, life, misbehaviour=table["misbehaviour"], faults=table["fault"])


@pytest.mark.repeats
@pytest.mark.parametrize("shard", parts(QUICK, tried=TRIED))
def test_no_combination_of_misbehaviours_and_faults_is_ever_certified(shard: int) -> None:
    run_examples(shard, EACH)


@pytest.mark.slow
@pytest.mark.timeout(1700)
@pytest.mark.parametrize("shard", range(LONG))
def test_no_combination_is_ever_certified_in_twenty_thousand_lives(shard: int) -> None:
    run_examples(1000 + shard, LONG_EACH)


def run_examples(seed: int, number: int) -> None:
    """`number` examples; each shard starts elsewhere, and says where when it fails."""

    @hypothesis.seed(seed)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(phone_tables())
    def explore(choice: tuple[str, dict[str, Any]]) -> None:
        run_one_life(choice)

    explore()


@pytest.mark.parametrize("name", ["iphone-13", "android-16", "android-13"])
def test_evidence_taken_away_never_makes_a_verdict_better(name: str) -> None:
    life = lives.live(PHONES[name])
    rules, method = load_rules(), life.job.method
    evidence = tuple(life.job.evidence)
    assert judge(evidence, method=method, rules=rules).verdict is Verdict.PASSED
    dice = random.Random(name)
    for _ in range(60):
        kept = tuple(piece for piece in evidence if dice.random() > 0.3)
        report = judge(kept, method=method, rules=rules)
        if report.verdict is Verdict.PASSED:
            # What was taken away was asked twice or serves the grade only.
            assert len(kept) >= len(evidence) // 2
