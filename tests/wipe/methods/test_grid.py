# SPDX-License-Identifier: GPL-3.0-or-later
"""Route x misbehaviour: every method with everything a virtual phone does wrong, alone and together. The oracle is the
phone itself: what it still holds, whoever it told what.
"""

import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.grid.case import KINDS, Case, Draw
from tests.support.grid.life import Outcome, live
from tests.support.grid.routes import Route, routes
from virtual_phones.storage.lies import LIES
from wipe.methods.table import METHODS

ROUTES = routes()
CERTIFYING = sorted(name for name, route in ROUTES.items() if route.certifies)
SEED = 13
SAMPLE, SAMPLES = 60, 3
LONG_EACH = 100
LONG = max(1, int(os.environ.get("PROOFWIPE_LIVES", "20000")) // LONG_EACH)
PHONE_KEEPS = ("says_done_keeps_data", "reboots_without_wipe", "user_forged", "keeps_sdcard", "keeps_accounts")


def case(method: str, *misbehaviour: str, phone: int = 0, **more: Any) -> Case:
    """One life of this method, as plain as it can be."""
    route = ROUTES[method]
    table: Mapping[str, Any] = {
        **route.phones[phone],
        "misbehaviour": list(misbehaviour),
        "variation": list(route.needed),
    }
    return Case(
        **{"number": 0, "kind": "one" if misbehaviour else "honest", "seed": 7, **more}, method=method, phone=table
    )


def must_be_right(life: Case) -> Outcome:
    """Live it; nothing about it may be wrong."""
    route = ROUTES[life.method]
    outcome = live(life, route)
    assert outcome.wrongs(life, route) == (), (life, outcome)
    return outcome


def live_numbers(seed: int, numbers: range) -> Counter[str]:
    """Drawn lives, and how they ended."""
    draw = Draw(seed)
    return Counter(must_be_right(draw.case(number)).ended for number in numbers)


def test_every_method_is_on_the_grid() -> None:
    assert set(ROUTES) == set(METHODS)


@pytest.mark.parametrize(
    ("method", "phone"), [(name, place) for name in CERTIFYING for place in range(len(ROUTES[name].phones))]
)
def test_an_honest_phone_of_each_model_is_certified_by_each_method_that_certifies(method: str, phone: int) -> None:
    outcome = must_be_right(case(method, phone=phone))
    assert (outcome.ended, outcome.certified, outcome.holds_data) == ("passed", True, False)
    assert outcome.overwritten == METHODS[method].overwrites


@pytest.mark.parametrize("method", sorted(set(ROUTES) - set(CERTIFYING)))
def test_an_honest_phone_of_a_method_that_proves_nothing_is_erased_and_gets_no_certificate(method: str) -> None:
    outcome = must_be_right(case(method))
    assert (outcome.certified, outcome.holds_data) == (False, False)


@pytest.mark.repeats
@pytest.mark.parametrize("method", sorted(ROUTES))
def test_no_misbehaviour_alone_is_certified_on_any_route(method: str) -> None:
    for name in ROUTES[method].misbehaviours:
        must_be_right(case(method, name))


@pytest.mark.parametrize("lie", sorted(LIES))
def test_no_storage_that_lies_is_certified_as_overwritten(lie: str) -> None:
    must_be_right(case("android_harness_overwrite", lie))


@pytest.mark.repeats
@pytest.mark.parametrize("part", range(SAMPLES))
def test_a_sample_of_drawn_lives_ends_as_it_must(part: int) -> None:
    ended = live_numbers(SEED, range(part * SAMPLE, (part + 1) * SAMPLE))
    assert ended["passed"], "a sample without a certificate shows nothing"


@pytest.mark.slow
@pytest.mark.timeout(1700)
@pytest.mark.parametrize("part", range(LONG))
def test_twenty_thousand_drawn_lives_end_as_they_must(part: int) -> None:
    live_numbers(SEED + 1, range(part * LONG_EACH, (part + 1) * LONG_EACH))


@pytest.mark.parametrize("lie", PHONE_KEEPS)
def test_the_oracle_sees_what_a_phone_still_holds(lie: str) -> None:
    assert live(case("android_harness", lie), ROUTES["android_harness"]).holds_data


def test_the_oracle_sees_that_another_phone_hangs_there() -> None:
    life = case("android_harness")
    other = {"serial": "SWAPPED00001", "imeis": ["353918110000984"], "condition": "debugging", "absence": 1}
    swapped = Case(number=0, kind="swap", method=life.method, phone={**life.phone, "swap": other}, seed=7)
    outcome = must_be_right(swapped)
    assert (outcome.certified, outcome.holds_data) == (False, True)


@pytest.mark.parametrize(
    ("outcome", "life", "word"),
    [
        (Outcome(ended="passed", certified=True, holds_data=True), case("apple_mcinstall"), "certified_with_data"),
        (
            Outcome(ended="passed", certified=True, holds_data=False),
            case("apple_mcinstall", "stamp_rrts"),
            "certified_a_liar",
        ),
        (
            Outcome(ended="passed", certified=True, holds_data=False),
            case("android_guided"),
            "certified_what_proves_nothing",
        ),
        (
            Outcome(ended="passed", certified=True, holds_data=False, overwritten=True),
            case("android_harness_overwrite", "loses_blocks"),
            "overwritten_by_a_liar",
        ),
        (
            Outcome(ended="failed", certified=False, holds_data=False),
            case("apple_mcinstall"),
            "refused_an_honest_phone",
        ),
    ],
)
def test_the_oracle_names_each_ending_that_must_never_be(outcome: Outcome, life: Case, word: str) -> None:
    assert outcome.wrongs(life, ROUTES[life.method]) == (word,)


def test_a_number_is_the_same_life_in_any_order() -> None:
    numbers = range(300)
    first, again = Draw(SEED), Draw(SEED)
    there = [first.case(number) for number in numbers]
    assert there == [again.case(number) for number in reversed(numbers)][::-1]
    assert there[7] != Draw(SEED + 1).case(7)


def test_a_draw_leaves_out_no_method_no_kind_and_no_misbehaviour() -> None:
    draw = Draw(SEED)
    drawn = [draw.case(number) for number in range(6000)]
    assert {each.method for each in drawn} == set(ROUTES)
    assert {each.kind for each in drawn} == set(KINDS)
    for name, route in ROUTES.items():
        told = {lie for each in drawn if each.method == name for lie in each.misbehaviour}
        assert told >= _told_there(route), name
    assert {each.method for each in drawn if each.by_station} > {"android_trade_in", "apple_mcinstall"}


def _told_there(route: Route) -> set[str]:
    return {*route.misbehaviours, *(route.storage_lies if route.method.overwrites else ())}
