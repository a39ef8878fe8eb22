# SPDX-License-Identifier: GPL-3.0-or-later
"""The station dies after any piece of evidence: the job resumes by inspecting the phone, and erases nothing twice."""

import pytest

from phones.verdict import Verdict
from tests.wipe.drive import PHONES, PROVING, Bench, finished


def _died_and_resumed(method: str, dies_after: int, phone: dict[str, object] | None = None) -> Bench:
    bench = Bench(method, phone)
    bench.inspect()
    bench.run(dies_after=dies_after)
    return bench.resume() if bench.dies_in else bench


def _pieces(method: str) -> range:
    bench = Bench(method)
    bench.inspect()
    before = len(bench.evidence)
    return range(before + 1, len(bench.run().evidence) + 1)


@pytest.mark.parametrize("method", PROVING)
def test_after_a_crash_anywhere_an_honest_phone_is_verified_and_erased_once(method: str) -> None:
    acting = {step.name for step in Bench(method).method.steps if step.acts}
    for dies_after in _pieces(method):
        bench = _died_and_resumed(method, dies_after)
        assert bench.dies_in, dies_after
        assert (bench.failure, bench.report().reasons) == ("", ()), (dies_after, bench.dies_in)
        assert all(bench.begun.count(name) == 1 for name in acting), dies_after


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("android_harness", "says_done_keeps_data"),
        ("android_trade_in", "reboots_without_wipe"),
        ("apple_mcinstall", "erase_lies"),
    ],
)
def test_a_crash_never_helps_a_phone_that_keeps_its_data(method: str, name: str) -> None:
    phone = {**PHONES[method], "misbehaviour": [name]}
    pieces = len(finished(method, phone).evidence)
    for dies_after in range(1, pieces + 1, 2):
        assert _died_and_resumed(method, dies_after, phone).report().verdict is not Verdict.PASSED


def test_a_command_that_may_not_have_left_is_taken_as_not_sent() -> None:
    bench = Bench("android_harness")
    bench.inspect()
    bench.method.steps[0].run(bench.scene())
    bench.begun = ["look_before", "enable_harness"]  # written ahead; the station died before it sent anything
    bench.done = ["look_before"]
    report = bench.resume().report()
    assert report.verdict is Verdict.FAILED
    assert bench.truth()["erased"] is False


def test_an_iphone_that_must_be_looked_at_again_is_shown_the_same_new_mark() -> None:
    """A mark that a cut look left behind is taken away by the next, if that knows its name."""
    once = finished("apple_mcinstall")
    last = once.slot.exchanges.count
    lost = [{"at": last, "kind": "drop_after"}]
    again = finished("apple_mcinstall", {**PHONES["apple_mcinstall"], "fault": lost})
    assert again.slot.exchanges.count == last + 1
    assert (again.failure, again.report().reasons) == ("", ())
    assert again.draw() == once.draw()
