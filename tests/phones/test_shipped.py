# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables read from the JSON beside a TOML file say what the TOML says, or are not believed."""

import tomllib
from pathlib import Path

import pytest

from phones import package_data
from tools.make_tables import tables


@pytest.mark.parametrize("file", tables(), ids=lambda file: str(file.relative_to(package_data.ROOT)))
def test_the_json_beside_a_table_is_made_from_it(file: Path) -> None:
    assert file.with_suffix(".json").read_bytes() == package_data.made_from(file.read_bytes()), (
        "run: python -m tools.make_tables"
    )


def test_a_json_of_other_bytes_is_passed_over_for_the_toml(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_bytes(b'[a]\nen = "old"\n')
    file.with_suffix(".json").write_bytes(package_data.made_from(file.read_bytes()))
    file.write_bytes(b'[a]\nen = "new"\n')
    assert package_data.parsed(file.read_bytes(), file) == {"a": {"en": "new"}}


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"null", b'{"sha256": "x"}', b"\xff"])
def test_a_broken_json_is_passed_over_for_the_toml(tmp_path: Path, junk: bytes) -> None:
    file = tmp_path / "words.toml"
    file.write_bytes(b'[a]\nen = "x"\n')
    file.with_suffix(".json").write_bytes(junk)
    assert package_data.parsed(file.read_bytes(), file) == {"a": {"en": "x"}}


@pytest.mark.parametrize("data", [b"day = 2026-03-01\n", b"x = nan\n", b"x = inf\n"])
def test_what_json_cannot_hold_is_no_table(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        package_data.made_from(data)


def test_toml_that_is_none_is_an_error_of_one_kind() -> None:
    with pytest.raises(ValueError, match="Invalid"):
        package_data.parsed(b"= 1", None)
    assert issubclass(tomllib.TOMLDecodeError, ValueError)
