# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench page without a browser: what it shows of a phone, its erase in two steps, its questions, its sheet."""

import html
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from certs.errors import CertsError
from grading.eyes import ASKED
from grading.questions import QUESTIONS
from station.errors import QuestionClosedError
from station.questions import EYES, PHOTOS_TAKEN
from station.service.pages.browser import Browser
from station.service.pages.panel import question_shown
from station.service.pages.showing import draw
from station.service.pages.tiles import tile_of
from station.session.board import Cable, Row, Say, Urgency
from station.session.continuous import MOST_WARNINGS
from station.session.events import Warned
from tests.support import lives
from tests.support.page_client import PageClient, coming_in
from tests.support.service_room import LONGEST_S, SERIAL, ServiceRoom, service_room
from tests.support.waiting import wait_for

FINE = {each.key: each.choices[0] for each in QUESTIONS}
HOSTILE = "\"><script>alert(1)</script>'<img src=x onerror=alert(2)>{{7*7}}\u202e\x1b[31m&amp;"


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return html.unescape(found.group(1))


def planned(room: ServiceRoom, browser: PageClient) -> tuple[str, dict[str, str]]:
    """The address that confirms a plan, and its body but for the number."""
    port = str(room.until("to_confirm")["port"])
    shown = browser.send("/plans", {"port": port})
    assert shown.status_code == 200, shown.text
    address = re.search(r'data-hx-post="(/plans/[^"]+/confirm)"', shown.text)
    assert address is not None, shown.text
    return address.group(1), {name: hidden(shown.text, name) for name in ("plan_hash", "key", "port")}


def to_its_end(room: ServiceRoom, job: str) -> None:
    """Whatever is asked yet is answered."""
    room.hurry()

    def ended() -> bool:
        for each in room.running.at.session.questions:
            with suppress(QuestionClosedError):
                room.running.at.session.answer(each.id, lives.ANSWERS.get(each.key), by="Li Wei")
        return bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"])

    wait_for(ended, LONGEST_S, "the job does not end")


def test_a_phone_is_shown_planned_confirmed_and_has_a_story(room: ServiceRoom, browser: PageClient) -> None:
    told = room.until("to_confirm")
    page = browser.page("/")
    assert str(told["model"]) in page
    assert f'data-port="{told["port"]}" data-state="to_confirm"' in page
    assert "/plans" in browser.page(f"/?at={told['port']}")
    address, body = planned(room, browser)
    wrong = browser.send(address, body | {"number": "0000000000"})
    assert (wrong.status_code, wrong.headers["hx-retarget"]) == (422, "#message")
    begun = browser.send(address, body | {"number": SERIAL})
    assert begun.headers["hx-redirect"] == f"/?at={told['port']}"
    assert browser.send(address, body | {"number": SERIAL}).status_code == 200, "the same order is the same job"
    room.until("finished")
    assert room.entries("job_opened") == 1
    (job,) = room.get("/v1/jobs")["jobs"]
    story = browser.page(f"/jobs/{job['job']}")
    assert all(each in story for each in ("Certified", SERIAL, job["paper"], "Li Wei"))
    missing = browser.client.get(f"/jobs/{job['job']}/paper.pdf")  # the room files its papers elsewhere
    assert (missing.status_code, "file_unusable" in missing.text) == (404, True)
    for named in (SERIAL, job["imei"] or SERIAL, job["job"], job["paper"]):
        found = browser.client.get("/scan", params={"code": named})
        assert found.status_code == 303, named
    assert job["job"] in browser.page(f"/phone?number={SERIAL}")


