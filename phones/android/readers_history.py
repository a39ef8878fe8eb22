# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of what has happened to the phone, how old its system is, and what guards it. Of crashes only numbers are
kept: their texts never leave the phone.
"""

import re
from collections.abc import Set
from datetime import date

from phones.android.consistency import RELEASES
from phones.android.readers import Values
from phones.signs import not_measured

_OF_SYSTEM = frozenset({"system_server_crash", "system_server_watchdog", "system_server_native_crash"})
_OF_NATIVE = ("SYSTEM_TOMBSTONE", "SYSTEM_TOMBSTONE_PROTO_WITH_HEADERS")
"""The same crash under both, where a system writes both [AOSP BootReceiver]."""
_OF_KERNEL = frozenset({"kernel_panic", "watchdog"})
"""Canonical reasons of a start [AOSP system/core/bootstat]."""
_FINGERPRINT, _FACE = 2, 8
"""Bits of a biometric sensor's modality [AOSP BiometricAuthenticator.TYPE_*]."""


def crashes(text: str) -> Values:
    """Headings of `dumpsys dropbox`, which keeps some days; a list without its head was not read."""
    if not re.search(r"(?m)^Drop box contents: [0-9]{1,5}\b", text):
        return {}
    tags = re.findall(r"(?m)^([A-Za-z_]{4,40}) \($", text)
    system = sum(tag in _OF_SYSTEM for tag in tags)
    native = max(tags.count(tag) for tag in _OF_NATIVE)
    return {"crashes.system": str(system), "crashes.native": str(native)}


def panics(text: str) -> Values:
    """First words of `persist.sys.boot.reason.history`: starts that came after a panic or a hang of the kernel."""
    words = re.findall(r"(?m)^([a-z_]{1,32})\r?$", text)
    return {"crashes.kernel": str(sum(word in _OF_KERNEL for word in words))} if words else {}


def biometrics(text: str, features: Set[str]) -> Values:
    """Sensors of `dumpsys biometric`, held against the features with which the phone was built."""
    if not features:
        return {}
    modalities = 0
    for number in re.findall(r"modality\"?:? ?([0-9]{1,2})\b", text):
        modalities |= int(number)
    listed = modalities != 0 or re.search(r"(?i)\bsensors\"?:", text) is not None
    values: Values = {}
    for name, feature, bit in (
        ("biometrics.fingerprint", "fingerprint", _FINGERPRINT),
        ("biometrics.face", "biometrics.face", _FACE),
    ):
        if modalities & bit:
            values[name] = "present"
        elif feature not in features:
            values[name] = "absent"
        elif listed:
            values[name] = "missing"
    return values


def ages(patch: str, first_level: str, today: date) -> Values:
    """Days since the security patch level, and since the system was published with which the model came out.
    `today`: the bench's own day, never the phone's.
    """
    values: Values = {}
    if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", patch):
        values |= _days("system.patch_age_days", _day(patch), today)
    if re.fullmatch(r"[0-9]{1,3}", first_level) and int(first_level) in RELEASES:
        values |= _days("system.launch_age_days", RELEASES[int(first_level)].published, today)
    return values


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _days(name: str, since: date | None, today: date) -> Values:
    if since is None or (today - since).days < -45:  # makers date a patch some weeks ahead
        return not_measured("out_of_range", name)
    return {name: str(max(0, (today - since).days))}


def enforcing(text: str) -> Values:
    """`getenforce`."""
    found = re.fullmatch(r"(Enforcing|Permissive|Disabled)\s?", text)
    return {"tamper.selinux": found[1].lower()} if found else {}


def usb(text: str) -> Values:
    """`dumpsys usb`: the phone's own end of our cable."""
    name = "usb.state"
    states = set(re.findall(r"\bkernel_state=([A-Z]{4,16})\b", text))
    if len(states) > 1:
        return not_measured("said_twice", name)
    return {name: "configured" if states == {"CONFIGURED"} else "other"} if states else {}
