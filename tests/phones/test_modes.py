# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of modes: each presence has a row, its words, its problem or its link, and a virtual phone or none yet."""

import importlib.util
import itertools
import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.identifiers import SHAPES
from phones.modes import (
    ADB_INTERFACE,
    ADB_STATES,
    APPLE_RECOVERY,
    BY_PRESENCE,
    FASTBOOT_INTERFACE,
    MODES,
    Mode,
    Reach,
    presence_shown,
)
from phones.port import APPLE_VENDOR, Platform, Presence, Sighting
from phones.words import LANGUAGES, keys, say

MTP, APPLE_USBMUX = "06/01/01", "ff/fe/02"


def test_every_presence_has_one_row() -> None:
    assert sorted(mode.presence for mode in MODES) == sorted(Presence)
    assert len(ADB_STATES) == sum(len(mode.adb_states) for mode in MODES)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.presence.value)
def test_a_mode_is_asked_or_says_what_a_person_must_do(mode: Mode) -> None:
    numbers = itertools.count(1)
    asked = mode.questions(lambda: f"{next(numbers):032x}")
    assert bool(mode.link) == (mode.problem is None)
    assert bool(asked) == bool(mode.link) or mode.presence in (
        Presence.USB_ONLY,  # asked who it is, and no more
        Presence.ADB_SIDELOAD,  # answers nothing: a job leads it on to rescue
    )
    for code in filter(None, (mode.problem, mode.apple_problem)):
        for language in LANGUAGES:
            assert say(f"problem.{code}.reason", language)
    assert f"presence.{mode.presence.value}" in set(keys("presence."))
    assert mode.usb_label in SHAPES


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.presence.value)
def test_a_mode_has_its_virtual_phone_or_says_that_there_is_none_yet(mode: Mode) -> None:
    assert mode.virtual == "none yet" or importlib.util.find_spec(mode.virtual) is not None


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.presence.value)
def test_without_its_driver_a_mode_has_no_link(mode: Mode) -> None:
    sighting = Sighting(port="1-1", presence=mode.presence)
    assert mode.open(Reach(sighting=sighting, adb=None, transport_id=None, apple=None)) is None
    if mode.link:
        assert mode.refusal


INTERFACES = st.lists(st.sampled_from([ADB_INTERFACE, FASTBOOT_INTERFACE, MTP, APPLE_USBMUX]), max_size=4, unique=True)


@given(
    st.sampled_from([APPLE_VENDOR, 0x18D1]),
    st.sampled_from([0x12A8, 0x4EE7, *APPLE_RECOVERY]),
    INTERFACES,
    st.booleans(),
    st.sampled_from([None, *ADB_STATES.values(), Presence.ADB_OFFLINE]),
    st.booleans(),
)
def test_usb_goes_before_adb_and_an_apple_device_is_never_an_android(
    vendor: int, product: int, interfaces: list[str], unread: bool, adb: Presence | None, in_usbmux: bool
) -> None:
    found = presence_shown(
        vendor_id=vendor, product_id=product, interfaces=tuple(interfaces), unread=unread, adb=adb, in_usbmux=in_usbmux
    )
    if vendor == APPLE_VENDOR:
        normal = Presence.APPLE if in_usbmux else Presence.USB_ONLY
        expected = Presence.APPLE_RECOVERY if product in APPLE_RECOVERY else normal
    elif ADB_INTERFACE in interfaces:
        expected = adb or Presence.ADB_OFFLINE
    elif FASTBOOT_INTERFACE in interfaces:
        expected = Presence.FASTBOOT
    else:
        expected = Presence.ADB_OFFLINE if unread else Presence.USB_ONLY
    assert found is expected


def test_an_inspection_of_an_android_loads_no_apple_library() -> None:
    program = (
        "import json, sys, phones.modes as m; m.BY_PRESENCE[m.Presence.ADB_DEVICE].questions(lambda: 'a' * 32); "
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert not [name for name in json.loads(done.stdout) if re.match(r"pymobiledevice3|phones\.apple\.driver", name)]


def test_an_iphone_is_told_by_its_udid_and_an_android_by_its_serial_number() -> None:
    assert BY_PRESENCE[Presence.APPLE].usb_label == "udid"
    assert {mode.usb_label for mode in MODES if mode.presence is not Presence.APPLE} == {"serial"}
    assert Sighting(port="1-1", presence=Presence.APPLE).platform is Platform.APPLE
