# SPDX-License-Identifier: GPL-3.0-or-later
"""A letter follows from what was measured of a face, and from nothing else."""

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.eyes import ASKED, BODY, FACES, LETTERS, NEEDS_A_MARK, UNSEEN, face_letter, measured_faces
from grading.grade import cosmetic_grade
from grading.questions import COSMETIC
from grading.schemes import load
from phones.allowed import allowed
from tests.grading.samples import evidence_of

BASIC, BASIC_2 = load("basic"), load("basic-2")
STATED = {f"statement.cosmetic_{face}": "A" for face in ("front", "back", "frame")}
PERFECT = {each.key: each.choices[0] for each in ASKED if not each.needs}
ANYTHING = st.dictionaries(
    st.sampled_from([each.key for each in ASKED]),
    st.one_of(st.sampled_from([choice for table in LETTERS.values() for choice in table]), st.text(max_size=9)),
)


def kept(answers: Mapping[str, str]) -> dict[str, str]:
    return {f"statement.{key}": choice for key, choice in answers.items()}


@pytest.mark.parametrize("face", FACES)
def test_every_combination_of_answers_has_the_worst_of_its_letters(face: str) -> None:
    for row in itertools.product(*(LETTERS[kind] for kind in FACES[face])):
        answers = {f"eyes_{face}_{kind}": choice for kind, choice in zip(FACES[face], row, strict=True)}
        letters = [LETTERS[kind][choice] for kind, choice in zip(FACES[face], row, strict=True)]
        assert face_letter(answers, face) == max(letters)


@given(ANYTHING, st.sampled_from(sorted(FACES)))
def test_there_is_a_letter_only_for_a_face_that_was_looked_at_whole(answers: dict[str, str], face: str) -> None:
    letter = face_letter(answers, face)
    assert letter in (*COSMETIC, "not_tested")
    needed = {kind for kind in FACES[face] if kind not in NEEDS_A_MARK or answers.get(f"eyes_{face}_mark") != UNSEEN}
    given_whole = all(answers.get(f"eyes_{face}_{kind}") in LETTERS[kind] for kind in needed)
    assert (letter != "not_tested") == given_whole


@given(ANYTHING, st.data())
def test_a_worse_answer_never_gives_a_better_letter(answers: dict[str, str], data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from([each for each in ASKED if each.face]))
    table = LETTERS[chosen.kind]
    better, worse = sorted(data.draw(st.tuples(*[st.sampled_from(sorted(table))] * 2)), key=table.__getitem__)
    one = face_letter({**answers, chosen.key: better}, chosen.face)
    other = face_letter({**answers, chosen.key: worse}, chosen.face)
    assert "not_tested" in (one, other) or other >= one


def test_a_second_person_can_only_make_it_worse() -> None:
    first = evidence_of(kept(PERFECT))
    second = evidence_of(kept({"eyes_back_mark": "at_50cm", "eyes_back_nail": "catches", "eyes_back_dent": "no_dent"}))
    third = evidence_of(kept({"eyes_back_crack": "whole"}))
    assert measured_faces([first]) == dict.fromkeys(FACES, "A")
    assert measured_faces([first, second])["back"] == "not_tested"
    assert measured_faces([second, first, third])["back"] == "C"
    assert measured_faces([first, evidence_of(kept({"eyes_back_mark": "malformed"}))])["back"] == "not_tested"


def test_measured_letters_count_under_basic_2_and_stated_ones_stand_in_only_where_nothing_was_measured() -> None:
    stated, measured = evidence_of(STATED), evidence_of(kept(PERFECT))
    cracked = evidence_of(kept({**PERFECT, "eyes_front_crack": "crack"}))
    assert cosmetic_grade([stated], BASIC_2) == "A"
    assert cosmetic_grade([measured], BASIC_2) == "A"
    assert cosmetic_grade([stated, cracked], BASIC_2) == "D"
    assert cosmetic_grade([measured, evidence_of({"statement.cosmetic_back": "C"})], BASIC_2) == "C"
    assert cosmetic_grade([stated, evidence_of(kept({"eyes_front_mark": UNSEEN}))], BASIC_2) == "not_tested"


def test_basic_stays_as_it_was() -> None:
    assert cosmetic_grade([evidence_of(kept(PERFECT))], BASIC) == "not_tested"
    assert cosmetic_grade([evidence_of(STATED), evidence_of(kept({"eyes_front_crack": "crack"}))], BASIC) == "A"


def test_every_answer_may_be_kept() -> None:
    for each in ASKED:
        for choice in each.choices:
            assert allowed(each.question.value_name).admit(choice) == choice
    assert {each.kind for each in ASKED} == {*LETTERS, *BODY}
