# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures in docs/certificate.md show what papers of each strength say now, and call each what it is."""

import pytest
from PIL import Image

from certs.page import fonts
from tools.make_strengths import LANGUAGES, ROOT, digest, picture, target, words
from tools.strengths import Paper, papers

EARNED = {  # title, level, NIST, GB 46864, attestation
    "E1": ("failed", "E1", "none", "none", None),
    "E2": ("certificate", "E2", "clear", "supporting_only", None),
    "E3": ("certificate", "E3", "purge", "supporting_only", None),
    "E3A": ("certificate", "E3", "purge", "supporting_only", "valid"),
    "overwritten": ("certificate", "E3", "purge", "method_overwrite", None),
    "overwritten_unproven": ("failed", "E1", "none", "none", None),
}
REMAKE = "the page says something else now: python -m tools.make_strengths"


@pytest.fixture(scope="module")
def shown() -> tuple[Paper, ...]:
    return papers()


def test_each_paper_is_what_stands_above_it(shown: tuple[Paper, ...]) -> None:
    found = {}
    for paper in shown:
        document = paper.record.read.plain
        erase, outcome = document["erase"], document["outcome"]
        assert isinstance(erase, dict)
        assert isinstance(outcome, dict)
        attested, claims = erase["attestation"], erase["claims"]
        found[paper.name] = (
            outcome["title"],
            erase["level"],
            claims["nist_method"],
            claims["gb_status"],
            attested and attested["code"],
        )
    assert found == EARNED


def test_what_is_cut_out_of_a_page_says_how_it_was_proven_and_what_is_claimed(shown: tuple[Paper, ...]) -> None:
    text = {paper.name: "".join(paper.text.split()) for paper in shown}
    for name, (title, level, *_) in EARNED.items():
        assert f"证据强度{level}" in text[name]
        assert ("三项独立声明" in text[name]) == (title == "certificate")
        assert ("没有足够的证据表明" in text[name]) == (title != "certificate")
        assert ("硬件认证" in text[name]) == (name == "E3A")
        assert ("92.0%" in text[name]) == name.startswith("overwritten")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pictures_in_the_documents_were_made_of_these_words(shown: tuple[Paper, ...], language: str) -> None:
    with Image.open(target(language)) as kept:
        assert kept.info["shown"] == digest(shown, language), REMAKE
        assert kept.size == picture(shown, language).size, REMAKE
    assert f"pictures/{target(language).name}" in (ROOT / "docs" / "certificate.md").read_text("utf-8")


def test_a_picture_of_other_words_is_told_from_these(shown: tuple[Paper, ...]) -> None:
    assert digest(shown[1:], "en") != digest(shown, "en")
    assert digest(shown, "en") != digest(shown, "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_above_a_paper_can_be_drawn(language: str) -> None:
    told = words(language)
    for name in EARNED:
        assert fonts.missing("".join(told[name].values())) == ""
        assert set(told[name]) == {"title", "may", "never"}
