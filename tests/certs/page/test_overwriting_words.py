# SPDX-License-Identifier: GPL-3.0-or-later
"""What a paper says of an overwriting pass, as docs/certificate.md shows it."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from certs.page.layout_front import _overwriting
from tests.certs.page.test_room import boxes_of
from tests.certs.record.sample_documents import failed_report
from wipe.overwritten import at_most_ppm
from wipe.report import Overwriting

ROOT = Path(__file__).parents[3]
CHUNKS, DRAWN = 112_305, 11_231
SHOWN = Overwriting(
    capacity_bytes=128 * 10**9,
    written_bytes=11_776 * 10**7,
    passes=1,
    chunks_total=CHUNKS,
    chunks_drawn=DRAWN,
    chunks_matching=DRAWN,
    at_most_ppm=at_most_ppm(DRAWN),
    reasons=(),
)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (SHOWN, "method_overwrite"),
        (SHOWN, "none"),
        (replace(SHOWN, reasons=("overwrite_not_filled",)), "supporting_only"),
    ],
)
def test_what_92_percent_reads_like_stands_in_the_documents(found: Overwriting, status: str) -> None:
    text = (ROOT / "docs" / "certificate.md").read_text("utf-8")
    words = _overwriting(found, status)
    assert f"| {words.en} |" in text
    assert f"| {words.zh} |" in text


def test_a_share_is_never_rounded_up() -> None:
    almost = replace(SHOWN, written_bytes=SHOWN.capacity_bytes - 1)
    assert "99.9%" in _overwriting(almost, "method_overwrite").en


def test_only_a_proven_erase_is_said_without_a_but() -> None:
    assert "not proven" in _overwriting(SHOWN, "none").en
    assert "not proven" not in _overwriting(SHOWN, "method_overwrite").en


def drawn(verdict: str, overwriting: dict[str, Any] | None) -> str:
    document = failed_report()
    document["erase"]["verdict"] = verdict
    document["erase"]["claims"].update(overwriting=overwriting)
    return "".join("".join(box.text for box in boxes_of(document)).split())


def test_a_report_of_a_phone_that_was_overwritten_has_the_figures_though_nothing_is_claimed() -> None:
    figures = {**asdict(SHOWN), "reasons": []}
    words = _overwriting(SHOWN, "none")
    text = drawn("indeterminate", figures)
    assert "".join(words.zh.split()) in text
    assert "".join(words.en.split()) in text
    assert "".join(words.en.split()) not in drawn("indeterminate", None)
