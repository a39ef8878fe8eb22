# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe verify` as a stranger types it: several files, folders of trust, wrong files, what is printed."""

import base64
import contextlib
import io
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from certs.formats.x509_facts import read_certificate
from certs.verify.root_words import root_words
from station.cli.commands.verify import command
from station.cli.main import run
from station.text import language

GOLDEN = Path(__file__).parents[2] / "golden"


@dataclass(frozen=True)
class Done:
    exit_code: int
    stdout: str
    stderr: str


def _run(*arguments: str, stdin: bytes = b"") -> Done:
    out, err = io.StringIO(), io.StringIO()
    with tempfile.TemporaryFile("w+") as given:
        given.buffer.write(stdin)
        given.seek(0)
        before, sys.stdin = sys.stdin, given
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(["verify", *arguments])
        sys.stdin = before
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
    passed = {check["check"] for check in said["checks"] if check["verdict"] == "passed"}
    assert passed >= {"log", "bounds", "revocation"}
    assert [each["code"] for each in said["warnings"]] == ["W_VALIDATION_UNSIGNED", "W_STATUS_STALE"]


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


def test_a_good_answer_is_one_answer_the_phone_and_one_thing_to_do() -> None:
    said = _run(str(GOLDEN / "valid.pdf"), *TRUSTED).stdout
    assert said.splitlines() == [
        "Genuine: now compare the phone",
        "  Phone: Apple iPhone 12, IMEI …3809, IMEI …7518, serial number …Q1MN",
        "  Paper: PW-5MPX-70R3-G7TV-0A1B, issued by 示例二手手机有限公司 Example Phones Ltd, 2026-03-02",
        "  → Dial *#06# on the phone itself and check again with --imei and the number it shows: "
        "a common fraud is a real certificate of a different phone.",
        "  With -v: every check behind this answer, and 2 notes.",
    ]
    assert "!" not in said
    compared = _run(str(GOLDEN / "valid.pdf"), *TRUSTED, "--imei", "356938035643809")
    assert (compared.exit_code, compared.stdout.splitlines()[0]) == (0, "Genuine, and this is the phone")
    assert "--imei" not in compared.stdout


def test_with_v_every_check_and_every_note_is_shown_and_what_to_do_about_it() -> None:
    said = _run(str(GOLDEN / "valid.pdf"), *TRUSTED, "-v").stdout
    assert said.startswith("Genuine: now compare the phone\n")
    assert "\n  VALID\n" in said
    assert "W_NOT_LOGGED" in said
    root = read_certificate(ssl.PEM_cert_to_DER_cert((GOLDEN / "root.pem").read_text()))
    assert said.splitlines()[-1].endswith(": " + " ".join(root_words(root.fingerprint)))
    assert "keep a copy yourself" in said
    assert len([line for line in said.splitlines() if re.match(r"  (passed|not made) [a-z-]+", line)]) == 22


def test_what_was_not_looked_up_stands_beside_a_good_answer_and_accuses_nobody() -> None:
    logged = ("--trust", str(GOLDEN / "log.policy"))
    said = _run(str(GOLDEN / "valid-logged.pdf"), *TRUSTED, *logged).stdout
    assert "  Not looked up: whether the issuer has withdrawn it since.\n" in said
    assert "!" not in said
    language.use("zh")
    try:
        said = _run(str(GOLDEN / "valid-logged.pdf"), *TRUSTED, *logged).stdout
    finally:
        language.use("en")
    assert "  未查询：签发方此后是否已撤回。\n" in said


@pytest.mark.parametrize("name", ["valid", "report"])
def test_a_wrong_number_is_answered_with_the_last_four_of_the_paper(name: str) -> None:
    done = _run(str(GOLDEN / f"{name}.pdf"), *TRUSTED, "--imei", "356938035643817")
    assert done.exit_code == 7
    assert "IMEI …3809" in done.stdout
    assert "A mistyped digit is possible." in done.stdout
    assert ("a report, not a certificate" in done.stdout) == (name == "report")


