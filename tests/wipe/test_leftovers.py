# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier erase left in an iPhone's NVRAM is told from ours by its value before and after.

A leftover alone is no proof of our erase, and accuses no honest phone.
"""

import pytest

from phones.evidence import Evidence, Moment
from phones.verdict import Verdict
from tests.wipe.honest import changed, iphone
from wipe.judge import judge
from wipe.report import EraseReport
from wipe.rules import load

RULES = load("2027.02")
OLD, NEW = "c" * 64, "d" * 64


def _job(
    *, before: dict[str, str | None], after: dict[str, str | None], evidence: tuple[Evidence, ...] | None = None
) -> EraseReport:
    pieces = iphone() if evidence is None else evidence
    for moment, values in ((Moment.BEFORE, before), (Moment.AFTER, after)):
        for name, text in values.items():
            pieces = changed(pieces, moment, f"apple.{name}", text)
    return judge(pieces, method="apple_mcinstall", rules=RULES)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "reason"),
    [
        # The start mark was there before, the very same: it is of an earlier erase.
        ({"oblit_begins_mark": OLD}, {"oblit_begins": "yes", "oblit_begins_mark": OLD}, Verdict.PASSED, ""),
        # A new or another one: an erase began in this job and did not end.
        ({}, {"oblit_begins": "yes", "oblit_begins_mark": NEW}, Verdict.FAILED, "erase_not_finished"),
        (
            {"oblit_begins_mark": OLD},
            {"oblit_begins": "yes", "oblit_begins_mark": NEW},
            Verdict.FAILED,
            "erase_not_finished",
        ),
        # Nobody looked before: a leftover or ours, nobody knows.
        (
            {"oblit_begins_mark": None},
            {"oblit_begins": "yes", "oblit_begins_mark": OLD},
            Verdict.INDETERMINATE,
            "not_looked_for_everything",
        ),
        # A mark of failure that was there before may be of both.
        (
            {"oblit_failure_mark": OLD},
            {"oblit_failure": "yes", "oblit_failure_mark": OLD},
            Verdict.INDETERMINATE,
            "not_looked_for_everything",
        ),
        ({}, {"oblit_failure": "yes", "oblit_failure_mark": NEW}, Verdict.FAILED, "erase_reported_failed"),
        (
            {"oblit_failure_mark": OLD},
            {"oblit_failure": "yes", "oblit_failure_mark": NEW},
            Verdict.FAILED,
            "erase_reported_failed",
        ),
        # Both left by an earlier erase and removed by ours.
        ({"oblit_begins_mark": OLD, "oblit_failure_mark": OLD}, {}, Verdict.PASSED, ""),
    ],
)
def test_a_mark_counts_only_by_its_value_before_and_after(
    before: dict[str, str | None], after: dict[str, str | None], verdict: Verdict, reason: str
) -> None:
    report = _job(before=before, after=after)
    assert (report.verdict, reason in report.reasons or not reason) == (verdict, True)


OLD_SYSTEM: dict[str, str | None] = {
    "obliteration_kind": "legacy",
    "obliteration_epoch": None,
    "obliteration_digest": "a" * 64,
    "oblit_begins": "finished",
    "oblit_begins_mark": OLD,
}


@pytest.mark.parametrize(
    "before",
    [
        OLD_SYSTEM,  # erased long ago and set up again
        {**OLD_SYSTEM, "oblit_begins_mark": "none", "oblit_begins": "no"},
        {**OLD_SYSTEM, "obliteration_kind": "none", "obliteration_digest": None},
        {"obliteration_kind": None, "obliteration_digest": None, "oblit_begins_mark": None},
    ],
)
def test_a_phone_of_an_older_system_is_neither_accused_nor_certified_by_its_untimed_marks(
    before: dict[str, str | None],
) -> None:
    report = _job(before=before, after=OLD_SYSTEM)
    assert report.verdict is Verdict.INDETERMINATE
    assert "erase_not_finished" not in report.reasons
    assert "stamp_not_of_an_erase" in report.reasons


def test_a_stamp_that_was_there_before_is_no_proof_whatever_stands_beside_it() -> None:
    kept: dict[str, str | None] = {"obliteration_digest": "a" * 64, "oblit_begins_mark": OLD}
    report = _job(before=kept, after={**kept, "oblit_begins": "yes"})
    assert report.verdict is Verdict.INDETERMINATE
    assert "stamp_not_new" in report.reasons
