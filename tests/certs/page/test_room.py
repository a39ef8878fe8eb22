# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a record may hold fits on two pages: nothing runs over the edge, nothing stands on something else."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from certs.page import fonts, layout, parts, qr
from certs.page.labels import capped_by, label, phrase
from certs.page.parts import LEFT, RIGHT
from certs.page.sheet import HEIGHT, Box, Sheet
from certs.page.wrapping import clamp, wrap
from certs.record.reading import read_document
from phones import words
from tests.certs.record.sample_documents import (
    QR_TEXT,
    SAMPLES,
    android_certificate,
    blocked_report,
    card_overwritten,
    check,
    condition,
    failed_report,
    finding,
)
from wipe.carded import SHORT_OF_A_CARD

REASONS = [key.removeprefix("reason.") for key in words.keys("reason.") if key.count(".") == 1]
PROBLEMS = [key.split(".")[1] for key in words.keys("problem.") if key.endswith(".reason")]
CHECKS = [key.removeprefix("check.") for key in words.keys("check.")]
RESIDUES = [key.removeprefix("residue.") for key in words.keys("residue.")]
CONDITIONS = [key.removeprefix("condition.") for key in words.keys("condition.") if not key[-2:].startswith("C")]
METHODS = [key.removeprefix("method.") for key in words.keys("method.")]
TECHNIQUES = [key.removeprefix("technique.") for key in words.keys("technique.")]
RULES = ["canary_still_there", "foyer_returned", "final_absent", "stamp_without_error", "activation_lock_off"]


def boxes_of(document: dict[str, Any], qr_text: str = QR_TEXT) -> list[Box]:
    boxes: list[Box] = []
    sheet = Sheet(boxes)
    layout.draw(sheet, read_document(document), symbol=qr.modules(qr_text), record_digest="ab" * 32)
    sheet.finish()
    return boxes


def assert_clean(boxes: list[Box]) -> None:
    """Inside the margins, and no two texts on one another (a hair of 0.3 points apart is allowed for)."""
    for box in boxes:
        assert box.left >= LEFT - 0.5, box
        assert box.right <= RIGHT + 0.5, box
        assert 8 <= box.top <= box.bottom <= HEIGHT - 12, box
    for one, other in itertools.combinations(sorted(boxes, key=lambda box: (box.page, box.top)), 2):
        apart = (
            one.page != other.page
            or other.top >= one.bottom - 0.3
            or one.top >= other.bottom - 0.3
            or one.right <= other.left + 0.3
            or other.right <= one.left + 0.3
        )
        assert apart, (one, other)


