# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station keeps for attestations: never older than before, never of a stranger, whole after every crash."""

import json
from datetime import date
from pathlib import Path

import pytest

from certs.keys.attestation_roots import signed_by
from certs.keys.authority import Authority, create_authority, pem
from certs.record.issuer import Issuer
from phones.attestation.roots import shipped
from station.cli.main import run
from station.setup.attestation_desk import (
    AttestationDesk,
    AttestationFileError,
    NobodyWaitsError,
    OlderAttestationFileError,
)
from tests.support.attestation import root_document, set_document
from tests.support.direct_bench import VirtualClock
from virtual_phones.android.attestation import Authority as PhoneMaker
from virtual_phones.android.attestation import Statement, joined
from virtual_phones.android.attestation import pem as pem_chain

TODAY = date(2026, 11, 29)
JOB, NONCE = "TESTJOB1", "ab" * 16
MAKER = PhoneMaker("virtual phones")


@pytest.fixture(scope="module")
def company() -> Authority:
    return create_authority(Issuer(name="Test Bench"), "test", now=VirtualClock().now(), specimen=True)


@pytest.fixture
def desk(tmp_path: Path, company: Authority) -> AttestationDesk:
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "organisation.pem").write_bytes(pem(company.organisation.certificate))
    return AttestationDesk(folder=tmp_path / "attestation", organisation=keys / "organisation.pem")


def signed(folder: Path, company: Authority, *, version: int, day: str = "2026-11-30") -> Path:
    content = set_document(root_document(spki_sha256=MAKER.root_digest), version=version, date=day)
    file = folder / f"signed-{version}-{day}.json"
    file.write_bytes(signed_by(company.organisation, content))
    return file


def test_a_newer_set_of_this_organisation_is_taken_and_never_an_older_one(
    desk: AttestationDesk, company: Authority, tmp_path: Path
) -> None:
    assert desk.held().roots == shipped()
    assert desk.renew_roots(signed(tmp_path, company, version=3)).version == 3
    assert (desk.held().roots.version, bool(desk.held().signed)) == (3, True)
    for version, day in ((3, "2026-12-24"), (2, "2026-12-24"), (4, "2026-11-29")):
        with pytest.raises(OlderAttestationFileError):
            desk.renew_roots(signed(tmp_path, company, version=version, day=day))
    assert desk.held().roots.version == 3


def test_a_set_older_than_the_programs_own_is_never_used(
    desk: AttestationDesk, company: Authority, tmp_path: Path
) -> None:
    with pytest.raises(OlderAttestationFileError):
        desk.renew_roots(signed(tmp_path, company, version=9, day="2026-01-01"))
    assert desk.held().roots == shipped()


def test_a_set_that_somebody_else_signed_or_changed_is_refused(
    desk: AttestationDesk, company: Authority, tmp_path: Path
) -> None:
    stranger = create_authority(Issuer(name="Test Bench"), "test", now=VirtualClock().now(), specimen=True)
    with pytest.raises(AttestationFileError):
        desk.renew_roots(signed(tmp_path, stranger, version=3))
    good = signed(tmp_path, company, version=3)
    document = json.loads(good.read_bytes())
    other = json.loads(signed(tmp_path, company, version=4).read_bytes())
    good.write_text(json.dumps({**document, "roots": other["roots"]}), "utf-8")
    with pytest.raises(AttestationFileError):
        desk.renew_roots(good)
    good.write_bytes(set_document(version=5))  # not signed at all
    with pytest.raises(AttestationFileError):
        desk.renew_roots(good)


def test_a_damaged_set_that_was_taken_is_not_passed_over(
    desk: AttestationDesk, company: Authority, tmp_path: Path
) -> None:
    """Else somebody who damages a file would choose an older set."""
    desk.renew_roots(signed(tmp_path, company, version=3))
    (desk.folder / "roots.json").write_bytes(b"{}")
    with pytest.raises(AttestationFileError):
        desk.held()


