# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone whose properties are no UTF-8 tells them in rescue mode too, and breaks nobody."""

from virtual_phones.android.phone import AndroidPhone
from virtual_phones.bench.scenario import add_phones, read_scenario

PHONE = {
    "name": "phone",
    "port": "1-1",
    "model": "pixel-6-android-13",
    "serial": "19281FDF60013A",
    "condition": "rescue",
    "misbehaviour": ["hostile_strings"],
}


def test_hostile_properties_are_told_in_rescue_mode_as_they_are() -> None:
    told = set()
    for seed in range(40):  # each draws one of the hostile texts
        (slot,) = add_phones(read_scenario({"name": "t", "seed": seed, "phone": [PHONE]}), epoch_at_zero=0.0)
        assert isinstance(slot.phone, AndroidPhone)
        reply = slot.phone.run("rescue-getprop:ro.build.fingerprint", now_s=0.0)
        assert reply is not None
        told.add(reply.stdout)
    assert b"\xff\xfe\x80broken\n" in told