def longest(make: Callable[[], dict[str, Any]], fill: str) -> dict[str, Any]:
    """A sample with every text as long as the record allows, and every list as long."""
    document = make()
    text, long_text = (fill * 200)[:200], (fill * 1000)[:1000]
    document["issuer"].update(name=text, address=text, contact=text)
    document["station"]["name"] = text
    document["performed_by"].update(name=text, role=text)
    if document["validation"]["decision"] == "accepted":
        document["validation"].update(by=text, role=text, grounds=long_text)
        document["validation"].update(certificate="AAAA", signature="AAAA")
    document["policy"]["name"] = text
    document["log"] = {
        "origin": text,
        "device_tag": "ab" * 16,
        "start": 2**53 - 1,
        "attempt": 1_000_000,
        "anchor": [text, "9" * 200, text, *[text] * 37],
    }
    document["sealed"] = {f"S{index:02}" + "x" * 93: "00" * 32 for index in range(30)}
    document["device"].update(maker=text, model=text, marketing_name=text)
    document["job"].update(id="J" * 96, port=text, slot=text, problems=PROBLEMS[:50])
    document["device_facts"].update(encryption=text, verified_boot=text, storage_total_bytes=2**53 - 1)
    for moment in ("system_before", "system_after"):
        document["device_facts"][moment].update(version=text, build=text, security_patch=text, fingerprint=text)
    document["outcome"]["reasons"] = REASONS[:50] if "report" in document["schema"] else []
    document["disclosures"] = {f"D{index:02}" + "x" * 93: long_text for index in range(30)}
    erase = document["erase"]
    erase.update(
        method=max(METHODS, key=lambda name: len(words.say(f"method.{name}"))),
        rules_version="9" * 96,
        final_reset="stated",
        findings=[finding(rule, "shell", evidence=tuple(range(1, 200))) for rule in RULES * 40],
        residues=dict.fromkeys(RESIDUES, "not_covered"),
        attestation={
            "code": "valid",
            "hardware": "strongbox",
            "patch_level": 209912,
            "root": text,
            "roots_from": "issuer",
            "roots_version": 1_000_000,
            "roots_date": "2" * 96,
            "roots_sha256": "f" * 96,
            "list_fetched": "2" * 96,
            "list_sha256": "f" * 96,
            "evidence": 1,
        },
        reasons=REASONS[-50:] if "report" in document["schema"] else [],
        card=card_overwritten(
            capacity_bytes=10**12,
            file_system="w" * 16,
            reasons=[max(SHORT_OF_A_CARD, key=lambda code: len(words.say(f"reason.{code}")))],
        ),
    )
    widest = max(CONDITIONS, key=lambda name: len(words.say(f"condition.{name}")))
    erase["claims"].update(
        technique=max(TECHNIQUES, key=lambda name: len(words.say(f"technique.{name}"))),
        gb_status="none" if "report" in document["schema"] else "method_overwrite",  # the longer words of each
        overwriting={
            "capacity_bytes": 10**12,
            "written_bytes": 999 * 10**9,
            "passes": 99,
            "chunks_total": 10**6,
            "chunks_drawn": 10**5,
            "chunks_matching": 10**5,
            "at_most_ppm": 10**6,
            "reasons": [],
        },
        r2_status="guided",
        conditions={f"C{number}": condition("not_met", "not_checked", widest) for number in range(1, 7)},
    )
    if document["grade"]:
        document["grade"].update(
            scheme="s" * 64,
            scheme_version="9" * 96,
            checks=[check(name, "fail", limit=text, measured=long_text) for name in (CHECKS * 10)[:200]],
            mappings={f"M{index:02}" + "x" * 93: long_text for index in range(20)},
            capped_by=["key.factory_reset_protection.indeterminate", "gate.activation_lock.not_tested"] * 50,
        )
    return document


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_overlaps_on_the_samples(name: str) -> None:
    assert_clean(boxes_of(SAMPLES[name]()))


@pytest.mark.parametrize("fill", ["长", "W", "多 W，"])
@pytest.mark.parametrize("make", [android_certificate, failed_report, blocked_report])
def test_the_longest_texts_a_record_allows_never_overflow_or_overlap(
    make: Callable[[], dict[str, Any]], fill: str
) -> None:
    assert_clean(boxes_of(longest(make, fill), "PW1:" + "A" * 400))


FACTS = {
    "zh": "快速",
    "en": "quick",
    "without": 12,
    "seconds": 30,
    "first": 4012,
    "least": 3924,
    "sag": 88,
    "page": 1,
    "pages": 2,
    "count": 3,
    "attempt": 2,
    "origin": "log.example",
    "start": 4,
    "by": "9c1f0a77d2e4b863",
    "level": "E2",
    "all": 6,
    "told": "6 met",
    "scheme": "basic-2 2",
    "rest": 4050,
    "contact": "it",
    "coverage": "90.6",
    "patch": "2026-10",
    "version": 2,
    "date": "2026-11-29",
    "passes": 1,
    "read": "10.0",
    "most": "0.05",
    "reason": "why",
    "size": "63.8 GB",
    "system": "exfat",
}
TEXTS = st.one_of(
    st.sampled_from(["", "W" * 200, "长" * 200, "a b " * 50]),
    st.text(st.sampled_from("WiIl长鸿。，（） -/.0Ä[“"), max_size=200),
)


