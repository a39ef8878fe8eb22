# SPDX-License-Identifier: GPL-3.0-or-later
"""Eight phones from plug to validated certificate at the pages alone, in a real Chromium, by scanner and keys."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from station.questions import CONDITION
from tests.support.busy_bench import LONGEST_S, VALIDATOR, BusyBench, busy_bench
from tests.support.page_browser import PageBrowser
from tests.support.waiting import wait_for
from tools.serve_demo.visitors import imei

pytestmark = [pytest.mark.page, pytest.mark.timeout(900)]
MODELS: tuple[dict[str, Any], ...] = (
    {"model": "pixel-9-android-16", "serial": "4A231FDAQ0001", "condition": "reset"},
    {"model": "pixel-10-android-16", "serial": "5A110DLCH0002", "condition": "reset"},
    {"model": "iphone-13-ios-18", "serial": "F2LDEMO0003", "ecid": 3},
    {"model": "pixel-9-android-16", "serial": "4A231FDAQ0004", "condition": "reset"},
    {"model": "iphone-se-ios-26", "serial": "F2MDEMO0005", "ecid": 5},
    {"model": "iphone-13-ios-18", "serial": "F2LDEMO0006", "ecid": 6},
    {"model": "pixel-10-android-16", "serial": "5A110DLCH0007", "condition": "reset"},
    {"model": "iphone-se-ios-26", "serial": "F2MDEMO0008", "ecid": 8},
)
PHONES = [{**each, "imeis": [imei(2 * place), imei(2 * place + 1)]} for place, each in enumerate(MODELS)]
SERIALS = {f"1-{place}": str(each["serial"]) for place, each in enumerate(PHONES, start=1)}
REASON = "The frame has a scratch that the grade does not tell of."
WIPES = {"reset": 2, "None": 1}
"""How often one job wipes a phone: the trade-in way wipes it once more when it leaves evaluation."""
NOBODY_THERE = ("net::ERR_CONNECTION_REFUSED", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "Failed to fetch")
"""What a browser complains about while the service is away."""
NOT_LOOKED, REPLUGGED, REJECTED, PULLED = "1-2", "1-3", "1-4", "1-5"


@pytest.fixture
def station(tmp_path: Path, keys_of: Callable[[bool], Path]) -> Iterator[BusyBench]:
    with busy_bench(tmp_path, keys_of(True), PHONES) as found:
        yield found


@contextmanager
def somebody_at_the_phones(station: BusyBench) -> Iterator[None]:
    """Until the block ends somebody touches the phones' own screens when these ask for it."""
    over = threading.Event()

    def hands() -> None:
        while not over.wait(0.5):
            station.touch_phones()

    thread = threading.Thread(target=hands)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(LONGEST_S)


def confirm(page: PageBrowser, port: str) -> None:
    """From wherever the focus is to a begun erase: the number is scanned to find the phone, and again to confirm it."""
    page.wait(f"#tile-{port}[data-state=to_confirm]", seconds=LONGEST_S)
    page.scan(SERIALS[port])
    page.wait(f"#panel[data-port='{port}'] #plan:focus")
    page.press("Enter")
    page.wait("#confirm-number:focus")
    page.scan(SERIALS[port])
    page.wait(f"#panel[data-port='{port}'] .sheet [data-line]", seconds=LONGEST_S)


def state_condition(page: PageBrowser, port: str) -> None:
    """The sheet of that phone, in place: everything is fine, but for one phone whose sound nobody listened to."""
    page.scan(SERIALS[port])
    page.wait(f"#panel[data-port='{port}'] .sheet [data-line]")
    if port == NOT_LOOKED:
        page.tab_to("[data-line=sound] input")
        page.press("0")
    page.press("f")
    page.wait(".sheet [role=alert]")  # whether parts are original is said, never assumed
    page.press("1", "Enter")
    page.wait(".sheet [value=keep]")
    assert ("unknown" in page.html(".sheet")) is (port == NOT_LOOKED)
    page.press("y")
    page.wait(".sheet [value=keep]", state="detached")  # a job that waits for the sheet takes it at once
    assert page.count(".sheet .note.warn") == 0


def answer(page: PageBrowser, station: BusyBench) -> bool:
    """One question that decides alone, if a phone asks one: what is to be seen on that phone. Was there any?"""
    asked = station.client.get("/v1/questions")["questions"]
    found = next((each for each in asked if station.seen(each["port"], each["question"])), None)
    if found is None:
        return False
    port, choice = found["port"], station.seen(found["port"], found["question"])
    page.scan(SERIALS[port])
    page.wait(f"#question-{found['question_id']} button")
    selector = f"#question-{found['question_id']} button[data-hx-get$='choice={choice}']"
    page.press(str(page.script(f'document.querySelector("{selector}").dataset.key')))
    page.wait(f"#question-{found['question_id']} form button.main")
    page.press("1")
    page.wait(f"#question-{found['question_id']}", state="detached", seconds=LONGEST_S)
    return True


def tiles(page: PageBrowser, state: str) -> int:
    """How many phones the page shows in that state."""
    return int(page.script(f"document.querySelectorAll('.tile[data-state={state}]').length"))


def erases(station: BusyBench) -> list[int]:
    """How often each phone was erased, as the phones themselves know."""
    return [int(str(each["resets"])) for each in station.bench.truth().values()]


