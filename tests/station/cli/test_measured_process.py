# SPDX-License-Identifier: GPL-3.0-or-later
"""`process --check` from the command line to the signed paper: what was measured stands in its record, by whom, and the
grade is that of the scheme; a fault that the phone has is on its paper.
"""

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from certs.page.pdf_profile import read
from grading.eyes import ASKED
from grading.grade import grade
from grading.schemes import load
from phones.evidence import Evidence
from phones.port import Platform
from phones.verdict import Verdict
from station.checking.browser.plan import CHECKS
from tests.support import lives
from tests.support.cli_station import PIXEL_13, CommandLine, Starter
from tests.support.phone_page import PhonePage
from tests.support.watched_scene import PRESSES
from virtual_phones.bench.remote import RemoteBench

pytestmark = [pytest.mark.wire, pytest.mark.timeout(300)]

PORT, SERIAL = "1-2", "1B081FDF60002"
CONFIG = '[policy]\nname = "test"\nrequire_validation = false\n'
EYES = "".join(f'{each.key} = "{each.choices[0]}"\n' for each in ASKED if not each.needs)
DOES = {**lives.SCRIPT.on_instruction, **PRESSES}
"""What somebody is told, and what they then do at the phone."""
GOOD_TOUCH = {
    "touch_coverage_permille": "1000",
    "touch_gap_y_permille": "0",
    "touch_gap_x_permille": "0",
    "touch_ghosts": "0",
    "touch_fingers": "10",
    "touch_fingers_missing": "0",
}


class Hands:
    """A person at the virtual phone: they do what the command's events tell them to, and open the page."""

    def __init__(self, bench: RemoteBench, touch: Mapping[str, str]) -> None:
        self._bench = bench
        self._touch = touch
        self.visited = ""

    def hear(self, event: Mapping[str, Any]) -> None:
        """One line of `--jsonl`."""
        if event["event"] != "instruction":
            return
        if event["instruction"] in DOES:
            self._bench.press(PORT, DOES[event["instruction"]])
        elif event["instruction"] == "phone_page":
            self._browse(event["facts"]["code"])

    def _browse(self, code: str) -> None:
        """The page tells of touch, cannot measure the rest, and is done."""
        loopback, opened = self._bench.browser(PORT)
        page = PhonePage(opened[-1], connects_to=loopback)
        assert page.open() == 200
        assert page.found["code"] == code
        for check in page.found["checks"]:
            assert page.begin(check) == 204
            signs = {} if check == "touch" else {name: words[0] for name, words in CHECKS[check].items()}
            assert page.tell(check, self._touch if check == "touch" else {}, signs) == 204
        assert page.end() == 204
        self.visited = page.base


def processed(line: CommandLine, bench: RemoteBench, profile: str, touch: Mapping[str, str] = GOOD_TOUCH) -> Hands:
    """The job, to its end; a person is there meanwhile."""
    line.run("inspect", "-s", PORT)  # the look that makes the phone ask its owner
    bench.press(PORT, "accept_adb")
    answers = line.answers()
    answers.write_text(answers.read_text("utf-8") + EYES, "utf-8")
    hands = Hands(bench, touch)
    working = line.start(
        "process", "-s", PORT, "--confirm", SERIAL, "--check", profile, "--jsonl", "--answers", answers
    )
    assert working.stdout is not None
    assert working.stderr is not None
    said: list[str] = []
    errors = working.stderr
    reading = threading.Thread(target=lambda: said.append(errors.read()), daemon=True)
    reading.start()
    ended: list[Mapping[str, Any]] = []
    for told in working.stdout:
        event = json.loads(told)
        hands.hear(event)
        ended += [event] if event["event"] == "job_ended" else []
    assert working.wait(60) == 0, json.dumps([said, ended])
    reading.join(5)
    errors.close()
    working.stdout.close()
    return hands


def record_on_paper(line: CommandLine) -> dict[str, Any]:
    """What is embedded in the one signed paper that there is, after the verifier has looked at it."""
    (paper,) = (line.home / "papers").rglob("*.pdf")
    verified = line.run("verify", paper, "--json")
    assert verified.document["answer"] == "SPECIMEN", "whole and signed; specimen keys alone keep it from VALID"
    return dict(json.loads(read(paper.read_bytes()).embedded()["erase-record.json"]))


def pieces(record: Mapping[str, Any]) -> Sequence[Evidence]:
    return tuple(Evidence.from_json(each) for each in record["evidence"])


def rows(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in record["grade"]["checks"]}


def links(record: Mapping[str, Any], name: str) -> set[str]:
    """By which ways the evidence came on which that check of the paper rests."""
    way = {piece.number: piece.link for piece in pieces(record)}
    return {way[number] for number in rows(record)[name]["evidence"]}


def assert_grade_is_that_of_the_scheme(line: CommandLine, record: Mapping[str, Any]) -> None:
    scheme = load("basic-2")
    assert (record["grade"]["scheme"], record["grade"]["scheme_version"]) == ("basic-2", scheme.version)
    assert set(rows(record)) == {check.name for check in scheme.checks}, "every check, measured or not"
    found = grade(pieces(record), platform=Platform.ANDROID, verdict=Verdict.PASSED, scheme=scheme)
    assert (found.usability, found.functional, list(found.capped_by)) == (
        record["grade"]["usability"],
        record["grade"]["functional"],
        record["grade"]["capped_by"],
    )
    assert {each.name: (each.outcome.value, each.measured) for each in found.checks} == {
        name: (row["outcome"], row["measured"]) for name, row in rows(record).items()
    }
    (job,) = line.jobs()
    again = line.run("regrade", job["job"], "--scheme", "basic-2", "--json").document
    assert again["grade"] == record["grade"]["usability"] != ""


def test_a_phone_that_is_measured_whole_has_every_check_and_who_measured_it_on_its_signed_paper(
    specimen: Starter,
) -> None:
    line, bench = specimen(PIXEL_13, config=CONFIG, honest_pixel_android_13={"variation": ["proximity_in_use"]})
    hands = processed(line, bench, "full")
    assert hands.visited, "the page was opened over the cable"
    record = record_on_paper(line)
    assert_grade_is_that_of_the_scheme(line, record)
    found = rows(record)
    for name, way in (
        ("memory", "adb"),
        ("buttons", "adb"),
        ("digitiser_coverage", "adb"),
        ("proximity", "adb"),
        ("touch", "browser"),
        ("frame_straight", "operator"),
    ):
        assert (found[name]["outcome"], links(record, name)) == ("pass", {way}), (name, found[name])
    assert found["nfc_tag"]["outcome"] == "indeterminate"
    said = {piece.values["host.check_profile"] for piece in pieces(record) if piece.asked == "host.check_profile"}
    assert said == {"full"}


def test_a_fault_that_is_measured_is_on_the_signed_paper_and_costs_the_class(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_13, config=CONFIG, honest_pixel_android_13={"variation": ["held_volume_down"]})
    processed(line, bench, "quick")
    record = record_on_paper(line)
    assert_grade_is_that_of_the_scheme(line, record)
    broken = rows(record)["buttons"]
    assert (broken["outcome"], broken["source"]) == ("fail", "observed"), broken
    assert links(record, "buttons") == {"adb"}, "although the answers file says that the buttons are in order"
    assert any("buttons" in each for each in record["grade"]["capped_by"]), record["grade"]["capped_by"]
    assert rows(record)["touch"]["outcome"] in ("not_tested", "pass")
    assert {piece.link for piece in pieces(record)} & {"browser"} == set(), "quick sends nobody to a page"
