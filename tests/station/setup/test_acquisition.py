# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a phone came from is sealed into its papers: a line that nobody reads would be missing there for good."""

from pathlib import Path

import pytest

from station.errors import GivenFileError
from station.setup.acquisition import FIELDS, load_acquisition

SLOTS = {"3-1.4": "A3"}


def written(folder: Path, text: str) -> Path:
    path = folder / "acquisition.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_field_is_taken_for_a_slot_a_port_and_a_phones_number(tmp_path: Path) -> None:
    names = ("default", "A3", "3-1.5", "4A231FDAQ0001", "35-209900-176148-1")
    text = "".join(f'["{name}"]\n' + "".join(f'{field} = "{name}"\n' for field in FIELDS) for name in names)
    found = load_acquisition(written(tmp_path, text), SLOTS)
    assert found.of(()) == dict.fromkeys(FIELDS, "default")
    assert found.of(("3-1.4", "A3")) == dict.fromkeys(FIELDS, "A3")
    assert found.of(("352099001761481",)) == dict.fromkeys(FIELDS, "35-209900-176148-1")


def test_every_unknown_table_field_and_value_is_told_with_its_line(tmp_path: Path) -> None:
    text = '[defualt]\nplace = "x"\n[A3]\nplcae = "x"\nreference = ""\nproperty_number = 7\nplace = "a\\nb"\n'
    with pytest.raises(GivenFileError) as caught:
        load_acquisition(written(tmp_path, text), SLOTS)
    assert [line for line, _ in caught.value.faults] == [1, 4, 5, 6, 7]
    said = caught.value.reason()
    assert "Did you mean default?" in said
    assert "Did you mean place?" in said


def test_fields_of_the_trade_stand_beside_and_are_not_sealed(tmp_path: Path) -> None:
    text = '[default]\nlot = "W48"\n[A3]\nasset_tag = "A-1"\nproperty_number = "P-1"\n[A4]\nproperty_number = "P-2"\n'
    found = load_acquisition(written(tmp_path, text), {**SLOTS, "3-1.5": "A4"})
    assert found.stated_of(("A3",)) == {"asset_tag": "A-1", "lot": "W48"}
    assert found.of(("A3",)) == {"property_number": "P-1"}
    assert found.stated_of(("A4",)) == {"asset_tag": "P-2", "lot": "W48"}
    bad = '[A3]\nasset_tag = "A\\u202E1"\nlot = ""\nnote = 7\ncustomer_ref = "' + "x" * 65 + '"\n'
    with pytest.raises(GivenFileError) as caught:
        load_acquisition(written(tmp_path, bad), SLOTS)
    assert [line for line, _ in caught.value.faults] == [2, 3, 4, 5]


def test_two_tables_that_mean_one_phone_are_refused(tmp_path: Path) -> None:
    text = '["4A231FDAQ0001"]\nplace = "x"\n["4a231fdaq-0001"]\nplace = "y"\n'
    with pytest.raises(GivenFileError, match="4A231FDAQ0001") as caught:
        load_acquisition(written(tmp_path, text), SLOTS)
    assert [line for line, _ in caught.value.faults] == [3]
