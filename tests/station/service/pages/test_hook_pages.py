# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of webhooks: how each endpoint stands in words, what it did not take, and sending that again."""

import re
from collections.abc import Iterator

import pytest

from station.service.outbound.post import Failure
from station.service.pages.hook_pages import why
from station.text.language import speaking
from tests.station.service.outbound.test_hooks import at_work
from tests.support.hooked import sequences
from tests.support.page_client import PageClient, coming_in
from tests.support.receiver import Receiver, answer, receiver
from tests.support.service_room import ServiceRoom
from tests.support.waiting import wait_for


@pytest.fixture
def listening() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_failure_has_words(language: str) -> None:
    with speaking(language):
        said = {failure: why(failure.value) for failure in Failure}
    assert all(words and words != failure.value for failure, words in said.items()), said
    assert len(set(said.values())) == len(said)


def test_a_failure_is_told_with_the_status_of_the_answer() -> None:
    with speaking("en"):
        assert why("refused_404") == "it refused the event (404)"
        assert why("no_address") == "its name has no address"
        assert why("something_new_500") == "something_new (500)"
        assert why(None) == ""


def test_what_was_given_up_is_listed_chosen_and_sent_again(
    room: ServiceRoom, browser: PageClient, listening: Receiver
) -> None:
    assert "names no webhook" in browser.page("/webhooks")
    assert browser.page("/webhooks?name=nosuch", 404)
    listening.behave = answer(422)
    ledger = room.running.at.session.jobs.ledger
    with at_work(room.home.path, ledger, listening, tries=1) as hooks:
        room.running.webhooks = hooks
        job = room.confirm(room.plan()).json()["job"]
        wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), 90, "the job does not end")
        wait_for(lambda: (told := hooks.told().webhooks[0]).waiting == 0 and told.dead > 3, 90, "nothing is given up")
        assert 'data-webhook="a"' in browser.page("/webhooks")
        page = browser.page("/webhooks?name=a")
        assert "events were given up" in page
        assert 'class="result good"' not in page, "what lost something is not well"
        entries = re.findall(r'data-entry="([0-9]+)"', page)
        assert len(entries) > 3
        assert "it refused the event (422)" in page
        assert f'href="/jobs/{job}"' in page
        assert "whsec" not in page
        seen = len(listening.received)
        listening.fine()
        nothing = browser.send("/webhooks/a/replay", {"what": "chosen"})
        assert (nothing.status_code, "nothing is sent" in nothing.text) == (422, True)
        for wrong in ({"what": "all"}, {"what": "after", "after": "x"}, {"what": "chosen", "entries": [1]}):
            assert browser.send("/webhooks/a/replay", wrong).status_code == 422
        chosen = browser.send("/webhooks/a/replay", {"what": "chosen", "entries": entries[:1]})
        assert chosen.headers["hx-redirect"] == "/webhooks?name=a"
        wait_for(lambda: sequences(listening)[seen:] == [int(entries[0])], 90, "it is not sent again")
        assert browser.send("/webhooks/a/replay", {"what": "dead", "entries": entries[1:2]}).status_code == 200
        wait_for(lambda: (told := hooks.told().webhooks[0]).waiting == told.dead == 0, 90, "they are not sent again")
        assert sequences(listening)[seen:] == [int(each) for each in entries]
        assert (
            browser.send("/webhooks/a/replay", {"what": "after", "after": str(int(entries[-1]) - 1)}).status_code == 200
        )
        wait_for(lambda: sequences(listening)[-1] == int(entries[-1]), 90, "nothing was sent once more")
        assert "acknowledged" in browser.send("/webhooks/a/test", {}).text
        listening.behave = answer(404)
        assert "not acknowledged: it refused the event (404)" in browser.send("/webhooks/a/test", {}).text


def test_who_may_only_read_sends_nothing_again(room: ServiceRoom, listening: Receiver) -> None:
    with at_work(room.home.path, room.running.at.session.jobs.ledger, listening) as hooks:
        room.running.webhooks = hooks
        with coming_in(room, "auditor") as auditor:
            assert 'data-hx-post="/webhooks' not in auditor.page("/webhooks") + auditor.page("/webhooks?name=a")
            for path in ("/webhooks/a/replay", "/webhooks/a/test"):
                assert auditor.send(path, {"what": "dead"}).status_code == 403
        with coming_in(room, "kiosk") as kiosk:
            assert kiosk.client.get("/webhooks").status_code == 403
            assert 'href="/webhooks"' not in kiosk.page("/help")
