# SPDX-License-Identifier: GPL-3.0-or-later
"""Every erase method there is, as one literal table; of methods as strong the first is preferred (`choice.choose`)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from phones.modes import BY_PRESENCE
from phones.port import Platform, Presence, Sighting
from phones.problem import Problem
from wipe.method import EraseMethod, Limits
from wipe.methods import (
    android_fastboot,
    android_guided,
    android_harness,
    android_in_rescue,
    android_recovery_guided,
    android_reopen,
    android_rescue,
    android_trade_in,
)
from wipe.methods import apple as apple_steps
from wipe.methods.overwriting import overwriting_of
from wipe.operators import number
from wipe.steps import preconditions
from wipe.steps.preconditions import Precondition, Values

OLDEST_HARNESS_API, NEWEST_HARNESS_API = 29, 35  # Android 10 to 15; from 16 on the foyer proves more
OLDEST_RESCUE_API = 29
NO_RESCUE = frozenset({"", "samsung"})
"""Makers whose recovery has no rescue mode; others than Google may have none either, and then nothing is done."""
CANNOT_BE_ASKED = frozenset({Presence.USB_ONLY, Presence.ADB_UNAUTHORIZED})
"""A locked phone, with debugging off or with a dialog that nobody can answer."""
OLDEST_MCINSTALL_IOS, OLDEST_BACKUP_IOS = 11, 9  # research ios.md §6


def _link(sighting: Sighting) -> str:
    """By which link such a phone is talked to."""
    return BY_PRESENCE[sighting.presence].link


def _in_foyer(_values: Values, sighting: Sighting) -> bool:
    return _link(sighting) == "trade_in"


def _has_shell(_values: Values, sighting: Sighting) -> bool:
    return _link(sighting) == "adb"


def _may_have_rescue(values: Values, sighting: Sighting) -> bool:
    api = number(values.get("system.sdk", ""))
    told = values.get("product.maker", "").lower()
    return _has_shell(values, sighting) and api is not None and api >= OLDEST_RESCUE_API and told not in NO_RESCUE


def _in_fastboot(_values: Values, sighting: Sighting) -> bool:
    return _link(sighting) == "fastboot"


def _in_rescue(_values: Values, sighting: Sighting) -> bool:
    return _link(sighting) == "recovery"


def _cannot_be_asked(_values: Values, sighting: Sighting) -> bool:
    return sighting.platform is Platform.ANDROID and sighting.presence in CANNOT_BE_ASKED


def _has_harness(values: Values, sighting: Sighting) -> bool:
    api = number(values.get("system.sdk", ""))
    return _has_shell(values, sighting) and api is not None and OLDEST_HARNESS_API <= api <= NEWEST_HARNESS_API


def _is_ios(oldest: int) -> Callable[[Values, Sighting], bool]:
    def fits(values: Values, sighting: Sighting) -> bool:
        major = number(values.get("system.version", "").split(".")[0])
        return _link(sighting) == "usbmux" and major is not None and major >= oldest

    return fits


def _is_apple(_values: Values, sighting: Sighting) -> bool:
    return _link(sighting) == "usbmux"


def _problems(conditions: tuple[Precondition, ...]) -> Callable[[Values, Sighting, Limits], tuple[Problem, ...]]:
    def find(values: Values, _sighting: Sighting, limits: Limits) -> tuple[Problem, ...]:
        return preconditions.problems(conditions, values, limits)

    return find


def _predicted(level: str, nist: str, gb: str, r2: str) -> Mapping[str, str]:
    return MappingProxyType({"level": level, "nist": nist, "gb": gb, "r2": r2})


CONDITIONS: Mapping[str, tuple[Precondition, ...]] = MappingProxyType(
    {
        "android_trade_in": preconditions.TRADE_IN,
        "android_harness": preconditions.HARNESS,
        "android_harness_overwrite": preconditions.HARNESS,
        "android_guided": preconditions.GUIDED,
        "android_rescue": preconditions.RESCUE,
        "android_fastboot": preconditions.FASTBOOT,
        "android_in_rescue": preconditions.IN_RESCUE,
        "android_recovery_guided": preconditions.RECOVERY_GUIDED,
        "android_reopen": preconditions.REOPEN,
        "android_reopen_overwrite": preconditions.REOPEN,
        "apple_mcinstall": preconditions.APPLE,
        "apple_mobilebackup2": preconditions.APPLE,
        "apple_guided": preconditions.APPLE,
    }
)
"""What each method needs; `wipe --plan` lists them one by one."""

_PLAIN: Mapping[str, EraseMethod] = MappingProxyType(
    {
        "android_trade_in": EraseMethod(
            name="android_trade_in",
            platform=Platform.ANDROID,
            guided=False,
            fits=_in_foyer,
            problems=_problems(CONDITIONS["android_trade_in"]),
            steps=android_trade_in.STEPS,
            predicted=_predicted("E2", "clear", "supporting_only", "automated"),
        ),
        "android_harness": EraseMethod(
            name="android_harness",
            platform=Platform.ANDROID,
            guided=False,
            fits=_has_harness,
            problems=_problems(CONDITIONS["android_harness"]),
            steps=android_harness.STEPS,
            unserved_after=("harness_failed", "erase_refused", "came_back_unauthorized"),
            predicted=_predicted("E2", "clear", "supporting_only", "guided"),
        ),
        "android_guided": EraseMethod(
            name="android_guided",
            platform=Platform.ANDROID,
            guided=True,
            fits=_has_shell,
            problems=_problems(CONDITIONS["android_guided"]),
            steps=android_guided.STEPS,
            predicted=_predicted("E1", "none", "none", "fail"),
        ),
        "android_rescue": EraseMethod(
            name="android_rescue",
            platform=Platform.ANDROID,
            guided=False,
            fits=_may_have_rescue,
            problems=_problems(CONDITIONS["android_rescue"]),
            steps=android_rescue.STEPS,
            on_wish=True,
            predicted=_predicted("E1", "none", "none", "fail"),
        ),
        "android_fastboot": EraseMethod(
            name="android_fastboot",
            platform=Platform.ANDROID,
            guided=False,
            fits=_in_fastboot,
            problems=_problems(CONDITIONS["android_fastboot"]),
            steps=android_fastboot.STEPS,
            predicted=_predicted("E1", "none", "none", "fail"),
        ),
        "android_in_rescue": EraseMethod(
            name="android_in_rescue",
            platform=Platform.ANDROID,
            guided=False,
            fits=_in_rescue,
            problems=_problems(CONDITIONS["android_in_rescue"]),
            steps=android_in_rescue.STEPS,
            predicted=_predicted("E1", "none", "none", "fail"),
        ),
        "android_recovery_guided": EraseMethod(
            name="android_recovery_guided",
            platform=Platform.ANDROID,
            guided=True,
            fits=_cannot_be_asked,
            problems=_problems(CONDITIONS["android_recovery_guided"]),
            steps=android_recovery_guided.STEPS,
            begins_in=CANNOT_BE_ASKED,
            on_wish=True,  # by itself such a phone is first asked for its debugging
            predicted=_predicted("E1", "none", "none", "fail"),
        ),
        "android_reopen": EraseMethod(
            name="android_reopen",
            platform=Platform.ANDROID,
            guided=True,
            fits=_has_shell,
            problems=_problems(CONDITIONS["android_reopen"]),
            steps=android_reopen.STEPS,
            on_wish=True,  # no stronger than android_guided, and more work: for who wants the phone looked into
            predicted=_predicted("E1", "none", "none", "fail"),
        ),
        "apple_mcinstall": EraseMethod(
            name="apple_mcinstall",
            platform=Platform.APPLE,
            guided=False,
            fits=_is_ios(OLDEST_MCINSTALL_IOS),
            problems=_problems(CONDITIONS["apple_mcinstall"]),
            steps=apple_steps.MCINSTALL_STEPS,
            predicted=_predicted("E2", "clear", "supporting_only", "automated"),
        ),
        "apple_mobilebackup2": EraseMethod(
            name="apple_mobilebackup2",
            platform=Platform.APPLE,
            guided=False,
            fits=_is_ios(OLDEST_BACKUP_IOS),
            problems=_problems(CONDITIONS["apple_mobilebackup2"]),
            steps=apple_steps.MOBILEBACKUP2_STEPS,
            predicted=_predicted("E2", "clear", "supporting_only", "automated"),
        ),
        "apple_guided": EraseMethod(
            name="apple_guided",
            platform=Platform.APPLE,
            guided=True,
            fits=_is_apple,
            problems=_problems(CONDITIONS["apple_guided"]),
            steps=apple_steps.GUIDED_STEPS,
            predicted=_predicted("E2", "clear", "supporting_only", "guided"),
        ),
    }
)

METHODS: Mapping[str, EraseMethod] = MappingProxyType({**_PLAIN, **overwriting_of(_PLAIN)})
