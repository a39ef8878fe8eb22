# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock that shows itself on the way ends the way: no more is done to the phone, and there is no certificate."""

import pytest

from phones.verdict import Verdict
from tests.wipe.drive import PHONES, Bench
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.iphone.phone import IPhone

ARMED = "FRP state: true\nHas FRP credential handle: true\nFRP challenge block size: 48\n"


@pytest.mark.parametrize("dies_after", [0, 1, 2])
def test_a_protection_that_shows_itself_after_the_erase_gets_no_certificate(
    monkeypatch: pytest.MonkeyPatch, dies_after: int
) -> None:
    """The phone tells nothing of it before its first reset. What a person would then say changes nothing."""
    bench = Bench("android_harness", {**PHONES["android_harness"], "misbehaviour": ["frp_armed"]})
    phone = bench.slot.phone
    assert isinstance(phone, AndroidPhone)
    monkeypatch.setitem(phone.model, "replies", {"dumpsys/persistent_data_block": ""})
    bench.inspect()
    for step in bench.method.steps[:3]:
        step.run(bench.scene())
    bench.begun, bench.done = ([step.name for step in bench.method.steps[:3]] for _ in range(2))
    monkeypatch.setitem(phone.model, "replies", {"dumpsys/persistent_data_block": ARMED})
    bench.run(first=3, dies_after=len(bench.evidence) + dies_after if dies_after else -1)
    if bench.dies_in:
        bench.resume()
    report = bench.report()
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
