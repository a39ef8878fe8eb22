# SPDX-License-Identifier: GPL-3.0-or-later
"""A validator at the pages: what was shown is what is decided about, and nothing is decided by accident."""

import re
from collections.abc import Iterator

import pytest

from station.papers.keys import open_paper_issuer
from station.setup.home import Home
from station.setup.people import load
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import PASSPHRASE
from tests.support.page_client import PageClient
from tests.support.station_room import StationRoom, station_room

HOSTILE = "<img src=x onerror=alert(1)>\u202e\"'&"


@pytest.fixture
def station(home: Home) -> Iterator[StationRoom]:
    with station_room(home) as found:
        yield found


@pytest.fixture
def validator(station: StationRoom) -> Iterator[PageClient]:
    with station.browser("validator") as found:
        yield found


def seen_on(page: str) -> str:
    """The record that the card on that page is about."""
    found = re.search(r'data-seen="([^"]*)"', page)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize(("language", "words"), [("en", ("What was asked", "cannot tell", "Screen", "light marks")),
                                                 ("zh", ("查问内容", "无法判定", "显示", "轻微痕迹"))])  # fmt: skip
def test_the_card_says_what_was_asked_and_what_was_seen_in_either_language(
    station: StationRoom, language: str, words: tuple[str, ...]
) -> None:
    with station.browser("validator", language) as browser:
        page = browser.page("/validation")
    for word in words:
        assert word in page, word
    assert seen_on(page) == station.told()["awaiting_record"]


def test_the_queue_shows_those_that_wait_longest_however_many_there_are(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.service.pages.validation.MOST", 1)
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as papers:
        lives.live(lives.PIXEL_16, folder=home.path, papers=papers, job_id="TESTJOB2")
    with station_room(home) as station, station.browser("validator") as validator:
        page = validator.page("/validation")
    assert 'data-job="TESTJOB1"' in page
    assert "TESTJOB2" not in page


def test_a_locked_service_signs_nothing_for_a_page_either(station: StationRoom, validator: PageClient) -> None:
    seen = seen_on(validator.page("/validation"))
    with station.client("technician") as technician:
        assert technician.post("/v1/lock", json={}).status_code == 200
        for decision in ("accept", "reject"):
            refused = validator.send("/validation/TESTJOB1", {"decision": decision, "seen": seen, "grounds": "no"})
            assert refused.status_code == 503, refused.text
        assert (station.told()["decision"], station.told()["stage"]) == (None, "VERIFIED")
        assert validator.client.get("/papers/TESTJOB1/copy.pdf?opened=serial").status_code == 503
        other = {"answers": {"screen": "A"}, "reason": "seen by daylight"}
        for path, body in (("reprint", {}), ("correction", other)):
            held = technician.post(f"/v1/jobs/TESTJOB1/{path}", json=body)
            assert (held.status_code, held.json()["code"]) == (503, "service_locked"), path


def test_a_card_is_accepted_and_the_next_page_says_what_became_of_it(
    station: StationRoom, validator: PageClient
) -> None:
    seen = seen_on(validator.page("/validation"))
    done = validator.send("/validation/TESTJOB1", {"decision": "accept", "seen": seen})
    assert (done.status_code, done.headers["hx-redirect"]) == (200, "/validation?job=&done=TESTJOB1")
    page = validator.page(done.headers["hx-redirect"])
    assert "was accepted and has its certificate" in page
    assert (station.told()["stage"], station.told()["validator"]) == ("CERTIFIED", "Wang Fang")
    again = validator.send("/validation/TESTJOB1", {"decision": "reject", "seen": seen, "grounds": "x"})
    assert again.status_code == 409, "nothing is left to decide"


def test_what_changed_meanwhile_is_not_decided_and_the_new_card_is_shown(
    station: StationRoom, validator: PageClient
) -> None:
    old = seen_on(validator.page("/validation"))
    with station.client("technician") as technician:
        corrected = {"answers": {"screen": "defect"}, "reason": "a slip"}
        assert technician.post("/v1/jobs/TESTJOB1/correction", json=corrected).status_code == 200
    listed = validator.page(f"/parts/validation?job=TESTJOB1&seen={old}")
    assert 'id="changed"' in listed, "said before anybody tries"
    refused = validator.send("/validation/TESTJOB1", {"decision": "accept", "seen": old})
    assert refused.status_code == 409
    assert 'id="overtaken"' in refused.text
    assert seen_on(refused.text) == station.told()["awaiting_record"] != old
    assert station.told()["decision"] is None
    assert 'id="changed"' not in validator.page(f"/parts/validation?job=TESTJOB1&seen={seen_on(refused.text)}")


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "accept"},
        {"decision": "maybe", "seen": "SEEN"},
        {"decision": "accept", "seen": "SEEN", "newer": "yes"},
        {"decision": "accept", "seen": "SEEN", "validator": "Somebody"},
        {"decision": "reject", "seen": "SEEN", "grounds": "x" * 1001},
        {"decision": "reject", "seen": "SEEN", "grounds": "two\nlines"},
        {},
    ],
)
def test_what_is_no_decision_decides_nothing(station: StationRoom, validator: PageClient, body: dict[str, str]) -> None:
    seen = seen_on(validator.page("/validation"))
    given = {name: value.replace("SEEN", seen) for name, value in body.items()}
    assert validator.send("/validation/TESTJOB1", given).status_code in (409, 422)
    assert station.told()["decision"] is None


def test_only_validators_have_a_queue_and_a_rejection_keeps_its_hostile_grounds_harmless(
    station: StationRoom, validator: PageClient
) -> None:
    seen = seen_on(validator.page("/validation"))
    with station.browser("technician") as technician:
        technician.page("/validation", 403)
        assert "/validation" not in technician.page("/papers")
        assert technician.send("/validation/TESTJOB1", {"decision": "accept", "seen": seen}).status_code == 403
    grounds = "<script>alert(1)</script>"
    done = validator.send("/validation/TESTJOB1", {"decision": "reject", "seen": seen, "grounds": grounds})
    assert done.status_code == 200, done.text
    page = validator.page("/jobs/TESTJOB1")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_where_decisions_need_a_key_of_ones_own_the_page_says_so_and_has_no_button(home: Home) -> None:
    home.config.write_text('validator_key = "required"\n' + (home.config.read_text() if home.config.exists() else ""))
    with station_room(home) as station, station.browser("validator") as validator:
        page = validator.page("/validation")
        assert "own key" in page
        assert 'id="accept"' not in page
        body = {"decision": "accept", "seen": seen_on(page)}
        assert validator.send("/validation/TESTJOB1", body).status_code == 403


def test_the_queue_goes_from_one_to_the_next_and_back(home: Home) -> None:
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as papers:
        for number in (2, 3):
            lives.live(
                {**lives.PIXEL_16, "serial": f"PIXEL000{number}"},
                folder=home.path,
                settings=lives.VALIDATED,
                papers=papers,
                job_id=f"TESTJOB{number}",
            )
    with station_room(home) as station, station.browser("validator") as validator:
        page = validator.page("/validation?job=TESTJOB2")
        assert "2 of 3" in page
        assert 'data-key="b" href="/validation?job=TESTJOB1"' in page
        assert 'href="/validation?job=TESTJOB3"' in page
        done = validator.send("/validation/TESTJOB2", {"decision": "accept", "seen": seen_on(page)})
        assert done.headers["hx-redirect"] == "/validation?job=TESTJOB3&done=TESTJOB2"
        assert "1 of 2" in validator.page("/validation")
        assert "waits for nobody" in validator.page("/validation?job=TESTJOB2")
