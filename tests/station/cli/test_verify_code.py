# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe verify --code`: what the QR code of a printed page holds, as text, in a file, on standard input."""

import base64
import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from certs.formats import cms, pdf_signature
from certs.page import pdf_profile
from certs.record.statement import qr_text
from station.cli.main import run
from station.text import language

GOLDEN = Path(__file__).parents[2] / "golden"
OTHER_IMEI = "356938035643817"


def verify(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["verify", *arguments])
    return code, out.getvalue(), err.getvalue()


def code_of(name: str) -> str:
    return qr_text(pdf_profile.read((GOLDEN / name).read_bytes()).embedded()["statement.cose"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What `keys export-trust` writes, as far as a code needs it."""
    trust = tmp_path / "trust"
    (trust / "for-codes").mkdir(parents=True)
    (trust / "root.pem").write_bytes((GOLDEN / "root.pem").read_bytes())
    parts = cms.read(pdf_signature.read_file((GOLDEN / "valid.pdf").read_bytes()).container)
    for name, data in (("station-1", parts.station), ("organisation", parts.organisation)):
        text = base64.encodebytes(data).decode()
        (trust / "for-codes" / f"{name}.pem").write_text(
            f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"
        )
    return trust


def test_a_genuine_code_says_what_to_compare_and_prints_what_it_says(folder: Path) -> None:
    code, said, _ = verify("--code", code_of("valid.pdf"), "--trust", str(folder))
    assert code == 0
    assert said.startswith("The code is genuine: now compare it with the paper and the phone\n")
    assert "\n    number: PW-5MPX-70R3-G7TV-0A1B\n" in said
    assert "iPhone13,2" in said
    assert "VALID" not in said
    assert "compare the IMEI" in said.splitlines()[-1]
    language.use("zh")
    try:
        assert verify("--code", code_of("valid.pdf"), "--trust", str(folder))[1].startswith("二维码真实：")
    finally:
        language.use("en")


def test_a_number_given_is_compared_with_the_code(folder: Path) -> None:
    trust = ("--trust", str(folder))
    code, said, _ = verify("--code", code_of("valid.pdf"), *trust, "--imei", "356938035643809")
    assert (code, said.splitlines()[0]) == (
        0,
        "The code is genuine, and names this phone: now compare it with the paper",
    )
    code, said, _ = verify("--code", code_of("valid.pdf"), *trust, "--imei", OTHER_IMEI)
    assert code == 7
    assert "E_DEVICE" in said.splitlines()[0]
    assert "The code says" not in said
    assert verify("--code", code_of("valid.pdf"), *trust, "--imei", "12345")[0] == 2


def test_the_code_of_a_report_is_no_good_news(folder: Path) -> None:
    code, said, _ = verify("--code", code_of("report.pdf"), "--trust", str(folder))
    assert (code, said.splitlines()[0]) == (7, "Do not rely on it: a report, not a certificate")


def test_without_the_issuers_files_the_name_in_the_code_is_called_unverified(folder: Path) -> None:
    for trust in ((), ("--trust", str(folder / "root.pem")), ("--trust", str(folder / "for-codes"))):
        code, said, _ = verify("--code", code_of("valid.pdf"), *trust)
        assert code == 6
        assert "not verified" in said
        assert "for-codes" in said.splitlines()[-1]


def test_a_code_comes_from_a_file_or_from_standard_input(folder: Path, tmp_path: Path) -> None:
    scanned = code_of("valid.pdf")
    file = tmp_path / "code.txt"
    for text in (scanned, scanned + "\n", "\ufeff" + scanned + "\r\n", scanned[:200] + "\r\n" + scanned[200:]):
        file.write_text(text, "utf-8", newline="")
        assert verify("--code", str(file), "--trust", str(folder))[0] == 0
    file.write_text(scanned + "\r\n", "utf-16", newline="")
    assert verify("--code", str(file), "--trust", str(folder))[0] == 0
    done = subprocess.run(
        [sys.executable, "-m", "station.cli.main", "verify", "--code", "-", "--trust", str(folder), "--json"],
        input=scanned,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    said = json.loads(done.stdout)
    assert (done.returncode, said["answer"], said["plain"]["plain_answer"]) == (0, "CODE GENUINE", "code_genuine")
    assert said["schema"] == "proofwipe/code-verification/1"
    assert said["statement"]["paper"] == "PW-5MPX-70R3-G7TV-0A1B"


@pytest.mark.parametrize("given", ["no-such-file.txt", "/dev/zero", "", "x" * 5000, "\0"])
def test_what_is_no_code_and_no_file_is_a_wrong_command_line(given: str) -> None:
    code, said, wrong = verify("--code", given)
    assert (code, said) == (2, "")
    assert "PW1:" in wrong


@pytest.mark.parametrize("given", ["PW1:", "PW1:%%%", "PR1:ABC", "PW1:" + "A" * 9000])
def test_a_damaged_code_says_to_scan_it_again(given: str) -> None:
    code, said, _ = verify("--code", given)
    assert code == 7
    assert "Scan the code again" in said


def test_a_code_is_checked_alone(folder: Path) -> None:
    for more in ([str(GOLDEN / "valid.pdf")], ["-r"], ["--status", str(GOLDEN / "standing.log")]):
        code, said, wrong = verify("--code", code_of("valid.pdf"), *more)
        assert (code, said) == (2, "")
        assert "--code" in wrong
    assert verify()[0] == 2
