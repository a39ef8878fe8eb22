# SPDX-License-Identifier: GPL-3.0-or-later
"""How the rig judges: every row must be able to fail. Real jobs, lived in virtual time; no guest."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rig import cuts
from rig.placing import Placed
from rig.run_scenarios import _row
from rig.scenario import PHASES, RigScenarioError, Wanted, read
from rig.station import Ended, must_hold
from tests.support import lives


@pytest.fixture(scope="module")
def certified() -> lives.Life:
    return lives.live(lives.PIXEL_16)


@pytest.fixture(scope="module")
def reported() -> lives.Life:
    return lives.live({**lives.PIXEL_16, "misbehaviour": ["says_done_keeps_data"]})


def truth(life: lives.Life, **changes: object) -> Mapping[str, Any]:
    return {**life.truth, "swapped": False, "cuts": 0, **changes}


def ended(life: lives.Life) -> Ended:
    return Ended(job=life.job, seconds=1.0)


def test_an_honest_certificate_holds(certified: lives.Life) -> None:
    assert must_hold(ended(certified), truth(certified)) == ""


@pytest.mark.parametrize("change", [{"erased": False}, {"swapped": True}])
def test_a_certificate_over_data_or_another_phone_never_holds(
    certified: lives.Life, change: Mapping[str, object]
) -> None:
    assert must_hold(ended(certified), truth(certified, **change))


def test_a_certificate_of_a_virtual_port_taken_for_a_cable_never_holds(certified: lives.Life) -> None:
    job = lives.live(lives.PIXEL_16).job
    job.opened = replace(job.opened, emulated=False)
    assert "cable" in must_hold(Ended(job=job, seconds=1.0), truth(certified))


def test_an_untyped_end_never_holds(reported: lives.Life) -> None:
    assert must_hold(ended(reported), truth(reported)) == ""
    job = lives.live({**lives.PIXEL_16, "misbehaviour": ["says_done_keeps_data"]}).job
    assert job.report is not None
    job.summary = replace(job.summary, failure="", problems=(), reasons=())
    assert "untyped" in must_hold(Ended(job=job, seconds=1.0), truth(reported))
    job.summary = replace(job.summary, failure="internal")
    assert "untyped" in must_hold(Ended(job=job, seconds=1.0), truth(reported))


def scenario(outcome: str, *reasons: str) -> Placed:
    document: dict[str, Any] = {
        "title": "t",
        "kind": "job",
        "phone": [{"name": "p", "slot": "A", "model": "m"}],
        "expect": {"p": {"outcome": outcome, **({"reasons": list(reasons)} if reasons else {})}},
    }
    return Placed(read(document, "one"), {"A": "1-1"}, 1)


def row(placed: Placed, life: lives.Life | None, **changes: object) -> bool:
    lived = {} if life is None else {"1-1": ended(life)}
    return _row(placed, lived, {"one/p": truth(life, **changes) if life is not None else {}}).good


def test_a_scenario_row_is_good_only_for_its_own_end(certified: lives.Life, reported: lives.Life) -> None:
    reason = ended(reported).reasons[0]
    assert row(scenario("certificate"), certified)
    assert not row(scenario("certificate"), reported)
    assert not row(scenario("report", reason), certified)
    assert row(scenario("report", reason), reported)
    assert not row(scenario("report", "another_reason"), reported)
    assert not row(scenario("certificate"), certified, erased=False)
    assert not row(scenario("certificate"), None), "a phone that was not seen"


def test_every_exchange_is_planned_when_there_is_room_and_spread_when_there_is_not() -> None:
    planned = cuts.plan({"a13": 12, "a16": 27, "iphone": 226}, cuts.WHOLE, None)
    at = {kind: sorted(cut.at for cut in planned if cut.kind == kind) for kind in cuts.KINDS}
    assert at["a13"] == list(range(1, 13))
    for kind, length in {"a16": 27, "iphone": 226}.items():
        assert (at[kind][0], at[kind][-1], len(set(at[kind]))) == (1, length, cuts.WHOLE[kind])
    assert {cut.fault for cut in planned} == set(cuts.FAULTS)


def test_an_ordinary_run_cuts_at_other_exchanges_with_each_commit_until_all_have_been_cut() -> None:
    lengths = {"a13": 11, "a16": 29, "iphone": 224}
    for kind, length in lengths.items():
        seen = set[int]()
        for first in range(length):
            at = [cut.at for cut in cuts.plan(lengths, cuts.SAMPLE, first) if cut.kind == kind]
            assert len(set(at)) == cuts.SAMPLE[kind]
            seen |= set(at)
        assert seen == set(range(1, length + 1))


def struck(life: lives.Life | None, *, after_verdict: bool = False, **changes: object) -> cuts.Struck:
    return cuts.Struck(
        cut=cuts.Cut(kind="a16", at=3, fault="truncate"),
        ended=None if life is None else ended(life),
        truth={} if life is None else truth(life, **changes),
        after_verdict=after_verdict,
    )


def judged(*found: cuts.Struck) -> cuts.Found:
    one = cuts.Found(planned=len(found))
    for each in found:
        cuts.judge(one, each, "here")
    return one


def test_a_certificate_over_a_cut_cable_is_wrong_unless_the_verdict_stood_before(certified: lives.Life) -> None:
    assert judged(struck(certified, cuts=1)).wrong == ["here: a certificate over a cut cable"]
    assert judged(struck(certified, cuts=1, after_verdict=True)).wrong == []
    assert judged(struck(certified, cuts=1, after_verdict=True, erased=False)).wrong


def test_a_phone_without_a_job_is_wrong_and_a_cut_that_never_struck_counts_for_nothing(
    certified: lives.Life, reported: lives.Life
) -> None:
    assert judged(struck(None)).wrong == ["here: no job"]
    assert judged(struck(certified, cuts=0)).struck == []
    assert judged(struck(reported, cuts=1)).struck == [ended(reported).reasons[0]]


def test_a_row_of_cuts_needs_most_of_them(reported: lives.Life) -> None:
    def good(cut: int, missed: int) -> bool:
        found = judged(*[struck(reported, cuts=1)] * cut, *[struck(reported, cuts=0)] * missed)
        return cuts._row("a16", found, 10, 1.0).good

    assert good(9, 1)
    assert good(3, 1), "of a few one may miss"
    assert not good(2, 2)
    assert not good(7, 3)
    assert not good(0, 0)


def test_names_that_nobody_has_are_refused() -> None:
    assert Wanted.of([]).phase("cuts")
    assert not Wanted.of(["honest"]).phase("cuts")
    assert [each.name for each in Wanted.of(["cuts", "honest"]).scenarios("job")] == ["honest"]
    assert Wanted.of(["tools"]).scenarios("tools")
    assert not Wanted.of(["tools"]).station
    for phase in PHASES:
        assert Wanted.of([phase]).phase(phase)
    with pytest.raises(RigScenarioError, match="honst"):
        Wanted.of(["honst"])
