# SPDX-License-Identifier: GPL-3.0-or-later
"""The same page in a real Firefox: a few papers of each kind, a photo of a code, both languages."""

from pathlib import Path
from typing import Any

import pytest

from tests.offline_page.driver import GOLDEN, Browser
from tests.offline_page.test_page import CASES, OTHER_IMEI, TRUST
from tests.support.papers.synthetic_jobs import IMEI

pytestmark = pytest.mark.page
WITHDRAWN: dict[str, Any] = CASES["withdrawn"]
WITHDRAWN_TRUST = tuple(GOLDEN / each for each in (*WITHDRAWN["trust"], WITHDRAWN["status"]))
KINDS = (
    ("genuine", "", GOLDEN / "valid.pdf", (TRUST,)),
    ("genuine_this_phone", IMEI, GOLDEN / "valid.pdf", (TRUST,)),
    ("other_phone", OTHER_IMEI, GOLDEN / "valid.pdf", (TRUST,)),
    ("withdrawn", IMEI, GOLDEN / WITHDRAWN["file"], WITHDRAWN_TRUST),
    ("changed", IMEI, GOLDEN / "byte-flipped.pdf", (TRUST,)),
    ("report", IMEI, GOLDEN / "report.pdf", (TRUST,)),
    ("genuine", "", GOLDEN / "valid-attested.pdf", (TRUST,)),
    ("not_genuine", "", GOLDEN / "attestation-forged.pdf", (TRUST,)),
)


@pytest.fixture(scope="module")
def opened(firefox: Browser) -> Browser:
    """The page, ready, once for all: its start is what takes long."""
    firefox.open(locale="zh-CN", width=390, height=844)
    return firefox


def test_firefox_gives_the_same_answers_in_both_languages(opened: Browser, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_text("Dear buyer")
    for name, number, paper, trusted in (*KINDS, ("no_paper", IMEI, letter, (TRUST,))):
        opened.again()
        opened.phone(number)
        opened.trust(*trusted)
        found = opened.give(paper)
        assert name in (found["plain"], found["why"]), (name, found)
        assert opened.script("document.documentElement.scrollWidth <= innerWidth"), name
        for _ in ("zh", "en"):
            chinese = opened.script("document.documentElement.lang") == "zh-CN"
            headline = opened.text("#word")
            assert ("请" in headline or "真实" in headline) == chinese, headline
            which = opened.text("#which-phone")
            assert which.startswith("手机：" if chinese else "Phone: ") or not which
            assert "…" not in which.replace("…\u2060", ""), "last digits stay with what stands before them"
            assert ("Do not rely" in headline or "Genuine" in headline) != chinese, headline
            opened.do("click", selector="#language")


def test_firefox_reads_a_photo_of_the_code(opened: Browser, folder: Path, picture: Path) -> None:
    opened.again()
    opened.phone(IMEI)
    opened.trust(folder / "station.pem", folder / "organisation.pem", TRUST)
    opened.script("document.documentElement.dataset.judgedMs = ''")
    opened.do("files", selector="#code-file", paths=[str(picture)])
    found = opened.answer()
    assert (found["answer"], found["plain"]) == ("CODE GENUINE", "code_genuine_this_phone")


def test_firefox_asks_no_network_either(opened: Browser) -> None:
    tried = "fetch('https://example.invalid/').then(() => 'sent', (error) => String(error))"
    assert "sent" not in opened.script(tried)
    asked = [each for each in opened.do("requests") if not each.startswith(("blob:", "data:", "file:"))]
    assert asked == []
