# SPDX-License-Identifier: GPL-3.0-or-later
"""A measured phone has every check on its paper: limit, value, who measured, result, on as many pages as they need."""

from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest

from certs.page import fonts, layout
from certs.page.labels import label, phrase
from certs.page.layout_battery import MOST_POINTS, load_test
from certs.page.measured_words import limit_in_words, measured_in_words
from certs.page.parts import coded_or_plain
from certs.record.reading import read_document
from certs.record.recompute import plain
from grading import schemes
from grading.grade import grade
from grading.report import CheckOutcome
from phones.evidence import Evidence, Moment
from phones.identifiers import PARTS
from phones.port import Platform
from phones.verdict import Verdict
from tests.certs.page.test_drawing import drawn, front_of, squeezed, words_of
from tests.certs.page.test_room import RESIDUES, assert_clean, boxes_of, longest
from tests.certs.record.sample_documents import android_certificate, apple_certificate, check, failed_report
from tests.grading.samples import evidence_of
from tests.grading.test_claims import best

SCHEME = schemes.load("basic-2")
CURVE = ",".join(str(4012 - 3 * at + (at % 4)) for at in range(31))


def measured(
    make: Callable[[], dict[str, Any]], platform: Platform, *, curve: str = CURVE, missing: str = ""
) -> dict[str, Any]:
    """A sample whose phone was measured, with the grade that follows. `missing`: values that begin so are not there."""
    document = make()
    parts = {each.value: f"#{'ab' * 16}" for each in PARTS}
    pieces = [
        *best(platform),
        evidence_of({"host.check_profile": "full"}, number=6, link="host"),
        evidence_of({"battery.load_curve": curve, "battery.rest_mv": "4050", "battery.sag_mv": "126"}, number=7),
        evidence_of(dict(list(parts.items())[1:]), number=8),
        evidence_of(parts | {PARTS[2].value: f"#{'cd' * 16}"}, number=9, moment=Moment.AFTER),
        evidence_of({"not_measured.browser.sound_slots_right": "noisy"}, number=10, link="browser"),
        evidence_of({"storage.total_bytes": "0"}, number=11),
    ]
    first = document["evidence"][-1]["number"]
    kept = [{**piece.to_json(), "number": first + piece.number, "values": without(piece, missing)} for piece in pieces]
    evidence = [Evidence.from_json(piece) for piece in kept]
    document["evidence"] += kept
    document["grade"] = plain(grade(evidence, platform=platform, verdict=Verdict.PASSED, scheme=SCHEME))
    return document


def without(piece: Evidence, missing: str) -> dict[str, str]:
    return {name: text for name, text in piece.values.items() if not missing or not name.startswith(missing)}


@pytest.mark.parametrize(
    ("make", "platform"), [(android_certificate, Platform.ANDROID), (apple_certificate, Platform.APPLE)]
)
def test_every_check_stands_on_the_paper_in_both_languages(
    make: Callable[[], dict[str, Any]], platform: Platform
) -> None:
    document = measured(make, platform)
    pdf = drawn(document)
    with pypdfium2.PdfDocument(pdf) as paper:
        texts = [squeezed(page.get_textpage().get_text_bounded()) for page in paper]
    assert 3 <= len(texts) <= 5
    details = "".join(texts[1:])
    for each in document["grade"]["checks"]:
        told = phrase("check", each["name"])
        if each["outcome"] != "not_applicable":
            assert squeezed(told.zh) in details
            assert squeezed(told.en) in details
    assert squeezed(label("measured.load", rest=4050, least=3924, sag=126, seconds=31).en) in details
    assert_clean(boxes_of(document))
    assert drawn(document) == pdf
    assert len(pdf) < 150_000


def test_a_phone_that_nobody_measured_has_the_two_pages_it_always_had() -> None:
    document = measured(android_certificate, Platform.ANDROID, missing="host.check_profile")
    with pypdfium2.PdfDocument(drawn(document)) as paper:
        assert len(paper) == layout.PAGES


@pytest.mark.parametrize("outcome", [CheckOutcome.NOT_TESTED, CheckOutcome.INDETERMINATE])
def test_page_one_of_the_best_class_counts_what_was_not_measured_and_calls_nothing_works(outcome: CheckOutcome) -> None:
    document = measured(android_certificate, Platform.ANDROID)
    given = document["grade"]
    given.update(usability="1", functional="F6", capped_by=[])
    told = [each for each in given["checks"] if each["outcome"] != "not_applicable"]
    for each in told:
        each["outcome"] = "pass"
    assert squeezed(label("grade.not_capped").both) in front_of(document)
    for each in told[-3:]:
        each["outcome"] = outcome.value
    said = front_of(document)
    assert squeezed(label("grade.not_capped_by_measured", count=3).zh) in said
    assert squeezed(label("grade.not_capped_by_measured", count=3).en) in said
    assert squeezed(label("grade.not_capped").en) not in said
    for claim in ("everything works", "all tests pass", "功能齐全", "全部合格"):
        assert squeezed(claim) not in said
    assert_clean(boxes_of(document))


def test_who_measured_is_told_as_the_evidence_shows_it() -> None:
    said = words_of(drawn(measured(android_certificate, Platform.ANDROID)))
    for who in ("cable", "watched", "claimed", "stated"):
        assert squeezed(label(f"measurer.{who}").both) in said


