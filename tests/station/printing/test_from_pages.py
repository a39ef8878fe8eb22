# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser gets a phone's label and audit print from the page of its job."""

from station.setup.home import Home
from tests.support.labels import shown
from tests.support.station_room import station_room


def test_the_page_of_a_job_leads_to_its_label_and_its_audit(home: Home) -> None:
    with station_room(home) as room, room.browser("validator") as browser:
        page = browser.client.get("/jobs/TESTJOB1").text
        for name, words in (("label", "DO NOT SELL"), ("audit", "TESTJOB1")):
            assert f'href="/jobs/TESTJOB1/{name}.pdf"' in page
            answer = browser.client.get(f"/jobs/TESTJOB1/{name}.pdf")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
            assert words in shown(answer.content)
        assert browser.client.get("/jobs/NOSUCH00/label.pdf").status_code == 404
