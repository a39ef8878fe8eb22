# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt limit must not be a silent one."""

from pathlib import Path

import pytest

from station.errors import ConfigError, GivenFileError
from station.setup.settings import Settings, from_document, load


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Settings()


def test_values_are_taken(tmp_path: Path) -> None:
    text = 'recheck_s = 3\n[deadlines]\nleave_s = 7\n[limits]\nbattery_percent = 55\n[slots]\n"3-1.4" = "A3"\n'
    settings = load(written(tmp_path, text))
    assert settings.deadlines.leave_s == 7.0
    assert settings.limits.battery_percent == 55
    assert settings.slot("3-1.4") == "A3"
    assert settings.slot("9-9") == "9-9"


@pytest.mark.parametrize(
    "text",
    [
        "[limits]\nbatery_percent = 30",
        "unknown = 1",
        '[deadlines]\nleave_s = "soon"',
        "[deadlines]\nleave_s = -1",
        "[limits]\nbattery_percent = true",
        '[policy]\nrequire_validation = "no"',
        "limits = 3",
        "slots = 1",
        "= broken",
        "[policy]\nname = 3",
        '[signing]\nstation_key = "station.key"',
        '[signing]\ntime_stamp_s = "long"',
    ],
)
def test_a_wrong_key_or_value_is_an_error_with_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    assert caught.value.exit_code == 2
    assert "config.toml" in caught.value.reason("zh")


def test_a_misspelt_key_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="battery_percent"):
        load(written(tmp_path, "[limits]\nbatery_percent = 30"))


@pytest.mark.parametrize("path", ["3.1.4", "A3", "3-", "3-1.4 ", "3-0"])
def test_a_slot_must_name_a_port_path(path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_document({"slots": {path: "A3"}}, "config.toml")
    assert path in caught.value.got


def test_a_slot_without_a_label_is_called_by_its_path() -> None:
    settings = from_document({"slots": {"3-1.4": "A3"}}, "config.toml")
    assert (settings.slot("3-1.4"), settings.slot("3-1.5"), Settings().slot("3-1.4")) == ("A3", "3-1.5", "3-1.4")


def test_a_phone_that_shows_on_the_controllers_other_bus_keeps_its_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("station.setup.settings.companion", {"4-1.4": "3-1.4"}.get)
    settings = from_document({"slots": {"3-1.4": "A3"}}, "config.toml")
    assert (settings.slot("4-1.4"), settings.slot("4-1.5")) == ("A3", "4-1.5")


def test_every_fault_of_the_file_is_named_at_once_with_its_line_and_what_is_allowed(tmp_path: Path) -> None:
    text = (
        'recheck_s = "soon"\nlog = "Own"\n\n[limits]\nbatery_percent = 30\nallow_sim = "yes"\n\n[slot]\n"3-1" = "A"\n'
    )
    with pytest.raises(GivenFileError) as caught:
        load(written(tmp_path, text))
    assert caught.value.lines("en") == (
        'line 1: recheck_s = "soon" is not allowed; it takes a number of seconds from 0 to less than 30 days.',
        'line 2: log = "Own" is not allowed; it takes one of "own", "none". Did you mean own?',
        "line 5: [limits] batery_percent: there is no such key; allowed: battery_percent, allow_sim, allow_sd."
        " Did you mean battery_percent?",
        'line 6: [limits] allow_sim = "yes" is not allowed; it takes true or false.',
        f"line 8: slot: there is no such key; allowed: {', '.join(Settings.__dataclass_fields__)}. Did you mean slots?",
    )


def test_a_file_that_is_no_toml_says_on_which_line(tmp_path: Path) -> None:
    with pytest.raises(GivenFileError) as caught:
        load(written(tmp_path, 'language = "en"\n\nlog = own\n'))
    assert [line for line, _ in caught.value.faults] == [3]


def test_a_slot_cannot_be_called_as_the_table_for_all_of_them() -> None:
    with pytest.raises(GivenFileError, match="default"):
        from_document({"slots": {"3-1": "default"}}, "config.toml")
