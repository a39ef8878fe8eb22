# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory cards in virtual phones: an honest one is overwritten, read back and called so; one that lies never is, and no
card changes what is said of the phone.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phones.evidence import Evidence, Moment
from phones.verdict import Verdict
from tests.wipe.card.drive import MIB, WITH_CARD, CardBench, found, treated
from tests.wipe.drive import PIXEL_13, finished
from virtual_phones.android.card import CARD_MISBEHAVIOURS, OF_STORAGE
from wipe.method import EraseMethod
from wipe.methods.card import REACHING, with_card
from wipe.methods.table import METHODS

DETERRENTS: Mapping[str, str] = {
    "card_keeps_nothing": "card_differs",
    "card_skips_writes": "card_differs",
    "card_keeps_beginnings": "card_differs",
    "card_loses_blocks": "card_differs",
    "card_capacity_wraps": "card_differs",
    "card_full_early": "card_not_filled",
    "card_free_drops": "card_not_filled",
    "card_free_understated": "card_not_filled",
    "card_sizes_forged": "card_not_read_back",
    "card_write_refused": "card_not_filled",
    "card_read_only": "card_refuses",
    "card_goes_read_only": "card_not_filled",
    "card_vanishes": "card_vanished",
    "card_rm_keeps": "card_files_left",
    "card_unmount_faked": "card_not_remounted",
    "card_swapped": "card_exchanged",
    "card_swapped_early": "card_exchanged",
    "card_exchanged_later": "card_exchanged",
    "card_second": "card_not_alone",
    "card_is_a_stick": "card_is_no_sd",
}
LATER = "card_put_in_later"
"""Of a phone without a card; the only one that is told by the phone's own looks."""


@cache
def honest() -> CardBench:
    return treated()


def test_every_lie_of_a_card_has_its_deterrent() -> None:
    assert {*DETERRENTS, LATER} == set(CARD_MISBEHAVIOURS)
    assert set(OF_STORAGE) < set(DETERRENTS)


def test_an_honest_card_is_emptied_filled_mounted_anew_and_read_back() -> None:
    bench = honest()
    card, report = found(bench), bench.report()
    assert (bench.failure, card.reasons, report.residues["sd"]) == ("", (), "cleared")
    assert card.capacity_bytes == 2 * MIB
    assert card.written_bytes * 100 >= card.capacity_bytes * 97
    assert (card.file_system, card.passes) == ("exfat", 1)
    assert card.chunks_matching == card.chunks_drawn == card.chunks_total > 100
    assert bench.tray.owners_files() == []
    assert bench.tray.card is not None
    assert sorted(bench.tray.card.root.children) == [], "nothing of ours is left on it either"


def test_the_phone_is_verified_on_its_own_evidence_with_the_card_before_it() -> None:
    bench = honest()
    plain = finished("android_harness", PIXEL_13)
    report, without = bench.report(), plain.report()
    assert (report.verdict, report.level, report.claims) == (without.verdict, without.level, without.claims)
    assert report.verdict is Verdict.PASSED
    assert [finding.rule for finding in report.findings] == [finding.rule for finding in without.findings]
    first_command = next(piece.number for piece in bench.evidence if piece.moment is Moment.COMMAND)
    removed = next(piece.number for piece in bench.evidence if piece.asked == "card.removed")
    assert removed < first_command, "the card first, then the phone"


def test_no_name_number_or_byte_of_the_card_is_kept() -> None:
    kept = " ".join(text for piece in honest().evidence for text in piece.values.values())
    assert not any(word in kept for word in ("1A2B-3C4D", "somebody", "IMG_0001", "letter", "179,1"))


def test_two_passes_are_counted_and_only_the_last_is_read_back() -> None:
    card = found(treated(passes=2))
    assert (card.passes, card.reasons) == (2, ())


@pytest.mark.parametrize("lie", sorted(DETERRENTS))
def test_a_card_that_lies_is_never_called_overwritten_and_the_phone_is_erased_all_the_same(lie: str) -> None:
    bench = treated(lie)
    report = bench.report()
    assert DETERRENTS[lie] in found(bench).reasons
    assert report.residues["sd"] == "present"
    assert (bench.failure, report.verdict) == ("", Verdict.PASSED)


@settings(max_examples=10, deadline=None)
@given(st.sets(st.sampled_from(sorted(DETERRENTS)), min_size=2, max_size=5))
@example({"card_unmount_faked", "card_keeps_nothing"})
@example({"card_free_drops", "card_sizes_forged"})
@example({"card_capacity_wraps", "card_rm_keeps"})
def test_lies_told_together_are_no_better(lies: set[str]) -> None:
    bench = treated(*sorted(lies))
    assert found(bench).reasons
    assert bench.report().residues["sd"] == "present"