def test_erasing_that_is_switched_off_is_said_with_how_a_person_switches_it_on(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    with (
        service_room(tmp_path / "station", keys_of(True), erase=False) as room,
        coming_in(room, "technician") as browser,
    ):
        port = room.until("to_confirm")["port"]
        assert "erase = true" in html.unescape(browser.page("/"))
        shown = browser.send("/plans", {"port": port}).text
        assert "confirm" not in re.findall(r'data-hx-post="([^"]+)"', shown)
        assert "erase = true" in html.unescape(shown)


def test_questions_and_the_sheet_are_answered_in_place_and_count_after_a_yes_to_the_whole(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    with (
        service_room(tmp_path / "station", keys_of(True), answers=False) as room,
        coming_in(room, "technician") as browser,
    ):
        address, body = planned(room, browser)
        assert browser.send(address, body | {"number": SERIAL}).status_code == 200
        port = body["port"]
        wait_for(lambda: bool(room.running.bench.job_at(port)), LONGEST_S, "no job")
        job = room.running.bench.job_at(port)
        sheet: dict[str, Any] = {"port": port, "job": job, "answers": {"battery_swollen": "no", "screen": "not_looked"}}

        def sent(act: str, **answers: str) -> str:
            answer = browser.send("/sheet", sheet | {"act": act, "answers": sheet["answers"] | answers})
            assert answer.status_code == 200, answer.text
            return answer.text

        assert 'value="keep"' not in sent("look"), "it is not whole"
        assert 'value="keep"' not in sent("keep")
        assert 'value="keep"' not in sent("fine"), "nobody sees at a glance that parts are original"
        whole = sent("fine", parts="replaced")
        assert 'value="keep"' in whole
        assert "not looked at" in whole
        assert room.running.bench.sheet(port).open, "nothing counts before the yes"
        for odd in ({"screen": "maybe"}, {"nothing": "yes"}):
            assert browser.send("/sheet", sheet | {"act": "look", "answers": odd}).status_code == 422
        assert browser.send("/sheet", sheet | {"act": "look", "job": "ANOTHER1"}).status_code == 404
        kept = sent("keep", **{key: choice for key, choice in FINE.items() if key != "screen"})
        assert 'class="note good"' in kept
        wait_for(lambda: not room.get("/v1/questions")["questions"], LONGEST_S, "what was stated answers nothing")
        late = sheet | {"act": "keep", "answers": FINE | {"screen": "defect"}}
        to_its_end(room, job)
        wait_for(lambda: browser.send("/sheet", late).status_code == 410, LONGEST_S, "kept, and used by nobody")


def test_what_eyes_are_asked_is_asked_one_after_the_other_and_each_is_answered_by_one_key(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    with (
        service_room(tmp_path / "station", keys_of(True), answers=False, checks="quick") as room,
        coming_in(room, "technician") as browser,
    ):
        address, body = planned(room, browser)
        assert browser.send(address, body | {"number": SERIAL}).status_code == 200
        port = f"/?at={body['port']}"
        first = [each for each in ASKED if not each.needs]
        wait_for(lambda: len(room.get("/v1/questions")["questions"]) == len(first), LONGEST_S, "nobody is asked")
        page = browser.page(port)
        assert re.findall(r'data-question="([^"]+)"', page) == ["eyes_front_mark"]
        assert "/assets/eyes-mark.svg" in page
        assert "Check: eyes with a ruler" in page
        assert re.search(r'<time data-left="[0-9]+">[0-9]+:[0-9]{2}</time>', page)
        assert re.search(r'<button data-key="s">', page)
        assert re.search(r'<button data-key="r">', page)
        for place, each in enumerate(first, start=1):
            question = re.search(r'data-hx-post="/questions/([^"]+)"', page)
            assert question is not None
            if place == 1:
                wrong = browser.send(f"/questions/{question.group(1)}", {"choice": "maybe"})
                assert wrong.status_code == 422
            answered = browser.send(f"/questions/{question.group(1)}", {"choice": each.choices[0]})
            assert answered.status_code == 200
            page = answered.text
            assert (each is first[-1]) is ("data-question" not in page)
            assert browser.send(f"/questions/{question.group(1)}", {"choice": each.choices[0]}).status_code >= 400
        kept = {"statement.eyes_front_mark": "unseen", "statement.eyes_lifting": "closed"}
        job = room.running.bench.job_at(body["port"])
        to_its_end(room, job)
        evidence = room.running.at.session.jobs.by_id(job).evidence
        assert any(kept.items() <= piece.values.items() for piece in evidence)


def test_the_card_for_photos_is_given_while_they_are_asked_for(tmp_path: Path, keys_of: Callable[[bool], Path]) -> None:
    with (
        service_room(tmp_path / "station", keys_of(True), answers=False) as room,
        coming_in(room, "technician") as browser,
    ):
        _photos_asked_for(room, browser)


def _photos_asked_for(room: ServiceRoom, browser: PageClient) -> None:
    asked = threading.Thread(
        target=room.running.at.session._questions.ask,
        args=(PHOTOS_TAKEN,),
        kwargs={"job": "TESTJOB1", "port": "1-1", "slot": "A1", "choices": EYES[PHOTOS_TAKEN],
                "facts": {"code": "FAKE456789AB"}, "timeout_s": 1e9},
    )  # fmt: skip
    asked.start()
    try:
        wait_for(lambda: bool(room.running.at.session.questions), LONGEST_S, "it is not asked")
        (question,) = room.running.at.session.questions
        shown = draw("question.html", Browser(path="/", language="en", is_part=True, cookie_name="x"),
                     question=question_shown(question))  # fmt: skip
        assert f'href="/questions/{question.id}/card.pdf"' in shown
        assert "<img" not in shown, "there is no reference picture of a photo"
        given = browser.client.get(f"/questions/{question.id}/card.pdf")
        assert given.content.startswith(b"%PDF-")
        assert "FAKE456789AB" in given.headers["content-disposition"]
    finally:
        for each in room.running.at.session.questions:
            room.running.at.session.answer(each.id, None, by="the end of the test")
        asked.join(LONGEST_S)
    assert browser.client.get(f"/questions/{question.id}/card.pdf").status_code == 404


def test_checks_are_skipped_from_the_page_while_their_questions_are_open(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    with (
        service_room(tmp_path / "station", keys_of(True), answers=False, checks="quick") as room,
        coming_in(room, "technician") as browser,
    ):
        address, body = planned(room, browser)
        assert browser.send(address, body | {"number": SERIAL}).status_code == 200
        wait_for(lambda: bool(room.get("/v1/questions")["questions"]), LONGEST_S, "nobody is asked")
        page = browser.page(f"/?at={body['port']}")
        job = room.running.bench.job_at(body["port"])
        assert hidden(page, "rest") == "yes"
        assert browser.send("/skip-check", {"job": job, "rest": "yes"}).status_code == 204
        wait_for(
            lambda: not any(each["question"] in EYES for each in room.get("/v1/questions")["questions"]),
            LONGEST_S,
            "they are still asked",
        )
        wait_for(lambda: "check-now" not in browser.page(f"/?at={body['port']}"), LONGEST_S, "it still checks")
        to_its_end(room, job)
        assert not any("check.eyes" in piece.asked for piece in room.running.at.session.jobs.by_id(job).evidence)


def test_a_badge_that_is_scanned_where_phones_are_looked_for_is_not_shown(
    room: ServiceRoom, browser: PageClient
) -> None:
    badge = room.token("validator", "Wang Fang")
    answer = browser.client.get("/scan", params={"code": badge})
    assert (answer.status_code, badge[12:] in answer.text) == (404, False)
    assert "badge" in answer.text


def test_warnings_that_nobody_asks_for_do_not_pile_up(room: ServiceRoom) -> None:
    for number in range(MOST_WARNINGS + 5):
        room.running.bench._take(Warned(error=CertsError(subject=str(number))))
    assert [each.subject for each in room.running.bench.warnings()][-1] == str(MOST_WARNINGS + 4)
    for _ in range(MOST_WARNINGS + 5):
        room.running.bench._take(Warned(error=CertsError(subject="x")))
    assert len(room.running.bench.warnings()) == MOST_WARNINGS


@given(scanned=st.text(max_size=300))
@example(scanned=HOSTILE)
@example(scanned="]C1" + SERIAL)
@example(scanned="javascript:alert(1)")
@example(scanned="//evil.example")
@example(scanned="../../v1/drain")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_scanned_finds_what_it_names_or_nothing(browser: PageClient, scanned: str) -> None:
    answer = browser.client.get("/scan", params={"code": scanned.encode("utf-8", "replace")})
    assert answer.status_code in (200, 303, 404)
    if answer.status_code == 303:
        assert re.fullmatch(r"/(\?at=[^/]*|jobs/[A-Za-z0-9_-]+|phone\?number=[^/&]*)?", answer.headers["location"])
    else:
        no_script(answer.text)


def no_script(page: str) -> None:
    """None but the two of the frame, and nothing that would become one."""
    assert page.count("<script") == page.count('<script src="/assets/')
    assert "<img src=x" not in page
    assert "49" not in re.findall(r"\{\{|49\}\}", page)
    assert not any(each in page for each in ("\u202e", "\x1b"))


def test_hostile_words_of_a_phone_are_words_on_every_page(tmp_path: Path, keys_of: Callable[[bool], Path]) -> None:
    odd = "<script>alert(1)</script>\"'{{7*7}}"
    spoilt = {"usb": {"product": odd}, "product": {"model": odd}, "properties": {"ro.product.model": odd}}
    phone = lives.PIXEL_16 | {"set": spoilt}
    with (
        service_room(tmp_path / "station", keys_of(True), phone=phone) as room,
        coming_in(room, "technician") as browser,
    ):
        address, body = planned(room, browser)
        no_script(browser.page(f"/?at={body['port']}"))
        browser.send(address, body | {"number": SERIAL})
        room.until("finished")
        (job,) = room.get("/v1/jobs")["jobs"]
        for path in ("/", f"/jobs/{job['job']}", f"/phone?number={SERIAL}", f"/?at={body['port']}"):
            page = browser.page(path)
            no_script(page)
            assert "&lt;script&gt;" in page, path


def test_hostile_words_in_every_field_of_a_tile_are_words(browser: PageClient) -> None:
    from station.documents.sentences import Reason

    row = Row(
        port=HOSTILE, slot=HOSTILE, model=HOSTILE, digits=HOSTILE, job=HOSTILE, doing=Say(key="bench.doing_done"),
        urgency=Urgency.HELP, cable=Cable.NEEDS_YOU, tells=Say(key="bench.chosen", facts={"slot": HOSTILE}),
    )  # fmt: skip
    seen = Browser(path="/", language="en", is_part=True, cookie_name="x")
    stopped = (Reason(code=HOSTILE, sentence=HOSTILE, next_step=HOSTILE),)
    shown = {"tiles": [tile_of(row)], "totals": row_totals(), "erase": True, "stopped": stopped}
    page = draw("bench_part.html", seen, **shown, at="", panel=None, gone=False)
    no_script(page)
    assert page.count("&lt;script&gt;") >= 4


def row_totals() -> object:
    from station.session.board import Totals

    return Totals()


@pytest.mark.parametrize("path", ["/nowhere", "/jobs/NOSUCH00", "/phone?number=nobody1", "/?at=nowhere"])
def test_what_is_not_there_is_said_in_words(browser: PageClient, path: str) -> None:
    answer = browser.client.get(path)
    assert answer.status_code in (200, 404)
    assert 'class="note warn"' in answer.text
