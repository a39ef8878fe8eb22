# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks of lenders, carriers, makers and Google, as far as the shell tells: each `cleared`, `locked` or `unknown`, and
no value at all when it could not be asked.

An app of a lender that is merely installed is no lock: makers ship several of them, asleep, on phones that nobody owes
money for. It locks when it owns the phone.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from phones.android.account_types import UNLISTED

Values = dict[str, str]

_KNOX_STATES: Mapping[str, str] = MappingProxyType(
    {
        "prenormal": "cleared",  # 0: nobody has registered the phone
        "checking": "unknown",  # 1: asks Samsung's server and has no answer yet
        "active": "locked",  # 2: registered; the lender can lock it at any time, also after a reset
        "locked": "locked",  # 3
        "completed": "cleared",  # 4: released for good
        "error": "unknown",  # 5
    }
)
"""[read: Samsung's KnoxGuard constants (KG_STATE_*), decompiled, and public getprop dumps]"""
_KNOX_NUMBERS: Mapping[str, str] = MappingProxyType(
    {str(number): state for number, state in enumerate(_KNOX_STATES.values())}
)

LENDERS: Mapping[str, str] = MappingProxyType(
    {
        "com.payjoy.access": "PayJoy; white lists of Xiaomi's security app [read: decompiled]",
        "com.payjoy.status": "the same",
        "com.payjoy.status.df": "the same",
        "com.payjoy.permission": "PayJoy [unconfirmed]",
        "com.kistpay.finance": "KistPay; Xiaomi's white lists",
        "com.airtelx.airtelkiosk": "Airtel; Xiaomi's white lists",
        "ofm.onfonmobile.dpc": "Onfon; Xiaomi's white lists",
        "com.trustonic.telecoms.standard.dlc": "Trustonic, for carriers; Xiaomi's white lists",
        "com.trustonic.telecoms.standard.dpc": "the same; also Trustonic's client for Android",
        "com.trustonic.telecoms.client.standard.dlc.playground": "the same",
        "com.trustonic.telecoms.setup": "the same",
        "com.trustonic.telecoms.xti.dpc": "the same",
        "com.trustonic.telecoms.direct": "Trustonic [unconfirmed]",
        "com.mkopa.app": "M-KOPA [unconfirmed]",
        "com.google.android.apps.devicelock": "Google's Device Lock Controller before Android 14 [unconfirmed]",
        "com.google.android.devicelockcontroller": "on every phone with Google's services from Android 14 on",
        "com.android.devicelockcontroller": "the same without Google's services",
        "com.samsung.android.kgclient": "Knox Guard; on every Galaxy",
        "com.motorola.paks": "Motorola's carrier bundles [unconfirmed whether it locks]",
        "com.dcontrol.mdm": "DControl [unconfirmed]",
    }
)
"""Package → whose, and where it is named."""
_EVERYWHERE = frozenset(
    {
        "com.google.android.devicelockcontroller",
        "com.android.devicelockcontroller",
        "com.samsung.android.kgclient",
        "com.motorola.paks",
    }
)
"""Installed on phones of everybody: only as the phone's owner does one of these say anything."""
_FRAMEWORK = "android"
"""The package of the framework itself: a list without it was not read."""

PACKAGES_LISTED = "p=$(pm list packages)&&echo \"$p\" | grep -oE '^package:({})$'".format(
    "|".join(name.replace(".", "\\.") for name in (_FRAMEWORK, *sorted(LENDERS)))
)
"""Only these names cross the cable: what else the seller has installed is nobody's business."""
KIOSK_ASKED = (
    '[ "$(getprop ro.build.version.sdk)" -ge 34 ]'
    '&&h=$(cmd role get-role-holders android.app.role.FINANCED_DEVICE_KIOSK)&&echo "holders:$h"'
)
"""The lender's app has this role from set-up on, Android 14 and later [read: AOSP packages/modules/DeviceLock]."""

_MAKER_ACCOUNTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "xiaomi": ("com.xiaomi",),
        "redmi": ("com.xiaomi",),
        "poco": ("com.xiaomi",),
        "samsung": ("com.osp.app.signin",),
        "huawei": ("com.huawei.hwid",),
        "honor": ("com.hihonor.id", "com.huawei.hwid"),
        "oppo": ("com.oppo.usercenter", "com.heytap.usercenter"),
        "realme": ("com.oppo.usercenter", "com.heytap.usercenter"),
        "oneplus": ("com.oneplus.account", "com.heytap.usercenter"),
        "vivo": ("com.vivo.bbkaccount", "com.bbk.account"),
        "meizu": ("com.meizu.account",),
    }
)
"""Makers whose account locks a phone, and its account types (`phones.android.readers`)."""
FIRST_WITH_TRADE_IN = 36
"""API level of Android 16."""
_GOOGLE = ("com.google", "com.google.work")