def test_of_what_nobody_measured_the_paper_says_in_brackets_who_would_have() -> None:
    document = measured(android_certificate, Platform.ANDROID, missing="browser.torch")
    assert f"({squeezed(label('measurer.browser').both)})" in words_of(drawn(document))
    assert squeezed("无法判定") in words_of(drawn(document))


@pytest.mark.parametrize("sign", ["charging", "no_load"])
def test_a_curve_without_a_load_says_so_and_tells_no_sag(sign: str) -> None:
    """A phone that charges shows the curve of a sound battery."""
    document = measured(android_certificate, Platform.ANDROID)
    piece = next(each for each in document["evidence"] if "battery.load_curve" in each["values"])
    piece["values"]["not_measured.battery.sag_mv"] = sign
    said = words_of(drawn(document))
    assert squeezed(label(f"sign.{sign}").en) in said
    assert squeezed("sag 126 mV") not in said
    assert_clean(boxes_of(document))


@pytest.mark.parametrize("hostile", ["4000", "", "x", "4000,", "4000,99999999", ",".join(["9"] * 500)])
def test_a_curve_of_another_shape_is_not_drawn(hostile: str) -> None:
    document = read_document(measured(android_certificate, Platform.ANDROID, curve=hostile))
    found = load_test(document.evidence)
    assert found is None or len(found.curve) == MOST_POINTS
    assert_clean(boxes_of(measured(android_certificate, Platform.ANDROID, curve=hostile)))


@pytest.mark.parametrize("fill", ["W", "测", "%%EOF ", "<script> ) Tj ET \\", "𪚥"])
@pytest.mark.parametrize("make", [android_certificate, failed_report])
def test_whatever_a_record_may_hold_of_checks_fits(make: Callable[[], dict[str, Any]], fill: str) -> None:
    document = longest(make, "W") if make is android_certificate else make()
    names = [each.name for each in SCHEME.checks]
    outcomes = [outcome for outcome in CheckOutcome if outcome is not CheckOutcome.NOT_APPLICABLE]
    document["evidence"] += measured(make, Platform.ANDROID)["evidence"][len(make()["evidence"]) :]
    document["grade"] = document["grade"] or plain(
        grade([], platform=Platform.ANDROID, verdict=Verdict.PASSED, scheme=SCHEME)
    )
    document["grade"]["checks"] = [
        check(
            names[at % len(names)],
            outcomes[at % len(outcomes)].value,
            limit=(fill * 200)[:200],
            measured=(fill * 1000)[:1000],
        )
        for at in range(200)
    ]
    boxes = boxes_of(document)
    assert_clean(boxes)
    assert max(box.page for box in boxes) < 60


LONGEST_LIST = ",".join(f"sensor_of_a_long_name_{number:02}" for number in range(30))[:512]


@pytest.mark.parametrize("make", [android_certificate, failed_report])
def test_the_fullest_paper_of_a_measured_phone_cuts_nothing_and_has_few_pages(
    make: Callable[[], dict[str, Any]],
) -> None:
    """Every text that our own law can write, at its longest: whole, on a number of pages that can be printed."""
    document = longest(make, "W") if make is android_certificate else make()
    document["erase"]["residues"] = dict.fromkeys(RESIDUES, "not_covered")
    document["evidence"] += measured(make, Platform.ANDROID)["evidence"][len(make()["evidence"]) :]
    listed = {"sensors.types", "tamper.signs", "battery.contradictions", "consistency.contradictions"}
    said = {check.value: LONGEST_LIST for check in SCHEME.checks if check.value in listed}
    for piece in document["evidence"]:
        piece["values"] |= {name: text for name, text in said.items() if name in piece["values"]}
        unmeasured = [name for name in piece["values"] if name.startswith("browser.") and name.endswith("permille")]
        piece["values"] |= {f"not_measured.{name}": "sources_disagree" for name in unmeasured}
    evidence = [Evidence.from_json(piece) for piece in document["evidence"]]
    document["grade"] = plain(grade(evidence, platform=Platform.ANDROID, verdict=Verdict.PASSED, scheme=SCHEME))
    boxes = boxes_of(document)
    assert_clean(boxes)
    pages = max(box.page for box in boxes) + 1
    assert 5 <= pages <= 12
    told = squeezed("".join(box.text for box in boxes if box.page >= 1))
    given = read_document(document).grade
    assert given is not None
    for each in given.checks:
        if each.outcome is not CheckOutcome.NOT_APPLICABLE:
            for text in (phrase("check", each.name).both, limit_in_words(each.limit), measured_in_words(each)):
                assert squeezed(text) in told, each.name
    for finding in document["erase"]["findings"]:
        assert squeezed(coded_or_plain("rule", finding["rule"]).en) in told


def test_all_words_of_these_pages_have_letters() -> None:
    for name in ("result", "check", "who", "limit", "value", "claimed", "load", "load_only"):
        assert not fonts.missing(label(f"measured.{name}", rest=1, least=1, sag=1, seconds=1, zh="", en="").both)
    for each in PARTS:
        assert not fonts.missing(phrase("part", each.name.removeprefix("part_")).both)
