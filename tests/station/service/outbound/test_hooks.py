# SPDX-License-Identifier: GPL-3.0-or-later
"""All endpoints of a service: one that hangs delays no other and no end; the API and the commands beside it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Judge

from station.errors import ConfigError
from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind
from station.service.errors import WebhookNotFoundError
from station.service.outbound.hooks import Webhooks
from station.setup.home import Home
from station.setup.outside import EVENTS
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import CommandLine
from tests.support.hooked import SECRET, event, sequences, webhook
from tests.support.ledger_payloads import an_event
from tests.support.receiver import Receiver, answer, receiver
from tests.support.service_room import ServiceRoom
from tests.support.waiting import wait_for

ALL = tuple(EVENTS)


@contextmanager
def at_work(home: Path, ledger: Ledger, *to: Receiver, **more: Any) -> Iterator[Webhooks]:
    """Endpoints called a, b … of these receivers, told everything since they were first opened."""
    secret = home / "shop.whsec"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    named = (webhook(each.url, name=name, events=ALL, **more) for name, each in zip("abcdef", to, strict=False))
    with Webhooks.open(Home(home), replace(lives.SETTINGS, webhook=tuple(named)), ledger) as made:
        made.start()
        yield made


def test_one_that_hangs_delays_no_other_and_not_the_end(tmp_path: Path, ledger: Ledger) -> None:
    with receiver() as hangs, receiver() as broken, receiver() as fine:
        hangs.behave, broken.behave = hangs.hang, answer(500)
        with at_work(tmp_path, ledger, hangs, broken, fine, timeout_s=60.0) as hooks:
            for number in range(20):
                ledger.append(an_event(EntryKind.JOB_OPENED), f"JOB{number:05}")
            wait_for(lambda: len(fine.received) == 20 and len(hangs.received) == 1, 60, "it is delayed")
            wait_for(lambda: hooks.told().webhooks[1].failure == "broken_500", 60, "the broken one was not asked")
            a, b, c = hooks.told().webhooks
            assert (a.standing, a.waiting, b.standing, b.waiting) == ("well", 20, "failing", 20)
            assert (c.standing, c.waiting, c.position, c.failure) == ("well", 0, 20, None)
            assert c.acknowledged_at is not None
            begun = time.monotonic()
        assert time.monotonic() - begun < 20, "an end takes seconds, not the time of the receiver"
        assert sequences(fine) == list(range(1, 21))
        before = len(hangs.received)
        hangs.fine()
        with at_work(tmp_path, ledger, hangs, broken, fine):
            wait_for(lambda: len(hangs.received) == before + 20, 60, "what was not taken was lost")
        assert sequences(hangs)[before:] == list(range(1, 21))
        assert len(fine.received) == 20


def test_without_endpoints_nothing_is_opened(tmp_path: Path, ledger: Ledger) -> None:
    with Webhooks.open(Home(tmp_path), Settings(), ledger) as hooks:
        hooks.start()
        assert hooks.told().webhooks == ()
        with pytest.raises(WebhookNotFoundError):
            hooks.test("shop")


def test_a_secret_or_an_authority_that_cannot_be_read_stops_the_start(tmp_path: Path, ledger: Ledger) -> None:
    settings = replace(lives.SETTINGS, webhook=(webhook("https://shop.example/", ca_file="nosuch.pem"),))
    with pytest.raises(ConfigError, match=r"shop\.whsec"):
        Webhooks.open(Home(tmp_path), settings, ledger)
    (tmp_path / "shop.whsec").write_text(SECRET)
    (tmp_path / "shop.whsec").chmod(0o600)
    with pytest.raises(ConfigError, match=r"nosuch\.pem"):
        Webhooks.open(Home(tmp_path), settings, ledger)


def test_the_api_tells_how_each_stands_and_sends_again(room: ServiceRoom, listening: Receiver) -> None:
    ledger = room.running.at.session.jobs.ledger
    assert room.get("/v1/webhooks")["webhooks"] == []
    listening.behave = answer(422)
    with at_work(room.home.path, ledger, listening, tries=1) as hooks:
        room.running.webhooks = hooks
        job = room.confirm(room.plan()).json()["job"]

        def told() -> dict[str, Any]:
            (found,) = room.get("/v1/webhooks")["webhooks"]
            return dict(found)

        wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), 90, "the job does not end")
        wait_for(lambda: told()["waiting"] == 0 and told()["dead"] > 3, 90, lambda: str(told()))
        assert (told()["webhook"], told()["host"], told()["standing"]) == ("a", "127.0.0.1", "well")
        letters = room.get("/v1/webhooks/a/dead")["letters"]
        assert {(each["job"], each["failure"], each["again"]) for each in letters} == {(job, "refused_422", False)}
        assert "whsec" not in room.client.get("/v1/webhooks").text

        listening.fine()
        refused = [each["sequence"] for each in letters]
        seen = len(listening.received)
        again = room.client.post("/v1/webhooks/a/replay", json={"entries": refused[:1]})
        assert again.status_code == 200
        wait_for(lambda: sequences(listening)[seen:] == refused[:1], 90, "it is not sent again")
        assert room.client.post("/v1/webhooks/a/replay", json={}).status_code == 200
        wait_for(lambda: told()["dead"] == 0 and told()["waiting"] == 0, 90, "they are not sent again")
        assert sequences(listening)[seen:] == refused
        assert room.client.post("/v1/webhooks/a/replay", json={"after": refused[-1] - 1}).status_code == 200
        wait_for(lambda: sequences(listening)[seen:] == [*refused, refused[-1]], 90, "nothing was sent once more")

        tested = room.client.post("/v1/webhooks/a/test", json={}).json()
        assert (tested["acknowledged"], tested["failure"]) == (True, None)
        listening.behave = answer(404)
        tested = room.client.post("/v1/webhooks/a/test", json={}).json()
        assert (tested["acknowledged"], tested["failure"]) == (False, "refused_404")
        for path in ("nosuch/replay", "nosuch/test"):
            answered = room.client.post(f"/v1/webhooks/{path}", json={})
            assert (answered.status_code, answered.json()["code"]) == (404, "webhook_not_found")
        for body in ({"after": -1}, {"after": "1"}, {"entries": ["1"]}, {"entries": [1] * 501}, {"more": 1}):
            assert room.client.post("/v1/webhooks/a/replay", json=body).status_code == 422
        for each in listening.received:
            assert Judge(SECRET).verify(each.body, each.headers)["id"] == each.headers["webhook-id"]


def test_what_a_receiver_wants_done_is_not_done(room: ServiceRoom, listening: Receiver) -> None:
    orders = b'{"nextAction": "PrintExceptionLabel", "erase": true, "phone": "1-1", "serial": "%s"}'
    number = room.until("to_confirm")["number_end"]
    listening.behave = answer(200, body=orders % str(number).encode())
    ledger = room.running.at.session.jobs.ledger
    with at_work(room.home.path, ledger, listening):
        ledger.append(an_event(EntryKind.WITHDRAWN), "")
        ledger.append(an_event(EntryKind.JOB_OPENED), "OTHERJOB")
        wait_for(lambda: len(listening.received) == 1, 90, "it was told nothing")
    room.until("to_confirm")
    assert [row.job for row in ledger.stored() if row.kind == "job_opened"] == ["OTHERJOB"]


def test_the_commands_say_how_each_stands_and_send_again(station: CommandLine, listening: Receiver) -> None:
    secret = station.home / "keys" / "shop.whsec"
    assert station.run("webhook", "secret", "--out", secret).code == 0
    assert station.run("webhook", "secret", "--out", secret).code == 1, "it is there"
    hook = f'[[webhook]]\nname = "shop"\nurl = "{listening.url}"\nsecret = "keys/shop.whsec"\n'
    with (station.home / "config.toml").open("a") as settings:
        settings.write(f'\n{hook}events = ["job.opened"]\n')
    listed = station.run("webhook", "list")
    assert (listed.code, "shop  127.0.0.1  well; 0 waiting, 0 given up" in listed.out) == (0, True), listed
    assert station.run("webhook", "test", "shop").code == 0
    assert event(listening.received[0])["type"] == "io.proofwipe.webhook.test.v1"
    assert Judge(secret.read_text().strip()).verify(listening.received[0].body, listening.received[0].headers)
    listening.behave = answer(301)
    failed = station.run("webhook", "test", "shop")
    assert (failed.code, "redirect_301" in failed.err) == (4, True), failed
    assert station.run("webhook", "test", "nosuch").code == 3
    assert station.run("webhook", "replay", "shop", "1", "--after", "1").code == 2
    assert station.run("webhook", "replay", "shop", "--after", "0").code == 0
    assert station.run("webhook", "dead", "shop").out == ""
    assert station.run("webhook", "list", env={"LANG": "zh_CN.UTF-8"}).code == 0
    told = station.run("webhook", "list", "--json").document
    assert [(each["webhook"], each["standing"]) for each in told["webhooks"]] == [("shop", "well")]
    tried = station.run("webhook", "test", "shop", "--json")
    assert (tried.code, tried.document["failure"], tried.document["acknowledged"]) == (4, "redirect_301", False)
    assert station.run("webhook", "replay", "shop", "--json").document["webhook"] == "shop"
    assert station.run("webhook", "dead", "shop", "--json").document["letters"] == []
    other = station.home / "keys" / "other.whsec"
    made = station.run("webhook", "secret", "--out", other, "--json")
    assert made.document["path"] == str(other)
    assert other.read_text().strip() not in made.out + made.err
    secret.chmod(0o644)
    refused = station.run("webhook", "list")
    assert (refused.code, "chmod 600" in refused.err) == (2, True), refused
    assert "whsec" not in refused.err.replace("shop.whsec", "")
