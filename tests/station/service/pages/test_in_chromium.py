# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages in a real Chromium: by scanner and keys alone, through a service that is killed."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.station.service.test_daemon import CONFIG, patient, serving
from tests.support import lives
from tests.support.cli_station import PIXEL_16, Starter
from tests.support.free_port import free_port
from tests.support.page_browser import PageBrowser
from tests.support.service_room import LONGEST_S, SERIAL, ServiceRoom, service_room
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.page, pytest.mark.timeout(900)]


@pytest.fixture
def measuring(tmp_path: Path, keys_of: Callable[[bool], Path]) -> Iterator[ServiceRoom]:
    """One that measures its phones before it erases them."""
    with service_room(tmp_path / "station", keys_of(True), answers=False, checks="quick") as room:
        yield room


@pytest.fixture
def asking(tmp_path: Path, keys_of: Callable[[bool], Path]) -> Iterator[ServiceRoom]:
    """A service whose questions wait for whoever looks at the page."""
    with service_room(tmp_path / "station", keys_of(True), answers=False) as room:
        yield room


def test_a_phone_goes_from_the_scanner_to_its_paper_by_scanner_and_keys_alone(
    asking: ServiceRoom, chromium: PageBrowser
) -> None:
    asking.until("to_confirm")
    chromium.enter(asking.port, asking.token("technician"))
    chromium.wait(".tile[data-state=to_confirm]")
    chromium.scan(SERIAL)
    chromium.wait("#panel #plan")
    chromium.press("Enter")
    chromium.wait("#confirm-number")
    chromium.scan("0000000000")
    chromium.wait("#message .note")
    assert asking.entries("job_opened") == 0
    chromium.script("document.getElementById('confirm-number').select()")
    chromium.scan(SERIAL)
    chromium.wait(".sheet [data-line]")
    chromium.press("1", "2")
    assert chromium.script("document.querySelector('[name=\"answers.cosmetic_front\"]:checked').value") == "B"
    chromium.press("f")
    chromium.wait(".sheet [role=alert]")
    chromium.press("1", "l")
    chromium.wait(".sheet [value=keep]")
    chromium.press("y")
    chromium.wait(".sheet .note.good")

    def over() -> bool:
        if chromium.script("Boolean(document.querySelector('.question'))"):
            chromium.script("document.querySelector('.question [data-first]')?.focus() ?? null")
            chromium.press("1")  # yes, and then that it is meant
        return bool(chromium.script("Boolean(document.querySelector('#panel.unplug'))"))

    wait_for(over, LONGEST_S, lambda: chromium.text("body"))
    assert "UNPLUG NOW" in chromium.text("#panel .order")
    assert asking.entries("job_opened") == 1
    chromium.scan("nobody-has-this")
    chromium.wait("#scanned")
    (job,) = asking.get("/v1/jobs")["jobs"]
    chromium.scan(job["job"])
    chromium.wait("#job")
    assert chromium.script("document.activeElement.id") in ("scan-field", "")
    assert chromium.complaints == []


