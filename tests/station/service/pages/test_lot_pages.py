# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a lot: asset tag and phone in either order, differences said, nothing live in it."""

from collections.abc import Iterator

import pytest

from station.setup.home import Home
from tests.support.page_client import PageClient
from tests.support.station_room import StationRoom, station_room

HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def station(home: Home) -> Iterator[StationRoom]:
    with station_room(home) as found:
        yield found


@pytest.fixture
def technician(station: StationRoom) -> Iterator[PageClient]:
    with station.browser("technician") as found:
        yield found


def test_an_asset_tag_and_a_phone_are_scanned_in_either_order(technician: PageClient, station: StationRoom) -> None:
    assert technician.send("/lots", {"lot": HOSTILE, "expected": "2"}).headers["HX-Redirect"].startswith("/lots?name=")
    page = technician.page("/lots?name=" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27%26")
    assert "<script>alert" not in page
    half = technician.send("/lots/phone", {"lot": HOSTILE, "asset_tag": "A-1", "phone": ""}).text
    assert 'value="A-1"' in half
    assert half.index("tag-phone") < half.index("autofocus"), "the phone is asked for"
    kept = technician.send("/lots/phone", {"lot": HOSTILE, "asset_tag": "A-1", "phone": "TESTJOB1"})
    assert 'id="said"' in kept.text
    assert kept.headers["HX-Trigger"] == "proofwipe:changed"
    told = station.told()
    assert (told["asset_tag"], told["lot"]) == ("A-1", HOSTILE)
    other = technician.send("/lots/phone", {"lot": HOSTILE, "asset_tag": "", "phone": "356938035643809"}).text
    assert other.index('id="asset-tag"') < other.index("autofocus") < other.index('id="tag-phone"')
    body = {"lot": HOSTILE, "asset_tag": "A-1", "phone": "356938035643809"}
    ahead = technician.send("/lots/phone", body).text
    assert "356938035643809" in ahead
    assert 'id="same-tag"' in ahead
    assert technician.send("/lots/phone", {**body, "phone": "no number"}).status_code == 422
    assert "A-1" in technician.page("/jobs/TESTJOB1")


def test_a_lot_that_differs_is_closed_only_by_who_knows_it(technician: PageClient) -> None:
    technician.send("/lots", {"lot": "W48", "expected": "3"})
    assert "W48" in technician.page("/lots")
    refused = technician.send("/lots/close", {"lot": "W48"})
    assert (refused.status_code, "lot_differs" in refused.text) == (409, True)
    assert technician.send("/lots/close", {"lot": "W48", "known": "yes"}).status_code == 200
    assert 'id="closed-with"' in technician.page("/lots?name=W48")


def test_who_may_only_read_sees_no_form_and_states_nothing(station: StationRoom, technician: PageClient) -> None:
    technician.send("/lots", {"lot": "W48", "expected": "3"})
    with station.browser("validator", "zh") as validator:
        assert 'data-hx-post="/lots' not in validator.page("/lots") + validator.page("/lots?name=W48")
        assert validator.send("/lots", {"lot": "W49", "expected": ""}).status_code == 403
