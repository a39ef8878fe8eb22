# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery's sideload and rescue modes of a virtual Android: the few services that minadbd has there.

Android's own init knows `reboot:sideload`, not `reboot:rescue`, so rescue is reached from sideload. Neither asks for a
key. Recovery gives up five minutes after the last service. Facts: research android.md 6.3 [read: AOSP
minadbd_services.cpp, init reboot.cpp].
"""

import re
from typing import TYPE_CHECKING

from virtual_phones.phone import ServiceReply
from virtual_phones.shell.streams import encode

if TYPE_CHECKING:
    from virtual_phones.android.body import AndroidBody

PATIENCE_S = 300.0
MODES = ("sideload", "rescue")
LEAST_BYTES = 8
_TARGETS = ("", "bootloader", "rescue", "recovery", "fastboot")
_WIPE = re.compile(r"rescue-wipe:userdata:([0-9]{1,6})")
_PROPERTY = re.compile(r"rescue-getprop:(.*)")
_TOLD = (
    "ro.build.date.utc",
    "ro.build.fingerprint",
    "ro.build.flavor",
    "ro.build.id",
    "ro.build.product",
    "ro.build.tags",
    "ro.build.version.incremental",
    "ro.product.device",
    "ro.product.vendor.device",
)


def accepts(phone: "AndroidBody", service: str) -> bool:
    """Would minadbd open this service in the phone's mode?"""
    if service.startswith("reboot:"):
        return service.partition(":")[2] in _TARGETS and not (
            service == "reboot:rescue" and "rescue_unknown" in phone.misbehaviour
        )
    wipe = _WIPE.fullmatch(service)
    if wipe is not None and int(wipe[1]) < LEAST_BYTES:
        return False
    return phone.mode == "rescue" and (wipe is not None or _PROPERTY.fullmatch(service) is not None)


def run(phone: "AndroidBody", service: str) -> ServiceReply:
    """One of these services; what is not accepted must not come here."""
    wait_on(phone)
    asked = _PROPERTY.fullmatch(service)
    if asked is not None:
        return ServiceReply(stdout=encode(_property(phone, asked[1])) + b"\n")
    wipe = _WIPE.fullmatch(service)
    if wipe is not None:
        return ServiceReply(
            stdout=_wiped(phone).ljust(int(wipe[1]), b"\0")[: int(wipe[1])], delay_s=phone.timing.ready_s
        )
    target = service.partition(":")[2]
    if target == "rescue":
        phone.leave(phone.timing.leave_s, lambda now_s: phone.arrive_in("rescue", now_s))
    elif target == "" and "never_returns" in phone.misbehaviour:
        phone.leave(0.0, None)
    else:
        if "returns_with_other_serial" in phone.misbehaviour:
            phone.lives.hardware.serial = phone.neighbour_serial
        phone.reboot(target)
    return ServiceReply()


def wait_on(phone: "AndroidBody") -> None:
    """Whatever was asked, recovery waits five minutes from now, then goes back to its menu."""
    phone.agenda.clear()
    phone.agenda.at(phone.now_s + PATIENCE_S, lambda now_s: phone.arrive_in("recovery", now_s))


def _property(phone: "AndroidBody", name: str) -> str:
    if name == "rescue.battery_level":
        return str(phone.lives.hardware.battery_level)
    if name not in _TOLD:
        return ""
    if "rescue_of_another_build" in phone.misbehaviour and name == "ro.build.fingerprint":
        return "example/other/other:13/TEST/1:user/release-keys"
    return phone.system.properties().get(name, "")


def _wiped(phone: "AndroidBody") -> bytes:
    lies = phone.misbehaviour
    if "rescue_says_failed" in lies:
        return b"FAILFAIL"
    if not lies & {"says_done_keeps_data", "reboots_without_wipe", "returns_into_recovery", "battery_low"}:
        phone.lives.wipe()
    return b"FAILFAIL" if lies & {"returns_into_recovery", "battery_low"} else b"DONEDONE"
