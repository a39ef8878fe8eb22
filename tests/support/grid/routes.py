# SPDX-License-Identifier: GPL-3.0-or-later
"""Each erase method as the grid lives it: which phones it meets, which misbehaviours mean something to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from phones.port import Platform
from tests.wipe.drive import PHONES, PROVING
from virtual_phones.android import behaviour as android
from virtual_phones.iphone import behaviour as iphone
from virtual_phones.storage.lies import LIES
from wipe.method import EraseMethod
from wipe.methods.table import METHODS

MEANINGLESS_IN_REOPEN = {
    "returns_unauthorised": "a person lets us in again",
    "returns_without_adb": "as every phone that was reset",
    "lock_screen": "who resets in Settings is asked for it there",
    "harness_refused": "the test harness is not used",
}
MEANINGLESS_IN_TRADE_IN = {
    "returns_unauthorised": "the foyer and evaluation want no adb key",
    "returns_without_adb": "the foyer needs no setting for adb",
    "lock_screen": "a phone in its set-up screen has none any more",
    "device_owner": "the first reset removed it",
    "reset_forbidden": "a restriction of the owner's data set, gone with it",
    "harness_refused": "the test harness is not used",
    "debugging_never_on": "the foyer opens by itself",
}
MEANINGLESS_IN_HARNESS = {"debugging_never_on": "the test harness leaves it on"}
MEANINGLESS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "android_trade_in": MEANINGLESS_IN_TRADE_IN,
        "android_harness": MEANINGLESS_IN_HARNESS,
        "android_harness_overwrite": MEANINGLESS_IN_HARNESS,
        "android_reopen": MEANINGLESS_IN_REOPEN,
    }
)
"""By method: what changes nothing on its way, and why; a phone with one of these alone is honest there."""

ADDED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "android_fastboot": android.MISBEHAVIOURS_IN_FASTBOOT,
        "android_rescue": android.MISBEHAVIOURS_IN_RESCUE,
        "android_in_rescue": android.MISBEHAVIOURS_IN_RESCUE,
        "android_recovery_guided": android.MISBEHAVIOURS_IN_RECOVERY,
    }
)
"""By method: misbehaviours of a part of the phone that no other method meets."""
SMALL = {"storage": {"bytes": 1792 * 1024, "data_kib": 1536}}
"""Storage that is overwritten in a moment, and of which enough can be reached for the claim."""
OTHER_MODELS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "android_trade_in": ("pixel-10-android-16",),
        "android_harness": (
            "pixel-3a-android-12",
            "samsung-galaxy-a52-android-13",
            "xiaomi-13-android-14",
            "samsung-galaxy-s24-android-15",
        ),
        "android_rescue": ("pixel-10-android-16", "xiaomi-13-android-14"),
        "android_guided": ("pixel-10-android-16", "samsung-galaxy-s24-android-15", "huawei-p20-lite-android-9"),
        "android_reopen": ("pixel-10-android-16", "samsung-galaxy-s24-android-15"),
        "android_fastboot": ("motorola-moto-g3-android-6", "noname-mt6580-android-8", "xiaomi-redmi-note-8-android-11"),
        "apple": ("iphone-se-ios-26",),
    }
)
"""By method, or by platform: models beside the one that the steps are tested with, whose honest ones it can erase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method with what it is tried on. `certifies`: may it end in a certificate?"""

    method: EraseMethod
    phones: tuple[Mapping[str, Any], ...]
    misbehaviours: tuple[str, ...]
    storage_lies: tuple[str, ...]
    variations: tuple[str, ...]
    limits: tuple[str, ...]
    needed: tuple[str, ...]
    certifies: bool

    def lies(self, misbehaviour: Sequence[str]) -> tuple[str, ...]:
        """Those of them that mean something here: a phone with one of these must never be certified."""
        harmless = MEANINGLESS.get(self.method.name, {})
        return tuple(name for name in misbehaviour if name not in harmless and name not in LIES)


def routes() -> Mapping[str, Route]:
    """One for every method there is, by its name; a new method comes in by itself."""
    return {name: _route(method) for name, method in METHODS.items()}


def _route(method: EraseMethod) -> Route:
    if method.platform is Platform.APPLE:
        return Route(
            method=method,
            phones=_phones(method.name, PHONES.get(method.name, PHONES["apple_mcinstall"]), OTHER_MODELS["apple"]),
            misbehaviours=tuple(sorted(iphone.MISBEHAVIOURS)),
            storage_lies=(),
            variations=tuple(sorted(iphone.VARIATIONS)),
            limits=(),
            needed=(),
            certifies=method.name in PROVING,
        )
    plain = method.name.removesuffix("_overwrite")
    first = PHONES.get(plain, PHONES["android_harness"])
    if method.name == "android_fastboot":
        first = {**first, "serial": "FASTOPEN1", "condition": "fastboot"}
    found = _phones(method.name, first, OTHER_MODELS.get(plain, ()))
    return Route(
        method=method,
        phones=tuple({**phone, "set": SMALL} for phone in found) if method.overwrites else found,
        misbehaviours=tuple(sorted({**android.MISBEHAVIOURS, **ADDED.get(method.name, {})})),
        storage_lies=tuple(sorted(LIES)),
        variations=tuple(sorted(android.VARIATIONS)),
        limits=tuple(sorted(android.LIMITS)),
        needed=("unlocked_bootloader",) if method.name == "android_fastboot" else (),
        certifies=plain in PROVING,
    )


def _phones(method: str, first: Mapping[str, Any], others: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    condition = {} if method.startswith("apple") else {"condition": first.get("condition", "debugging")}
    return ({**first, **condition}, *({**first, **condition, "model": model} for model in others))
