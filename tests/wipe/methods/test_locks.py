# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock that shows itself on the way ends the way: no more is done to the phone, and there is no certificate."""

import pytest

from phones.verdict import Verdict
from tests.wipe.drive import PHONES, Bench
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.iphone.phone import IPhone


@pytest.mark.parametrize("dies_after", [0, 3, 6, 8, 10])
def test_a_protection_that_shows_itself_after_the_erase_gets_no_certificate(
    monkeypatch: pytest.MonkeyPatch, dies_after: int
) -> None:
    """Android 13 does not tell before the reset; after it a setting does. What a person then says changes nothing."""
    bench = Bench("android_harness", {**PHONES["android_harness"], "misbehaviour": ["frp_armed"]})
    phone = bench.slot.phone
    assert isinstance(phone, AndroidPhone)
    monkeypatch.setitem(phone.model, "replies", {"dumpsys/persistent_data_block": ""})
    bench.inspect()
    bench.run(dies_after=len(bench.evidence) + dies_after if dies_after else -1)
    if bench.dies_in:
        bench.resume()
    report = bench.report()
    assert bench.truth()["frp"] is True
    assert (report.verdict, report.residues["frp"]) == (Verdict.INDETERMINATE, "present")
    assert (bench.failure, "frp_armed" in report.reasons) == ("frp_armed", True)
    assert "final_reset" not in bench.done


def test_an_iphone_that_is_locked_just_before_the_command_is_not_erased() -> None:
    bench = Bench("apple_mcinstall")
    bench.inspect()
    phone = bench.slot.phone
    assert isinstance(phone, IPhone)
    phone.nvram["fm-activation-locked"] = b"YES"
    bench.run()
    assert bench.failure == "activation_lock_on"
    assert bench.truth()["erased"] is False
