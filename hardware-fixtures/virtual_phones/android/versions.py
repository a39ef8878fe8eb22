# SPDX-License-Identifier: GPL-3.0-or-later
"""Which form an answer has in which Android: one row for each change, with where it was read.

A virtual phone that answers as a newer Android does, or more kindly, proves a method that no phone of its version could
go through. Where a maker's build differs from AOSP the row says so; models here are Pixels, whose builds are AOSP's.
[u]: unconfirmed, told after the history of that source and not read again in a copy of that version.
"""

from dataclasses import dataclass
from functools import cache

FIRST = 28
"""API level of the oldest Android that is told of here, 9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """From API level `since` on, until the next row of the same command."""

    command: str
    since: int
    form: str
    source: str


def _form(command: str, since: int, form: str, source: str) -> Form:
    return Form(command=command, since=since, form=form, source=source)


_PDB = "dumpsys persistent_data_block"
_STATUS = "cmd persistent_data_block status"
FORMS: tuple[Form, ...] = (
    # Factory reset protection
    _form(_PDB, 28, "nothing", "AOSP 9 and 13 PersistentDataBlockService: no dump(), so Binder prints nothing"),
    _form(_PDB, 34, "fields", "makers' builds of 12 to 14, decompiled: six fields [Pixel's 14 unconfirmed]"),
    _form(_PDB, 35, "refused", "AOSP 15 printFrpStatus: enforceUid knows one uid only; seen in public reports of 15"),
    _form(_PDB, 36, "status", "AOSP main printFrpStatus: allowShell without secrets [late 15s too]"),
    _form(_STATUS, 28, "none", "AOSP Binder.onShellCommand: no command of its own"),
    _form(_STATUS, 35, "refused", "AOSP 15 printFrpStatus, as the dump"),
    _form(_STATUS, 36, "while_active", "AOSP main onCommand: prints secrets, unless FRP is active"),
    _form("secure_frp_mode", 28, "of_set_up", "AOSP Settings.Global: the set-up wizard writes it, no harness [u]"),
    _form("secure_frp_mode", 35, "of_service", "AOSP 15 setOldSettingForBackworkCompatibility, at each boot"),
    # What only the system itself may read; a public report of Android 15 shows all but the second
    _form("getprop ro.gsid.image_running", 28, "hidden", "AOSP sepolicy: gsid_prop is system_internal_prop"),
    _form("getprop persist.adb.tradeinmode", 28, "hidden", "AOSP 16 sepolicy: adbd_tradeinmode_prop, the same"),
    _form("getprop ro.oem_unlock_supported", 28, "hidden", "AOSP sepolicy: oem_unlock_prop, neverallow for shell"),
    _form("cat /proc/partitions", 28, "denied", "AOSP sepolicy: no label of its own; neverallow coredomain proc:file"),
    _form("gsi_tool", 28, "absent", "AOSP 10 is the first with gsid [u]"),
    _form("gsi_tool", 29, "present", "AOSP gsi_tool.cpp; seen from the shell of ordinary builds of 12 and 15: normal"),
    # Users
    _form("UserInfo", 28, "13", "AOSP 9 UserInfo: ADMIN, INITIALIZED, PRIMARY; public `pm list users` [u]"),
    _form("UserInfo", 30, "c13", "AOSP 11 UserInfo: FULL, SYSTEM; public lists [10 unconfirmed]"),
    _form("UserInfo", 34, "4c13", "AOSP 14 UserInfo: FLAG_MAIN 0x4000 [u]"),
    _form("dumpsys lock_settings", 28, "handle", "AOSP 13 LockSettingsService.dump: SP Handle, CredentialType None"),
    _form("dumpsys lock_settings", 34, "protector", "AOSP 14 LockSettingsService.dump: LSKF-based SP protector, NONE"),
    _form("dpm list-owners", 28, "unknown", "AOSP 11 Dpm.java: no such word [u]"),
    _form("dpm list-owners", 31, "listed", "AOSP 12 DevicePolicyManagerServiceShellCommand [u]"),
    # Hardware
    _form("dumpsys battery", 28, "plain", "AOSP 9 BatteryService.dumpInternal [u]"),
    _form("dumpsys battery", 33, "dock", "AOSP 13 BatteryService: Dock powered [u]"),
    _form("dumpsys battery", 34, "charging_state", "AOSP 14 BatteryService: Charging state, Charging policy"),
    _form("dumpsys battery", 36, "capacity_level", "AOSP 16 BatteryService: Capacity level; public dumps of 16"),
    _form("CYCLE_COUNT", 28, "absent", "AOSP 13 BatteryService.sendBatteryChangedIntentLocked [u]"),
    _form("CYCLE_COUNT", 34, "extra", "AOSP 14 BatteryManager.EXTRA_CYCLE_COUNT"),
    _form("dumpsys thermalservice", 28, "absent", "AOSP 9: a native service of that name, without this dump [u]"),
    _form("dumpsys thermalservice", 29, "status", "AOSP 10 ThermalManagerService.dumpInternal"),
    _form("dumpsys display", 28, "physical", "AOSP 11 LocalDisplayAdapter: SurfaceControl.PhysicalDisplayInfo [u]"),
    _form("dumpsys display", 31, "sf_mode", "AOSP 12 LocalDisplayAdapter: mActiveSfDisplayMode [u]"),
    _form("camera HAL", 28, "3.5", "AOSP CameraProviderManager: HIDL device@3.x [u]"),
    _form("camera HAL", 33, "1.1", "AOSP 13 CameraProviderManager: AIDL device@1.1 [u]"),
    _form("cmd vibrator_manager", 28, "absent", "AOSP 11: the service is `vibrator` [u]"),
    _form("cmd vibrator_manager", 31, "present", "AOSP 12 VibratorManagerService [u]"),
    # Radio and card
    _form("cmd wifi status", 28, "unknown", "AOSP 10 WifiShellCommand: no such word [u]"),
    _form("cmd wifi status", 30, "one", "AOSP 11 WifiShellCommand.status: of the one interface [u]"),
    _form("cmd wifi status", 31, "managers", "AOSP 12 WifiShellCommand.status: of each ClientModeManager [u]"),
    _form("dumpsys wifi", 28, "scan_results", "AOSP WifiServiceImpl.dump: Latest scan results, with their ages [u]"),
    _form("dumpsys wifi", 30, "plain", "AOSP 11 WifiShellCommand: list-scan-results instead [u]"),
    _form("dumpsys isub", 28, "controller", "AOSP 13 SubscriptionController.dump [u]"),
    _form("dumpsys isub", 34, "manager_service", "AOSP 14 SubscriptionManagerService.dump [u]"),
    _form("service call iphonesubinfo", 28, "refused", "AOSP 10 TelephonyPermissions [other codes too]"),
    _form("service call iphonesubinfo", 31, "1 and 4", "AOSP 12 IPhoneSubInfo.aidl: order of methods [per build]"),
    # Erasing
    _form("cmd testharness", 28, "absent", "AOSP 10 TestHarnessModeService is the first"),
    _form("cmd testharness", 29, "present", "AOSP 10 TestHarnessModeService"),
    _form("tradeinmode", 28, "absent", "AOSP 16 TradeInModeService is the first"),
    _form("tradeinmode", 36, "present", "AOSP 16 TradeInModeService, where the maker ships it"),
    _form("boot.reason.history", 28, "absent", "AOSP 10 bootstat keeps the last reason only [unconfirmed]"),
    _form("boot.reason.history", 30, "kept", "AOSP 11 bootstat: persist.sys.boot.reason.history"),
)  # fmt: skip
"""Forms are words of this package; `tests/virtual_phones/android/test_versions.py` holds what is printed."""


@cache
def form_of(command: str, sdk: int) -> str:
    """The form of an answer at API level `sdk`. Raises: KeyError for what has no row."""
    found = [row for row in FORMS if row.command == command and row.since <= max(sdk, FIRST)]
    if not found:
        raise KeyError(command)
    return max(found, key=lambda row: row.since).form
