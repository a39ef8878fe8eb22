# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe demo`: exactly the honest phones get certificates, and everything it wrote can be checked."""

import json
from pathlib import Path

import pytest

from grading import schemes
from grading.grade import grade
from phones.verdict import Verdict
from tests.support.cli_station import CommandLine
from tests.support.demo_run import DemoRun
from tests.support.lives import job_in
from tests.support.schemas import check


@pytest.mark.wire
@pytest.mark.repeats
@pytest.mark.xdist_group("whole-bench")
@pytest.mark.timeout(240)
def test_the_demo_certifies_exactly_the_honest_phones(line: CommandLine, run: DemoRun) -> None:
    """`--out` is relative, as in the README."""
    out, said, words = run.out, run.out_said.decode(), run.err_said.decode()
    assert run.exit_code == 0, words
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    check(summary)
    phones = summary["phones"]
    assert len(phones) >= 9
    assert sum(phone["outcome"] == "certificate" for phone in phones) == 4
    assert summary["deadlines"]
    assert summary["technician"]["answers"]
    for phone in phones:
        honest = "honest" in phone["called"]
        assert phone["outcome"] == ("certificate" if honest else "report")
        assert (phone["verdict"] == "passed") is honest
        assert bool(phone["reasons"]) is not honest
        assert phone["platform"] in ("android", "apple")
        paper = out / phone["file"]
        assert str(paper) in said
        answer = line.run("verify", paper, "--json")
        assert answer.code == 7
        assert answer.document["answer"] == ("SPECIMEN" if honest else "REPORT"), phone["called"]
    assert "SPECIMEN" in words
    assert not any(row != row.rstrip() for row in said.splitlines())


@pytest.mark.wire
@pytest.mark.repeats
@pytest.mark.xdist_group("whole-bench")
@pytest.mark.timeout(240)
def test_a_perfect_phone_of_each_platform_has_grade_1_and_worn_ones_2_or_3(run: DemoRun) -> None:
    """By the law in work: papers of the demo are made under the newest released edition."""
    phones = json.loads((run.out / "summary.json").read_text(encoding="utf-8"))["phones"]
    grades = {}
    for phone in phones:
        if "honest" in phone["called"]:
            job = job_in(run.station / "ledger.sqlite3", phone["job"])
            found = grade(job.evidence, platform=job.platform, verdict=Verdict.PASSED, scheme=schemes.load("basic"))
            grades[phone["called"]] = found.usability
    assert grades.pop("honest-pixel-android-16") == "1"
    assert grades.pop("honest-iphone-13") == "1"
    assert set(grades.values()) <= {"2", "3"}
    assert len(grades) == 2


def test_a_scenario_that_is_none_is_refused_in_two_lines(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[[phone]]\nname = 3", encoding="utf-8")
    for scenario in (tmp_path / "s.toml", tmp_path / "none.toml"):
        done = line.run("demo", "--out", tmp_path / "out", "--scenario", scenario)
        assert done.code == 2, done.err
        assert str(scenario.name) in done.err
