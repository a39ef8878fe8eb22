# SPDX-License-Identifier: GPL-3.0-or-later
"""The one field of every page: asset tags, lots and papers are found by it as phones are, and nothing is guessed."""

from collections.abc import Iterator
from urllib.parse import unquote

import httpx
import pytest

from station.setup.home import Home
from tests.support.page_client import PageClient
from tests.support.service_room import SERIAL, ServiceRoom
from tests.support.station_room import StationRoom, station_room

HOSTILE = "<b>\"'&//evil.example"


@pytest.fixture
def station(home: Home) -> Iterator[StationRoom]:
    with station_room(home) as found:
        yield found


@pytest.fixture
def technician(station: StationRoom) -> Iterator[PageClient]:
    with station.browser("technician") as found:
        yield found


def scanned(browser: PageClient, code: str) -> httpx.Response:
    return browser.client.get("/scan", params={"code": code})


def led_to(browser: PageClient, code: str) -> str:
    answer = scanned(browser, code)
    assert answer.status_code == 303, answer.text
    return unquote(answer.headers["location"])


def stated(browser: PageClient, lot: str, tag: str, phone: str = "TESTJOB1") -> None:
    answer = browser.send("/lots/phone", {"lot": lot, "asset_tag": tag, "phone": phone})
    assert answer.status_code == 200, answer.text


def test_an_asset_tag_a_lot_and_a_job_are_found_by_the_same_field(technician: PageClient) -> None:
    stated(technician, "Kiosk 7", "SHOP-0042")
    for code in ("SHOP-0042", "shop-0042", "TESTJOB1"):
        assert led_to(technician, code) == "/jobs/TESTJOB1", code
    assert led_to(technician, "kiosk 7") == "/lots?name=Kiosk 7"
    assert scanned(technician, "SHOP-004").status_code == 404, "a label is not guessed from its beginning"


def test_what_a_tag_and_something_else_are_both_called_is_chosen_by_a_person(technician: PageClient) -> None:
    stated(technician, HOSTILE, HOSTILE)
    answer = scanned(technician, HOSTILE)
    assert answer.status_code == 200
    assert answer.text.count('<li><a class="button"') == 2
    assert 'href="/jobs/TESTJOB1"' in answer.text
    assert 'href="/lots?name=%3Cb%3E' in answer.text
    assert "<b>" not in answer.text


def test_who_may_not_read_is_told_of_no_tag_and_no_lot(technician: PageClient, station: StationRoom) -> None:
    stated(technician, "W48", "SHOP-0042")
    with station.browser("kiosk") as kiosk:
        for code in ("SHOP-0042", "W48", "TESTJOB1"):
            answer = scanned(kiosk, code)
            assert (answer.status_code, "TESTJOB1" in answer.text.replace(f"“{code}”", "")) == (404, False)


def test_a_tag_chooses_its_phone_on_the_bench_before_its_job_and_during_it(
    room: ServiceRoom, browser: PageClient
) -> None:
    port = str(room.until("to_confirm")["port"])
    stated(browser, "W48", "SHOP-0042", SERIAL)
    assert led_to(browser, "SHOP-0042") == f"/?at={port}"
    assert room.confirm(room.plan()).status_code == 202
    room.until("finished")
    assert led_to(browser, "SHOP-0042") == f"/?at={port}"


def test_a_tag_that_is_also_the_end_of_another_phones_number_chooses_neither(
    room: ServiceRoom, browser: PageClient
) -> None:
    room.until("to_confirm")
    end = SERIAL[-5:]
    assert led_to(browser, end).startswith("/?at=")
    stated(browser, "W48", end, "356938035643809")
    answer = scanned(browser, end)
    assert answer.status_code == 303, "the phone that is stated so is not here, and has no job"
    stated(browser, end, "other", "356938035643809")
    assert scanned(browser, end).text.count('<li><a class="button"') == 2
