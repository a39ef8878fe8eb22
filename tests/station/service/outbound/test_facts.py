# SPDX-License-Identifier: GPL-3.0-or-later
"""What leaves: exactly the allow-list, whatever a phone, a person or a file says; nothing else in any byte."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from station.ledger.event import Event
from station.ledger.job_events import PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind
from station.ledger.trade_events import FieldsStated
from station.setup.outside import EVENTS, NUMBERS
from station.setup.webhooks import Constant
from tests.support import lives
from tests.support.direct_bench import VirtualClock
from tests.support.hooked import event, hooked
from tests.support.ledger_events import HISTORIES, write
from tests.support.ledger_payloads import an_event
from tests.support.one_phone import OnePhone
from tests.support.receiver import Receiver
from tests.support.secret_search import Search

ALL = tuple(EVENTS)
STATED = {
    "asset_tag": "TAG-1",
    "lot": "LOT-7",
    "customer_ref": "ORDER-9",
    "note": "scratched by its owner",
    "colour": "blue",
}


def lived(folder: Path, phone: Mapping[str, Any]) -> Ledger:
    """A whole life, with fields that were stated."""
    room = OnePhone(folder, phone)
    with room.session(room.hands.notice) as session:
        session.start(room.port.look(), by=lives.TESTER)
        session.wait()
    (job,) = room.ledger.jobs()
    room.ledger.append(FieldsStated(fields=STATED, by="Wang Fang", role="operator"), job)
    room.ledger.append(FieldsStated(fields={"note": "again"}, by="Wang Fang", role="operator"), job)
    return room.ledger


def words_of(ledger: Ledger) -> dict[str, str]:
    """What must not leave: numbers, people, notes, salts, and everything a phone said in its evidence."""
    found = {"note": STATED["note"], "who stated": "Wang Fang", "who erased": lives.TESTER.name}
    for entry in ledger.entries():
        if isinstance(entry.event, PhoneIdentified):
            phone = entry.event.phone
            found |= {name: number for name, number in phone.numbers.items() if number}
        payload = json.loads(next(row.payload for row in ledger.stored(after=entry.number - 1)))
        for name in ("salt", "mark", "nonce", "usb_serial", "statement"):
            if payload.get(name):
                found[f"{name} {entry.number}"] = str(payload[name])
        for name, value in (payload.get("values") or {}).items():
            if len(str(value)) > 12:
                found[f"evidence {name}"] = str(value)
    return found


@pytest.mark.parametrize("phone", [lives.PIXEL_16, lives.IPHONE], ids=["android", "apple"])
def test_no_byte_of_a_life_leaves_but_what_is_listed(
    tmp_path: Path, listening: Receiver, phone: Mapping[str, Any]
) -> None:
    ledger = lived(tmp_path, phone)
    there = hooked(ledger, listening, events=ALL)
    there.run()
    words = words_of(ledger)
    assert {"serial", "imei1", "note"} <= set(words)
    data = [value for each in listening.received for value in event(each)["data"].values()]
    allowed = {str(one) for value in data for one in (value if isinstance(value, list) else [value])}
    search = Search({name: word for name, word in words.items() if word not in allowed})
    assert {"serial", "imei1", "note", "who erased"} <= set(search.words)
    for each in listening.received:
        assert search.within(each.raw) == [], event(each)["type"]
        name = event(each)["type"].removeprefix("io.proofwipe.").removesuffix(".v1")
        assert list(event(each)["data"]) == [field for field in EVENTS[name] if field not in NUMBERS]
    told = [event(each)["type"].split(".")[-2] for each in listening.received]
    expected = ["opened", "erasing", "verified", "ready", "certified", "stated"]
    assert [each for each in told if each != "blocked"] == expected
    ledger.close()


def test_numbers_are_sent_where_the_settings_say_so_and_are_what_the_search_would_find(
    tmp_path: Path, listening: Receiver
) -> None:
    ledger = lived(tmp_path, lives.IPHONE)
    there = hooked(ledger, listening, events=("job.certified",), numbers=True)
    there.run()
    (sent,) = listening.received
    words = words_of(ledger)
    data = event(sent)["data"]
    assert (data["serial"], data["imei"], data["udid"]) == (words["serial"], words["imei1"], words["udid"])
    found = Search({name: words[name] for name in ("serial", "imei1", "note", "who erased")}).within(sent.raw)
    assert {each.split()[0] for each in found} == {"imei1", "serial"}
    ledger.close()


def test_a_certified_phone_is_told_as_its_record_has_it(tmp_path: Path, listening: Receiver) -> None:
    ledger = lived(tmp_path, lives.PIXEL_16)
    url = "https://shop.example/p/{paper}?job={job}"
    there = hooked(ledger, listening, events=("job.certified", "job.stated"), paper_url=url)
    there.run()
    certified, stated = map(event, listening.received)
    data = certified["data"]
    assert (data["stage"], data["outcome"], data["standing"], data["reasons"]) == (
        "CERTIFIED",
        "certificate",
        "live",
        [],
    )
    assert (data["model"], data["platform"], data["storage_bytes"]) == ("Google Pixel 9", "android", 128_000_000_000)
    assert (data["grade"], data["cosmetic"], data["battery"], data["locks"]) == ("2", "B", "excellent", "absent")
    assert (data["nist_method"], data["verdict"], data["colour"]) == ("clear", "passed", None)
    assert data["url"] == f"https://shop.example/p/{data['paper']}?job={data['job']}"
    assert data["asset_tag"] is None, "as it stood then: the tag was stated later"
    assert "colour" not in stated["data"]
    assert {name: stated["data"][name] for name in ("asset_tag", "lot", "customer_ref")} == {
        name: STATED[name] for name in ("asset_tag", "lot", "customer_ref")
    }
    assert (certified["emulated"], certified["subject"]) == (True, data["job"])
    ledger.close()


def test_a_shop_sees_its_own_names_and_constants_and_no_field_that_the_event_has_not(
    tmp_path: Path, listening: Receiver
) -> None:
    ledger = lived(tmp_path, lives.PIXEL_16)
    fields = {"Modell": "model", "Klasse": "grade", "Why": "ended_by", "Site": Constant(value="Shop 3")}
    there = hooked(ledger, listening, events=("job.certified",), fields=fields)
    there.run()
    there.endpoint.send(there.endpoint.test_event("x"))
    sent, tested = map(event, listening.received)
    assert sent["data"] == {"Modell": "Google Pixel 9", "Klasse": "2", "Site": "Shop 3"}
    assert (tested["data"], tested["type"]) == ({"Site": "Shop 3"}, "io.proofwipe.webhook.test.v1")
    assert sent["source"] == tested["source"] == f"urn:proofwipe:ledger:{ledger.hash_of(1)[:32]}"
    ledger.close()


def locks_of(ledger: Ledger, listening: Receiver, residues: object) -> object:
    """What is told of a record with these residues."""
    record = json.dumps({"erase": {"residues": residues}})
    (job,) = ledger.jobs() or ("JOB00001",)
    if not ledger.jobs():
        ledger.append(an_event(EntryKind.JOB_OPENED), job)
    made = an_event(EntryKind.REPORT)
    ledger.append(replace(made, record=record, reasons=("awaiting_validation",)), job)  # type: ignore[call-arg]  # a report
    there = hooked(ledger, listening, events=("job.awaiting",))
    there.run()
    return event(listening.received[-1])["data"]["locks"]


@pytest.mark.parametrize(
    ("residues", "locks"),
    [
        ({"frp": "absent", "mdm": "absent", "sim": "present"}, "absent"),
        ({"frp": "absent", "mdm": "present"}, "present"),
        ({"activation_lock": "absent", "mdm": "unknown"}, "unknown"),
        ({"frp": "stated_absent", "mdm": "absent"}, "unknown"),
        ({"frp": "absent", "mdm": "not_covered"}, "unknown"),
        ({"frp": "absent"}, "unknown"),
        ({}, "unknown"),
        ("absent", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_lock_that_nobody_looked_for_is_not_absent(
    ledger: Ledger, listening: Receiver, residues: object, locks: str
) -> None:
    assert locks_of(ledger, listening, residues) == locks


def test_what_a_phone_calls_itself_is_on_one_line_and_bounded(ledger: Ledger, listening: Receiver) -> None:
    named = an_event(EntryKind.IDENTITY)
    assert isinstance(named, PhoneIdentified)
    hostile = "\x1b[2J\u202eevil\r\nX-Injected: 1\u2028" + "A" * 10_000
    phone = replace(named.phone, model=hostile, marketing_name=hostile)
    entries: list[Event] = [an_event(EntryKind.JOB_OPENED), replace(named, phone=phone), an_event(EntryKind.VALIDATION)]
    for each in entries:
        ledger.append(each, "JOB00001")
    there = hooked(ledger, listening, events=("job.decided",))
    there.run()
    model = event(listening.received[-1])["data"]["model"]
    assert len(model) <= 200
    assert model.isprintable()
    assert "\u202e" not in model
    assert "x-injected" not in listening.received[-1].headers


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
def test_whatever_a_ledger_holds_only_listed_fields_are_sent(
    tmp_path_factory: pytest.TempPathFactory, listening: Receiver, history: list[tuple[str, Event]]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("any") / "ledger.sqlite3", clock=VirtualClock())
    write(ledger, history)
    listening.received.clear()
    there = hooked(ledger, listening, events=ALL)
    there.run()
    for each in listening.received:
        name = event(each)["type"].removeprefix("io.proofwipe.").removesuffix(".v1")
        assert set(event(each)["data"]) <= set(EVENTS[name]) - NUMBERS
    assert there.state.waiting == 0
    assert there.endpoint.outbox.letters("shop") == ()
    ledger.close()


def test_the_tables_beside_the_ledger_hold_no_secret_and_no_address(ledger: Ledger, listening: Receiver) -> None:
    ledger.append(an_event(EntryKind.JOB_OPENED), "JOB00001")
    hooked(ledger, listening, events=ALL).run()
    with sqlite3.connect(ledger.path) as file:
        rows = file.execute("SELECT * FROM outbound_hook").fetchall()
    assert len(rows) == 1
    assert "127.0.0.1" not in str(rows)
    assert "whsec" not in str(rows)
