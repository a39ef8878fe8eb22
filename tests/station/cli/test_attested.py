# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe attested`: the attestation in a record, judged from the record alone."""

import json
from pathlib import Path

import pytest

from phones.attestation.judgement import Code
from phones.words import has
from station.cli.main import run
from tests.support import lives
from tests.support.attestation import root_document, set_document
from virtual_phones.android.attestation import Authority

DAY = "2026-10-31"


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """The record of a trade-in phone's certificate."""
    paper = lives.live(lives.PIXEL_16, folder=tmp_path).job.certificate
    assert paper is not None
    file = tmp_path / "record.json"
    file.write_text(paper.record, encoding="utf-8")
    return file


@pytest.fixture
def virtual_roots(tmp_path: Path) -> Path:
    file = tmp_path / "roots.json"
    file.write_bytes(set_document(root_document(spki_sha256=Authority("virtual phones").root_digest)))
    return file


def a_list(tmp_path: Path, entries: dict[str, object]) -> Path:
    file = tmp_path / "status.json"
    file.write_text(json.dumps({"entries": entries}), encoding="utf-8")
    return file


def shown(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["attested", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_a_record_is_judged_with_the_roots_and_the_list_that_are_given(
    record: Path, virtual_roots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = a_list(tmp_path, {})
    given = (record, "--roots", virtual_roots, "--status-list", good, "--fetched", DAY)
    code, text = shown(capsys, *given)
    assert (code, text.split(":")[0]) == (0, "GOOD")
    assert "level tee" in text
    assert "Without an attested serial number" in text
    a_list(tmp_path, {"c0ffee5eed": {"status": "REVOKED"}})
    assert shown(capsys, *given)[0] == 7
    code, text = shown(capsys, *given[:-1], "2026-10-01")
    assert code == 7, text  # revoked, however old the list
    a_list(tmp_path, {})
    code, text = shown(capsys, *given[:-1], "2026-10-01")
    assert (code, "seven days" in text) == (6, True)


def test_with_the_shipped_roots_a_virtual_phone_is_never_good(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = shown(capsys, record)
    assert (code, "Specimens do" in text) == (7, True)


def test_without_a_list_nobody_can_tell(record: Path, virtual_roots: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, record, "--roots", virtual_roots)[0] == 6


def test_a_paper_of_another_phone_holds_none(capsys: pytest.CaptureFixture[str]) -> None:
    code, text = shown(capsys, Path(__file__).parents[2] / "golden" / "valid.pdf")
    assert (code, "holds no attestation" in text) == (6, True)


def test_files_that_cannot_be_used_are_named(record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    for more in (
        ("--roots", broken),
        ("--roots", tmp_path / "none.json"),
        ("--status-list", broken, "--fetched", DAY),
    ):
        code, text = shown(capsys, record, *more)
        assert (code, Path(str(more[1])).name in text) == (3, True), text
    assert shown(capsys, record, "--fetched", DAY)[0] == 2
    assert shown(capsys, tmp_path / "nothing.json")[0] == 3


def test_every_code_has_its_sentence() -> None:
    assert [code for code in Code if not has(f"attestation.{code}")] == []


def test_a_list_of_a_day_to_come_is_not_taken(tmp_path: Path) -> None:
    """It would never grow too old, and keep every true list out."""
    given = ("--home", str(tmp_path / "home"), "attested", "--renew-list", str(a_list(tmp_path, {})), "--fetched")
    assert run([*given, "2098-01-01"]) == 3
    assert run([*given, "2024-01-01"]) == 0  # whatever the clock of the test
