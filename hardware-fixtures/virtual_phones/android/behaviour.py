# SPDX-License-Identifier: GPL-3.0-or-later
"""What a virtual Android can do wrong, and how honest ones differ.

A user can forge what the adb shell can write; firmware that lies as root is out of scope, and the
certificate says so. Keeping one part of the data is a fault of the recovery; nobody can see it through
the trade-in foyer, so those count only where a shell answers after the erase (`MISBEHAVIOURS_IN_FOYER`).
"""

from virtual_phones.storage.lies import LIES

KEEPS = {
    "keeps_sdcard": "sdcard",
    "keeps_tmp": "tmp",
    "keeps_settings": "settings",
    "keeps_accounts": "accounts",
    "keeps_packages": "packages",
}
"""Misbehaviour → the stratum that survives a wipe."""

MISBEHAVIOURS: dict[str, str] = {
    "says_done_keeps_data": "says done, stays away as long as a wipe takes, and keeps all data",
    "says_done_stays": "says done and does not even reboot",
    "reboots_without_wipe": "says done, reboots as after `adb reboot`, and keeps all data",
    "keeps_sdcard": "wipes, but user storage (/sdcard) survives",
    "keeps_tmp": "wipes, but /data/local/tmp survives",
    "keeps_settings": "wipes, but the settings database survives",
    "keeps_accounts": "wipes, but the accounts survive",
    "keeps_packages": "wipes, but installed apps survive",
    "boots_other_image": "boots a dynamic system image with fresh data; the old data set still exists beside it",
    "user_forged": "keeps all data; an app with adb's permissions makes everything a shell can write look new",
    "user_forged_closed": "the same, and besides it shows its set-up screen, without debugging and without our key",
    "restart_called_factory_reset": "keeps all data but one app; its user restarts it by the name of a factory reset, "
    "and makes everything a shell can write look new",
    "keeps_android_id": "wipes, but comes back with the same android_id",
    "debugging_never_on": "once it was reset, nobody can switch USB debugging on again",
    "staged_foyer": "an un-erased phone staged to show the foyer, whose forced wipe never happens",
    "returns_with_other_serial": "erased, but another serial answers afterwards",
    "returns_with_other_imei": "erased, but another IMEI answers afterwards",
    "never_returns": "goes away and never comes back",
    "returns_into_recovery": "the wipe fails; it stays in recovery with its data",
    "returns_unauthorised": "the test harness did not keep the adb keys",
    "returns_without_adb": "the test harness left USB debugging off: it comes back with MTP alone",
    "account_added": "after the erase somebody signs in again",
    "frp_armed": "factory reset protection holds an owner's handle and outlives the erase",
    "half_answers": "the second half of every longer answer is missing",
    "late_answers": "every answer comes a quarter of an hour late",
    "hostile_strings": "properties hold newlines, escapes, bidi marks, bytes that are no UTF-8, or a megabyte",
    "empty_getprop": "getprop never prints anything",
    "battery_low": "the battery is nearly empty, which recovery refuses",
    "sim_inserted": "a SIM card is in the tray",
    "sd_inserted": "an SD card is in the tray",
    "lock_screen": "a PIN is set, and the test harness refuses",
    "device_owner": "a company manages the phone",
    "reset_forbidden": "the restriction no_factory_reset is set",
    "harness_refused": "the test harness cannot store its keys",
}
"""Never certifiable, whatever else happens."""

NOT_IN_FOYER = frozenset(KEEPS) | {
    "boots_other_image",
    "returns_unauthorised",
    "returns_without_adb",
    "empty_getprop",
    "user_forged",
    "lock_screen",
    "device_owner",
    "reset_forbidden",
    "harness_refused",
    "keeps_android_id",
    "debugging_never_on",
    "sim_inserted",
    "sd_inserted",
}
STORAGE_MISBEHAVIOURS: dict[str, str] = dict(LIES)
"""Lies of the storage: only an overwriting pass meets them, so a certificate without one may be given."""

MISBEHAVIOURS_IN_FOYER: dict[str, str] = {
    name: sentence for name, sentence in MISBEHAVIOURS.items() if name not in NOT_IN_FOYER
}
"""Those that mean something for a phone that begins in the trade-in foyer (condition "reset")."""

MISBEHAVIOURS_IN_HARNESS: dict[str, str] = {
    name: sentence for name, sentence in MISBEHAVIOURS.items() if name not in ("staged_foyer", "debugging_never_on")
}
"""Those that mean something for a phone with an authorised adb shell (condition "debugging")."""

MISBEHAVIOURS_IN_FASTBOOT: dict[str, str] = {
    "fastboot_floods": "the boot loader answers each question with INFO packets without end",
    "fastboot_refuses_erase": "the boot loader says that it is unlocked, and refuses the erase",
    "fastboot_tells_no_serial": "the boot loader does not tell its serial number",
}
"""Those of the boot loader alone: they change nothing while Android runs."""

MISBEHAVIOURS_IN_RESCUE: dict[str, str] = {
    "rescue_unknown": "its recovery has no rescue mode",
    "rescue_says_failed": "its rescue mode answers that the wipe has failed",
    "rescue_of_another_build": "its rescue mode tells the fingerprint of another build",
}
"""Those of recovery's rescue mode alone: they change nothing while Android runs."""

MISBEHAVIOURS_IN_RECOVERY: dict[str, str] = {
    "recovery_asks_for_password": "its recovery menu wipes only for whoever knows the screen lock",
}
"""Those of the recovery menu alone: they change nothing while Android runs."""

FASTBOOT_VARIATIONS: dict[str, str] = {
    "old_getvar": "a variable that the boot loader does not know is an empty OKAY",
    "no_metadata_partition": "there is no metadata partition",
    "motorola_variables": "the boot loader tells its lock by securestate, its FRP by frp-state, and its IMEI",
}

NOT_IN_REOPEN = frozenset({"lock_screen", "harness_refused", "returns_unauthorised", "returns_without_adb"})
MISBEHAVIOURS_IN_REOPEN: dict[str, str] = {
    name: sentence for name, sentence in MISBEHAVIOURS.items() if name not in NOT_IN_REOPEN
}
"""Those that mean something for the same phone when a person resets it and opens it again."""

VARIATIONS: dict[str, str] = {
    "slow_boot": "takes three times as long to boot",
    "double_reboot": "reboots twice after a wipe",
    "crlf_output": "lines end with carriage return and newline",
    "noise_before_json": "text stands before the trade-in JSON",
    "getprop_empty_once": "one getprop at random prints nothing",
    "vendor_battery_keys": "dumpsys battery has vendor keys that collide when case-folded",
    "samsung_battery": "dumpsys battery has Samsung's mSavedBatteryAsoc",
    "clock_1970": "the clock is wrong after a wipe",
    "chinese_locale": "localised words in answers",
    "warms_up": "the battery warms while the storage is written to, and cools in some minutes",
    "drains": "the charger gives less than writing takes: the battery empties, and fills again in half an hour",
    "imeis_change_places": "after a wipe it calls its second IMEI the first",
}
"""Harmless: a phone with any of these is honest."""

LIMITS: dict[str, str] = {
    "unlocked_bootloader": "orange boot state: no claim may rest on its boot chain, so never E3",
    "no_boot_history": "the shell is shown no boot history, which supports some methods",
    "no_harness_property": "the shell is not told that the test harness has reset the phone",
    "no_attestation": "trade-in status carries no attestation",
}
"""Accepted as variations; they lower claims, or say nothing, but are no lies."""
