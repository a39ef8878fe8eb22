# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API tells of the station: search, statistics, people, settings, its log and its samples."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from phones.clock import utc_now
from station.ledger.paper_events import SampleCommitted, SampleDrawn
from station.papers.keys import open_paper_issuer
from station.setup.home import Home
from station.setup.people import load
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call
from tests.support.station_room import StationRoom, station_room

RESULTS = ("certified", "withdrawn", "replaced", "awaiting", "not_certified", "open")


@pytest.fixture
def station(home: Home) -> Iterator[StationRoom]:
    with station_room(home) as found:
        yield found


@pytest.fixture
def auditor(station: StationRoom) -> Iterator[httpx.Client]:
    with station.client("auditor", **{"Accept-Language": "en"}) as found:
        yield found


def get(client: httpx.Client, path: str, **query: Any) -> Any:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_who_may_not_read_learns_no_number_and_no_note_by_an_effect(station: StationRoom) -> None:
    told = station.told()
    with station.client("technician") as technician, station.client("kiosk") as kiosk:
        stated = {"about": "TESTJOB1", "customer_ref": "REF 77", "note": "of Mr Smith", "lot": "W48"}
        assert technician.post("/v1/tags", json=stated).json()["stated"]["note"] == "of Mr Smith"
        ahead = {"about": "490154203237518", "ahead": True, "lot": "W48"}
        assert technician.post("/v1/tags", json=ahead).status_code == 200
        other = {"answers": {"screen": "defect"}, "reason": "seen by daylight"}
        effects = (
            kiosk.post("/v1/jobs/TESTJOB1/correction", json=other),
            kiosk.post("/v1/tags", json={"about": "TESTJOB1", "asset_tag": "A-1"}),
            kiosk.put("/v1/lots/W48", json={"expected": 2}),
            kiosk.post("/v1/lots/W48/close", json={"differences_known": True}),
        )
        secrets = (told["serial"], told["imei"], "REF 77", "Smith", "490154203237518", str(station.home.papers))
        for answer in effects:
            assert answer.status_code == 200, answer.text
            for secret in secrets:
                assert secret not in answer.text, answer.url
        assert effects[0].json()["jobs"][0]["job"] == "TESTJOB1"
        assert effects[1].json()["stated"]["asset_tag"] == "A-1"
        assert effects[2].json()["not_come"] == ["…7518"], "how many and which is known, by their ends"
        whole = technician.post("/v1/jobs/TESTJOB1/correction", json={**other, "answers": {"screen": "ok"}})
        assert whole.json()["jobs"][0]["serial"] == told["serial"]


def test_a_search_is_read_in_portions_that_miss_nothing_and_repeat_nothing(home: Home) -> None:
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as papers:
        for number in range(2, 5):
            lives.live(lives.PIXEL_16, folder=home.path, papers=papers, job_id=f"TESTJOB{number}")
    with station_room(home) as station, station.client("auditor") as auditor:
        whole = get(auditor, "/v1/search")
        assert (whole["total"], len(whole["jobs"]), whole["cursor"]) == (4, 4, None)
        found, cursor = [], ""
        while True:
            portion = get(auditor, "/v1/search", most=1, cursor=cursor)
            found += [each["job"] for each in portion["jobs"]]
            assert portion["total"] == 4
            if portion["cursor"] is None:
                break
            cursor = portion["cursor"]
        assert found == [each["job"] for each in whole["jobs"]] == [f"TESTJOB{number}" for number in (4, 3, 2, 1)]
        phone = next(each for each in whole["jobs"] if each["job"] == "TESTJOB4")
        for find in (phone["serial"], phone["imei"], phone["imei"][3:9]):
            assert get(auditor, "/v1/search", find=find)["total"] == 3, find
        assert get(auditor, "/v1/search", find=phone["paper"])["total"] == 1
        assert get(auditor, "/v1/search", result="awaiting")["total"] == 1
        days = {each["opened_at"][:10] for each in whole["jobs"]}
        assert get(auditor, "/v1/search", since=min(days), until=max(days), zone="UTC")["total"] == 4


