# SPDX-License-Identifier: GPL-3.0-or-later
"""Every value taken from a phone: who says it, and what would show that nobody measured it.

The table of docs/checks.md (`tools.make_checks`). `signs` are words of `phones.signs`; a test gives each of them an
answer that shows it. `without` says what stands in place of a sign: words that make the value unknown, or why there
can be none; `then`: what follows, where that is not the answer of a check. A value that somebody else could have
written is another matter: its level of evidence.
"""

import json
from collections.abc import Mapping
from typing import cast

from phones import package_data as files
from phones.frozen import dataclass
from phones.identifiers import PART_MEANINGS, PARTS
from station.checking.browser.ends import SIGNS as ENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Some values with one source and one answer to "was it measured?"."""

    values: tuple[str, ...]
    source: str
    signs: tuple[str, ...] = ()
    without: str = ""
    then: str = ""


_IMAGE = "a constant of the system image, not a measurement; missing or empty is not read"
_BOOT = "set once by the bootloader; missing, empty or in another word is not read"
_NAMED = "a name, not a measurement; shared numbers and placeholders are no identity"
_ASKED = "`unknown`, or not read, unless the service answers in its whole form"
_OURS = "ours: written and read by the job itself"

PAGE_VALUES = cast(
    "Mapping[str, Mapping[str, list[str]]]",
    json.loads(files.path("grading", "phone_checks", "values.json").read_bytes()),
)
"""Check of the page → its value, without `browser.` → signs that it was not measured; those of a visit that failed come
on top (`station.checking.browser.act`)."""

MEASUREMENTS: tuple[Measurement, ...] = (
    # what Android says of its battery
    Measurement(
        values=("battery.level",),
        source="Android: `dumpsys battery`",
        signs=(
            "cut",
            "left_at_zero",
            "not_present",
            "out_of_range",
            "remark",
            "said_twice",
            "set_by_hand",
            "simulated",
            "starting",
        ),
        then="the erase does not begin (`battery_unknown`)",
    ),
    Measurement(
        values=("battery.health_code",),
        source="Android: `dumpsys battery`, trade-in `battery.state`",
        signs=(
            "code_not_known",
            "cut",
            "left_at_zero",
            "not_available",
            "not_present",
            "out_of_range",
            "remark",
            "said_twice",
            "set_by_hand",
            "simulated",
            "sources_disagree",
            "starting",
            "unknown_word",
        ),
    ),
    Measurement(
        values=("battery.temperature_dc",),
        source="Android: `dumpsys battery`; iPhone: IORegistry `Temperature`",
        signs=(
            "cut",
            "left_at_zero",
            "not_present",
            "out_of_range",
            "remark",
            "said_twice",
            "set_by_hand",
            "simulated",
            "starting",
        ),
    ),
    Measurement(
        values=("battery.health_percent",),
        source="makers' layouts (below); trade-in `battery.health`; iPhone: nominal by design capacity",
        signs=(
            "cut",
            "left_at_zero",
            "not_available",
            "not_present",
            "out_of_range",
            "placeholder",
            "remark",
            "said_twice",
            "simulated",
            "sources_disagree",
            "starting",
        ),
        then="battery band `not_measured`: no better than class 3",
    ),
    Measurement(
        values=("battery.cycles",),
        source="makers' layouts (below); trade-in `battery.cycle_count`; iPhone: `CycleCount`",
        signs=(
            "cut",
            "left_at_zero",
            "not_available",
            "not_present",
            "out_of_range",
            "remark",
            "said_twice",
            "simulated",
            "sources_disagree",
            "starting",
        ),
    ),
    Measurement(
        values=("battery.design_mah", "battery.full_mah"),
        source="makers' layouts (below); iPhone: IORegistry",
        signs=("left_at_zero", "not_available", "placeholder", "sources_disagree", "unit_unknown"),
    ),
    Measurement(
        values=("battery.first_used_epoch",),
        source="makers' layouts (below); trade-in `battery.first_usage_date`",
        signs=("not_available", "out_of_range", "placeholder", "said_twice", "sources_disagree"),
    ),
    Measurement(
        values=("battery.ic_authentication",),
        source="Samsung: `IcAuthenticationResults`",
        signs=("said_twice", "sources_disagree"),
        without="never graded: models without such a chip say no",
    ),
    Measurement(
        values=("battery.manufactured_epoch",),
        source="trade-in `battery.manufacturing_date`",
        without="0 is not read",
    ),
    Measurement(
        values=("battery.part_status", "display.part_status"),
        source="trade-in; Android 16: `screenPartStatus` of `dumpsys SurfaceFlinger --display-id`",
        without="`unknown` unless the phone says original or replaced in words we know",
        then="functional class no better than F5",
    ),
    Measurement(
        values=("battery.sag_mv", "battery.resistance_mohm"),
        source="Android: power supply or `dumpsys battery`, each second while our own load runs (`battery_load`)",
        signs=("charging", "cut", "no_load", "skipped"),
    ),
    Measurement(values=("battery.load_curve",), source="the same", signs=("cut", "no_load", "skipped")),
    Measurement(
        values=("battery.rest_mv", "battery.load_s", "battery.load_current_ma"),
        source="the same",
        without="there only with the curve",
    ),
    Measurement(
        values=("battery.contradictions", "battery.contradictions_looked_at"),
        source="ours: cycles, capacity, dates, voltage and load held together (`phones/battery_truth.py`)",
        without="`unknown` where nothing could be compared",
    ),
    Measurement(values=("battery.source",), source="ours", without="names the source that was believed"),
    # what else the checks look at
    Measurement(
        values=("storage.total_bytes", "storage.free_bytes"),
        source="Android: `df -k /data`; trade-in `capacity_bytes`; iPhone: lockdown `com.apple.disk_usage`, AFC",
        signs=("not_the_partition", "out_of_range", "said_twice"),
    ),
    Measurement(
        values=("storage.life_percent",),
        source="trade-in `useful_lifetime_remaining`; Android: the storage's health descriptor in /sys",
        signs=("not_available", "out_of_range"),
        without="-1 or missing is not read",
    ),
    Measurement(values=("memory.total_kib",), source="Android: `/proc/meminfo`", signs=("left_at_zero", "said_twice")),
    Measurement(
        values=("display.width_px", "display.height_px"),
        source="Android: `wm size`",
        signs=("overridden", "said_twice"),
    ),
    Measurement(values=("display.override",), source="Android: `wm size`", without="is itself the sign"),
    Measurement(
        values=("sensors.types",),
        source="Android: `dumpsys sensorservice`",
        signs=("hal_not_ready", "simulated", "virtual"),
    ),
    Measurement(
        values=("cameras.count",), source="Android: `dumpsys media.camera`", signs=("hal_not_ready", "said_twice")
    ),
    Measurement(values=("cameras.facing",), source="Android: `dumpsys media.camera`", without="shown, never graded"),
    Measurement(
        values=("radio.wifi",),
        source="Android: `cmd wifi status`, `dumpsys wifi`, `pm list features`",
        signs=("said_twice",),
        without="on and off both say only that there is a radio",
    ),
    Measurement(
        values=("radio.bluetooth",),
        source="Android: `dumpsys bluetooth_manager`, `pm list features`",
        signs=("changing", "crashed", "said_twice"),
        without="as Wi-Fi",
    ),
    Measurement(
        values=("radio.nfc",),
        source="Android: `dumpsys nfc`, `pm list features`",
        signs=("changing", "said_twice", "unknown_word"),
        without="as Wi-Fi",
    ),
    Measurement(
        values=("radio.baseband",),
        source="Android: `gsm.version.baseband`; iPhone: `BasebandVersion`",
        signs=("unknown_word",),
    ),
    Measurement(
        values=("thermal.status",),
        source="Android: `dumpsys thermalservice`",
        signs=("cut", "hal_not_ready", "overridden", "said_twice"),
    ),
    # Android, asked silently whether its parts are alive (phones.android.silent)
    Measurement(
        values=("radio.wifi_heard",),
        source="Android: `cmd wifi list-scan-results`, below 11 `dumpsys wifi` (unconfirmed), counted on the phone",
        signs=("said_twice", "switched_off"),
    ),
    Measurement(
        values=("radio.bluetooth_works",),
        source="Android: `dumpsys bluetooth_manager`",
        signs=("changing", "said_twice", "switched_off"),
    ),
    Measurement(
        values=("radio.bluetooth_crashes",),
        source="Android: `dumpsys bluetooth_manager`",
        without="a count of the service's own; where the line is missing it is not read",
    ),
    Measurement(
        values=("radio.bluetooth_number",), source="Android: `dumpsys bluetooth_manager`", signs=("unknown_word",)
    ),
    Measurement(
        values=("radio.nfc_works",),
        source="Android: `dumpsys nfc`",
        signs=("changing", "said_twice", "switched_off"),
    ),
    Measurement(
        values=("radio.gnss_receiver",),
        source="Android: `dumpsys location`",
        without="a name that the driver tells; `null` is missing, no line is not read",
    ),
    Measurement(values=("radio.gnss_reports",), source="Android: `dumpsys location`", signs=("asleep", "said_twice")),
    Measurement(
        values=("radio.uwb_works",),
        source="Android 13+: `cmd uwb status` (unconfirmed)",
        signs=("said_twice", "switched_off"),
    ),
    Measurement(
        values=("radio.network",),
        source="Android: `dumpsys telephony.registry`",
        signs=("no_service", "switched_off"),
    ),
    Measurement(
        values=("radio.sim_slots_work",),
        source="Android: `gsm.sim.state`, `pm list features`",
        signs=("built_in", "no_card", "unknown_word"),
    ),
    Measurement(
        values=("sensors.accelerometer", "sensors.gravity_off_permille"),
        source="Android: recent events of `dumpsys sensorservice`, twice",
        signs=("asleep", "frozen", "too_little"),
    ),
    Measurement(
        values=("storage.end_of_life",),
        source="Android: the storage's health descriptor in /sys",
        signs=("not_available", "out_of_range"),
    ),
    Measurement(
        values=("storage.flash_write_kb_s", "storage.flash_read_kb_s"),
        source="Android: `dd` of 32 MiB random bytes, on the phone",
        signs=("left_at_zero", "said_twice", "too_little"),
    ),
    Measurement(
        values=("storage.scratch_gone",), source="Android: the same line", without="looked for after it was removed"
    ),
    Measurement(
        values=("memory.of_claim_permille",),
        source="Android: `/proc/meminfo` by `ro.boot.hardware.ddr`",
        signs=("left_at_zero", "said_twice"),
    ),
    Measurement(
        values=("display.fastest_hz",),
        source="Android: `dumpsys display`",
        without="the largest figure that is listed; none is not read",
    ),
    Measurement(values=("display.mode",), source="Android: `dumpsys display` by `wm size`", signs=("said_twice",)),
    Measurement(
        values=(
            "charging.plugged",
            "charging.status",
            "charging.offered_ma",
            "charging.current_ma",
            "charging.full_ma",
        ),
        source="Android: `dumpsys battery`, `current_now` of the gauge",
        signs=(
            "held_back",
            "left_at_zero",
            "not_full",
            "out_of_range",
            "said_twice",
            "set_by_hand",
            "unit_unknown",
            "unknown_word",
        ),
    ),
    Measurement(
        values=("vibrator.count", "cameras.flash", "audio.devices", "input.fingers", "input.keys"),
        source="Android: `cmd vibrator_manager list`, `dumpsys media.camera`, `dumpsys media.audio_policy`, `getevent`",
        without="lists of what was built in and found; an empty one is not read",
    ),
    Measurement(
        values=("crashes.system", "crashes.native", "crashes.kernel"),
        source="Android: headings of `dumpsys dropbox`, reasons of its last starts",
        without="a list without its head, or a cut one, is not read; a reset empties the drop box",
    ),
    Measurement(
        values=("biometrics.fingerprint", "biometrics.face"),
        source="Android: `dumpsys biometric`, `pm list features`",
        without="missing only where the list itself stands there",
    ),
    Measurement(
        values=("system.patch_age_days", "system.launch_age_days"),
        source="Android: properties, by the bench's clock",
        signs=("out_of_range",),
    ),
    Measurement(
        values=("tamper.selinux",), source="Android: `getenforce`", without="one of three words, else not read"
    ),
    Measurement(values=("usb.state",), source="Android: `dumpsys usb`", signs=("said_twice",)),
    Measurement(
        values=("liquid.detected",), source="trade-in `moisture_intrusion`", without="anything but a truth is not read"
    ),
    Measurement(
        values=("tamper.signs",),
        source="Android: properties and a search for root tools; iPhone: services and apps",
        without="a search that did not end is not read; empty = looked and found none of the known",
    ),
    # parts
    Measurement(
        values=tuple(each.value for each in PARTS),
        source="iPhone: IORegistry; Android: trade-in `battery.serial`, power supply of the battery",
        without="kept as a commitment only; not told is not read, and a placeholder is none",
        then="compared before and after the erase, and with a paper; a part that is told on one side only is unknown",
    ),
    Measurement(
        values=("parts.blank",),
        source="the same: zeros or slashes in place of a number",
        without="is itself the sign: the part was changed without being programmed, or is gone",
    ),
    Measurement(
        values=("parts.sensor_makers", "parts.camera_ids", "parts.panel_name", "parts.panel_maker"),
        source="Android: `dumpsys sensorservice`, `media.camera`, `SurfaceFlinger --display-id`; iPhone: first letters",
        without="a name, not a measurement; a maker that is in no table is `other`",
    ),
    Measurement(values=("parts.read",), source="ours", without="there only when the question was answered"),
    # what only iPhones have
    Measurement(values=("apple.baseband",), source="iPhone: `BasebandStatus`", signs=("code_not_known",)),
    Measurement(
        values=("panics.count", "panics.forced_resets", "panics.unknown_reports"),
        source="iPhone: names of crash reports",
        without="`unknown` while a report may be of a panic",
    ),
    Measurement(
        values=(
            "apple.obliteration_kind",
            "apple.obliteration_epoch",
            "apple.obliteration_error",
            "apple.obliteration_digest",
            "apple.oblit_begins",
            "apple.oblit_begins_mark",
            "apple.oblit_failure",
            "apple.oblit_failure_mark",
        ),
        source="iPhone: NVRAM",
        without="the same stamp or mark as before the erase is a leftover; what cannot be understood is `unreadable`",
    ),
    Measurement(
        values=("apple.activation_state", "apple.setup_done", "apple.paired", "apple.trust", "apple.trust_dialog"),
        source="iPhone: lockdown",
        without="another word or type than documented is not read",
    ),
    Measurement(
        values=("apple.apps",), source="iPhone: installation proxy", without="a list that did not come is not read"
    ),
    Measurement(
        values=("apple.chip", "product.marketing_name"),
        source="our table of product types",
        without="an unknown type has none",
    ),
    Measurement(
        values=("locks.activation_lock",),
        source="iPhone: NVRAM `fm-activation-locked`",
        without="anything but YES and NO is not read",
    ),
    Measurement(
        values=("locks.supervised",),
        source="iPhone: cloud configuration",
        without="not read unless the phone answers one way or the other",
    ),
    # who the phone is
    Measurement(
        values=(
            "identity.serial",
            "identity.imei1",
            "identity.imei2",
            "identity.udid",
            "identity.ecid",
            "identity.wifi_mac",
            "data.android_id",
            "imei.luhn",
        ),
        source="Android: properties, `iphonesubinfo`, settings, trade-in; iPhone: lockdown",
        without=_NAMED,
    ),
    Measurement(
        values=(
            "product.maker",
            "product.brand",
            "product.model",
            "product.device",
            "product.number",
            "product.refurbishment_letter",
        ),
        source="Android: properties, trade-in; iPhone: lockdown",
        without=_IMAGE,
    ),
    Measurement(
        values=(
            "system.version",
            "system.build",
            "system.fingerprint",
            "system.security_patch",
            "system.sdk",
            "system.first_api_level",
            "system.build_type",
            "system.build_tags",
            "system.debuggable",
        ),
        source="Android: properties, trade-in; iPhone: lockdown",
        without=_IMAGE,
    ),
    Measurement(
        values=("system.clock_epoch",),
        source="Android: `date`; iPhone: `TimeIntervalSince1970`",
        without="the phone's own clock, set by whoever holds it: compared with itself only, never with ours",
    ),
    # how it started, how it is encrypted
    Measurement(
        values=(
            "boot.verified_state",
            "boot.flash_locked",
            "boot.device_state",
            "boot.warranty_bit",
            "boot.system_image_running",
        ),
        source="Android: `ro.boot.*`, `gsi_tool status`, `ro.gsid.image_running`",
        without=_BOOT,
    ),
    Measurement(
        values=(
            "fastboot.unlocked",
            "fastboot.secure",
            "fastboot.userspace",
            "fastboot.battery_ok",
            "fastboot.partitions",
        ),
        source="boot loader: `getvar`",
        without="its own word, unsigned; an unknown word is `malformed`, refused or empty is not read",
        then="the erase does not begin where it matters; never evidence of an erase",
    ),
    Measurement(
        values=("boot.reason", "boot.reset_entries", "boot.completed", "boot.count"),
        source="Android: properties, `settings get global boot_count`",
        without="an empty history is one that may not be read; a missing one is not read",
    ),
    Measurement(
        values=("crypto.state", "crypto.type", "crypto.metadata", "crypto.delete_all_keys"),
        source="Android: `ro.crypto.*`",
        without="set once by init; missing is not read",
    ),
    # what the phone says of itself, against itself
    Measurement(
        values=("consistency.contradictions", "consistency.looked_at"),
        source="computed from what the rules name (`phones/android/consistency.py`, `phones/apple/consistency.py`)",
        without="`unknown` unless release, API level and patch (iPhone: version and build) were read and are in our "
        "tables; a rule whose values are missing was not looked at",
    ),
    Measurement(
        values=("kernel.version", "kernel.machine", "storage.disks_bytes"),
        source="Android: `uname -rm` or `/proc/version`, `/proc/partitions`",
        without="the kernel's own words; refused or in another form is not read",
    ),
    Measurement(
        values=("system.build_epoch", "system.platform", "system.partition_sdk", "system.partition_version"),
        source="Android: properties",
        without=_IMAGE,
    ),
    Measurement(
        values=("numbers.shared",),
        source="our table of shared numbers; the station's ledger",
        without="says which numbers name no phone",
    ),
    # set-up, data, locks
    Measurement(
        values=("setup.provisioned", "setup.complete", "setup.test_harness", "setup.trade_in", "setup.full_shell"),
        source="Android: settings and properties; our own line",
        without="`null` is not read; the adb shell could have written the settings, so they carry no more than E1",
    ),
    Measurement(
        values=("data.users", "data.user0", "data.packages"),
        source="Android: `dumpsys user`, `pm list packages`",
        without="two states of one user are `unknown`; a list that could not be made is not a count of 0",
    ),
    Measurement(
        values=(
            "locks.frp",
            "locks.accounts",
            "locks.system_accounts",
            "locks.account_types",
            "locks.device_owner",
            "locks.profile_owner",
            "locks.reset_forbidden",
            "locks.lock_screen",
            "locks.oem_unlock_allowed",
        ),
        source="Android: `dumpsys` of account, device_policy, persistent_data_block, lock_settings, window; trade-in",
        without=_ASKED,
    ),
    Measurement(
        values=(
            "locks.knox_guard",
            "locks.device_lock",
            "locks.finance_app",
            "locks.maker_account",
            "locks.find_hub",
            "locks.sim_lock",
            "locks.other",
        ),
        source="Android: properties, packages, owners; trade-in; iPhone: lockdown",
        without="not asked is not cleared",
    ),
    Measurement(
        values=("media.sim", "media.sd"),
        source="Android: `gsm.sim.state`, `sm list-volumes`; iPhone: `SIMStatus`",
        without="`unknown` unless every slot answers in a known word and the internal volume is listed too",
    ),
    Measurement(
        values=(
            "photo.card",
            "photo.bound",
            *(
                f"photo.{view}_{what}"
                for view in ("front_lit", "front_dark", "back", "left", "right", "bottom")
                for what in ("sha256", "code")
            ),
        ),
        source="a person's camera; the bench reads the job's one-time code back from each photo",
        without="`unknown` where no decoder could look for the card; a photo with another card or none is not taken in",
    ),
    # what the page in the phone's own browser claims; signs by value: grading/phone_checks/values.json
    *(
        Measurement(
            values=tuple(f"browser.{name}" for name in values),
            source=f"the page in the phone's own browser, {check.replace('_', ' ')}: claimed by the phone",
            signs=tuple(sorted({sign for signs in values.values() for sign in signs} | set(ENDS.values()))),
        )
        for check, values in PAGE_VALUES.items()
    ),
    # watched over the cable while a person acts
    Measurement(
        values=("watched.parts", "watched.held"),
        source="Android: `getevent -ilp` (unconfirmed)",
        without="the kernel's list; devices on USB and Bluetooth are left out; what is not listed is not read",
    ),
    Measurement(
        values=("watched.buttons", "watched.button_bounces"),
        source="Android: `getevent -lt`; iPhone: the system's log, counted (both unconfirmed)",
        signs=("cut", "not_seen", "one_state", "out_of_range", "skipped", "unknown_version"),
    ),
    Measurement(
        values=("watched.buttons_seen",),
        source="Android: `getevent -lt`; iPhone: the system's log, counted (both unconfirmed)",
        without="says which keys showed both states; the others were not seen",
    ),
    Measurement(
        values=("watched.headset",),
        source="Android: `getevent -lt`, `SW_HEADPHONE_INSERT` (unconfirmed)",
        signs=("not_seen", "one_state", "skipped"),
    ),
    Measurement(
        values=(
            "watched.touch_coverage_permille",
            "watched.touch_gap_x_permille",
            "watched.touch_gap_y_permille",
            "watched.touch_ghosts",
        ),
        source="Android: `getevent -lt`, raw positions, marked in cells and forgotten (unconfirmed)",
        signs=("cut", "not_seen", "skipped"),
    ),
    Measurement(
        values=("watched.proximity",),
        source="Android: last events of `dumpsys sensorservice`; iPhone: the system's log, counted (both unconfirmed)",
        signs=("not_seen", "one_state", "skipped", "unknown_version"),
    ),
    Measurement(
        values=("watched.light_ratio_tenths",),
        source="Android: last events of `dumpsys sensorservice` (unconfirmed)",
        signs=("not_seen", "one_state", "skipped"),
    ),
    Measurement(
        values=("watched.fingerprint",),
        source="Android: counts of `dumpsys fingerprint` (unconfirmed)",
        signs=("not_seen", "skipped"),
    ),
    Measurement(
        values=("watched.ringer",),
        source="iPhone: the system's log, counted (unconfirmed)",
        signs=("not_seen", "one_state", "skipped", "unknown_version"),
    ),
    Measurement(
        values=("watched.face_id",),
        source="iPhone: the system's log, counted (unconfirmed)",
        signs=("not_seen", "skipped", "unknown_version"),
    ),
    # the silent checks of an iPhone
    Measurement(
        values=tuple(f"parts.{part}_state" for part in PART_MEANINGS),
        source="iPhone: IORegistry `product`, `AppleH…CamIn`, `Pearl`, `IONVMeController`, `AppleSmartBattery`",
        signs=("sources_disagree",),
    ),
    Measurement(
        values=("parts.panel_auth", "parts.battery_auth"),
        source="iPhone: IORegistry `mogul-display`, `babbage`, `roswell`, `AppleBatteryAuth`",
        without="a chip that says nothing is not read",
    ),
    Measurement(
        values=(
            "face_id.self_test",
            "display.true_tone",
            "cameras.modules",
            "sensors.ambient_light",
            "radio.uwb",
            "radio.wifi_healthy",
            "radio.bluetooth_healthy",
            "radio.wifi_address",
            "radio.bluetooth_address",
            "radio.nfc_built",
            "radio.gnss_built",
            "audio.microphones",
            "security.enclave",
        ),
        source="iPhone: IORegistry entries by name or class (`phones/apple/registry.py`), lockdown",
        without="an entry or key that does not answer is not read; zeros are a fault of their own",
    ),
    Measurement(
        values=("radio.sim_reader",),
        source="iPhone: lockdown `SIMStatus` with `SIMTrayStatus`",
        signs=("built_in", "code_not_known", "no_card"),
    ),
    Measurement(
        values=("cameras.back_calibration", "cameras.front_calibration", "media.sim_tray"),
        source="iPhone: IORegistry `AppleH…CamIn`; lockdown `SIMTrayStatus`",
        signs=("code_not_known",),
    ),
    Measurement(
        values=("touch.electrodes", "touch.scan_hz"),
        source="iPhone: IORegistry `AppleMultitouchDevice`",
        signs=("left_at_zero", "out_of_range"),
    ),
    Measurement(
        values=("storage.write_kb_s", "storage.read_kb_s"),
        source="our own scratch file over the file service, timed by the bench: cable, service and storage together",
        signs=("out_of_range",),
    ),
    Measurement(
        values=("storage.read_back", "storage.scratch_removed"),
        source="our own scratch file",
        without=_OURS,
    ),
    Measurement(
        values=("storage.nand_state", "storage.built_gb"),
        source="iPhone: IORegistry `IONVMeController`",
        without="every word but Ready is not ready",
    ),
    Measurement(
        values=("charge.connected",),
        source="iPhone: lockdown and IORegistry `ExternalConnected`",
        signs=("sources_disagree",),
    ),
    Measurement(
        values=("charge.state",),
        source="iPhone: IORegistry `IsCharging`, `FullyCharged`",
        without="`unknown` from 75 % on, where iOS may hold the charge back and does not say so here",
    ),
    Measurement(
        values=("charge.current_ma", "charge.full_ma"),
        source="iPhone: IORegistry `InstantAmperage`",
        signs=("held_back", "not_full", "out_of_range"),
    ),
    Measurement(
        values=("battery.voltage_mv",),
        source="iPhone: IORegistry `Voltage`",
        signs=("left_at_zero", "out_of_range"),
    ),
    Measurement(
        values=("battery.gauge", "product.sold_as", "security.production"),
        source="iPhone: lockdown",
        without="`unknown` for a letter that we do not know",
    ),
    Measurement(
        values=("system.support",),
        source="our own dated table by version (`phones/apple/system_support.toml`)",
        without="`unknown` for a version that it does not know, and when the table is a year old",
    ),
    Measurement(
        values=("panics.families", "panics.hardware"),
        source="iPhone: the sentence of each panic report, counted by family; no text is kept",
        without="`unknown`, never 0, while a report is there that nobody could place",
    ),
    # the job itself
    Measurement(
        values=("canary.planted", "canary.still_there", "canary.gone", "canary.marker_works"),
        source="our own mark",
        without=_OURS,
    ),
    Measurement(
        values=("attestation.state",),
        source="trade-in `getstatus --challenge`",
        without="read, and not judged: nothing is graded or claimed by it",
    ),
    Measurement(
        values=("command.exit_code", "command.returned", "command.nonce", "command.nonce_echoed"),
        source="our own commands",
        without=_OURS,
    ),
)

TOUCHES_NOTHING: tuple[tuple[str, str], ...] = (
    (
        "SystemUI demo mode (`sysui_demo_allowed`)",
        "fakes the status bar's battery, clock and signal on the screen only",
    ),
    ("mock locations, `appops set … mock_location`", "no value of ours comes from a place"),
    ("`wm density`, font and animation scales", "no value of ours comes from them; `wm size` has its own sign"),
    ("battery saver, `settings put global low_power`", "changes what the phone does, not what it measures"),
    ("`cmd battery unplug`", "freezes the service: the sign `set_by_hand`"),
    ("sensor privacy, microphone and camera switches", "the list of parts stays; whether they work a person says"),
    ("`persist.*` properties, settings", "whoever has the shell can write them: never more than E1"),
    ("retail demo mode (`device_demo_mode`)", "accounts and users of a demo unit are read as those of any other"),
)
"""What fakes something on a phone and reaches no value."""


def row_of(value: str) -> Measurement:
    """Raises: KeyError."""
    return {name: row for row in MEASUREMENTS for name in row.values}[value]
