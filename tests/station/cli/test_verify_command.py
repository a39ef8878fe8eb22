# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe verify` as a stranger types it: several files, folders of trust, wrong files, what is printed."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.cli.commands.verify import command
from station.cli.main import run

GOLDEN = Path(__file__).parents[2] / "golden"


@dataclass(frozen=True)
class Done:
    exit_code: int
    stdout: str
    stderr: str


def _run(*arguments: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["verify", *arguments])
    return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "trust"
    folder.mkdir()
    for name in ("root.pem", "log.policy", "tsa.pem"):
        (folder / name).write_bytes((GOLDEN / name).read_bytes())
    return folder


def test_a_folder_of_trust_and_a_status_file_answer_every_question(bundle: Path) -> None:
    done = _run(
        str(GOLDEN / "valid-standing.pdf"), "--trust", str(bundle), "--status", str(GOLDEN / "withdrawn.log"), "--json"
    )
    said = json.loads(done.stdout)
    assert (said["answer"], said["code"], said["summary"]) == ("NOT VALID", "E_WITHDRAWN", None)
    done = _run(
        str(GOLDEN / "valid-standing.pdf"), "--trust", str(bundle), "--status", str(GOLDEN / "standing.log"), "--json"
    )
    said = json.loads(done.stdout)
    assert said["answer"] == "VALID"
    assert said["summary"]["issuer_is"] == "pinned"
    assert said["summary"]["seen_at"].startswith("2026-03-02T10:02")
    passed = {check["name"] for check in said["checks"] if check["verdict"] == "passed"}
    assert passed >= {"log", "bounds", "revocation"}
    assert said["warnings"] == ["W_VALIDATION_UNSIGNED", "W_STATUS_STALE"]


def test_of_several_files_the_worst_decides(bundle: Path) -> None:
    good, unclear, bad = (str(GOLDEN / f"{name}.pdf") for name in ("valid", "unknown-rules", "byte-flipped"))
    trust = ("--trust", str(GOLDEN / "root.pem"))
    done = _run(good, good, *trust)
    assert done.exit_code == 0
    assert _run(good, unclear, *trust).exit_code == 6
    done = _run(good, unclear, bad, *trust, "--json")
    assert done.exit_code == 7
    told = json.loads(done.stdout)
    assert told["schema"] == "proofwipe/verifications/1"
    assert [entry["answer"] for entry in told["files"]] == ["VALID", "CANNOT TELL", "NOT VALID"]
    done = _run(str(GOLDEN / "byte-*.pdf"), *trust)
    assert done.exit_code == 7
    assert "byte-range-twice.pdf" in done.stdout
    assert "E_COVERAGE" in done.stdout


def test_a_folder_or_an_empty_pattern_is_a_wrong_command_line() -> None:
    for wrong in (".", str(GOLDEN), str(GOLDEN / "nothing-*.pdf")):
        done = _run(wrong)
        assert done.exit_code == 2
        assert wrong in done.stderr.replace("\n", "") or Path(wrong).name in done.stderr


def test_a_wrong_trust_or_status_file_is_a_wrong_command_line_and_says_which(bundle: Path) -> None:
    paper = str(GOLDEN / "valid-standing.pdf")
    (bundle.parent / "letter.pem").write_text("Dear Sir")
    for arguments in (
        ("--trust", str(bundle.parent / "letter.pem")),
        ("--trust", str(bundle.parent / "missing.pem")),
        ("--status", str(GOLDEN / "standing.log")),
        ("--trust", str(bundle), "--status", paper),
    ):
        done = _run(paper, *arguments)
        assert done.exit_code == 2, done.stderr
        assert "VALID" not in done.stdout
    assert "letter.pem" in _run(paper, "--trust", str(bundle.parent / "letter.pem")).stderr
    assert "log.policy" in _run(paper, "--status", str(GOLDEN / "standing.log")).stderr
    assert "not a snapshot of a log" in _run(paper, "--trust", str(bundle), "--status", paper).stderr.replace("\n", " ")


def test_what_to_do_about_a_bad_paper_stands_under_the_answer() -> None:
    done = _run(str(GOLDEN / "page-edited.pdf"), "--trust", str(GOLDEN / "root.pem"))
    assert done.stdout.splitlines()[2].startswith("  → Do not believe the page.")


def test_a_name_without_its_root_is_called_unverified() -> None:
    done = _run(str(GOLDEN / "valid.pdf"))
    assert done.exit_code == 6
    assert "not verified" in done.stdout
    assert "unverified" not in _run(str(GOLDEN / "valid.pdf"), "--trust", str(GOLDEN / "root.pem")).stdout


def test_what_the_archive_copy_opens_is_shown() -> None:
    done = _run(str(GOLDEN / "valid-archive.pdf"), "--trust", str(GOLDEN / "root.pem"))
    assert done.exit_code == 0
    assert "356938035643809" in done.stdout


def test_the_command_offers_no_network() -> None:
    assert {parameter.name for parameter in command.params} == {
        "files",
        "trusted",
        "status",
        "imei",
        "offline",
        "as_json",
    }
