# SPDX-License-Identifier: GPL-3.0-or-later
"""What a newcomer types once: the answer names what was meant, and nothing is made by looking."""

from pathlib import Path

import pytest

from tests.support.cli_station import CommandLine


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("help",), "proofwipe --help"),
        (("version",), "proofwipe --version"),
        (("verfy",), "proofwipe verify"),
        (("keys", "shwo"), "proofwipe keys show"),
    ],
)
def test_a_command_that_there_is_not_names_the_one_that_was_meant(
    tmp_path: Path, typed: tuple[str, ...], meant: str
) -> None:
    done = CommandLine(tmp_path).run(*typed)
    assert done.code == 2
    assert f"`{meant}`" in done.err.splitlines()[0]


def test_a_word_that_is_near_to_no_command_suggests_none(tmp_path: Path) -> None:
    assert "Did you mean" not in CommandLine(tmp_path).run("destroy").err


@pytest.mark.parametrize(
    "typed",
    [
        ("list",),
        ("watch", "--jsonl"),
        ("inspect",),
        ("wipe", "--plan"),
        ("jobs",),
        ("ledger", "verify"),
        ("log", "status"),
    ],
)
def test_a_folder_that_was_named_and_is_not_there_is_not_made_by_looking(
    tmp_path: Path, typed: tuple[str, ...]
) -> None:
    done = CommandLine(tmp_path / "no" / "such").run(*typed)
    assert done.code == 1
    assert "proofwipe init" in done.err
    assert not (tmp_path / "no").exists()