def test_a_phone_is_measured_by_keys_alone_some_of_it_answered_and_the_rest_skipped(
    measuring: ServiceRoom, chromium: PageBrowser
) -> None:
    measuring.until("to_confirm")
    chromium.enter(measuring.port, measuring.token("technician"))
    chromium.wait(".tile[data-state=to_confirm]")
    chromium.scan(SERIAL)
    chromium.wait("#panel #plan")
    chromium.press("Enter")
    chromium.wait("#confirm-number")
    chromium.scan(SERIAL)
    answered = {"eyes_front_mark": "3", "eyes_front_pixels": "1", "eyes_front_picture": "0", "eyes_back_mark": "1"}
    for question, key in answered.items():
        chromium.wait(f"[data-question={question}] img.reference", seconds=LONGEST_S)
        assert chromium.count("[data-question]") == 1, "one at a time"
        if question == "eyes_front_mark":
            chromium.press("q")  # to the question: the job's sheet was there before it, and may have the focus
        chromium.press(key)
    chromium.wait("[data-question=eyes_frame_mark]")
    told = chromium.text("#check-now") + chromium.text(".tile .left")
    assert "Check: eyes with a ruler" in told
    assert re.search(r"\b[0-9]+:[0-9]{2}\b", told), "how long it waits"
    chromium.press("s")
    chromium.wait("[data-question^=eyes]", state="detached")
    chromium.wait("#check-now", state="detached", seconds=LONGEST_S)
    measuring.hurry()
    (job,) = measuring.get("/v1/jobs")["jobs"]

    def over() -> bool:
        for each in measuring.get("/v1/questions")["questions"]:
            choice = lives.ANSWERS.get(each["question"])
            measuring.client.post(f"/v1/questions/{each['question_id']}/answer", json={"choice": choice})
        return chromium.count("#panel.unplug, #panel.report, #panel.failed") == 1

    wait_for(over, LONGEST_S, lambda: chromium.text("body"))
    kept = measuring.running.at.session.jobs.by_id(job["job"]).evidence
    (said,) = [piece.values for piece in kept if piece.asked == "check.eyes"]
    assert said == {
        "statement.eyes_front_mark": "at_30cm",
        "statement.eyes_front_pixels": "no_pixel",
        "statement.eyes_back_mark": "unseen",
    }, "what was passed over was not answered"
    chromium.do("go", address=f"http://127.0.0.1:{measuring.port}/jobs/{job['job']}")
    chromium.wait("[data-scheme='basic-2']")
    assert chromium.count("[data-scheme='basic-2'] tr.not_tested") > 0
    assert chromium.complaints == []


def test_after_a_service_that_was_killed_the_page_comes_back_by_itself(
    specimen: Starter, chromium: PageBrowser, tmp_path: Path
) -> None:
    port = free_port()
    line, _bench = specimen(PIXEL_16, config=f"{CONFIG}port = {port}\n")
    patient(line)
    out = tmp_path / "badge.token"
    assert line.run("token", "add", "--role", "technician", "--person", "Li Wei", "--out", out).code == 0
    with serving(line) as (process, _client):
        chromium.enter(port, out.read_text().strip())
        chromium.wait(".tile[data-state=to_confirm]", seconds=LONGEST_S)
        chromium.script("window.sameDocument = true")
        process.kill()
        chromium.wait("#lost")
        assert "Not connected" in chromium.text("#lost")
        assert chromium.text("#seen-at").count(":") == 2
    with serving(line):
        chromium.wait("#lost", state="hidden", seconds=LONGEST_S)
        chromium.wait(".tile[data-state=to_confirm]", seconds=LONGEST_S)
        assert chromium.script("window.sameDocument") is True, "nobody had to load it again or to log in"
        assert chromium.script("document.documentElement.dataset.connected") == "yes"


def test_a_scan_wherever_the_focus_is_goes_to_the_phone_and_presses_nothing(
    room: ServiceRoom, chromium: PageBrowser
) -> None:
    told = room.until("to_confirm")
    chromium.enter(room.port, room.token("technician"))
    for focus in ("#logout", "#language", "#help-link", "main"):
        chromium.do("go", address=f"http://127.0.0.1:{room.port}/help")
        chromium.wait("#help")
        chromium.script(f"document.querySelector('{focus}').focus()")
        chromium.scan(SERIAL)
        chromium.wait("#panel")
        assert chromium.script("new URLSearchParams(location.search).get('at')") == told["port"], focus
        assert chromium.script("document.documentElement.lang") == "en", "the focused button was not pressed"


def test_single_keys_lead_where_the_help_says(room: ServiceRoom, chromium: PageBrowser) -> None:
    room.until("to_confirm")
    chromium.enter(room.port, room.token("technician"))
    chromium.press("Escape", "?")
    chromium.wait("#help")
    chromium.script("document.activeElement.blur()")
    chromium.press("g", "b")
    chromium.wait("#bench")
    chromium.script("document.activeElement.blur()")
    chromium.press("n")
    chromium.wait("#panel")
    chromium.press("Escape")
    chromium.wait("#panel", state="detached")


def test_a_badge_in_the_field_for_phones_gets_into_no_address(room: ServiceRoom, chromium: PageBrowser) -> None:
    chromium.enter(room.port, room.token("technician"))
    badge = room.token("validator", "Wang Fang")
    chromium.scan(badge)
    chromium.wait("#message .warn")
    seen = chromium.script("location.href + document.getElementById('scan-field').value + document.body.innerText")
    assert badge not in seen
    assert "badge" in chromium.script("document.getElementById('message').textContent")
