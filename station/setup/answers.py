# SPDX-License-Identifier: GPL-3.0-or-later
"""A technician's answers written down beforehand, for `process --answers FILE`.

A TOML file: `[default]` and one table for each slot or port, question = answer, e.g. `[A3]  cosmetic_front = "B"`. It
is checked whole before anything is begun: an answer that is slipped over in silence would lower a signed grade.
"""

from collections.abc import Mapping
from pathlib import Path

from station.questions import ALL_QUESTIONS, SEEN_NOW
from station.setup.slot_tables import tables_of
from station.setup.toml_file import read_toml
from station.text.language import text

Answers = Mapping[str, Mapping[str, str]]
"""Slot, port or `default` → question → answer."""


def load_answers(path: Path | None, slots: Mapping[str, str], *, emulated: bool = False) -> Answers:
    """The file, whole. `slots`: port → label; `emulated`: virtual phones, of which a file may also say what a person
    would see.

    Raises: ConfigError for an unreadable file; GivenFileError with every unknown table or key and every answer that
    is none of its question's, as they are spelled.
    """
    if path is None:
        return {}
    file = read_toml(path, step="--answers")
    answers = dict(tables_of(file, slots.values()))
    for name, table in answers.items():
        for key, answer in table.items():
            if key not in ALL_QUESTIONS:
                file.faults.unknown_key((name, key), ALL_QUESTIONS)
            elif key in SEEN_NOW and not emulated:
                file.faults.other((name, key), text("fault.seen_now"))
            elif answer not in ALL_QUESTIONS[key]:
                known = ALL_QUESTIONS[key]
                file.faults.wrong_value((name, key), answer, text("fault.one_of", words=", ".join(known)), known)
    file.faults.raise_if_any()
    return answers
