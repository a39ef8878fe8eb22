# SPDX-License-Identifier: GPL-3.0-or-later
"""An answers file is taken as it stands or not at all: an answer slipped over in silence lowers a signed grade."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.errors import ConfigError, GivenFileError
from station.questions import ALL_QUESTIONS, SEEN_NOW
from station.setup.answers import load_answers

SLOTS = {"3-1.4": "A3", "3-1.5": "A4"}
TYPED_BEFORE = {key: choices for key, choices in ALL_QUESTIONS.items() if key not in SEEN_NOW}


def written(folder: Path, text: str) -> Path:
    path = folder / "answers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(GivenFileError) as caught:
        load_answers(written(folder, text), SLOTS)
    assert "answers.toml" in caught.value.reason()
    return list(caught.value.faults)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_answers_are_taken_exactly_as_they_are_listed(tmp_path: Path, data: st.DataObject) -> None:
    keys = data.draw(st.lists(st.sampled_from(sorted(TYPED_BEFORE)), unique=True, min_size=1))
    table = {key: data.draw(st.sampled_from(TYPED_BEFORE[key])) for key in keys}
    name = data.draw(st.sampled_from(["default", "A3", "3-1.4"]))
    text = f'["{name}"]\n' + "".join(f'{key} = "{answer}"\n' for key, answer in table.items())
    assert load_answers(written(tmp_path, text), SLOTS) == {name: table}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_is_no_listed_answer_is_refused_with_its_line(tmp_path: Path, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(TYPED_BEFORE)))
    slips = [str.upper, str.lower, str.title, lambda one: f" {one}", lambda one: one[:-1], lambda one: one * 2]
    answer = data.draw(st.sampled_from(slips))(data.draw(st.sampled_from(TYPED_BEFORE[key])))
    above = data.draw(st.integers(0, 5))
    if answer in TYPED_BEFORE[key]:
        return
    [(line, said)] = faults(tmp_path, "[A3]\n" + "\n" * above + f'{key} = "{answer}"\n')
    assert line == above + 2
    assert f"[A3] {key}" in said
    assert all(choice in said for choice in TYPED_BEFORE[key])


def test_all_faults_are_told_at_once_each_with_the_nearest_that_was_meant(tmp_path: Path) -> None:
    text = (
        '[default]\nbatery_swollen = "no"\nscreen = "OK"\n\n[A1]\nscreen = "ok"\n[A4]\nfront = "nonsense"\ntouch = 1\n'
    )
    assert [(line, said.partition("Did you mean ")[2]) for line, said in faults(tmp_path, text)] == [
        (2, "battery_swollen?"),
        (3, "ok?"),
        (5, ""),
        (8, ""),
        (9, ""),
    ]


def test_an_unknown_table_says_which_slots_there_are(tmp_path: Path) -> None:
    [(line, said)] = faults(tmp_path, '[A1]\nscreen = "ok"\n')
    assert (line, "[A1]" in said, "A3, A4" in said, "default" in said) == (1, True, True, True)


def test_what_stands_before_any_table_and_an_unquoted_port_say_how_it_is_written(tmp_path: Path) -> None:
    [(line, said)] = faults(tmp_path, 'screen = "ok"\n')
    assert (line, "[default]" in said) == (1, True)
    [(line, said)] = faults(tmp_path, '\n[3-1.4]\nscreen = "ok"\n')
    assert (line, '["3-1.4"]' in said) == (2, True)


@pytest.mark.parametrize("key", sorted(SEEN_NOW))
def test_what_is_seen_when_it_happens_cannot_be_written_down_before_but_on_a_virtual_bench(
    tmp_path: Path, key: str
) -> None:
    text = f'[default]\n{key} = "{ALL_QUESTIONS[key][0]}"\n'
    [(line, said)] = faults(tmp_path, text)
    assert (line, key in said) == (2, True)
    taken = load_answers(written(tmp_path, text), SLOTS, emulated=True)
    assert taken == {"default": {key: ALL_QUESTIONS[key][0]}}


def test_no_file_means_no_answers_and_one_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert load_answers(None, SLOTS) == {}
    with pytest.raises(ConfigError):
        load_answers(tmp_path / "none.toml", SLOTS)


def test_a_file_of_another_kind_does_not_fill_the_screen(tmp_path: Path) -> None:
    with pytest.raises(GivenFileError) as caught:
        load_answers(written(tmp_path, "[A3]\n" + "".join(f'k{number} = "\\u001b[31m"\n' for number in range(500))), {})
    assert caught.value.left_out == 0  # the table itself is the one fault
    with pytest.raises(GivenFileError) as caught:
        load_answers(written(tmp_path, "[A3]\n" + "".join(f"k{number} = 1\n" for number in range(500))), SLOTS)
    assert (len(caught.value.faults), caught.value.left_out) == (100, 400)
    assert "\x1b" not in caught.value.reason()