@pytest.mark.parametrize(
    "query",
    [
        {"find": "' OR 1=1 --"}, {"find": '"'}, {"find": "%"}, {"find": "\0"}, {"operator": "_"}, {"model": "\\"},
        {"reason": "% %"}, {"find": "NEAR(a b)"}, {"since": "2200-01-01"}, {"until": "2001-01-01"},
        {"cursor": "0"},
    ],
)  # fmt: skip
def test_no_words_of_a_search_mean_more_than_themselves(auditor: httpx.Client, query: dict[str, str]) -> None:
    found = get(auditor, "/v1/search", **query)
    assert found["jobs"] == []
    assert found["cursor"] is None


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/search", {"cursor": "x"}),
        ("/v1/search", {"cursor": "9" * 40}),
        ("/v1/search", {"most": "1000"}),
        ("/v1/search", {"since": "2026-02-31"}),
        ("/v1/search", {"since": "yesterday"}),
        ("/v1/search", {"result": "all"}),
        ("/v1/statistics", {"zone": "../../etc/passwd", "since": "2026-01-01", "until": "2026-01-01"}),
        ("/v1/statistics", {"zone": "Nowhere/Here"}),
        ("/v1/statistics", {"since": "2026-01-02", "until": "2026-01-01"}),
        ("/v1/statistics", {"since": "2020-01-01", "until": "2026-01-01"}),
        ("/v1/statistics", {"until": "0001-01-01"}),
        ("/v1/statistics", {"until": "9999-12-31"}),
        ("/v1/samples/2999-01", {}),
        ("/v1/samples/WWWWWWWW", {}),
    ],
)
def test_what_makes_no_sense_is_refused(auditor: httpx.Client, path: str, query: dict[str, str]) -> None:
    answer = auditor.get(path, params=query)
    assert answer.status_code in (409, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_statistics_say_whose_clock_counts_and_their_sums_are_the_jobs(auditor: httpx.Client, home: Home) -> None:
    opened = lives.job_in(home.ledger).summary.opened_at[:10]
    found = get(auditor, "/v1/statistics", since=opened, until=opened, zone="UTC")
    assert (found["zone"], found["total"]["jobs"], found["total"]["awaiting"]) == ("UTC", 1, 1)
    for counts in ([found["total"]], found["days"], *(found[each]["counted"] for each in ("operators", "models"))):
        assert sum(each["jobs"] for each in counts) == 1
        assert all(each["jobs"] == sum(each[result] for result in RESULTS) for each in counts)
    assert found["days"][0]["begins_at"] == f"{opened}T00:00:00.000000Z"
    there = get(auditor, "/v1/statistics", since=opened, until=opened, zone="Asia/Kathmandu")
    assert there["days"][0]["begins_at"].endswith("T18:15:00.000000Z")
    assert get(auditor, "/v1/statistics")["days"][6]["name"], "seven days, the last of them today"


def test_people_are_told_with_the_state_of_their_keys(home: Home, call: Call) -> None:
    call("keys", "validator", "Wang Fang", "--json")
    with station_room(home) as station, station.client("auditor") as auditor:
        found = {(each["person"], each["role"]): each["key"] for each in get(auditor, "/v1/people")["people"]}
        assert found[("Wang Fang", "validator")] == "valid"
        assert found[("Li Wei", "operator")] is None
    revoked = ("revoke", "Wang Fang", "--at", f"{utc_now():%Y-%m-%d}", "--reason", "person-left")
    assert call("keys", *revoked)[0] == 0
    with station_room(home) as station, station.client("auditor") as auditor:
        after = {each["person"]: each["key"] for each in get(auditor, "/v1/people")["people"] if each["key"]}
        assert after == {"Wang Fang": "revoked"}


SECRETS = """
[service]
# a person switched this on
erase = true
[signing]
station_key = "file:keys"
time_stamp_url = "https://user:hunter2@tsa.example/"
"""


def test_settings_are_told_with_their_lines_and_no_secret(home: Home) -> None:
    written = home.config.read_text() if home.config.exists() else ""
    home.config.write_text(written + SECRETS)
    with station_room(home) as station, station.client("auditor") as auditor:
        answer = auditor.get("/v1/configuration")
        found = answer.json()
        line = (written + SECRETS).split("\n").index("erase = true") + 1
        assert (found["erase"], found["erase_line"], found["in_force"]) == (True, line, True)
        assert found["file"] == str(home.config)
        assert "hunter2" not in answer.text
        told = {each["setting"]: each for each in found["settings"]}
        assert told["signing.time_stamp_url"]["value"] is None
        assert told["signing.time_stamp_url"]["shown"] is False
        assert told["recheck_s"]["line"] is None or written
        home.config.write_text(written + SECRETS + "\n[overwrite]\npasses = 1\n")
        assert get(auditor, "/v1/configuration")["in_force"] is False, "the service must be started again"
        home.config.write_text("[[[")
        broken = get(auditor, "/v1/configuration")
        assert (broken["in_force"], broken["erase"], broken["erase_line"]) == (None, True, None)


def test_the_log_is_told_as_the_command_tells_it(home: Home, call: Call) -> None:
    with station_room(home) as station, station.client("auditor") as auditor:
        assert get(auditor, "/v1/log") == call("log", "status", "--json")[1]
        home.transparency_log.rename(home.path / "away")
        gone = auditor.get("/v1/log")
        assert gone.json()["code"] == "log_missing"
        assert gone.status_code < 500


def test_a_sample_is_drawn_once_and_a_result_is_written_once_for_each_key(home: Home) -> None:
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as papers:
        lives.live(lives.PIXEL_16, folder=home.path, papers=papers, job_id="TESTJOB2")
    paper = lives.job_in(home.ledger, "TESTJOB2").summary.certificate
    over = (utc_now() - timedelta(days=60)).strftime("%Y-%m")
    with station_room(home) as station, station.client("technician") as technician, station.client("kiosk") as kiosk:
        assert kiosk.post("/v1/samples", json={"period": over}).status_code == 403
        assert technician.get(f"/v1/samples/{over}").status_code == 404
        for _ in range(2):
            drawn = technician.post("/v1/samples", json={"period": over})
            assert (drawn.status_code, drawn.json()["population"]) == (200, 0), drawn.text
        ledger = station.running.at.session.jobs.ledger
        kinds = [row.kind for row in ledger.stored()]
        assert (kinds.count("sample"), kinds.count("sample_drawn")) == (1, 1)
        today = technician.post("/v1/samples", json={"period": f"{utc_now():%Y-%m-%d}"})
        assert (today.status_code, today.json()["code"]) == (422, "parameter"), "the day is not over"

        found = {"certificate": paper, "found": "none", "tool": "<i>tool</i>"}
        assert technician.post("/v1/samples/results", json=found).status_code == 422, "no key"
        keyed = {"Idempotency-Key": "result-0001"}
        early = technician.post("/v1/samples/results", json=found, headers=keyed)
        assert early.status_code == 404, "it was not drawn"
        ledger.append(SampleCommitted(period="2026-W01", percent=5, number=1, sha256="ab" * 32, log_size=1), "")
        ledger.append(SampleDrawn(period="2026-W01", index=1, root="ab" * 32, chosen=(paper,)), "")
        for _ in range(2):
            said = technician.post("/v1/samples/results", json=found, headers=keyed)
            assert (said.status_code, said.json()["by"]) == (200, "Li Wei"), said.text
        other = technician.post("/v1/samples/results", json=found | {"found": "data"}, headers=keyed)
        assert (other.status_code, other.json()["code"]) == (422, "key_reused")
        assert [row.kind for row in ledger.stored()].count("sample_result") == 1
        lot = technician.get("/v1/samples/2026-W01").json()
        assert (lot["lot_verdict"], lot["found_clean"], lot["lot_size"]) == ("passed", [paper], 1)