def knox_state(text: str) -> Values:
    """`knox.kg.state`: a word that is not known is not clear."""
    return {"locks.knox_guard": _KNOX_STATES.get(text.strip().lower(), "unknown")} if text.strip() else {}


def knox_number(text: str) -> Values:
    """`ro.boot.kg`: the same as a number, 0x0 to 0x5; other spellings say nothing."""
    match = re.fullmatch(r"(?:0x)?0?([0-5])", text.strip().lower())
    return {"locks.knox_guard": _KNOX_NUMBERS[match[1]]} if match else {}


def kiosk(text: str) -> Values:
    """Who has the role of a lender's app (`KIOSK_ASKED`); nobody is an answer only if the question was one."""
    found = text.strip()
    if not found.startswith("holders:"):
        return {}
    return {"locks.device_lock": "locked" if found.removeprefix("holders:").strip() else "cleared"}


def owner_type(text: str) -> Values:
    """`Device Owner Type: 1` in `dumpsys device_policy`: financed [read: AOSP DEVICE_OWNER_TYPE_FINANCED]. Any other
    is no answer about lenders.
    """
    return {"locks.device_lock": "locked"} if re.search(r"(?m)^ *Device Owner Type: 1$", text) else {}


def owning_lender(text: str) -> Values:
    """`dpm list-owners`: an app of a lender that owns the phone."""
    owners = re.findall(r"admin=([A-Za-z0-9_.]{1,128})/[^\n]{0,256}DeviceOwner", text)
    return {"locks.finance_app": "locked"} if any(name in LENDERS for name in owners) else {}


def lenders_installed(text: str) -> Values:
    """Which of `LENDERS` are installed: none is `cleared`; one is not clear, for it may be asleep."""
    names = {line.removeprefix("package:").strip() for line in text.split("\n") if line.startswith("package:")}
    if _FRAMEWORK not in names:
        return {}
    return {"locks.finance_app": "unknown" if names & (LENDERS.keys() - _EVERYWHERE) else "cleared"}


def of_accounts(values: Mapping[str, str]) -> Values:
    """Locks that hang on an account: the maker's, and Google's Find Hub.

    Signed in: the maker's account locks the phone if it is reset from outside, and Find Hub can be on. Nobody signed in
    on a phone that a person has set up: neither can lock it. On a phone that nobody has set up, in trade-in evaluation
    or in test harness, an empty list says nothing; nor does a list that is shorter than the number of accounts.
    """
    makers = {values.get(name, "").lower() for name in ("product.maker", "product.brand")}
    found = {"locks.knox_guard": "not_applicable"} if makers - {""} and "samsung" not in makers else {}
    if "locks.accounts" not in values or not set_up_by_a_person(values):
        return found
    types = set(values.get("locks.account_types", "").split(","))
    theirs = {kind for maker in makers for kind in _MAKER_ACCOUNTS.get(maker, ())}
    nobody = "unknown" if UNLISTED in types else "cleared"
    if theirs:
        found["locks.maker_account"] = "locked" if types & theirs else nobody
    elif makers - {""}:
        found["locks.maker_account"] = "not_applicable"
    found["locks.find_hub"] = "unknown" if types & set(_GOOGLE) else nobody
    return found


def set_up_by_a_person(values: Mapping[str, str]) -> bool:
    """Has somebody gone through the set-up, and is this neither evaluation nor harness?

    Evaluation looks set up, and the shell may not read the property that tells of it [read: AOSP sepolicy,
    adbd_tradeinmode_prop]: where there is a trade-in mode, only an account shows that somebody was there.
    """
    has_trade_in = not values.get("system.sdk", "").isdecimal() or int(values["system.sdk"]) >= FIRST_WITH_TRADE_IN
    return (
        values.get("setup.complete") == "1"
        and values.get("setup.trade_in", "0") != "2"
        and values.get("setup.test_harness", "0") == "0"
        and (not has_trade_in or values.get("locks.accounts", "0") != "0")
    )
