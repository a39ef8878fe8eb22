# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory card on the paper: a carrier of its own, beside the phone and never instead of it."""

from typing import Any

import pytest

from certs.page import layout, qr
from certs.page.sheet import Box, Sheet
from certs.record.reading import read_document
from phones import words
from tests.certs.record.sample_documents import (
    QR_TEXT,
    SAMPLES,
    android_certificate,
    card_overwritten,
    failed_report,
)
from wipe.carded import SHORT_OF_A_CARD


def pages_of(document: dict[str, Any]) -> list[list[Box]]:
    boxes: list[Box] = []
    sheet = Sheet(boxes)
    layout.draw(sheet, read_document(document), symbol=qr.modules(QR_TEXT), record_digest="ab" * 32)
    sheet.finish()
    return [[box for box in boxes if box.page == page] for page in (0, 1)]


def text_of(boxes: list[Box]) -> str:
    return " ".join(box.text for box in boxes)


def with_card(document: dict[str, Any], sd: str, **changes: Any) -> dict[str, Any]:
    document["erase"]["card"] = card_overwritten(**changes)
    document["erase"]["residues"]["sd"] = sd
    return document


def test_a_card_that_was_overwritten_has_its_size_coverage_passes_and_read_back_in_both_languages() -> None:
    front, _ = pages_of(with_card(android_certificate(), "cleared"))
    text = text_of(front)
    for said in (
        "存储卡（独立载体）",
        "Memory card, by itself",
        "63.8 GB",
        "exfat",
        "99.9%",
        "9.9%",
        "0.08%",
    ):
        assert said in text, said
    assert "NOT overwritten" not in text


@pytest.mark.parametrize("code", SHORT_OF_A_CARD)
def test_a_card_that_was_not_treated_is_loud_on_page_one_and_says_why(code: str) -> None:
    for make in (android_certificate, failed_report):
        front, _ = pages_of(with_card(make(), "present", reasons=[code]))
        text = text_of(front)
        assert "NOT overwritten" in text
        assert "未完成覆写" in text
        first_words = words.say(f"reason.{code}", "en").split()[:4]
        assert " ".join(first_words) in text


def test_a_card_of_unknown_size_says_no_size() -> None:
    front, _ = pages_of(with_card(android_certificate(), "present", capacity_bytes=0, reasons=["card_not_found"]))
    assert "0.0 MB" not in text_of(front)


@pytest.mark.parametrize("name", SAMPLES)
def test_without_a_card_nothing_is_said_of_one(name: str) -> None:
    assert "Memory card, by itself" not in text_of([box for page in pages_of(SAMPLES[name]()) for box in page])
