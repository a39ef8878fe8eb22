# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe demo`: exactly the honest phones get certificates, and everything it wrote can be checked."""

import json
from pathlib import Path

import pytest

from tests.support.cli_station import CommandLine
from tests.support.demo_run import DemoRun


@pytest.mark.wire
@pytest.mark.repeats
@pytest.mark.xdist_group("whole-bench")
@pytest.mark.timeout(240)
def test_the_demo_certifies_exactly_the_honest_phones(line: CommandLine, run: DemoRun) -> None:
    """`--out` is relative, as in the README."""
    out, said, words = run.out, run.out_said.decode(), run.err_said.decode()
    assert run.exit_code == 0, words
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    phones = summary["phones"]
    assert len(phones) >= 9
    assert sum(phone["outcome"] == "certificate" for phone in phones) == 4
    assert summary["deadlines"]
    assert summary["technician"]["answers"]
    for phone in phones:
        honest = "honest" in phone["name"]
        assert phone["outcome"] == ("certificate" if honest else "report")
        assert (phone["verdict"] == "passed") is honest
        assert bool(phone["reasons"]) is not honest
        assert phone["platform"] in ("android", "ios")
        paper = out / phone["file"]
        assert str(paper) in said
        answer = line.run("verify", paper, "--json")
        assert answer.code == 7
        assert answer.document["answer"] == ("SPECIMEN" if honest else "REPORT"), phone["name"]
    assert "SPECIMEN" in words
    assert not any(row != row.rstrip() for row in said.splitlines())


def test_a_scenario_that_is_none_is_refused_in_two_lines(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[[phone]]\nname = 3", encoding="utf-8")
    for scenario in (tmp_path / "s.toml", tmp_path / "none.toml"):
        done = line.run("demo", "--out", tmp_path / "out", "--scenario", scenario)
        assert done.code == 2, done.err
        assert str(scenario.name) in done.err