@settings(max_examples=40, deadline=None, phases=(Phase.generate,))
@given(st.data())
def test_any_lengths_together_never_overflow_or_overlap(data: st.DataObject) -> None:
    make = data.draw(st.sampled_from([android_certificate, failed_report, blocked_report]))
    full, document = longest(make, "长W "), make()
    for part in ("issuer", "device", "performed_by"):
        for field, text in document[part].items():
            if field in ("name", "address", "contact", "role", "maker", "model", "marketing_name"):
                document[part][field] = data.draw(TEXTS) or (text if field == "name" else "")
    for part in ("disclosures", "erase", "job", "validation", "device_facts", "grade"):
        if data.draw(st.booleans()) and document[part]:
            document[part] = full[part]
    assert_clean(boxes_of(document))


@settings(deadline=None)
@given(TEXTS, st.floats(6, 20), st.floats(40, 300), st.integers(1, 4))
def test_no_line_is_wider_than_its_room_and_no_word_is_lost(text: str, size: float, room: float, most: int) -> None:
    lines = wrap(text, size, room)
    assert all(fonts.width(line, size) <= room + 0.01 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    cut = clamp(text, size, room, most)
    assert len(cut) <= most
    assert all(fonts.width(line, size) <= room + 0.01 for line in cut)
    assert cut == lines or cut[-1].endswith("…")


def test_every_sentence_of_the_rooms_can_be_drawn() -> None:
    for key in words.keys(""):
        if key.split(".")[0] in ("reason", "problem", "technique", "method", "condition", "residue", "check", "cap"):
            for language in words.LANGUAGES:
                assert fonts.missing(words.say(key, language)) == "", key


def test_both_languages_of_every_caption_can_be_drawn() -> None:
    from certs.page.labels import _labels

    for section, entries in _labels().items():
        for name in entries:
            for text in label(f"{section}.{name}", **FACTS):
                assert text
                assert fonts.missing(text) == ""


def test_every_rule_condition_and_residue_of_the_rule_files_has_words() -> None:
    from wipe.rules import load

    rules = load()
    for row in rules.rows:
        assert label(f"rule.{row.name}")
        assert label(f"writer.{row.writer}")
        if row.reason:
            assert phrase("reason", row.reason)
    for case in rules.conditions:
        assert phrase("condition", case.reason)
        assert label(f"condition_name.{case.name}")
    for residue in rules.residues:
        assert phrase("residue", residue.name)
        assert label(f"state.{residue.state}")


def test_every_check_and_cap_of_the_grading_scheme_has_words() -> None:
    from grading.report import CheckOutcome
    from grading.schemes import load

    for entry in load("basic").checks:
        assert phrase("check", entry.name)
        for outcome in CheckOutcome:
            assert label(f"check.{outcome.value}")
            if entry.weight in ("gate", "key", "secondary"):
                assert capped_by(f"{entry.weight}.{entry.name}.{outcome.value}")


@pytest.mark.parametrize("count", range(1, 8))
def test_no_open_check_is_left_out_of_a_page_that_has_room_for_it(count: int) -> None:
    document = android_certificate()
    document["grade"]["checks"] = [check(name, "not_tested") for name in CHECKS[:count]]
    left_out = tuple(label("more.items", count=number).both for number in range(1, count + 1))
    assert not [box for box in boxes_of(document) if box.text in left_out]


@pytest.mark.parametrize("state", ["cleared", "absent", "stated_absent", "present", "not_covered", "unknown"])
@pytest.mark.parametrize("name", RESIDUES)
def test_no_residue_loses_the_word_that_says_how_it_is_known(name: str, state: str) -> None:
    what, how = phrase("residue", name), parts.coded("state", state)
    room = parts.ROOM / 4 - 18
    for text, size, smallest in ((f"{what.zh}：{how.zh}", 7.0, 5.4), (f"{what.en}: {how.en}", 6.4, 5.2)):
        fits = parts.fitting_size(text, size, room, smallest)
        assert parts.one_line(text, fits, room) == text


@pytest.mark.parametrize("make", [android_certificate, failed_report, blocked_report])
def test_the_symbol_of_the_issuers_site_overlaps_nothing(make: Callable[[], dict[str, Any]]) -> None:
    document = longest(make, "W")
    document["issuer"]["contact"] = "https://shop.qinghe-shenzhen.cn " + "W" * 80
    boxes = boxes_of(document, "PW1:" + "A" * 400)
    assert_clean(boxes)
    assert sum(box.text == "QR" for box in boxes) == 2
