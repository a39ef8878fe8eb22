# SPDX-License-Identifier: GPL-3.0-or-later
"""What `list` calls a phone, and by what a phone may be called."""

from pathlib import Path

import pytest

from phones.port import APPLE_VENDOR, Presence, Sighting
from station.cli.commands.list import number_of
from station.errors import AmbiguousPhoneError, PhoneNotFoundError
from station.session.find_phone import find
from station.setup.settings import Settings
from tests.support import lives
from tests.support.direct_bench import DirectBench, DirectPort, VirtualClock
from tests.support.imeis import imei
from virtual_phones.bench.scenario import add_phones, read_scenario

UDID = "00008110-001A2B3C4D5E6F70"
SERIALS = {"1-1": "4A23OTHERQ777", "1-2": "4A23SWAPPEDQ777"}
IMEIS = {"1-1": imei(777), "1-2": imei(778)}


@pytest.fixture
def bench(tmp_path: Path) -> DirectBench:
    """Two phones of one model."""
    phones = [
        {**lives.PIXEL_16, "name": port, "port": port, "serial": serial, "imeis": [IMEIS[port]]}
        for port, serial in SERIALS.items()
    ]
    clock = VirtualClock()
    slots = add_phones(read_scenario({"name": "life", "seed": 2, "phone": phones}), epoch_at_zero=lives.EPOCH_AT_ZERO)
    return DirectBench(*(DirectPort(slot, clock, tmp_path / slot.path) for slot in slots))


def test_a_udid_is_called_a_udid_and_not_a_serial_number() -> None:
    iphone = Sighting(port="1-1", presence=Presence.APPLE, usb_serial=UDID, vendor_id=APPLE_VENDOR)
    assert number_of(iphone) == f"UDID {UDID}"
    pixel = Sighting(port="1-2", presence=Presence.ADB_DEVICE, usb_serial="4A23OTHERQ777")
    assert number_of(pixel) == "4A23OTHERQ777"


def test_a_phone_is_called_by_the_end_of_a_number_that_no_other_has(bench: DirectBench) -> None:
    for port, serial in SERIALS.items():
        for called in (serial, IMEIS[port], serial[-6:].lower(), IMEIS[port][-4:]):
            assert find(bench, called, Settings()).port == port


def test_an_end_that_is_too_short_or_nobodys_or_of_several_phones_names_none(bench: DirectBench) -> None:
    for called in (IMEIS["1-1"][-3:], "0000"):
        with pytest.raises(PhoneNotFoundError):
            find(bench, called, Settings())
    with pytest.raises(AmbiguousPhoneError):
        find(bench, "Q777", Settings())
