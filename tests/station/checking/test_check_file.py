# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured without a job is kept piece by piece, and gone on with for the same phone alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from phones.evidence import Evidence, Moment, Outcome, digest_of
from phones.port import Platform
from station.checking.check_file import GOES_ON_WITHIN, open_for, read

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
SALT, OTHER_SALT = bytes(16), bytes(range(16))
IMEIS = ("490154203237518", "356938035643809")
PHONE = {"identity.serial": "R58N00TEST1", "identity.imei1": IMEIS[0], "product.model": "SM-A526B"}


def _piece(number: int) -> Evidence:
    values = {"battery.level": "84"}
    return Evidence(
        number=number,
        at=NOW,
        moment=Moment.BEFORE,
        port="1-1",
        link="adb",
        asked=f"check.act{number}",
        outcome=Outcome.ANSWERED,
        values=values,
        digest=digest_of(values),
    )


def test_the_same_phone_goes_on_within_a_shift_and_no_later(tmp_path: Path) -> None:
    file = open_for(tmp_path, PHONE, Platform.ANDROID, now=NOW, salt=SALT)
    file.keep(_piece(1))
    soon = open_for(tmp_path, PHONE, Platform.ANDROID, now=NOW + timedelta(hours=1), salt=OTHER_SALT)
    assert soon.path == file.path
    assert soon.evidence == [_piece(1)]
    late = NOW + GOES_ON_WITHIN + timedelta(seconds=1)
    assert open_for(tmp_path, PHONE, Platform.ANDROID, now=late, salt=OTHER_SALT).evidence == []


@pytest.mark.parametrize(
    "other",
    [
        {"identity.serial": "R58N00TEST2"},
        {**PHONE, "identity.serial": "R58N00TEST2"},
        {**PHONE, "identity.imei1": IMEIS[1]},
        {"identity.serial": PHONE["identity.serial"]},
        {"identity.serial": PHONE["identity.serial"], "identity.imei1": "malformed"},
        {"identity.serial": IMEIS[0], "identity.imei1": IMEIS[0]},
    ],
    ids=[
        "another serial number",
        "one number differs",
        "a serial number that many share",
        "one number alone",
        "one number, and none that can be read",
        "one number in two places",
    ],
)
def test_another_phone_begins_anew(tmp_path: Path, other: dict[str, str]) -> None:
    file = open_for(tmp_path, PHONE, Platform.ANDROID, now=NOW, salt=SALT)
    file.keep(_piece(1))
    assert open_for(tmp_path, other, Platform.ANDROID, now=NOW, salt=OTHER_SALT).evidence == []


def test_the_same_phone_may_call_its_second_imei_the_first(tmp_path: Path) -> None:
    both = {**PHONE, "identity.imei2": IMEIS[1]}
    file = open_for(tmp_path, both, Platform.ANDROID, now=NOW, salt=SALT)
    file.keep(_piece(1))
    turned = {**PHONE, "identity.imei1": IMEIS[1], "identity.imei2": IMEIS[0]}
    assert open_for(tmp_path, turned, Platform.ANDROID, now=NOW, salt=OTHER_SALT).evidence == [_piece(1)]


def test_a_phone_without_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nameless"):
        open_for(tmp_path, {"product.model": "SM-A526B"}, Platform.ANDROID, now=NOW, salt=SALT)


def test_no_number_of_a_phone_stands_in_the_file(tmp_path: Path) -> None:
    file = open_for(tmp_path, PHONE, Platform.ANDROID, now=NOW, salt=SALT)
    assert b"R58N" not in file.path.read_bytes()
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_torn_line_is_let_go_wherever_the_crash_was(tmp_path: Path) -> None:
    file = open_for(tmp_path, PHONE, Platform.ANDROID, now=NOW, salt=SALT)
    file.keep(_piece(1))
    whole = file.path.read_bytes()
    file.keep(_piece(2))
    longer = file.path.read_bytes()
    for cut in range(len(whole), len(longer)):
        file.path.write_bytes(longer[:cut])
        found = read(file.path)
        assert found.evidence == [_piece(1)]
        found.keep(_piece(3))
        assert read(file.path).evidence == [_piece(1), _piece(3)]
