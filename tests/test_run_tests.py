# SPDX-License-Identifier: GPL-3.0-or-later
"""A pure test is never run again; one that waits for other programs is, once, counted, and with the same seed."""

import json
import textwrap
from pathlib import Path

import pytest
from coverage import CoverageData

from tools.flaky import RERUNS, Flaky, Rerun
from tools.run_tests import FAILED, NOTHING_SELECTED, PASSED, STEPS, Step, run_step

ALL = Step(marks="wire or not wire", workers=0)
INI = """
[pytest]
markers =
    wire
    page
    xdist_group
addopts = -q -p no:cacheprovider -p no:hypothesispytest -p no:pytest_cov
"""
SUITE = """
import random
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def fails(name, times):
    with (HERE / name).open("a") as file:
        file.write(f"{random.random()}\\n")
    assert len((HERE / name).read_text().splitlines()) > times, f"{name} fails the first {times} times"


def test_good():
    pass

"""


@pytest.fixture
def flaky(tmp_path: Path) -> Flaky:
    return Flaky(tmp_path / "flaky.json", "one run")


def suite(folder: Path, text: str) -> Path:
    """A folder with a small suite; `fails(name, n)` fails n times and leaves a line in the file `name` each time."""
    (folder / "suite").mkdir()
    (folder / "suite" / "pytest.ini").write_text(INI, encoding="utf-8")
    (folder / "suite" / "test_it.py").write_text(SUITE + textwrap.dedent(text), encoding="utf-8")
    return folder / "suite"


def runs(root: Path, name: str) -> list[str]:
    """The random number that each run of the test drew."""
    return (root / name).read_text(encoding="utf-8").splitlines()


def test_a_pure_test_that_fails_once_is_not_run_again(tmp_path: Path, flaky: Flaky) -> None:
    root = suite(tmp_path, "def test_pure(): fails('pure', 1)")
    assert run_step("pure", ALL, [], flaky, root=root) == FAILED
    assert len(runs(root, "pure")) == 1
    assert flaky.reruns == []


def test_a_wire_test_that_fails_once_is_run_again_with_the_same_seed_and_written_down(
    tmp_path: Path, flaky: Flaky, capsys: pytest.CaptureFixture[str]
) -> None:
    root = suite(tmp_path, "@pytest.mark.wire\ndef test_wire(): fails('wire', 1)")
    assert run_step("wire", ALL, [], flaky, root=root) == PASSED
    first, second = runs(root, "wire")
    assert first == second
    (rerun,) = json.loads((tmp_path / "flaky.json").read_text(encoding="utf-8"))["reruns"]
    assert (rerun["test"], rerun["then"]) == ("test_it.py::test_wire", "passed")
    assert "wire fails the first 1 times" in rerun["first_traceback"]
    assert f"seed {rerun['seed']}" in capsys.readouterr().out


def test_a_group_of_xdist_shares_a_worker_and_is_no_part_of_the_name_that_is_run_again(
    tmp_path: Path, flaky: Flaky
) -> None:
    root = suite(
        tmp_path,
        """
        @pytest.mark.wire
        @pytest.mark.xdist_group("together")
        @pytest.mark.parametrize("name", ["a@b", "c", "d", "e"])
        def test_wire(name, worker_id):
            with (HERE / "workers").open("a") as file:
                file.write(worker_id + "\\n")
            fails(name, 1 if name == "a@b" else 0)
        """,
    )
    assert run_step("wire", Step(marks="wire", workers=2), [], flaky, root=root) == PASSED
    assert len(set(runs(root, "workers")[:4])) == 1
    assert [rerun.test for rerun in flaky.reruns] == ["test_it.py::test_wire[a@b]"]


def test_a_wire_test_that_fails_twice_has_failed(tmp_path: Path, flaky: Flaky) -> None:
    root = suite(tmp_path, "@pytest.mark.wire\ndef test_wire(): fails('wire', 2)")
    assert run_step("wire", ALL, [], flaky, root=root) == FAILED
    assert len(runs(root, "wire")) == 2
    assert [rerun.then for rerun in flaky.reruns] == ["failed"]


