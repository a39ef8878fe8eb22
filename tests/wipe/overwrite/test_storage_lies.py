# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole method on virtual phones whose storage holds blocks: honest ones are claimed, no lie ever is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phones.evidence import Evidence
from phones.verdict import Verdict
from tests.wipe.drive import PIXEL_13, Bench
from virtual_phones.storage.lies import FLASH_LIES, LIES
from wipe.method import StepContext
from wipe.methods.table import METHODS
from wipe.overwrite.plan import OverwritePlan
from wipe.report import EvidenceLevel, Overwriting

MIB = 1024 * 1024
SMALL = {"storage": {"bytes": 4 * MIB, "data_kib": 3 * 1024}}
DETERRENTS: Mapping[str, set[str]] = {
    "full_early": {"overwrite_not_filled"},
    "free_drops": {"overwrite_not_filled"},
    "free_understated": {"overwrite_not_filled"},
    "sizes_forged": {"overwrite_not_read_back"},
    "write_refused": {"overwrite_not_filled", "overwrite_not_read_back"},
    "rm_keeps": {"overwrite_not_removed"},
    "restart_faked": {"overwrite_not_restarted", "overwrite_not_read_back"},
}


class SmallBench(Bench):
    """A job with files and chunks as small as the phone."""

    passes = 1
    look_each_s = 300.0

    def __init__(self, method: str, phone: Mapping[str, Any]) -> None:
        super().__init__(method, phone)
        self.exchanges: list[tuple[str, int]] = []

    def _keep(self, piece: Evidence) -> None:
        asked = piece.values["host.step"] if piece.asked == "host.act_begun" else piece.asked
        self.exchanges.append((asked, self.slot.exchanges.count))
        super()._keep(piece)

    def scene(self) -> StepContext:
        plan = OverwritePlan(
            passes=self.passes, file_bytes=MIB // 4, chunk_bytes=64 * 1024, look_each_s=self.look_each_s
        )
        return replace(super().scene(), overwrite=plan)


HARNESS = "android_harness_overwrite"
ROUTES = sorted(name for name, method in METHODS.items() if method.overwrites)
SIZES = st.tuples(st.sampled_from((1, 2, 4)), st.integers(66, 90))
"""Storage in mebibytes, for phones that tell theirs rounded up to a power of two, and percent of it that is /data.
Above 90 the other partitions make the next power of two of it, and the share that was reached is told too small."""


def overwritten(*lies: str, passes: int = 1, route: str = HARNESS, **more: Any) -> SmallBench:
    bench = SmallBench(route, {**PIXEL_13, "set": SMALL, "misbehaviour": list(lies), **more})
    bench.passes = passes
    bench.inspect()
    bench.run()
    return bench


def shown(bench: SmallBench) -> Overwriting:
    found = bench.report().claims.overwriting
    assert found is not None
    return found


def test_an_honest_phone_is_overwritten_and_claimed() -> None:
    bench = overwritten()
    report = bench.report()
    assert (bench.failure, report.verdict, report.reasons) == ("", Verdict.PASSED, ())
    assert report.claims.gb_status == "method_overwrite"
    found = shown(bench)
    assert found.reasons == ()
    assert found.chunks_matching == found.chunks_drawn == found.chunks_total > 40
    assert bench.truth()["erased"] is True
    assert bench.slot.phone.truth()["left"] == []


def test_two_passes_are_counted() -> None:
    found = shown(overwritten(passes=2))
    assert (found.passes, found.reasons) == (2, ())


def test_a_phone_whose_erase_is_not_proven_gets_its_figures_and_no_claim() -> None:
    bench = overwritten(route="android_reopen_overwrite")
    report = bench.report()
    assert (bench.failure, report.verdict, report.level) == ("", Verdict.INDETERMINATE, EvidenceLevel.E1)
    assert (report.claims.gb_status, report.claims.nist_method) == ("none", "none")
    found = shown(bench)
    assert (found.reasons, found.passes) == ((), 1)
    assert found.chunks_matching == found.chunks_drawn == found.chunks_total > 40
    assert bench.truth()["erased"] is True
    assert bench.slot.phone.truth()["left"] == []


def test_a_station_that_dies_in_the_pass_of_a_reopened_phone_goes_on_and_shows_the_same() -> None:
    whole = overwritten(route="android_reopen_overwrite")
    numbers = [piece.number for piece in whole.evidence if piece.asked.startswith("overwrite.")]
    for dies_after in numbers[::4]:
        bench = SmallBench("android_reopen_overwrite", {**PIXEL_13, "set": SMALL})
        bench.inspect()
        bench.run(dies_after=dies_after)
        assert bench.dies_in, dies_after
        bench.resume()
        assert (bench.failure, shown(bench).reasons) == ("", ()), dies_after
        assert sum(piece.asked == "overwrite.disclosed" for piece in bench.evidence) == 1, dies_after


