# SPDX-License-Identifier: GPL-3.0-or-later
"""A station key in a PKCS#11 device signs the same papers as one in a file. The device: SoftHSM2."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certs import crypto
from certs.editions import newest_released
from certs.errors import TokenError, WrongPassphraseError, WrongSignerError
from certs.formats import cms
from certs.issue import issue
from certs.keys import tokens
from certs.keys.authority import Authority, load_signer, save_authority
from certs.keys.key_folder import open_keys, open_signer, renew_station
from certs.keys.signing import Signing
from certs.record.issuer import Station, public_bytes
from certs.record.record import certificate_record
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, OPENED_AT, iphone_job

pytestmark = [pytest.mark.tools, pytest.mark.xdist_group("softhsm")]

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
CHEAP = 2**10
PIN = "4711"


@pytest.fixture(scope="session")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fresh software token; the driver reads its configuration once for the whole process."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "bench", "--so-pin", "12345678", "--pin", PIN],
        check=True,
        capture_output=True,
        timeout=90,
    )
    yield f"pkcs11:token=bench;object=station?module-path={MODULE}"
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    save_authority(authority, tmp_path / "keys", tmp_path / "stick", "pass", cost=CHEAP)
    return tmp_path / "keys"


def test_a_station_moves_into_a_device_and_its_papers_are_valid(folder: Path, device: str, trust: Trust) -> None:
    signing = Signing(station_key=device)
    old = load_signer(folder, "pass").station
    renew_station(folder, "pass", ISSUER, "bench-1", now=OPENED_AT, cost=CHEAP, signing=signing, pin=PIN)
    assert not list(folder.glob("station*.key"))
    opened = open_keys(folder, "pass", now=OPENED_AT, signing=signing, pin=PIN)
    station = opened.signer.station
    assert station.key_id != old.key_id
    record = certificate_record(
        iphone_job(),
        ISSUER,
        station,
        "basic",
        issued_at=ISSUED_AT,
        certificate_id=CERTIFICATE_ID,
        edition=newest_released(),
    )
    assert verify(issue(record, opened.signer).pdf, trust, at=ISSUED_AT).answer is Answer.VALID
    sizes = {len(cms.sign(bytes(32), opened.signer)) for _ in range(20)}
    assert sizes == {cms.container_bytes(station)}
    assert load_signer(folder, "pass", old.key_id).station.key_id == old.key_id


def test_a_wrong_pin_opens_nothing_in_a_process_that_has_given_the_right_one(folder: Path, device: str) -> None:
    """As `unlock` asks for it, beside the session that works on."""
    signing = Signing(station_key=device)
    renew_station(folder, "pass", ISSUER, "bench-1", now=OPENED_AT, cost=CHEAP, signing=signing, pin=PIN)
    working = open_signer(folder, PIN, signing=signing)
    for wrong in ("0000", "", f"{PIN}1", "x" * 500) * 5:  # more than any device forgives
        with pytest.raises(WrongPassphraseError):
            open_signer(folder, wrong, signing=signing)
    assert open_signer(folder, PIN, signing=signing).station == working.station
    assert working.sign(b"goes on")


def test_keys_of_two_years_in_one_device_are_told_apart(folder: Path, device: str) -> None:
    signing = Signing(station_key=device)
    first = renew_station(folder, "pass", ISSUER, "bench-1", now=OPENED_AT, cost=CHEAP, signing=signing, pin=PIN)
    second = renew_station(folder, "pass", ISSUER, "bench-1", now=OPENED_AT, cost=CHEAP, signing=signing, pin=PIN)
    for station in (first, second):
        signature = tokens.open_signer(device, station, PIN).sign(b"data")
        assert crypto.verify_p256(public_bytes(station.certificate), signature, b"data")


def test_a_key_the_device_does_not_have_is_named(folder: Path, device: str) -> None:
    with pytest.raises((TokenError, WrongSignerError)):
        open_keys(folder, "pass", now=OPENED_AT, signing=Signing(station_key=device), pin=PIN)


def test_a_wrong_pin_is_a_wrong_passphrase(folder: Path, device: str) -> None:
    # A login holds for the whole process, so another process tries the wrong one.
    program = (
        "import sys; from pathlib import Path; from certs.keys import tokens\n"
        "from certs.keys.authority import load_station\n"
        "from certs.errors import WrongPassphraseError\n"
        "try: tokens.open_signer(sys.argv[1], load_station(Path(sys.argv[2])), '0000')\n"
        "except WrongPassphraseError: print('refused')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, device, str(folder)], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout == "refused\n"


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:",
        "file:keys",
        "pkcs11:token=a;object=b",
        "pkcs11:token=a;object=b;pin-value=1?module-path=/x",
        "pkcs11:token=a;token=b;object=c?module-path=/x",
        "pkcs11:token=;object=b?module-path=/x",
    ],
)
def test_a_uri_that_says_more_or_less_is_refused(uri: str) -> None:
    with pytest.raises(TokenError):
        tokens.parse_uri(uri)


def test_a_uri_is_percent_decoded() -> None:
    found = tokens.parse_uri("pkcs11:token=Bench%201;object=a%3Bb?module-path=/usr/lib/x.so")
    assert (found.token, found.name, found.module) == ("Bench 1", "a;b", "/usr/lib/x.so")


def test_a_driver_that_is_not_there_is_one_typed_error(authority: Authority) -> None:
    station: Station = authority.signer().station
    with pytest.raises(TokenError):
        tokens.open_signer("pkcs11:token=a;object=b?module-path=/nowhere/libnone.so", station, "1")