def test_one_pure_failure_among_wire_ones_and_nothing_is_run_again(tmp_path: Path, flaky: Flaky) -> None:
    root = suite(tmp_path, "def test_pure(): fails('pure', 1)\n@pytest.mark.wire\ndef test_wire(): fails('wire', 1)")
    assert run_step("coverage", ALL, [], flaky, root=root) == FAILED
    assert len(runs(root, "wire")) == 1
    assert flaky.reruns == []


def test_more_failures_than_the_budget_and_nothing_is_run_again(tmp_path: Path, flaky: Flaky) -> None:
    root = suite(
        tmp_path,
        f"""
        @pytest.mark.wire
        @pytest.mark.parametrize("name", [f"w{{number}}" for number in range({RERUNS + 1})])
        def test_wire(name): fails(name, 1)
        """,
    )
    assert run_step("wire", ALL, [], flaky, root=root) == FAILED
    assert {len(runs(root, f"w{number}")) for number in range(RERUNS + 1)} == {1}


def test_the_budget_is_one_for_all_steps_of_a_run_and_new_in_the_next_run(tmp_path: Path, flaky: Flaky) -> None:
    root = suite(tmp_path, "@pytest.mark.wire\ndef test_wire(): fails('wire', 1)")
    for number in range(RERUNS):
        flaky.add(Rerun(step="page", test=f"test_{number}", seed=1, first_traceback="", then="passed"))
    same_run = Flaky(tmp_path / "flaky.json", "one run")
    assert same_run.left == 0
    assert run_step("wire", ALL, [], same_run, root=root) == FAILED
    assert len(runs(root, "wire")) == 1
    assert Flaky(tmp_path / "flaky.json", "another run").left == RERUNS


def test_a_suite_that_cannot_be_read_is_not_run_again(tmp_path: Path, flaky: Flaky) -> None:
    root = suite(tmp_path, "this is no Python")
    assert run_step("wire", ALL, [], flaky, root=root) not in (PASSED, NOTHING_SELECTED)
    assert flaky.reruns == []


def test_a_selection_without_tests_says_so(tmp_path: Path, flaky: Flaky) -> None:
    root = suite(tmp_path, "")
    assert run_step("wire", Step(marks="wire", workers=0), [], flaky, root=root) == NOTHING_SELECTED


@pytest.mark.parametrize("suite_steps", [("pure", "wire"), ("measured", "unmeasured")])
def test_the_steps_share_all_tests_among_them_and_none_is_in_two(suite_steps: tuple[str, ...]) -> None:
    """For each set of markers exactly one step of `make test`, with COVERAGE=1 or without, `make slow` and `make
    test-page` selects a test."""
    steps = [STEPS[name].marks for name in (*suite_steps, "slow", "slow-wire", "page")]
    for marks in [{"wire"}, {"slow"}, {"page"}, {"wire", "slow"}, set[str](), {"repeats"}, {"wire", "repeats"}]:
        held = {mark: mark in marks for mark in ("wire", "slow", "page", "repeats")}
        assert sum(bool(eval(step, {}, held)) for step in steps) == 1, marks


def test_what_was_counted_stays_counted_when_a_test_is_run_again(tmp_path: Path, flaky: Flaky) -> None:
    root = suite(tmp_path, "@pytest.mark.wire\ndef test_wire(): fails('wire', 1)\ndef test_pure(): counted()")
    (root / "pytest.ini").write_text(INI.replace(" -p no:pytest_cov", ""), encoding="utf-8")
    (root / "part.py").write_text("def counted():\n    return 1\n", encoding="utf-8")
    (root / ".coveragerc").write_text("[run]\ninclude = part.py\n", encoding="utf-8")
    (root / "conftest.py").write_text("import builtins, part\nbuiltins.counted = part.counted\n", encoding="utf-8")
    assert run_step("measured", Step(marks="", workers=0, measured=True), [], flaky, root=root) == PASSED
    assert len(runs(root, "wire")) == 2
    counted = CoverageData(str(root / ".coverage"))
    counted.read()
    assert 2 in (counted.lines(str(root / "part.py")) or [])