@pytest.mark.parametrize(
    "model",
    [
        "motorola-moto-g3-android-6",
        "noname-mt6580-android-8",
        "samsung-galaxy-s7-android-8",
        "huawei-p20-lite-android-9",
        "xiaomi-redmi-note-8-android-11",
        "samsung-galaxy-s24-android-15",
        "pixel-10-android-16",
    ],
)
def test_every_android_with_a_shell_can_be_overwritten_for_a_report(model: str) -> None:
    phone = {"model": model, "set": SMALL, "condition": "debugging"}
    bench = SmallBench("android_reopen_overwrite", phone)
    bench.inspect()
    bench.run()
    assert (bench.failure, shown(bench).reasons) in (
        ("", ()),
        ("", ("overwrite_of_another_phone",)),  # one that tells one number of itself only
    )
    assert shown(bench).chunks_matching == shown(bench).chunks_drawn > 40


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("lie", sorted(FLASH_LIES))
def test_a_chip_that_does_not_hold_what_was_written_refutes_the_erase(lie: str, route: str) -> None:
    report = overwritten(lie, route=route).report()
    assert (report.verdict, report.reasons) == (Verdict.FAILED, ("overwrite_differs",))
    assert report.claims.gb_status == "none"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("lie", sorted(set(LIES) - set(FLASH_LIES)))
def test_a_storage_that_miscounts_or_keeps_is_never_claimed_as_overwritten(lie: str, route: str) -> None:
    bench = overwritten(lie, route=route)
    assert set(shown(bench).reasons) >= DETERRENTS[lie]
    assert bench.report().claims.gb_status != "method_overwrite"


@settings(max_examples=16, deadline=None)
@given(
    st.sets(st.sampled_from(sorted(LIES)), min_size=2),
    st.sampled_from(ROUTES),
    SIZES,
    st.integers(1, 2),
)
@example({"restart_faked", "keeps_nothing"}, HARNESS, (4, 75), 1)
@example({"free_drops", "sizes_forged"}, HARNESS, (4, 75), 1)
@example({"capacity_wraps", "rm_keeps"}, HARNESS, (4, 75), 1)
@example({"capacity_wraps", "full_early"}, "android_reopen_overwrite", (2, 75), 2)
def test_lies_told_together_are_no_better(lies: set[str], route: str, size: tuple[int, int], passes: int) -> None:
    storage = {"storage": {"bytes": size[0] * MIB, "data_kib": size[0] * size[1] * 1024 // 100}}
    bench = overwritten(*sorted(lies), route=route, passes=passes, set=storage)
    report = bench.report()
    assert report.claims.gb_status != "method_overwrite"
    assert report.claims.overwriting is None or report.claims.overwriting.reasons


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(ROUTES), SIZES, st.integers(1, 3))
def test_an_honest_storage_of_any_size_is_always_shown_whole(route: str, size: tuple[int, int], passes: int) -> None:
    storage = {"storage": {"bytes": size[0] * MIB, "data_kib": size[0] * size[1] * 1024 // 100}}
    found = shown(overwritten(route=route, passes=passes, set=storage))
    assert (found.reasons, found.passes, found.chunks_matching) == ((), passes, found.chunks_drawn)


def test_another_phone_put_in_while_it_restarts_is_seen_before_anything_is_read() -> None:
    other = {"serial": "SWAPPED00013A", "imeis": ["355123110000024"], "set": SMALL, "absence": 2, "gap_s": 1.0}
    bench = overwritten(swap=other)
    assert bench.failure
    assert "overwrite.read_back" not in {piece.asked for piece in bench.evidence}
    assert bench.report().claims.gb_status != "method_overwrite"


@pytest.mark.parametrize("variation", ["warms_up", "drains"])
def test_a_phone_that_writing_strains_is_given_rest_and_is_then_filled_to_the_end(variation: str) -> None:
    bench = SmallBench("android_harness_overwrite", {**PIXEL_13, "set": SMALL, "variation": [variation]})
    bench.look_each_s = 0.0
    bench.inspect()
    before_s = bench.clock.seconds
    bench.run()
    plain = overwritten()
    assert shown(bench).reasons == ()
    assert bench.clock.seconds - before_s >= plain.clock.seconds - before_s + 60, "it waited"


def test_a_cable_pulled_in_the_middle_of_a_fill_is_waited_for_and_the_fill_goes_on() -> None:
    whole = overwritten()
    for after in (0, 70_000, 300_001):
        fault = {"kind": "truncate", "after_bytes": after, "seconds": 20.0}
        struck = _struck(whole, "overwrite.write", fault)
        assert shown(struck).reasons == ()
        assert struck.report().claims.gb_status == "method_overwrite"


def test_a_cable_pulled_in_the_middle_of_reading_back_is_waited_for_and_the_rest_is_read() -> None:
    struck = _struck(overwritten(), "overwrite.read", {"kind": "truncate", "after_bytes": 200_000, "seconds": 20.0})
    found = shown(struck)
    assert (found.reasons, found.chunks_matching) == ((), found.chunks_drawn)


def _struck(whole: SmallBench, asked: str, fault: dict[str, Any]) -> SmallBench:
    """The same job with a fault at the exchange that carried out `asked` first."""
    exchange = next(number for name, number in whole.exchanges if name == asked)
    bench = overwritten(fault=[{"at": exchange, **fault}])
    assert bench.slot.cuts == 1
    first = next(piece for piece in bench.evidence if piece.asked == asked)
    assert not first.values, "it was lost"
    return bench
