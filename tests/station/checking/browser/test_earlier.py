# SPDX-License-Identifier: GPL-3.0-or-later
"""A visit that was cut off is gone on with by the next check: what was told is not asked again, the rest is."""

from pathlib import Path

import pytest

from grading.report import CheckOutcome
from grading.schemes import load
from phones.evidence import Evidence
from phones.port import Platform
from phones.signs import NOT_MEASURED
from station.checking.alone import results
from station.checking.browser import act, visit
from station.checking.browser.act import BROWSER_ANDROID
from station.checking.browser.ends import NOBODYS, SIGNS, PageEnd
from station.checking.browser.plan import CHECKS
from station.checking.check_file import CheckFile
from station.checking.flow import whole
from tests.station.checking.browser.conftest import Desk, ends
from tests.support import lives
from tests.support.phone_page import PhonePage

WHOLE_TOUCH = {
    "touch_coverage_permille": "1000",
    "touch_gap_y_permille": "0",
    "touch_gap_x_permille": "0",
    "touch_ghosts": "0",
    "touch_fingers": "10",
    "touch_fingers_missing": "0",
}
SOUND = {"sound_slots_right": "12", "sound_slots": "12"}


def outcomes(kept: list[Evidence]) -> dict[str, tuple[CheckOutcome, str]]:
    """Value of the page, without its prefix → what `proofwipe check` says of it."""
    file = CheckFile(path=Path("none.jsonl"), platform=Platform.ANDROID, salt=lives.SALT, evidence=kept)
    scheme = load("basic-2")
    value = {check.name: check.value for check in scheme.checks}
    return {
        value[each.name].removeprefix("browser."): (each.outcome, each.measured)
        for each in results(file, scheme)
        if value[each.name].startswith("browser.")
    }


def is_whole(kept: list[Evidence]) -> bool:
    return "browser" in whole([BROWSER_ANDROID], kept)


@pytest.fixture
def cut_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Its page told of touch, began with sound, and fell silent."""
    monkeypatch.setattr(act, "SILENT_S", 0.5)

    def browse(page: PhonePage) -> None:
        assert page.open() == 200
        assert page.begin("touch") == 204
        assert page.tell("touch", WHOLE_TOUCH) == 204
        assert page.begin("sound") == 204

    assert ends(desk.run(browse, person_s=0.5)) == PageEnd.LEFT
    return desk


def test_a_visit_that_was_cut_off_is_not_done_and_the_next_asks_for_the_rest_only(cut_off: Desk) -> None:
    first = outcomes(cut_off.kept)
    assert first["touch_coverage_permille"][0] is CheckOutcome.PASS
    assert first["sound_slots_right"] == (CheckOutcome.INDETERMINATE, "not measured: cut")
    assert not is_whole(cut_off.kept)

    def browse(page: PhonePage) -> None:
        assert page.open() == 200
        assert page.found["checks"] == [check for check in CHECKS if check != "touch"]
        assert page.begin("touch") == 422, "what was told is told"
        assert page.begin("sound") == 204
        assert page.tell("sound", SOUND) == 204
        assert page.end() == 204

    cut_off.run(browse, evidence=tuple(cut_off.kept))
    second = outcomes(cut_off.kept)
    assert second["touch_coverage_permille"] == first["touch_coverage_permille"]
    assert second["sound_slots_right"][1] == "12"
    assert second["nfc_tag"] == (CheckOutcome.INDETERMINATE, "not measured: cut"), "nobody has measured that"
    assert not is_whole(cut_off.kept)


def test_a_page_that_told_of_everything_is_done(desk: Desk) -> None:
    def browse(page: PhonePage) -> None:
        page.open()
        for check, values in CHECKS.items():
            page.begin(check)
            assert page.tell(check, {}, {name: signs[0] for name, signs in values.items()}) == 204
        page.end()

    desk.run(browse)
    assert is_whole(desk.kept)
    again = desk.run(lambda _page: None, evidence=tuple(desk.kept))
    assert [(piece.asked, piece.values) for piece in again] == [("check.browser", {"host.page": "done"})]


def test_a_fault_of_an_earlier_visit_is_not_measured_away(desk: Desk) -> None:
    def browse(page: PhonePage) -> None:
        page.open()
        page.begin("touch")
        page.tell("touch", {**WHOLE_TOUCH, "touch_coverage_permille": "700"})
        desk.is_over = True

    assert ends(desk.run(browse)) == PageEnd.SKIPPED
    desk.is_over = False
    assert not is_whole(desk.kept), "the rest was skipped, and is asked again"

    def end_at_once(page: PhonePage) -> None:
        page.open()
        page.end()

    desk.run(end_at_once, evidence=tuple(desk.kept))
    assert outcomes(desk.kept)["touch_coverage_permille"][0] is CheckOutcome.FAIL


@pytest.mark.parametrize("end", NOBODYS)
def test_a_visit_of_nobody_knows_whom_is_gone_on_with_by_nobody(
    desk: Desk, end: PageEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "MOST_REQUESTS", 40)

    def browse(page: PhonePage) -> None:
        page.open()
        page.begin("touch")
        assert page.tell("touch", WHOLE_TOUCH) == 204
        if end is PageEnd.REPLAYED:
            assert PhonePage(page.origin + page.base).open() == 410
        else:
            while page.ask("GET", "plan")[0] != 429:
                pass

    pieces = desk.run(browse)
    assert ends(pieces) == end
    (signs,) = [piece for piece in pieces if piece.asked == "check.browser.not_measured"]
    assert set(signs.values.values()) == {SIGNS[end]}
    assert f"{NOT_MEASURED}browser.touch_coverage_permille" in signs.values
    assert is_whole(desk.kept), "only --again begins anew"
    assert outcomes(desk.kept)["touch_coverage_permille"] == (CheckOutcome.INDETERMINATE, f"not measured: {SIGNS[end]}")
