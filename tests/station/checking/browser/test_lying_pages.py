# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a page says, and however it says it: no check that the cable saw, and no grade, gets better by it."""

import json
import secrets
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import BROWSER, load
from phones.clock import SystemClock
from phones.evidence import Evidence, Moment, Outcome
from phones.port import Platform
from phones.signs import NOT_MEASURED
from phones.witness import Witness
from station.checking.browser.plan import CHECKS
from station.checking.browser.requests import Asked
from station.checking.browser.results import BadMessageError, read_result
from station.checking.browser.visit import Visit
from tests.support.phone_page import FILES

NONCE = "0123456789abcdef" * 2
SCHEME = load("basic-2")
VALUES = [(check, name) for check, values in CHECKS.items() for name in values]
TEXTS = st.one_of(
    st.integers(-5, 10**8).map(str), st.sampled_from(["yes", "no", "ok", "off", "read"]), st.text(max_size=70)
)
RANK = {each: place for place, each in enumerate((CheckOutcome.FAIL, CheckOutcome.INDETERMINATE, CheckOutcome.PASS))}


def message(check: str, number: int, values: Mapping[str, object], signs: Mapping[str, str]) -> bytes:
    found = {"nonce": NONCE, "check": check, "number": number, "values": values, "not_measured": signs}
    return json.dumps(found).encode()


@st.composite
def messages(draw: st.DrawFn) -> list[tuple[str, bytes]]:
    """What a page sends: mostly of the right shape, in any order, with names of anything."""
    sent: list[tuple[str, bytes]] = []
    for _ in range(draw(st.integers(0, 8))):
        check = draw(st.sampled_from(sorted(CHECKS)))
        name = draw(st.sampled_from([*CHECKS[check], "device.serial", "battery.health_percent", "cable.touch"]))
        sign = draw(st.sampled_from([*CHECKS[check].get(name, ()), "replayed", "anything"]))
        state = {"nonce": NONCE, "check": check, "state": "begun", "done_permille": 0}
        sent.append(("state", json.dumps(state).encode()))
        values, signs = draw(
            st.sampled_from([({name: draw(TEXTS)}, {}), ({}, {name: sign}), ({name: "0"}, {name: sign})])
        )
        sent.append(("result", message(check, draw(st.integers(0, 4)), values, signs)))
        if draw(st.booleans()):
            sent.append((draw(st.sampled_from(["result", "state", "done", "plan"])), draw(st.binary(max_size=60))))
    return sent


def kept_of(sent: list[tuple[str, bytes]]) -> tuple[list[dict[str, str]], list[Evidence]]:
    """The claims of a visit in which this was sent, and the evidence that they became."""
    visit = Visit(
        token="t", nonce=NONCE, origin="http://localhost:4", plan=b"{}", checks=CHECKS, files=FILES,
        draw=lambda: secrets.token_hex(16),
    )  # fmt: skip
    opened = visit.answer(Asked(method="GET", path="/c/t/", headers={"host": "localhost:4"}))
    headers = {
        "host": "localhost:4",
        "cookie": opened.more["Set-Cookie"].partition(";")[0],
        "content-type": "application/json",
    }
    for name, body in sent:
        visit.answer(Asked(method="POST", path=f"/c/t/{name}", headers=headers, body=body))
    claims, pieces = [], list[Evidence]()
    witness = Witness(clock=SystemClock(), journal=pieces.append, salt=bytes(16))
    while (result := visit.take()) is not None:
        claims.append(result.as_claim())
        witness.record(
            moment=Moment.BEFORE, port="1-1", link="browser", asked=f"check.browser.{result.check}",
            outcome=Outcome.ANSWERED, values=result.as_claim(),
        )  # fmt: skip
    return claims, pieces


@settings(max_examples=150, deadline=None)
@given(messages())
def test_a_page_says_nothing_but_what_its_checks_have(sent: list[tuple[str, bytes]]) -> None:
    claims, _ = kept_of(sent)
    names = {BROWSER + name for _, name in VALUES}
    for claim in claims:
        assert {name.removeprefix(NOT_MEASURED) for name in claim} <= names
        assert all(len(text) <= 64 for text in claim.values())


@settings(max_examples=100, deadline=None)
@given(messages())
def test_no_claim_says_anything_of_what_the_cable_measures(sent: list[tuple[str, bytes]]) -> None:
    _, pieces = kept_of(sent)
    for check in SCHEME.checks:
        if check.value.startswith(BROWSER):
            continue
        assert run_check(check, pieces, Platform.ANDROID).outcome in (
            CheckOutcome.NOT_TESTED,
            CheckOutcome.NOT_APPLICABLE,
        ), check.name


@settings(max_examples=100, deadline=None)
@given(messages(), messages())
def test_a_further_claim_never_makes_a_check_better(
    first: list[tuple[str, bytes]], second: list[tuple[str, bytes]]
) -> None:
    _, before = kept_of(first)
    _, more = kept_of(second)
    for check in SCHEME.checks:
        was = run_check(check, before, Platform.ANDROID).outcome
        if was in RANK:
            assert RANK[run_check(check, [*before, *more], Platform.ANDROID).outcome] <= RANK[was], check.name


@given(st.binary(max_size=2000))
def test_whatever_comes_as_a_result_is_one_or_is_refused(body: bytes) -> None:
    try:
        read_result(body, NONCE, CHECKS)
    except BadMessageError:
        return


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
        max_leaves=12,
    )
)
def test_json_of_another_shape_is_refused(value: object) -> None:
    for body in (value, {"nonce": NONCE, "check": "touch", "number": value, "values": value, "not_measured": value}):
        try:
            found = read_result(json.dumps(body).encode(), NONCE, CHECKS)
        except BadMessageError:
            continue
        assert found.values == {}
        assert found.not_measured == {}


def test_deep_and_long_json_is_refused() -> None:
    for body in (b"[" * 16_000, b'{"a":' * 3000, b"9" * 16_000, b'{"nonce":1,"nonce":2}', b"NaN", b"1e999"):
        try:
            read_result(body, NONCE, CHECKS)
        except BadMessageError:
            continue
        raise AssertionError(body[:20])
