# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of docs/methods.md is what the program does with the virtual phones of today."""

import pytest

from phones.port import Presence
from tools import make_methods


def test_the_table_in_the_document_is_that_of_the_program() -> None:
    text = make_methods.TARGET.read_text("utf-8")
    assert make_methods.document(text) == text, "run: python -m tools.make_methods"


def test_every_written_android_is_in_it_and_every_state_in_which_one_is_met() -> None:
    found = make_methods.rows()
    assert {"android_harness", "android_guided", "android_trade_in", "android_fastboot"} <= {
        row.method for row in found
    }
    silent = set(Presence) - {Presence.ADB_DEVICE, Presence.ADB_FOYER, Presence.ADB_OFFLINE, Presence.FASTBOOT}
    apple = {Presence.APPLE, Presence.APPLE_RECOVERY}
    assert {*make_methods.UNASKED.values(), *make_methods.NAMED_BY_USB.values()} == silent - apple
    assert {"android_in_rescue", "android_recovery_guided"} <= {row.method for row in found}


def test_where_no_way_is_open_a_person_is_told_what_to_do() -> None:
    assert all(row.problems for row in make_methods.rows() if not row.method)


def test_a_document_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        make_methods.document("# Erase methods\n")