def test_what_is_on_a_stick_or_beside_a_second_volume_is_not_touched() -> None:
    for lie in ("card_is_a_stick", "card_second"):
        assert len(treated(lie).tray.owners_files()) == 3


def test_a_card_that_is_put_in_after_the_reset_is_a_residue_also_where_none_was_to_be_overwritten() -> None:
    bench = finished("android_harness", {**PIXEL_13, "misbehaviour": [LATER]})
    assert bench.report().card is None
    assert bench.report().residues["sd"] == "present"
    assert finished("android_harness", PIXEL_13).report().residues["sd"] == "absent"


@pytest.mark.parametrize("method", ["android_guided", "android_rescue"])
def test_a_phone_that_nobody_could_ask_after_its_reset_is_not_said_to_hold_no_card(method: str) -> None:
    """None was in it before; who had it in hand, or what was put in meanwhile, nobody looked at."""
    bench = finished(method, PIXEL_13)
    assert not any("media.sd" in piece.values for piece in bench.evidence if piece.moment is not Moment.BEFORE)
    assert bench.report().residues["sd"] == "unknown"


def test_a_card_that_was_taken_out_after_its_overwriting_is_still_cleared() -> None:
    bench = CardBench("android_harness", {**PIXEL_13, "set": WITH_CARD})
    bench.inspect()
    steps = [step.name for step in bench.method.steps]
    whole, cut = bench.method, steps.index("look_before")
    bench.method = with_steps(whole, 0, cut)
    bench.run()
    bench.tray.take_out()
    bench.method = with_steps(whole, cut, len(steps))
    bench.run()
    assert (bench.failure, found(bench).reasons, bench.report().residues["sd"]) == ("", (), "cleared")


def with_steps(method: EraseMethod, first: int, end: int) -> EraseMethod:
    return replace(method, steps=method.steps[first:end])


def test_a_phone_that_fails_still_says_what_was_done_to_its_card() -> None:
    stopped, never_back = treated("keeps_tmp"), treated("never_returns")
    for bench in (stopped, never_back):
        assert bench.failure
        assert bench.report().verdict is not Verdict.PASSED
        assert found(bench).chunks_matching > 100
    assert (found(never_back).reasons, never_back.report().residues["sd"]) == ((), "cleared")
    assert found(stopped).reasons == ("card_not_seen_again",), "it ended before anybody looked at the card again"


@pytest.mark.parametrize("method", REACHING)
def test_every_method_that_reaches_a_card_puts_it_before_everything_else(method: str) -> None:
    made = with_card(METHODS[method])
    names = [step.name for step in made.steps]
    assert names[:6] == [
        "card_measure",
        "card_clear",
        "card_fill",
        "card_remount",
        "card_read_back",
        "card_remove",
    ]
    assert [name for name in names if not name.startswith("card_")] == [step.name for step in METHODS[method].steps]
    assert made.name == method


def test_a_method_without_a_shell_before_the_erase_reaches_no_card() -> None:
    with pytest.raises(ValueError, match="android_trade_in"):
        with_card(METHODS["android_trade_in"])


def test_a_cable_pulled_in_the_middle_of_a_fill_is_waited_for_and_the_fill_goes_on() -> None:
    numbers = {piece.values.get("host.step", piece.asked) for piece in honest().evidence}
    assert "card.filled" in numbers
    for after in (0, 70_000, 200_001):
        bench = treated(fault=[{"at": _first_write(), "kind": "truncate", "after_bytes": after, "seconds": 20.0}])
        assert bench.slot.cuts == 1
        assert (bench.failure, found(bench).reasons) == ("", ())


@cache
def _first_write() -> int:
    """The exchange that carried out the first write to the card."""
    bench = CardBench("android_harness", {**PIXEL_13, "set": WITH_CARD})
    seen: list[tuple[str, int]] = []
    keep = bench._keep

    def noting(piece: Evidence) -> None:
        seen.append((piece.values.get("host.step", piece.asked), bench.slot.exchanges.count))
        keep(piece)

    bench._keep = noting  # type: ignore[method-assign]  # the journal is where exchanges can be counted
    bench.inspect()
    bench.run()
    return next(count for name, count in seen if name == "overwrite.write")


def test_a_job_that_died_and_begins_the_card_anew_counts_only_what_it_did_then() -> None:
    whole = honest()
    read = next(piece.number for piece in whole.evidence if piece.asked == "card.disclosed")
    bench = CardBench("android_harness", {**PIXEL_13, "set": WITH_CARD})
    bench.inspect()
    bench.run(dies_after=read)
    assert found(bench).reasons == ("card_not_removed",)
    assert bench.report().residues["sd"] == "present"
    bench.run()  # as the station does before the phone's own erase: identified anew, from the first step
    assert (bench.failure, found(bench).reasons) == ("", ())
    assert bench.report().residues["sd"] == "cleared"
