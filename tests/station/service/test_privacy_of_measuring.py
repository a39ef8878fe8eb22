# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody's data over HTTP: what a phone and its page told beside what was asked stands in no answer of the API, in no
event of its stream and on no page of the dashboard, for the job in which the phone was measured.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from station.session.events import Event, Instruction
from station.session.session import Session
from tests.station.service.test_events import stream
from tests.station.work.test_privacy_of_checks import OF_THE_PAGE, SCRIPT, misbehaved
from tests.support import lives
from tests.support.page_client import coming_in
from tests.support.phone_page import PhonePage
from tests.support.secret_search import Search
from tests.support.service_room import ServiceRoom, service_room
from virtual_phones.android.phone import AndroidPhone

pytestmark = pytest.mark.timeout(300)

SERIAL = str(lives.PIXEL_13["serial"])
OF_THE_JOB = ("", "/record.json", "/paper.pdf", "/audit.pdf", "/label.pdf", "/label.zpl")
OF_THE_STATION = ("events", "jobs", "exports/jobs?format=jsonl", "phones", "questions", "state", "statistics")


def measured(room: ServiceRoom) -> tuple[str, bytes]:
    """A job in which the phone is measured and erased: its number, and all of the stream of events meanwhile."""
    room.phone.hands = lives.scripted(SCRIPT, room.phone.slot, room.phone.clock)
    visited: list[int] = []

    def browse(_session: Session, event: Event) -> None:
        if isinstance(event, Instruction) and event.key == "phone_page":
            there = room.phone.slot.phone
            assert isinstance(there, AndroidPhone)
            visited.append(misbehaved(PhonePage(there.system.opened[-1])))

    room.listeners.append(browse)
    room.until("blocked")
    room.phone.slot.press("accept_adb", room.phone.clock.seconds)
    plan = room.plan(SERIAL)
    told: list[Mapping[str, Any]] = []
    with stream(room, after="0") as events:
        begun = room.confirm(plan, number=SERIAL)
        assert begun.status_code == 202, begun.text
        for each in events:
            told.append(each)
            if each["data"].get("event") == "job_ended":
                break
    assert visited, "the page was there"
    assert {"instruction", "progress"} <= {str(each["data"].get("event")) for each in told}
    return str(begun.json()["job"]), json.dumps(told, ensure_ascii=False).encode()


def test_nothing_of_a_measured_phone_is_in_answers_events_or_pages(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    phone = {**lives.PIXEL_13, "variation": ["paired_keyboard"]}
    with service_room(tmp_path / "station", keys_of(True), phone=phone, checks="kiosk", whole_papers=True) as room:
        room.hurry()
        owner = {name: word for name, word in room.phone.slot.first.secrets().items() if word}
        job, said = measured(room)
        answers = {"the stream": said}
        for path in (*(f"/v1/jobs/{job}{each}" for each in OF_THE_JOB), *(f"/v1/{each}" for each in OF_THE_STATION)):
            if path == "/v1/events":
                continue
            answer = room.client.get(path)
            assert answer.status_code == 200, (path, answer.text)
            answers[path] = answer.content
        history = room.client.get("/v1/history", params={"phone": SERIAL})
        assert history.status_code == 200, history.text
        answers["/v1/history"] = history.content
        with coming_in(room, "technician") as browser:
            for path in (f"/jobs/{job}", "/"):
                answers[path] = browser.page(path).encode()
    record = answers[f"/v1/jobs/{job}/record.json"]
    assert b"check.browser.touch" in record
    assert b"check.buttons" in record
    search = Search({**OF_THE_PAGE, **owner})
    assert search.within(("x " + " ".join(OF_THE_PAGE.values())).encode()), "a search that finds"
    assert [f"{where}: {hit}" for where, each in answers.items() for hit in search.within(each)] == []
