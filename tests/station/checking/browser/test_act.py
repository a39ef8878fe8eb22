# SPDX-License-Identifier: GPL-3.0-or-later
"""The act `browser`: what a phone's page claims is kept as a claim, and what nobody measured is said."""

import time

import pytest

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.allowed import MALFORMED
from phones.evidence import Evidence, Outcome
from phones.port import Platform
from phones.signs import NOT_MEASURED
from station.checking.browser import act
from station.checking.browser.act import GIVES
from station.checking.browser.ends import PageEnd
from tests.station.checking.browser.conftest import Desk, ends
from tests.support.phone_page import PhonePage

TOUCH = {"touch_coverage_permille": "1000", "touch_ghosts": "0", "touch_fingers": "10"}


def claims(pieces: list[Evidence]) -> list[Evidence]:
    return [piece for piece in pieces if piece.link == "browser"]


def signs(pieces: list[Evidence]) -> dict[str, str]:
    (piece,) = [each for each in claims(pieces) if each.asked == "check.browser.not_measured"]
    return dict(piece.values)


def last(pieces: list[Evidence]) -> Evidence:
    return next(piece for piece in reversed(pieces) if piece.asked == "check.browser")


def test_what_a_page_measures_is_kept_as_its_claim(desk: Desk) -> None:
    def browse(page: PhonePage) -> None:
        assert page.open() == 200
        assert page.found["code"] == desk.told.facts[0]["code"]
        assert page.found["facts"] == {"width_px": 1080, "height_px": 2400}
        assert page.begin("touch") == 204
        assert page.tell("touch", TOUCH) == 204
        assert page.begin("nfc") == 204
        assert page.tell("nfc", {}, {"nfc_tag": "unsupported"}) == 204
        assert page.end() == 204

    pieces = desk.run(browse)
    touch, nfc = claims(pieces)
    assert (touch.asked, touch.outcome) == ("check.browser.touch", Outcome.ANSWERED)
    assert touch.values == {f"browser.{name}": text for name, text in TOUCH.items()}
    assert nfc.values == {f"{NOT_MEASURED}browser.nfc_tag": "unsupported"}
    assert last(pieces).values == {"host.page": "done"}, "what a person passes over is not tested, without any sign"
    assert [piece.asked for piece in pieces if piece.link == "adb"] == [
        "browser.way",
        "browser.open",
        "browser.way_closed",
    ]


def test_all_results_of_a_check_are_kept(desk: Desk) -> None:
    def browse(page: PhonePage) -> None:
        page.open()
        page.begin("touch")
        for coverage in ("700", "1000", "1000"):
            assert page.tell("touch", {"touch_coverage_permille": coverage}) == 204
        assert page.tell("touch", {"touch_coverage_permille": "1000"}) == 422, "three times, and no fourth"
        page.end()

    found = [piece.values["browser.touch_coverage_permille"] for piece in claims(desk.run(browse))]
    assert found == ["700", "1000", "1000"]


def test_no_check_is_begun_until_it_comes_out_well(desk: Desk) -> None:
    def browse(page: PhonePage) -> None:
        page.open()
        assert [page.begin("sound") for _ in range(4)] == [204, 204, 204, 409]
        assert page.begin("touch") == 204, "another check is another matter"
        page.end()

    assert claims(desk.run(browse)) == []


def test_a_page_that_nobody_opens_leaves_a_sign_for_every_value(desk: Desk) -> None:
    pieces = desk.run(lambda _page: None, person_s=0.5)
    assert ends(pieces) == PageEnd.NEVER_OPENED, pieces[:3]
    assert signs(pieces) == {NOT_MEASURED + name: "not_opened" for name in GIVES}
    assert "browser.way_closed" in [piece.asked for piece in pieces]


def test_a_phone_without_a_browser_is_said(desk: Desk) -> None:
    desk.phone.system.model = {**desk.phone.model, "browser": "none"}
    pieces = desk.run(lambda _page: None)
    assert ends(pieces) == PageEnd.NO_BROWSER
    assert "browser.way_closed" in [piece.asked for piece in pieces]


def test_a_phone_whose_cable_is_out_is_said(desk: Desk) -> None:
    desk.slot.unplug(0.0)
    assert ends(desk.run(lambda _page: None)) == PageEnd.NO_WAY


def test_a_token_that_is_used_again_makes_every_value_unmeasured(desk: Desk) -> None:
    """Nobody knows which of the two was the phone."""

    def browse(page: PhonePage) -> None:
        page.open()
        page.begin("touch")
        assert page.tell("touch", TOUCH) == 204
        other = PhonePage(page.origin + page.base)
        assert other.open() == 410

    pieces = desk.run(browse)
    assert ends(pieces) == PageEnd.REPLAYED
    assert signs(pieces) == {NOT_MEASURED + name: "replayed" for name in GIVES}
    claimed = [check for check in load("basic-2").checks if check.measurer == "browser"]
    assert claimed
    assert CheckOutcome.PASS not in {run_check(check, pieces, Platform.ANDROID).outcome for check in claimed}


def test_a_skipped_page_leaves_what_it_has_measured_and_no_signs(desk: Desk) -> None:
    def browse(page: PhonePage) -> None:
        page.open()
        page.begin("touch")
        page.tell("touch", TOUCH)
        desk.is_over = True

    pieces = desk.run(browse)
    assert len(claims(pieces)) == 1
    assert last(pieces).values == {"host.page": "skipped"}


def test_a_page_that_falls_silent_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act, "SILENT_S", 0.5)

    def browse(page: PhonePage) -> None:
        assert page.open() == 200

    assert ends(desk.run(browse, person_s=0.5)) == PageEnd.LEFT


def test_a_hostile_text_is_kept_as_malformed_and_nothing_else_of_it(desk: Desk) -> None:
    def browse(page: PhonePage) -> None:
        page.open()
        page.begin("touch")
        assert page.tell("touch", {"touch_ghosts": "0\u202e<script>"}) == 204
        assert page.tell("touch", {"touch_ghosts": "9" * 65}) == 422
        assert page.tell("touch", {"no_such_name": "1"}) == 422
        assert page.tell("touch", {"nfc_tag": "read"}) == 422, "a name of another check"
        page.end()

    (piece,) = claims(desk.run(browse))
    assert piece.values == {"browser.touch_ghosts": MALFORMED}


def test_the_port_is_closed_when_the_act_is_over(desk: Desk) -> None:
    pages: list[PhonePage] = []

    def browse(page: PhonePage) -> None:
        pages.append(page)
        page.open()
        page.end()

    desk.run(browse)
    time.sleep(0.1)
    try:
        pages[0].ask("GET", "")
    except OSError:
        return
    raise AssertionError("somebody answers")


def test_a_machine_without_a_free_port_has_no_way_to_the_page_and_stops_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_is_free(*_given: object, **_more: object) -> None:
        raise OSError("no port is free")

    monkeypatch.setattr("station.checking.browser.listener.socket.create_server", none_is_free)
    before = len(desk.kept)
    act.over_the_cable(desk.scene())
    pieces = desk.kept[before:]
    assert ends(pieces) == PageEnd.NO_WAY
    assert signs(pieces) == {NOT_MEASURED + name: "not_opened" for name in GIVES}
