# SPDX-License-Identifier: GPL-3.0-or-later
"""An overwriting pass is claimed only when every part of it was seen; one chunk that differs is the phone's end."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.evidence import Evidence, Moment
from phones.verdict import Verdict
from tests.wipe.honest import (
    FIRST_BOOT,
    GB,
    NEXT_BOOT,
    OLD_ID,
    OTHER_SERIAL,
    SECRET,
    added,
    changed,
    overwritten,
    without,
)
from wipe.judge import judge
from wipe.overwritten import SHORT_OF_OVERWRITING, at_most_ppm
from wipe.report import EraseReport, Overwriting
from wipe.rules import load
from wipe.secret import commitment_to, secret_of, seed_of

RULES = load()
METHOD = "android_harness"
Change = Callable[[tuple[Evidence, ...]], tuple[Evidence, ...]]


def _report(evidence: tuple[Evidence, ...]) -> EraseReport:
    return judge(evidence, method=METHOD, rules=RULES)


def _set(value: str, text: str | None) -> Change:
    return lambda evidence: changed(evidence, Moment.BETWEEN, value, text)


def _without(asked: str) -> Change:
    return lambda evidence: without(evidence, Moment.BETWEEN, asked)


def _in(asked: str, value: str, text: str) -> Change:
    """Only in that piece; a value may stand in several."""

    def change(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        return tuple(
            changed((piece,), Moment.BETWEEN, value, text)[0] if piece.asked == asked else piece for piece in evidence
        )

    return change


def _swapped(one: str, other: str) -> Change:
    """Each stands in the other's place."""

    def change(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        first, second = (
            next(piece.number for piece in evidence if piece.asked == asked and piece.moment is Moment.BETWEEN)
            for asked in (one, other)
        )
        swapped = {first: second, second: first}
        return tuple(replace(piece, number=swapped.get(piece.number, piece.number)) for piece in evidence)

    return change


def _before_the_restart(asked: str) -> Change:
    """The piece was made before the phone came back."""
    return _swapped("overwrite.restarted", asked)


def test_a_whole_pass_is_claimed_with_its_figures() -> None:
    report = _report(overwritten())
    assert (report.verdict, report.reasons) == (Verdict.PASSED, ())
    assert report.claims.gb_status == "method_overwrite"
    assert report.claims.overwriting == Overwriting(
        capacity_bytes=128 * GB,
        written_bytes=116 * GB,
        passes=1,
        chunks_total=110627,
        chunks_drawn=11063,
        chunks_matching=11063,
        at_most_ppm=417,
        reasons=(),
    )


def _with(number: int, asked: str, values: dict[str, str]) -> Change:
    return lambda evidence: added(evidence, number, Moment.BETWEEN, asked, values)


OTHER_SECRET = secret_of(bytes(16), "1" * 32)
SHORT: dict[str, tuple[Change, ...]] = {
    "overwrite_capacity_not_read": (
        _set("storage.disks_bytes", None),
        _set("storage.disks_bytes", "malformed"),
        _set("storage.disks_bytes", "0"),
        _set("storage.disks_bytes", "9007199254740993"),  # more than a reader of JSON holds exactly
        _without("overwrite.measure"),
        _in("overwrite.measure", "storage.free_bytes", "malformed"),
        _set("storage.total_bytes", None),
    ),
    "overwrite_capacity_contradicts": (
        _set("storage.disks_bytes", str(100 * GB)),
        _in("overwrite.measure", "storage.free_bytes", str(119 * GB)),
        _set("overwrite.kept_bytes", str(119 * GB)),
    ),
    "overwrite_coverage_too_small": (
        _set("storage.disks_bytes", str(512 * GB)),
        lambda evidence: added(evidence, 2, Moment.BEFORE, "android.checks", {"storage.disks_bytes": str(512 * GB)}),
        lambda evidence: _set("overwrite.kept_bytes", str(65 * GB))(
            _set("overwrite.chunks_total", "61989")(
                _in("overwrite.measure", "storage.free_bytes", str(65 * GB))(evidence)
            )
        ),
    ),
    "overwrite_not_filled": (
        _without("overwrite.filled"),
        _set("overwrite.full", "no"),
        _set("overwrite.full", None),
        _set("overwrite.kept_bytes", str(114 * GB)),
        _set("overwrite.kept_bytes", None),
        _set("overwrite.pattern", "zeros"),
        _without("overwrite.sent"),
        _in("overwrite.sent", "overwrite.pass", "2"),
        _set("overwrite.passes", "3"),
        _set("overwrite.passes", None),
    ),
    "overwrite_not_restarted": (
        _without("overwrite.restarted"),
        _set("overwrite.boot", FIRST_BOOT),
        _set("overwrite.boot", None),
        _in("overwrite.restarted", "overwrite.boot", "malformed"),
    ),
    "overwrite_not_committed": (
        _without("overwrite.planned"),
        _without("overwrite.disclosed"),
        _set("overwrite.commitment", None),
        _set("overwrite.commitment", commitment_to(OTHER_SECRET)),
        _set("overwrite.secret", OTHER_SECRET),
        _set("overwrite.secret", "malformed"),
        _set("overwrite.secret", SECRET.upper()),
        _set("overwrite.seed", "7" * 64),
        _set("overwrite.seed", seed_of(SECRET, FIRST_BOOT)),
        _set("overwrite.seed", seed_of(OTHER_SECRET, NEXT_BOOT)),
        _swapped("overwrite.planned", "overwrite.sent"),
        _swapped("overwrite.disclosed", "overwrite.read_back"),
        _with(3, "overwrite.planned", {"overwrite.commitment": commitment_to(OTHER_SECRET)}),
        _with(20, "overwrite.drawn", {"overwrite.secret": SECRET}),
        _with(11, "overwrite.sent", {"overwrite.secret": SECRET}),
        _with(99, "overwrite.small", {"overwrite.secret": OTHER_SECRET}),
    ),
    "overwrite_mark_not_looked_for": (
        _without("canary.look"),
        _set("canary.gone", "sdcard,tmp"),
        _set("canary.gone", "malformed"),
        _set("canary.marker_works", "sdcard,settings"),
        _set("canary.marker_works", None),
        _swapped("overwrite.restarted", "canary.look"),
    ),
    "overwrite_not_read_back": (
        _without("overwrite.drawn"),
        _without("overwrite.read_back"),
        _set("overwrite.chunks_matching", "11062"),
        _set("overwrite.chunks_matching", None),
        _in("overwrite.read_back", "overwrite.chunks_drawn", "5"),
        _set("overwrite.chunks_total", "100000"),
        _set("overwrite.chunks_total", "120000"),
        _before_the_restart("overwrite.drawn"),
        _before_the_restart("overwrite.read_back"),
        _set("overwrite.chunk_bytes", "0"),
        _set("overwrite.seed", None),
        _set("overwrite.chunks_differing", None),
        _set("overwrite.chunks_unread", "1"),
    ),
    "overwrite_too_little_read_back": (
        lambda evidence: _set("overwrite.chunks_matching", "11062")(_set("overwrite.chunks_drawn", "11062")(evidence)),
    ),
    "overwrite_not_removed": (_without("overwrite.removed"), _set("overwrite.removed", "no")),
    "overwrite_of_another_phone": (_without("android.state"), _set("identity.imei1", None)),
}
CASES = [(reason, change) for reason, changes in SHORT.items() for change in changes]


def test_every_shortfall_has_a_case() -> None:
    assert set(SHORT) == set(SHORT_OF_OVERWRITING)


@pytest.mark.parametrize(("reason", "change"), CASES)
def test_whatever_is_missing_keeps_it_from_being_claimed_and_says_so(reason: str, change: Change) -> None:
    report = _report(change(overwritten()))
    assert report.verdict is Verdict.PASSED  # the erase itself is proven without it
    assert report.claims.gb_status == "supporting_only"
    assert report.claims.overwriting is not None
    assert reason in report.claims.overwriting.reasons
    assert reason in SHORT_OF_OVERWRITING


def test_one_chunk_that_differs_fails_the_phone_even_if_a_later_look_finds_none() -> None:
    report = _report(_in("overwrite.read_back", "overwrite.chunks_differing", "1")(overwritten()))
    assert (report.verdict, report.reasons) == (Verdict.FAILED, ("overwrite_differs",))
    assert (report.claims.gb_status, report.claims.overwriting) == ("none", None)


@pytest.mark.parametrize(
    ("value", "text", "reason"),
    [
        ("data.android_id", OLD_ID, "android_id_unchanged"),
        ("locks.accounts", "2", "accounts_left"),
        ("boot.system_image_running", "yes", "other_system_running"),
        ("data.packages", "24", "packages_left"),
    ],
)
def test_what_the_restart_brings_to_light_is_not_unread(value: str, text: str, reason: str) -> None:
    """A phone may show a clean image until it restarts."""
    report = _report(_in("android.state", value, text)(overwritten()))
    assert report.verdict is not Verdict.PASSED
    assert reason in report.reasons


def test_a_mark_that_the_restart_brings_back_fails_the_phone() -> None:
    report = _report(_in("canary.look", "canary.still_there", "tmp")(overwritten()))
    assert (report.verdict, report.reasons) == (Verdict.FAILED, ("canary_still_there",))


def test_a_pass_on_another_phone_fails_the_job() -> None:
    other = changed(overwritten(), Moment.BETWEEN, "identity.serial", OTHER_SERIAL)
    assert _report(other).verdict is Verdict.FAILED


def test_an_open_or_unencrypted_phone_is_called_clear_only_after_it() -> None:
    open_phone = changed(overwritten(), Moment.BEFORE, "boot.verified_state", "orange")
    assert _report(open_phone).claims.nist_method == "clear"
    assert _report(_without("overwrite.removed")(open_phone)).claims.nist_method == "none"


def test_the_bound_is_that_of_so_many_draws_without_a_fault() -> None:
    assert [at_most_ppm(drawn) for drawn in (1, 459, 11063)] == [990_000, 9983, 417]


@given(drawn=st.integers(1, 10**7))
def test_more_draws_never_leave_more_doubt(drawn: int) -> None:
    assert 0 < at_most_ppm(drawn + 1) <= at_most_ppm(drawn) <= 990_000
