# SPDX-License-Identifier: GPL-3.0-or-later
"""What recovery's rescue mode is asked: which build it belongs to, and to wipe the owner's data.

It tells no serial number: who hangs there is told by the port and by the number that USB and adb show. Each question
keeps it waiting; it gives up five minutes after the last. Source: research android.md 6.3 [read: AOSP recovery
minadbd_services.cpp; the services are in adb 29 and adb 36, measured].
"""

from collections.abc import Mapping

from phones.link import Effect, Question, Reboot, RebootTarget, Reply, RescueProperty, RescueWipe

_FINGERPRINT = "ro.build.fingerprint"
_DONE = b"DONEDONE"
_SHORT_S = 20.0
WIPE_TIMEOUT_S = 600.0
"""Formatting takes seconds, and minutes where the whole store is discarded first (`unconfirmed`)."""


def fingerprint_question() -> Question:
    """Of which build is it: `system.fingerprint`. What it does not tell is an empty line."""
    return Question(
        name="rescue.getprop",
        effect=Effect.READS,
        request=RescueProperty(name=_FINGERPRINT),
        read=read_fingerprint,
        timeout_s=_SHORT_S,
    )


def inspection_questions() -> tuple[Question, ...]:
    """What it tells of the phone: build, code name and charge. Sideload tells nothing."""
    return (
        fingerprint_question(),
        _told("rescue.device", "ro.product.device", "product.device"),
        _told("rescue.battery", "rescue.battery_level", "battery.level"),
    )


def _told(name: str, asked: str, value: str) -> Question:
    def read(reply: Reply) -> Mapping[str, str]:
        text = reply.body.decode("utf-8", "backslashreplace").strip()
        return {value: text} if text else {}

    return Question(name=name, effect=Effect.READS, request=RescueProperty(name=asked), read=read, timeout_s=_SHORT_S)


def wipe_question() -> Question:
    """Wipe userdata: `command.returned` = done or failed, as it says."""
    return Question(
        name="rescue.wipe", effect=Effect.ERASES, request=RescueWipe(), read=read_wiped, timeout_s=WIPE_TIMEOUT_S
    )


def leave_question(target: RebootTarget) -> Question:
    """Go to another mode, or to the system: `command.returned` = taken."""
    return Question(
        name=f"rescue.reboot.{target.value or 'system'}",
        effect=Effect.WRITES,
        request=Reboot(target=target),
        read=_taken,
        timeout_s=_SHORT_S,
    )


def read_fingerprint(reply: Reply) -> Mapping[str, str]:
    """The line, if there is one."""
    text = reply.body.decode("utf-8", "backslashreplace").strip()
    return {"system.fingerprint": text} if text else {}


def read_wiped(reply: Reply) -> Mapping[str, str]:
    """Eight bytes that say so are a success, all others a failure."""
    return {"command.returned": "done" if reply.body == _DONE else "failed"}


def _taken(_reply: Reply) -> Mapping[str, str]:
    return {"command.returned": "taken"}
