# SPDX-License-Identifier: GPL-3.0-or-later
"""The page itself, in a real browser of a virtual phone, over the real `adb reverse`: a person's whole run of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.evidence import Evidence
from phones.port import Platform
from phones.signs import NOT_MEASURED
from station.checking.browser.plan import CHECKS, checks_of
from station.text.language import use
from tests.phones.adb.test_wire_android import running
from tests.station.checking.browser.conftest import ends
from tests.station.checking.browser.test_in_chromium import SHELL, Checked
from tests.support.phone_browser import PhoneBrowser
from tests.support.touching import healthy, sweeps

pytestmark = pytest.mark.page
SCHEME = load("basic-2")
PICTURES = os.environ.get("PROOFWIPE_PICTURES", "")
"""A folder for screenshots, for whoever wants to look at them."""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    with running(tmp_path_factory.mktemp("page")) as bench:
        bench.accept(SHELL)
        yield Checked(bench)


@pytest.fixture(scope="module")
def browser(checked: Checked) -> Iterator[PhoneBrowser]:
    found = PhoneBrowser(checked.loopback)
    yield found
    found.close()


def outcome(name: str, pieces: list[Evidence]) -> CheckOutcome:
    """What the scheme makes of a value."""
    (check,) = [each for each in SCHEME.checks if each.value == f"browser.{name}"]
    return run_check(check, pieces, Platform.ANDROID).outcome


def picture(browser: PhoneBrowser, name: str) -> None:
    if PICTURES:
        browser.do("picture", path=str(Path(PICTURES) / f"{name}.png"))


def touched(browser: PhoneBrowser, *, dead: tuple[float, float] | None = None, fingers: int = 10) -> None:
    """The touch check, by a person whose fingers are felt everywhere but in a dead stripe (from, to: millimetres)."""
    browser.do("tap", selector="[data-check=touch]")
    browser.do("tap", selector="[data-answer='1']")
    browser.wait(".full canvas")
    for rows in sweeps(healthy(), dead=dead):
        browser.do("touches", rows=rows)
    if dead is not None:
        browser.wait("[data-answer=true]", seconds=20)
        browser.do("tap", selector="[data-answer=true]")
    browser.wait(".full img[src*=fingers]", seconds=30)
    points = [[40 + 33 * each, 300 + 20 * (each % 3)] for each in range(fingers)]
    for count in range(1, fingers + 1):
        browser.do("touch", type="touchStart", points=points[:count])
    browser.do("touch", type="touchEnd", points=[])
    browser.wait("[data-check=touch].measured, [data-check=touch].unmeasured", seconds=30)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_person_goes_through_the_page(checked: Checked, browser: PhoneBrowser, language: str) -> None:
    use(language)
    try:
        end = checked.begin(None)
    finally:
        use("en")
    assert browser.open(checked.address) == 200
    browser.wait("#code")
    assert browser.do("text", selector="#code") == checked.told.facts[-1]["code"]
    assert browser.script("document.documentElement.lang")[:2] == language
    picture(browser, f"menu-{language}")
    if language == "en":
        touched(browser)
    shown = checks_of(Platform.ANDROID)
    for check in shown:
        if check == "touch":
            continue
        browser.do("tap", selector=f"[data-check={check}]")
        browser.wait(f"#skip, [data-check={check}] small:not(:empty)")
        picture(browser, f"{check}-{language}")
        browser.script("document.querySelector('#skip')?.click()")  # what needs no person may have ended by itself
        browser.wait(f"[data-check={check}] small:not(:empty)")
    picture(browser, f"end-{language}")
    browser.do("tap", selector="#all" if language == "en" else "#finish")  # all were looked at: it is the same button
    browser.wait("#finished")
    pieces = end()
    assert ends(pieces) == "done"
    assert browser.complaints == []
    claims = {piece.asked for piece in pieces if piece.link == "browser"}
    alone = {f"check.browser.{check}" for check in ("gnss", "wifi", "charging")}
    if language == "en":
        assert claims - alone == {"check.browser.touch"}
        for name in CHECKS["touch"]:
            assert f"{NOT_MEASURED}browser.{name}" not in {key for piece in pieces for key in piece.values}, name
        assert outcome("touch_coverage_permille", pieces) is CheckOutcome.PASS
    else:
        assert claims - alone == set()


def test_a_dead_stripe_is_found_in_the_browser(checked: Checked, browser: PhoneBrowser) -> None:
    end = checked.begin(None)
    browser.open(checked.address)
    browser.wait("#code")
    touched(browser, dead=(60.0, 66.0))
    browser.do("tap", selector="#finish")
    browser.wait("#finished")
    assert outcome("touch_gap_y_permille", end()) is CheckOutcome.FAIL


def test_a_page_that_is_loaded_anew_in_the_middle_goes_on_where_it_was(checked: Checked, browser: PhoneBrowser) -> None:
    end = checked.begin(None)
    assert browser.open(checked.address) == 200
    browser.wait("#code")
    touched(browser)
    browser.do("tap", selector="[data-check=sound]")
    browser.wait("#skip")
    browser.script("setTimeout(() => location.reload(), 50)")
    browser.wait("[data-check=touch].measured")
    assert browser.script("document.querySelector('[data-check=sound] small').textContent") == "", (
        "nobody passed over it"
    )
    touched(browser)
    browser.do("tap", selector="#finish")
    browser.wait("#finished")
    pieces = end()
    assert ends(pieces) == "done"
    assert [piece.asked for piece in pieces if piece.link == "browser"] == ["check.browser.touch"] * 2
