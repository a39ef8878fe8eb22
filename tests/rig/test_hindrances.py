# SPDX-License-Identifier: GPL-3.0-or-later
"""Found by the rig: an iPhone that usbmuxd does not list was told to switch USB debugging on."""

from phones.port import Presence, Sighting
from phones.problem import ProblemCode
from station.work.blocking import problem_of_presence


def test_an_iphone_outside_usbmuxd_is_not_told_to_switch_debugging_on() -> None:
    found = problem_of_presence(Sighting(port="1-1", presence=Presence.USB_ONLY, vendor_id=0x05AC, product_id=0x12A8))
    assert found is not None
    assert found.code is ProblemCode.NOT_ANSWERING


def test_an_android_without_debugging_still_is() -> None:
    found = problem_of_presence(Sighting(port="1-1", presence=Presence.USB_ONLY, vendor_id=0x18D1))
    assert found is not None
    assert found.code is ProblemCode.NO_DEBUGGING