def test_a_pdf_of_somebody_else_is_no_paper_and_nobody_is_accused(tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\nstartxref\n9\n%%EOF\n")
    done = _run(str(tmp_path / "invoice.pdf"), *TRUSTED)
    assert done.stdout.splitlines()[0] == "Do not rely on it: this is no proofwipe paper"
    assert "VALID" not in done.stdout
    assert done.exit_code == 7, "whoever wants can take every mark off a paper"


def test_the_plain_answer_is_in_the_data_too() -> None:
    said = json.loads(_run(str(GOLDEN / "valid.pdf"), *TRUSTED, "--imei", "356938035643817", "--json").stdout)
    assert (said["answer"], said["code"]) == ("NOT VALID", "E_DEVICE")
    assert (said["plain"]["plain_answer"], said["plain"]["why"]) == ("do_not_rely", "other_phone")
    assert said["plain"]["phone"]["last_four"]["imei"] == "3809"
    many = json.loads(_run("-r", str(GOLDEN / "nothing-here"), str(GOLDEN / "valid.pdf"), "--json").stdout)
    assert [one["plain"]["why"] for one in many["files"]] == ["not_checked", "no_root"]


def test_a_name_without_its_root_is_called_unverified() -> None:
    done = _run(str(GOLDEN / "valid.pdf"))
    assert done.exit_code == 6
    assert "not verified" in done.stdout
    assert "unverified" not in _run(str(GOLDEN / "valid.pdf"), "--trust", str(GOLDEN / "root.pem")).stdout


@pytest.mark.parametrize("typed", ["F2LDEMO0Q1MN", "f2ldemo0q1mn", "F2LD EMO0 Q1MN", "F2LDEMO0-Q1MN"])
def test_the_serial_number_on_the_label_is_the_papers_however_it_is_typed(typed: str) -> None:
    assert _run(str(GOLDEN / "valid.pdf"), *TRUSTED, "--imei", typed).exit_code == 0


def test_what_the_archive_copy_opens_is_shown() -> None:
    done = _run(str(GOLDEN / "valid-archive.pdf"), "--trust", str(GOLDEN / "root.pem"))
    assert done.exit_code == 0
    assert "356938035643809" in done.stdout


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A folder as auditors get it: papers, and what lies beside them."""
    share = tmp_path / "share"
    (share / "Thumbs").mkdir(parents=True)
    for name in ("a.pdf", "c.pdf", "Thumbs/d.PDF"):
        shutil.copy(GOLDEN / "valid.pdf", share / name)
    (share / "dangling.pdf").symlink_to("gone.pdf")
    (share / "Thumbs" / "Thumbs.db").write_bytes(b"\x01\x02\x00")
    with zipfile.ZipFile(share / "papers.zip", "w") as archive:
        archive.write(GOLDEN / "valid.pdf", "inside.pdf")
    return share


TRUSTED = ("--trust", str(GOLDEN / "root.pem"))


@pytest.mark.parametrize(
    "bad",
    [
        "b.pdf",
        "dangling.pdf",
        "Thumbs",
        "x" * 5000,
        "no/such/folder/x.pdf",
        "nothing-*.pdf",
        "[",
        "**.pdf[",
        "a.pdf/x.pdf",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_name_never_hides_the_answers_to_the_others(
    share: Path, monkeypatch: pytest.MonkeyPatch, bad: str, place: int
) -> None:
    monkeypatch.chdir(share)
    names = ["a.pdf", "c.pdf"]
    names.insert(place, bad)
    done = _run(*names, *TRUSTED)
    assert done.exit_code == 6
    assert done.stderr == ""
    words = done.stdout.splitlines()
    assert words.count("Genuine: now compare the phone") == 2
    assert words.count("Do not rely on it yet: it could not be read") == 1
    assert words[-4:-1] == [
        "3 checked:",
        "      2  Genuine: now compare the phone",
        "      1  Do not rely on it yet: it could not be read",
    ]


def test_of_a_folder_every_paper_is_answered_and_what_is_none_is_counted(share: Path) -> None:
    done = _run("-r", str(share), *TRUSTED)
    assert done.exit_code == 6
    assert done.stdout.count("\nGenuine: now compare the phone\n") == 3
    assert "papers.zip" in done.stdout
    assert "inside.pdf" in done.stdout
    assert "Thumbs.db" not in done.stdout
    assert done.stdout.splitlines()[-6:-1] == [
        "5 checked:",
        "      3  Genuine: now compare the phone",
        "      1  Do not rely on it yet: it could not be read",
        "      1  Do not rely on it yet: the PDF itself is needed",
        "1 other files in these folders are no PDF and hold none that could be seen; they were passed over.",
    ]


def test_a_folder_without_any_paper_is_no_good_news(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("nothing here")
    done = _run("-r", str(tmp_path), *TRUSTED)
    assert done.exit_code == 6
    assert done.stdout.splitlines()[:3] == [
        str(tmp_path),
        "Do not rely on it yet: it could not be read",
        "  no PDF was found in this folder: not checked.",
    ]
    assert "1 other files" in done.stdout


@pytest.mark.parametrize("beside", ["", "note.txt"])
def test_a_folder_without_any_paper_is_answered_beside_a_good_one(share: Path, beside: str) -> None:
    good, empty = share / "good", share / "empty"
    for folder in (good, empty):
        folder.mkdir()
    shutil.copy(GOLDEN / "valid.pdf", good)
    if beside:
        (empty / beside).write_text("nothing here")
    done = _run("-r", str(good), str(empty), str(good), *TRUSTED, "--jsonl")
    paper, folder, total = (json.loads(line) for line in done.stdout.splitlines())
    assert (done.exit_code, total["exit_code"], paper["answer"]) == (6, 6, "VALID")
    assert (folder["path"], folder["answer"]) == (str(empty), "CANNOT TELL")
    assert _run("-r", str(share), str(good), *TRUSTED).stdout.count("no PDF was found") == 0
    assert _run("-r", str(share), str(empty), *TRUSTED).stdout.count("no PDF was found") == 1


def test_a_pattern_follows_no_link_round_and_a_file_of_two_names_is_answered_once(
    share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(share)
    (share / "Thumbs" / "round").symlink_to(share)
    (share / "again.pdf").symlink_to("a.pdf")
    done = _run("**/*.PDF", *TRUSTED, "--json")
    assert [Path(one["path"]).name for one in [json.loads(done.stdout)]] == ["d.PDF"]
    done = _run("a.pdf", "./a.pdf", "Thumbs/../a.pdf", str(share / "a.pdf"), "again.pdf", *TRUSTED, "--json")
    assert json.loads(done.stdout)["schema"] == "proofwipe/verification/1"


def test_a_link_to_its_own_folder_ends_and_a_file_named_twice_is_answered_once(share: Path) -> None:
    (share / "Thumbs" / "round").symlink_to(share)
    done = _run("-r", str(share), str(share / "a.pdf"), *TRUSTED)
    assert "\n6 checked:\n      3  Genuine: now compare the phone\n" in done.stdout
    assert "not followed" in done.stdout


def test_what_a_mac_leaves_beside_each_file_is_no_paper(share: Path) -> None:
    for name in ("a.pdf", "c.pdf"):
        (share / f"._{name}").write_bytes(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X" + bytes(4000))
    said = _run("-r", str(share), *TRUSTED).stdout.splitlines()
    assert said[-6:-4] == ["5 checked:", "      3  Genuine: now compare the phone"]
    assert said[-2].startswith("3 other files")


def test_a_paper_in_base64_or_beside_a_letter_in_an_archive_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "saved.txt").write_bytes(base64.encodebytes((GOLDEN / "valid.pdf").read_bytes()))
    with zipfile.ZipFile(tmp_path / "mix.zip", "w") as archive:
        archive.write(GOLDEN / "valid.pdf", "word/certificate.pdf")
    said = _run("-r", str(tmp_path), *TRUSTED).stdout
    assert said.splitlines()[-4] == "2 checked:"
    assert "word/certificate.pdf" in said


def test_a_dash_is_standard_input_alone_or_among_files(share: Path) -> None:
    paper = (GOLDEN / "valid.pdf").read_bytes()
    done = _run("-", *TRUSTED, stdin=paper)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "Genuine: now compare the phone")
    done = _run("-", str(share / "a.pdf"), *TRUSTED, stdin=b"")
    assert done.exit_code == 6
    assert "E_EMPTY" in done.stdout
    assert done.stdout.splitlines()[-4:-1] == [
        "2 checked:",
        "      1  Do not rely on it: this is no proofwipe paper",
        "      1  Genuine: now compare the phone",
    ]


@pytest.mark.parametrize("first", [0, 3000], ids=["nothing yet", "its beginning"])
def test_standard_input_that_does_not_block_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    paper = (GOLDEN / "valid.pdf").read_bytes()
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.write(writing, paper[:first])

    def the_rest() -> None:
        with contextlib.suppress(BrokenPipeError), os.fdopen(writing, "wb") as pipe:
            pipe.write(paper[first:])

    later = threading.Timer(0.3, the_rest)
    with os.fdopen(reading) as stdin, contextlib.redirect_stdout(io.StringIO()) as out:
        monkeypatch.setattr("sys.stdin", stdin)
        later.start()
        code = run(["verify", "-", *TRUSTED])
    later.join()
    assert (code, out.getvalue().splitlines()[0]) == (0, "Genuine: now compare the phone")


def test_many_answers_as_data_one_document_or_one_a_line(share: Path) -> None:
    done = _run("-r", str(share), *TRUSTED, "--jsonl")
    *papers, total = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["schema"] for one in papers} == {"proofwipe/verification/1"}
    assert [Path(one["path"]).name for one in papers] == ["a.pdf", "c.pdf", "dangling.pdf", "papers.zip", "d.PDF"]
    assert [one["exit_code"] for one in papers] == [0, 0, 6, 6, 0]
    assert (total["schema"], total["answers"]) == ("proofwipe/verification-total/1", {"VALID": 3, "CANNOT TELL": 2})
    assert (total["checked"], total["passed_over"], total["exit_code"]) == (5, 1, 6)
    document = json.loads(_run("-r", str(share), *TRUSTED, "--json").stdout)
    assert [one["path"] for one in document["files"]] == [one["path"] for one in papers]
    assert document["total"]["exit_code"] == 6


def test_a_single_file_as_a_line_is_the_same_as_its_document() -> None:
    paper = str(GOLDEN / "valid.pdf")
    assert json.loads(_run(paper, "--jsonl").stdout) == json.loads(_run(paper, "--json").stdout)


def test_a_full_disk_behind_standard_output_is_said_and_is_no_answer(share: Path) -> None:
    root = Path(__file__).parents[3]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "station.cli.main", "verify", str(share / "a.pdf"), *TRUSTED],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            cwd=root,
            env={**os.environ, "PROOFWIPE_LANG": "en", "LANG": "C.UTF-8"},
        )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: What was to be printed could not be written: the disk is full.")


def test_the_command_offers_no_network() -> None:
    assert {parameter.name for parameter in command.params} == {
        "files",
        "trusted",
        "status",
        "imei",
        "scanned",
        "offline",
        "recursive",
        "verbose",
        "as_json",
        "as_jsonl",
    }
