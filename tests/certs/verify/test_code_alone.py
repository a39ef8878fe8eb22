# SPDX-License-Identifier: GPL-3.0-or-later
"""The code of a printed page alone: what it takes to call it genuine, and what pins nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.formats import base45
from certs.keys.authority import pem
from certs.record.statement import qr_text
from certs.verify.code_alone import FOR_CODES, CodeAnswer, Issuers, check_code, in_one_line
from certs.verify.trust import Trust
from tests.support.papers.paper_world import PaperWorld
from tests.support.papers.synthetic_jobs import IMEI, ISSUED_AT

OTHER_IMEI = "356938035643817"


@pytest.fixture(scope="module")
def scene() -> PaperWorld:
    return PaperWorld()


@pytest.fixture(scope="module")
def text(scene: PaperWorld) -> str:
    return qr_text(scene.state(scene.certificate(scene.job()).data))


@pytest.fixture
def folder(scene: PaperWorld, tmp_path: Path) -> Path:
    """As `keys export-trust` writes it."""
    found = tmp_path / "trust"
    (found / FOR_CODES).mkdir(parents=True)
    (found / "root.pem").write_bytes(pem(scene.authority.root.certificate))
    for each in (scene.authority.organisation, scene.authority.station):
        (found / FOR_CODES / f"{each.certificate.serial_number}.pem").write_bytes(pem(each.certificate))
    return found


def asked(text: str, *paths: Path, number: str = "") -> CodeAnswer:
    held = Issuers.from_files(paths)
    return check_code(text, held.between, held.trust.roots, held.trust.revocation_lists, number=number, at=ISSUED_AT)


def test_with_all_that_export_trust_writes_a_code_is_genuine_and_says_which_phone_it_means(
    text: str, folder: Path
) -> None:
    found = asked(text, folder)
    assert (found.answer, found.code, found.exit_code, found.same_phone) == ("CODE GENUINE", "", 0, None)
    assert found.statement is not None
    assert asked(text, folder, number=IMEI).same_phone is True
    other = asked(text, folder, number=OTHER_IMEI)
    assert (other.answer, other.code, other.exit_code) == ("NOT VALID", "E_DEVICE", 7)


def test_without_root_or_station_nothing_can_be_told(text: str, folder: Path) -> None:
    assert (asked(text, folder / "root.pem").code, asked(text, folder / FOR_CODES).code) == (
        "P_NO_STATION",
        "E_UNTRUSTED",
    )
    assert asked(text, folder / FOR_CODES).exit_code == 6
    assert asked(text, folder / "root.pem", folder / FOR_CODES).answer == "CODE GENUINE"


def test_a_root_that_lies_in_for_codes_is_not_pinned(text: str, folder: Path) -> None:
    """Who hands out certificates for codes does not become an issuer by it."""
    stranger = PaperWorld()
    (folder / "root.pem").write_bytes(pem(stranger.authority.root.certificate))
    assert asked(text, folder).code == "E_UNTRUSTED"
    (folder / FOR_CODES / "root.pem").write_bytes((folder / "root.pem").read_bytes())
    own = pem(PaperWorld().authority.root.certificate)
    (folder / FOR_CODES / "another.pem").write_bytes(own)
    assert asked(text, folder).code == "E_UNTRUSTED"
    assert asked(text, folder / FOR_CODES).code == "E_UNTRUSTED"


def test_certificates_of_stations_beside_the_root_pin_nothing_and_serve_codes(
    scene: PaperWorld, text: str, tmp_path: Path
) -> None:
    authority = scene.authority
    chain = (authority.root, authority.organisation, authority.station)
    (tmp_path / "all.pem").write_bytes(b"".join(pem(each.certificate) for each in chain))
    held = Issuers.from_files([tmp_path])
    assert len(held.trust.roots) == 1
    assert asked(text, tmp_path).answer == "CODE GENUINE"


def test_a_report_is_never_good_news(scene: PaperWorld, folder: Path) -> None:
    report = asked(qr_text(scene.state(scene.report(scene.job(validated=False)).data)), folder)
    assert (report.answer, report.exit_code) == ("CODE GENUINE", 7)


def test_a_changed_or_foreign_text_is_a_damaged_code(text: str, folder: Path) -> None:
    for wrong in ("", "PW1:", text[:-1], "PR1:" + text[4:], text.lower(), "https://example.com", text + text):
        assert (asked(wrong, folder).code, asked(wrong, folder).exit_code) == ("E_QR", 7)


@given(text=st.text(max_size=500))
def test_whatever_is_scanned_it_gets_an_answer(text: str) -> None:
    assert check_code("PW1:" + text, (), Trust().roots, ()).code == "E_QR"


def test_line_ends_and_blanks_around_are_no_part_of_a_code_and_blanks_within_are() -> None:
    assert in_one_line("  PW1:A B\r\nCD \n") == "PW1:A BCD"


@given(data=st.binary(min_size=1, max_size=60))
def test_no_code_ends_with_a_blank(data: bytes) -> None:
    assert not base45.encode(data).endswith(" ")