def test_a_status_list_is_kept_with_its_day_and_never_an_older_one(desk: AttestationDesk, tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    file.write_text('{"entries": {"c0ffee": {"status": "REVOKED"}}}', "utf-8")
    taken = desk.renew_list(file, date(2026, 11, 28), today=TODAY)
    assert desk.held().statuses == taken
    with pytest.raises(OlderAttestationFileError):
        desk.renew_list(file, date(2026, 11, 27), today=TODAY)
    desk.renew_list(file, date(2026, 11, 29), today=TODAY)
    held = desk.held().statuses
    assert held is not None
    assert held.as_of.date() == date(2026, 11, 29)


def test_a_list_whose_day_is_of_another_list_is_none(desk: AttestationDesk, tmp_path: Path) -> None:
    """A crash between the two files must not date an old list anew."""
    file = tmp_path / "status.json"
    file.write_text('{"entries": {}}', "utf-8")
    desk.renew_list(file, date(2026, 11, 28), today=TODAY)
    (desk.folder / "status.json").write_text('{"entries": {"c0ffee": {"status": "REVOKED"}}}', "utf-8")
    assert desk.held().statuses is None


def test_nothing_is_handed_in_for_a_job_that_does_not_wait(desk: AttestationDesk) -> None:
    for name in (JOB, "", "../keys/organisation", "a/b", "x" * 99):
        with pytest.raises(NobodyWaitsError):
            desk.hand_in(name, b"chain")
    assert desk.handed_in(JOB) is None
    desk.ask(JOB, NONCE)
    desk.hand_in(JOB, b"")
    assert desk.handed_in(JOB) == b""
    desk.forget(JOB)
    assert desk.handed_in(JOB) is None


def cli(tmp_path: Path, *arguments: object) -> int:
    return run(["--home", str(tmp_path), *map(str, arguments)])


def test_the_command_line_hands_out_the_challenge_and_takes_only_a_chain_that_answers_it(
    desk: AttestationDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli(tmp_path, "challenge", JOB) == 3
    desk.ask(JOB, NONCE)
    capsys.readouterr()
    assert cli(tmp_path, "challenge", JOB) == 0
    assert capsys.readouterr().out == f"{NONCE}\n"
    file = tmp_path / "chain.pem"
    refused = [
        (b"no chain", "three to eight"),
        (joined(MAKER.chain(Statement(challenge=b"another0"))), "does not answer"),
        (joined(MAKER.chain(Statement(challenge=NONCE.encode(), serial="FAKESERIAL01"))), "never kept"),
        (joined(MAKER.extended(Statement(challenge=b"x" * 8), Statement(challenge=NONCE.encode()))), "More than one"),
    ]
    for data, why in refused:
        file.write_bytes(data)
        assert cli(tmp_path, "attest", JOB, file) == 4
        assert why in capsys.readouterr().err
        assert desk.handed_in(JOB) is None
    file.write_bytes(pem_chain(MAKER.chain(Statement(challenge=NONCE.encode()))))
    assert cli(tmp_path, "attest", JOB, file) == 0
    assert desk.handed_in(JOB) == file.read_bytes()
    assert cli(tmp_path, "attest", JOB) == 2
    assert cli(tmp_path, "attest", JOB, file, "--without") == 2
    assert cli(tmp_path, "attest", "OTHERJOB", file) == 3
    assert cli(tmp_path, "attest", JOB, "--without") == 0
    assert desk.handed_in(JOB) == b""


def test_the_command_line_renews_roots_and_list(
    desk: AttestationDesk, company: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = signed(tmp_path, company, version=3)
    assert cli(tmp_path, "attested", "--renew", new) == 0
    assert cli(tmp_path, "attested", "--renew", new) == 4
    assert "not newer" in capsys.readouterr().err
    listed = tmp_path / "status.json"
    listed.write_text('{"entries": {}}', "utf-8")
    assert cli(tmp_path, "attested", "--renew-list", listed) == 2
    assert cli(tmp_path, "attested", "--renew-list", listed, "--fetched", "2024-01-01") == 0
    assert cli(tmp_path, "attested", "--renew-list", new, "--fetched", "2024-01-01") == 3
    assert cli(tmp_path, "attested") == 2
    assert cli(tmp_path, "attested", "record.json", "--renew", new) == 2
    assert desk.held().statuses is not None