def test_eight_phones_go_from_plug_to_validated_certificate_by_keys_alone(
    station: BusyBench, chromium: PageBrowser, tmp_path: Path
) -> None:
    page, before = chromium, erases(station)
    page.enter(station.port, station.badge("technician"))
    with somebody_at_the_phones(station):
        wait_for(lambda: tiles(page, "to_confirm") == len(PHONES), LONGEST_S, lambda: page.text("#tiles"))
        station.bench.unplug(REPLUGGED)
        page.wait(f"#tile-{REPLUGGED}", state="detached", seconds=LONGEST_S)
        station.bench.plug(REPLUGGED)
        for port in [*SERIALS][:4]:
            confirm(page, port)
        interrupted(page, station)
        for port in [*SERIALS][4:]:
            confirm(page, port)
        for port in SERIALS:
            if port == PULLED:
                pulled_and_put_back(page, station)
            state_condition(page, port)

        def finished() -> bool:
            return not answer(page, station) and tiles(page, "finished") == len(PHONES)

        wait_for(finished, LONGEST_S, lambda: page.text("#tiles"))
    assert erases(station) == [
        each + WIPES[str(phone.get("condition"))] for each, phone in zip(before, PHONES, strict=True)
    ]
    decide_all(page, station)
    told = {each["serial"]: each for each in station.jobs()}
    assert len(station.jobs()) == len(told) == len(PHONES)
    certified = {port for port, serial in SERIALS.items() if told[serial]["stage"] == "CERTIFIED"}
    assert certified == SERIALS.keys() - {REJECTED}
    assert told[SERIALS[REJECTED]]["decision"] == "rejected"
    assert {each["validator"] for each in told.values()} == {VALIDATOR}
    filed, copy = two_papers(page, told[SERIALS["1-1"]]["job"], tmp_path)
    done = station.line.run("verify", filed, "--trust", station.line.home / "keys" / "root.pem")
    assert "SPECIMEN" in done.out.upper()
    assert copy.read_bytes().startswith(b"%PDF-")
    assert copy.read_bytes() != filed.read_bytes()
    assert [each for each in page.complaints if not any(word in each for word in NOBODY_THERE)] == []


def interrupted(page: PageBrowser, station: BusyBench) -> None:
    """The service is killed while it erases; nobody touches the page until it shows how things stand again."""
    wait_for(lambda: any(each["erase_begun_at"] for each in station.jobs()), LONGEST_S, "no erase has begun")
    known = {each["job"]: each["serial"] for each in station.jobs()}
    page.script("window.sameDocument = true")
    station.kill()
    page.wait("#lost", seconds=LONGEST_S)
    assert "Not connected" in page.text("#lost")
    station.start()
    page.wait("#lost", state="hidden", seconds=LONGEST_S)
    rest = [*SERIALS][4:]
    wait_for(
        lambda: {station.phones().get(port, {}).get("state") for port in rest} == {"to_confirm"},
        LONGEST_S,
        lambda: f"{station.phones()}",
    )
    wait_for(lambda: page.count(".tile") == len(PHONES), LONGEST_S, lambda: page.text("#tiles"))
    assert page.script("window.sameDocument") is True, "nobody had to load the page again or to log in"
    assert {each["job"]: each["serial"] for each in station.jobs()} == known


def pulled_and_put_back(page: PageBrowser, station: BusyBench) -> None:
    """The cable of a phone is pulled in the middle of its job, once it is erased and before anybody has stated its
    condition; the job stays where it was, and nothing begins anew.
    """

    def waits() -> bool:
        asked = station.client.get("/v1/questions")["questions"]
        return any(each["port"] == PULLED and each["question"] in CONDITION for each in asked)

    wait_for(lambda: waits() or answer(page, station), LONGEST_S, lambda: f"{station.phones()}")
    wait_for(waits, LONGEST_S, lambda: f"{station.phones()}")
    (job,) = [each["job"] for each in station.jobs() if each["serial"] == SERIALS[PULLED]]
    station.bench.unplug(PULLED)
    page.scan(SERIALS[PULLED])
    page.wait(f"#panel[data-port='{PULLED}'] .sheet [data-line]")
    station.bench.plug(PULLED)
    assert [each["job"] for each in station.jobs() if each["serial"] == SERIALS[PULLED]] == [job]


def decide_all(page: PageBrowser, station: BusyBench) -> None:
    """The technician goes, the validator comes, and decides about one card after another."""
    page.tab_to("#logout")
    page.press("Enter")
    page.wait("#badge")
    page.scan(station.badge("validator"))
    page.wait("#scan-field")
    page.press("Escape", "g", "v")
    for _ in PHONES:
        page.wait(".queue-card [data-seen]")
        job = str(page.script("document.querySelector('.queue-card [data-seen]').dataset.job"))
        rejects = SERIALS[REJECTED] in page.text(".queue-card")
        page.press("r" if rejects else "a")
        if rejects:
            page.wait("#grounds")
            page.tab_to("#grounds")
            page.type(REASON)
            page.press("Enter")
        else:
            page.wait("#accept")
            page.press("y")
        page.wait(f"#done[data-job='{job}']", seconds=LONGEST_S)
    page.wait(".queue-card .empty")


def two_papers(page: PageBrowser, job: str, folder: Path) -> list[Path]:
    """The paper of that job as it is filed, and a copy with one field more."""
    page.press("g", "p")
    page.wait("#papers")
    assert page.count("#papers tbody tr") == len(PHONES)
    page.tab_to(f"#papers a[href='/papers/{job}']")
    page.press("Enter")
    page.wait("#paper-page")
    page.tab_to("#paper")
    page.press("Enter")
    page.tab_to("#paper-page [name=opened]")
    page.press("Space")
    page.tab_to("#paper-page form button")
    page.press("Enter")
    wait_for(lambda: len(page.saved(folder)) == 2, LONGEST_S, "no two files")
    return page.saved(folder)
