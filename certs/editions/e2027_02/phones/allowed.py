# SPDX-License-Identifier: GPL-3.0-or-later
"""The allow-list: every value that may be taken out of a phone's answer, and its shape.

What is not named here never reaches evidence, ledger, log, event stream or paper. Device names, phone
numbers, ICCID, IMSI, account names, Wi-Fi names and masked Apple IDs have no name here on purpose.
A value whose text does not fit its pattern is kept as `MALFORMED`, never as it came.
Identifiers of the phone itself are kept only as salted commitments (`phones.commitment`); their rows stand in
`phones.identifiers`.
"""

import re
from functools import cache, lru_cache

from phones.frozen import dataclass
from certs.editions.e2027_02.phones.identifiers import IDENTIFIERS, PART_MEANINGS
from certs.editions.e2027_02.phones.signs import NOT_MEASURED, SIGNS, SOURCES

MALFORMED = "malformed"
"""Stands for a value that came in another shape than documented."""

_TEXT = r"[\x20-\x7e\u4e00-\u9fff\u00c0-\u024f]{1,96}"
_NUMBER = r"-?[0-9]{1,19}"
_YES_NO = r"yes|no"
_LOCK = r"cleared|locked|unknown|not_applicable"  # not there at all: not asked
_WORD = r"[A-Za-z0-9_.,:+\-]{1,64}"
_LIST = r"[A-Za-z0-9_.,:+\- /]{0,512}"


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedValue:
    """One name, the regular expression its text must match whole, and what it means.

    `identifier` is "" for plain values, else the label of `phones.identifiers` under which the value is committed:
    equal values under one label give equal commitments within a job, wherever they were read.
    """

    name: str
    pattern: str
    meaning: str
    identifier: str = ""

    def admit(self, text: str) -> str:
        """The text if it has the documented shape, else MALFORMED."""
        return text if _shape(self.pattern).fullmatch(text) else MALFORMED


def _table(*rows: tuple[str, str, str]) -> dict[str, AllowedValue]:
    """The identifiers of a phone, and these rows."""
    values = {
        name: AllowedValue(name=name, pattern=each.pattern, meaning=meaning, identifier=each.label)
        for each in IDENTIFIERS
        for name, meaning in each.values.items()
    }
    return values | {name: AllowedValue(name=name, pattern=pattern, meaning=meaning) for name, pattern, meaning in rows}


ALLOWED: dict[str, AllowedValue] = _table(
    # who the phone is
    ("imei.luhn", r"valid|invalid|absent", "do all IMEIs read pass the Luhn check?"),
    ("numbers.shared", _LIST, "numbers it told that many phones share and that name none: serial, imei1, imei2, …"),
    # what it is
    ("product.maker", _TEXT, "manufacturer"),
    ("product.brand", _TEXT, "brand"),
    ("product.model", _TEXT, "model name, for iPhone ProductType such as iPhone13,2"),
    ("product.device", _WORD, "device code name"),
    ("product.marketing_name", _TEXT, "name people know, from our own table"),
    ("product.number", _TEXT, "sales model number (ModelNumber + RegionInfo)"),
    (
        "product.refurbishment_letter",
        r"[MFNP]",
        "first letter of Apple's model number: retail, refurbished, replacement, personalised",
    ),
    # its system
    ("system.version", _WORD, "OS version"),
    ("system.build", _TEXT, "build id"),
    ("system.fingerprint", r"[A-Za-z0-9_.,:+/\- ]{1,200}", "ro.build.fingerprint"),
    ("system.security_patch", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "Android security patch level"),
    ("system.sdk", r"[0-9]{1,3}", "API level"),
    ("system.first_api_level", r"[0-9]{1,3}", "API level the phone was launched with"),
    ("system.build_type", _WORD, "user, userdebug, eng"),
    ("system.build_tags", _WORD, "release-keys or not"),
    ("system.debuggable", r"[01]", "ro.debuggable"),
    ("system.build_epoch", r"[0-9]{1,12}", "ro.build.date.utc, Unix seconds"),
    ("kernel.version", r"[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,5})?", "version of the kernel"),
    ("kernel.machine", _WORD, "machine as the kernel calls it"),
    ("system.platform", _WORD, "ro.board.platform: family of the chip"),
    ("system.partition_sdk", r"[0-9]{1,3}", "ro.system.build.version.sdk: API level of the system partition"),
    ("system.partition_version", _WORD, "ro.system.build.version.release: OS version of the system partition"),
    ("system.clock_epoch", r"[0-9]{1,12}", "the phone's own clock, Unix seconds"),
    # how it booted
    ("boot.verified_state", r"green|yellow|orange|red", "ro.boot.verifiedbootstate"),
    ("boot.flash_locked", r"[01]", "ro.boot.flash.locked"),
    ("boot.device_state", r"locked|unlocked", "ro.boot.vbmeta.device_state"),
    ("boot.warranty_bit", r"[01]", "Samsung Knox fuse, 1 = tripped"),
    ("boot.reason", _WORD, "sys.boot.reason"),
    (
        "boot.reset_entries",
        r"[0-9]{1,12}(,[0-9]{1,12}){0,7}|none",
        "epochs of the `reboot,factory_reset,<epoch>` lines in the boot reason history, or none",
    ),
    ("boot.completed", r"[01]", "sys.boot_completed: the phone has finished starting"),
    ("boot.count", r"[0-9]{1,9}", "settings global boot_count"),
    ("boot.system_image_running", _YES_NO, "a dynamic system update image is booted"),
    # what a boot loader says of itself, in fastboot
    ("fastboot.unlocked", _YES_NO, "getvar unlocked, or Motorola's securestate"),
    ("fastboot.secure", _YES_NO, "getvar secure: it boots signed images only"),
    ("fastboot.userspace", _YES_NO, "getvar is-userspace: fastbootd, not the boot loader"),
    ("fastboot.battery_ok", _YES_NO, "getvar battery-soc-ok: enough charge to flash"),
    ("fastboot.partitions", _LIST, "those of userdata, cache and metadata that have a type, comma separated, sorted"),
    # encryption, read before the erase
    ("crypto.state", _WORD, "ro.crypto.state"),
    ("crypto.type", _WORD, "ro.crypto.type"),
    ("crypto.metadata", r"true|false", "ro.crypto.metadata.enabled"),
    ("crypto.delete_all_keys", r"true|false", "ro.crypto.metadata_init_delete_all_keys.enabled"),
    # set-up and modes
    ("setup.provisioned", r"[01]", "settings global device_provisioned"),
    ("setup.complete", r"[01]", "settings secure user_setup_complete"),
    ("setup.test_harness", r"[01]", "persist.sys.test_harness"),
    ("setup.trade_in", r"-1|0|1|2", "persist.adb.tradeinmode: -1 stopped, 0 unset, 1 foyer, 2 evaluation"),
    ("setup.full_shell", _YES_NO, "an ordinary shell line was run"),
    # data that an erase replaces
    ("data.packages", r"[0-9]{1,6}", "number of third-party packages"),
    ("data.user0", r"unlocked|locked|unknown", "state of user 0's credential storage"),
    ("data.users", r"[0-9]{1,4}", "number of users on the phone"),
    # locks and residues
    ("locks.accounts", r"[0-9]{1,6}", "number of accounts, without those that the maker's system makes for itself"),
    ("locks.system_accounts", r"[0-9]{1,6}", "number of accounts that the maker's system makes for itself"),
    ("locks.account_types", _LIST, "account types, comma separated, sorted, never names"),
    ("locks.device_owner", _YES_NO, "a device owner (MDM) is set"),
    ("locks.profile_owner", _YES_NO, "a profile owner (work profile) is set"),
    ("locks.reset_forbidden", _YES_NO, "restriction no_factory_reset"),
    ("locks.lock_screen", _YES_NO, "a PIN, pattern, password or passcode is set"),
    ("locks.frp", r"armed|clear|unknown", "factory reset protection"),
    ("locks.oem_unlock_allowed", r"[01]", "sys.oem_unlock_allowed"),
    ("locks.activation_lock", r"yes|no|unknown", "NVRAM fm-activation-locked; unknown = read, and not said there"),
    ("locks.supervised", _YES_NO, "supervision or MDM enrolment in the cloud configuration"),
    ("locks.knox_guard", _LOCK, "Samsung Knox Guard: a lender can lock the phone"),
    ("locks.device_lock", _LOCK, "Android's own lock for financed phones (Device Lock)"),
    ("locks.finance_app", _LOCK, "an app of a lender or carrier that locks phones"),
    ("locks.maker_account", _LOCK, "the lock of the maker's account (Xiaomi, Samsung, Huawei …)"),
    ("locks.find_hub", _LOCK, "Google's Find Hub"),
    ("locks.sim_lock", _LOCK, "locked to a carrier (SIM lock)"),
    ("locks.other", _LOCK, "another lock that the trade-in foyer tells of"),
    ("media.sim", r"present|absent|unknown", "SIM card in the tray"),
    ("media.sd", r"present|absent|adopted|unknown", "removable storage"),
    # the overwriting pass (docs/methods.md); the host counts, compares and draws
    ("overwrite.boot", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "the kernel's random id of this start"),
    ("overwrite.uptime_s", r"[0-9]{1,9}", "seconds since this start"),
    ("overwrite.pass", r"[0-9]{1,2}", "number of the pass, from 1"),
    ("overwrite.passes", r"[0-9]{1,2}", "how many passes were asked for"),
    ("overwrite.pattern", r"keyed|zeros", "what was written: a keyed stream, or zeros"),
    ("overwrite.sent_bytes", r"[0-9]{1,16}", "bytes that the host sent in this pass"),
    ("overwrite.kept_bytes", r"[0-9]{1,16}", "bytes in the files that the phone then lists"),
    ("overwrite.files", r"[0-9]{1,9}", "files that the phone then lists"),
    ("overwrite.full", _YES_NO, "the phone said that there is no space left"),
    ("overwrite.small_files", r"[0-9]{1,9}", "empty files made when no block was left"),
    ("overwrite.small_full", _YES_NO, "no further empty file could be made either"),
    (
        "overwrite.commitment",
        r"[0-9a-f]{64}",
        "SHA-256 of the secret behind stream and draw, kept before the first byte",
    ),
    ("overwrite.secret", r"[0-9a-f]{64}", "that secret, told when all is read back"),
    ("overwrite.seed", r"[0-9a-f]{64}", "what the draw rests on, made after the restart"),
    ("overwrite.chunk_bytes", r"[0-9]{1,9}", "size of the chunks that are drawn and read back"),
    ("overwrite.chunks_total", r"[0-9]{1,12}", "chunks written"),
    ("overwrite.chunks_drawn", r"[0-9]{1,12}", "chunks drawn to be read back"),
    ("overwrite.chunks_matching", r"[0-9]{1,12}", "chunks read back as they were written"),
    ("overwrite.chunks_differing", r"[0-9]{1,12}", "chunks read back otherwise"),
    ("overwrite.chunks_unread", r"[0-9]{1,12}", "drawn chunks that could not be read"),
    ("overwrite.read_bytes", r"[0-9]{1,16}", "bytes read back and compared"),
    ("overwrite.removed", _YES_NO, "the files written were removed"),
    # the memory card in the phone, overwritten before the phone is erased (docs/methods.md)
    ("card.volumes", r"[0-9]{1,2}", "removable volumes that the phone lists"),
    ("card.state", r"mounted|unmounted|other|none", "state of the only one; none = there is no only one"),
    ("card.kind", r"sd|usb", "what the phone calls it"),
    ("card.file_system", r"[a-z0-9]{1,16}", "file system of the card"),
    ("card.taken", _YES_NO, "the card took a folder of ours"),
    ("card.same", _YES_NO, "our folder is on the card"),
    ("card.total_bytes", r"[0-9]{1,16}", "size of the card's file system, bytes"),
    ("card.free_bytes", r"[0-9]{1,16}", "what is free on it, bytes"),
    ("card.disk_bytes", r"[0-9]{1,16}", "size of the whole card, bytes"),
    ("card.files_left", r"[0-9]{1,9}", "files on the card that are not ours nor Android's own"),
    ("card.pass", r"[0-9]{1,2}", "number of the pass over the card, from 1"),
    ("card.passes", r"[0-9]{1,2}", "how many passes over the card were asked for"),
    ("card.pattern", r"keyed|zeros", "what was written to the card: a keyed stream, or zeros"),
    ("card.sent_bytes", r"[0-9]{1,16}", "bytes that the host sent in this pass"),
    ("card.kept_bytes", r"[0-9]{1,16}", "bytes in the files that the card then holds"),
    ("card.files", r"[0-9]{1,9}", "files of ours that the card then holds"),
    ("card.full", _YES_NO, "the phone said that there is no space left on the card"),
    ("card.unmounted", _YES_NO, "the card was listed as unmounted, and nothing of ours was reachable"),
    ("card.phone_random", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "the phone's part in the seed of the draw"),
    (
        "card.commitment",
        r"[0-9a-f]{64}",
        "SHA-256 of the secret behind stream and draw, kept before the card is touched",
    ),
    ("card.secret", r"[0-9a-f]{64}", "that secret, told when all is read back"),
    ("card.seed", r"[0-9a-f]{64}", "what the draw rests on, made after the card was mounted anew"),
    ("card.chunk_bytes", r"[0-9]{1,9}", "size of the chunks that are drawn and read back"),
    ("card.chunks_total", r"[0-9]{1,12}", "chunks written to the card"),
    ("card.chunks_drawn", r"[0-9]{1,12}", "chunks drawn to be read back"),
    ("card.chunks_matching", r"[0-9]{1,12}", "chunks read back as they were written"),
    ("card.chunks_differing", r"[0-9]{1,12}", "chunks read back otherwise"),
    ("card.chunks_unread", r"[0-9]{1,12}", "drawn chunks that could not be read"),
    ("card.read_bytes", r"[0-9]{1,16}", "bytes read back and compared"),
    ("card.removed", _YES_NO, "the files written were removed from the card"),
    ("host.check_profile", r"quick|full|kiosk", "how much the bench was to measure before the erase"),
    # what the checks measure
    ("battery.level", r"100|[0-9]{1,2}", "charge, percent"),
    ("battery.health_code", r"[0-9]{1,2}", "Android BatteryManager health code, 2 = good"),
    ("battery.temperature_dc", r"-?[0-9]{1,4}", "tenths of a degree Celsius"),
    ("battery.cycles", r"[0-9]{1,6}", "full charge cycles"),
    ("battery.health_percent", r"100|[0-9]{1,2}", "full capacity as percent of design"),
    ("battery.design_mah", r"[0-9]{1,6}", "design capacity, mAh"),
    ("battery.full_mah", r"[0-9]{1,6}", "present full capacity, mAh"),
    ("battery.part_status", r"original|replaced|unsupported|unknown", "what the phone says of the battery part"),
    ("battery.manufactured_epoch", r"[0-9]{1,12}", "Unix seconds"),
    ("battery.first_used_epoch", r"[0-9]{1,12}", "Unix seconds"),
    ("battery.ic_authentication", _YES_NO, "the cell's own chip proved itself; never graded: many models have none"),
    (
        "battery.source",
        r"trade_in|asoc|battery_log|broadcast|batterystats|power_supply|maker_gauge|smart_battery|none",
        "where health and cycles come from",
    ),
    ("storage.total_bytes", r"[0-9]{1,16}", "size of user storage, bytes"),
    ("storage.free_bytes", r"[0-9]{1,16}", "free user storage, bytes"),
    ("storage.disks_bytes", r"[0-9]{1,16}", "size of all whole disks, bytes"),
    ("storage.life_percent", r"100|[0-9]{1,2}", "useful life remaining, percent"),
    ("memory.total_kib", r"[0-9]{1,12}", "MemTotal, KiB"),
    ("display.width_px", r"[0-9]{2,5}", "physical width"),
    ("display.height_px", r"[0-9]{2,5}", "physical height"),
    ("display.override", _YES_NO, "an override size is set"),
    ("display.part_status", r"original|replaced|unsupported|unknown", "what the phone says of the screen part"),
    ("sensors.types", _LIST, "sensor types present, comma separated, sorted"),
    ("cameras.count", r"[0-9]{1,2}", "camera devices"),
    ("cameras.facing", _LIST, "facings present, comma separated, sorted"),
    ("radio.wifi", r"on|off|absent", "Wi-Fi"),
    ("radio.bluetooth", r"on|off|absent", "Bluetooth"),
    ("radio.nfc", r"on|off|absent", "NFC"),
    ("radio.baseband", r"present|absent|no_modem", "the modem reports a firmware version; no_modem = built without"),
    ("thermal.status", r"[0-6]", "thermal status, 0 = none"),
    ("panics.count", r"[0-9]{1,6}|unknown", "iPhone: reports of kernel panics; unknown: there may be some"),
    ("panics.forced_resets", r"[0-9]{1,6}", "iPhone: reports of restarts forced by its buttons"),
    ("panics.unknown_reports", r"[0-9]{1,6}", "iPhone: reports of no known family"),
    ("liquid.detected", _YES_NO, "moisture intrusion sensor"),
    ("tamper.signs", _LIST, "signs of root or jailbreak found, comma separated; empty = looked and found none"),
    (
        "consistency.contradictions",
        _LIST,
        "what it says of itself that excludes each other, by rule, comma separated; empty = looked and found none",
    ),
    ("consistency.looked_at", _LIST, "rules that could be looked at, comma separated"),
    # parts (their serial numbers are rows of `phones.identifiers`, kept as commitments) and what the battery bears
    ("parts.blank", _LIST, "parts that tell zeros, slashes or a placeholder for a serial number, comma separated"),
    ("parts.read", _YES_NO, "it was asked what it names of its parts, and answered"),
    ("parts.same", r"yes|no|unknown", "computed, never read: the serial numbers told before and after, held together"),
    (
        "parts.sensor_makers",
        r"[a-z0-9]{1,16}(,[a-z0-9]{1,16}){0,23}",
        "makers of the sensors, words of our own table, comma separated, sorted; other = in no table",
    ),
    ("parts.camera_ids", r"[0-9]{1,4}(,[0-9]{1,4}){0,23}", "ids of the camera devices, comma separated"),
    ("parts.panel_name", _WORD, "what the display's driver calls its panel: one name a model of panel"),
    ("parts.panel_maker", r"[a-z0-9]{1,16}", "maker of the panel, a word of our own table; never `original`"),
    (
        "battery.contradictions",
        _LIST,
        "what it says of its battery that excludes each other, by rule, comma separated; empty = looked and found none",
    ),
    ("battery.contradictions_looked_at", _LIST, "rules of that which could be looked at, comma separated"),
    ("battery.load_curve", r"[0-9]{4,5}(,[0-9]{4,5}){0,59}", "millivolts, one a second, while it was loaded"),
    ("battery.load_s", r"[0-9]{1,3}", "how long it was loaded, seconds"),
    ("battery.load_current_ma", r"[0-9]{1,5}", "mean current out of the battery under the load, mA"),
    ("battery.rest_mv", r"[0-9]{4,5}", "its voltage at rest before the load, mV"),
    ("battery.sag_mv", r"[0-9]{1,5}", "how far its voltage fell under the load, mV"),
    ("battery.resistance_mohm", r"[0-9]{1,5}", "that fall by the rise of the current, milliohm: cell, wires and gauge"),
    # photos of the erased phone (station/checking/photos)
    ("photo.card", r"[0-9A-F]{12}", "one-time code on the card of this job's photos"),
    ("photo.bound", r"[0-6]|unknown", "how many of six photos show that card; unknown where no decoder could look"),
    *(
        row
        for view in ("front_lit", "front_dark", "back", "left", "right", "bottom")
        for row in (
            (f"photo.{view}_sha256", r"[0-9a-f]{64}", f"digest of the photo as it is kept: {view}"),
            (f"photo.{view}_code", r"ok|other|unread", f"what was seen of the card on it: {view}"),
        )
    ),
    # silent checks of Android: alive, and not only present (phones.android.silent)
    ("radio.wifi_heard", r"[0-9]{1,4}", "access points heard within 100 s; their number alone"),
    ("radio.bluetooth_works", r"yes|absent", "Bluetooth is on and its service runs"),
    ("radio.bluetooth_crashes", r"[0-9]{1,4}|absent", "crashes of Bluetooth since the phone started"),
    (
        "radio.bluetooth_number",
        r"set|blank|absent",
        "an address of its own was given to it; blank: zeros or an example",
    ),
    ("radio.nfc_works", r"yes|absent", "NFC is on"),
    ("radio.gnss_receiver", r"named|missing|absent", "the satellite receiver told the system its name"),
    ("radio.gnss_reports", r"[0-9]{1,9}|absent", "reports of satellite signals since the phone started; no place"),
    ("radio.uwb_works", r"yes|absent", "ultra wideband is on"),
    ("radio.network", r"in_service|emergency|no_modem", "a modem hears a cell; emergency: without a contract there"),
    ("radio.sim_slots_work", r"yes|no|no_modem", "a card in the SIM reader answers; no: it reports an error"),
    ("sensors.accelerometer", r"moving", "new values came between two samples, and they differ"),
    ("sensors.gravity_off_permille", r"[0-9]{1,5}", "what it feels at rest, away from 9.81 m/s², thousandths"),
    ("storage.end_of_life", r"normal|warning|urgent", "what the storage chip says of its spare blocks"),
    ("storage.flash_write_kb_s", r"[0-9]{1,8}", "thousands of bytes a second that its own storage took, 32 MiB"),
    (
        "storage.flash_read_kb_s",
        r"[0-9]{1,8}",
        "thousands of bytes a second that its storage gave back, past the cache",
    ),
    ("storage.scratch_gone", _YES_NO, "the file for that is gone again"),
    ("memory.of_claim_permille", r"[0-9]{1,5}", "the kernel's memory by what the boot loader names, thousandths"),
    ("display.fastest_hz", r"[0-9]{1,4}", "highest rate among the screen's modes"),
    ("display.mode", r"panel|other", "the mode in use has the size of the panel"),
    ("charging.plugged", r"usb|ac|wireless|none", "where power comes in, as the phone says"),
    ("charging.status", r"charging|full|discharging|not_charging", "what it does with it"),
    ("charging.offered_ma", r"[0-9]{1,5}", "what it takes our port to give, mA"),
    ("charging.current_ma", r"[0-9]{1,5}|full", "current while it charges, mA; full = it takes none"),
    ("charging.full_ma", r"[0-9]{1,5}", "current while it says that it is full, mA at most"),
    ("vibrator.count", r"[0-9]{1,2}", "vibrators that the system drives"),
    ("cameras.flash", r"yes|no|absent", "a camera has a flash; no: it was built with one"),
    ("audio.devices", _LIST, "built-in loudspeakers and microphones, comma separated"),
    ("input.fingers", r"[0-9]{1,3}", "fingers that the digitiser tells apart"),
    ("input.keys", _LIST, "keys that the kernel knows: power, volumedown, volumeup"),
    ("crashes.system", r"[0-9]{1,6}", "crashes and hangs of the system itself in its drop box"),
    ("crashes.native", r"[0-9]{1,6}", "crashes of native programs in its drop box"),
    ("crashes.kernel", r"[0-9]{1,6}", "of the last starts, those after a panic or hang of the kernel"),
    ("biometrics.fingerprint", r"present|missing|absent", "fingerprint sensor; missing: it was built with one"),
    ("biometrics.face", r"present|missing|absent", "face sensor; missing: it was built with one"),
    ("system.patch_age_days", r"[0-9]{1,5}", "days since its security patch level, by the bench's clock"),
    ("system.launch_age_days", r"[0-9]{1,5}", "days since the system came out with which the model began"),
    ("tamper.selinux", r"enforcing|permissive|disabled", "does the kernel hold programs to their rights?"),
    ("usb.state", r"configured|other", "the phone's own end of the cable"),
    # what the page in the phone's own browser claims (grading/phone_checks)
    ("browser.touch_coverage_permille", r"1000|[0-9]{1,3}", "5 mm boxes of the screen that were touched, thousandths"),
    (
        "browser.touch_gap_y_um",
        r"[0-9]{1,6}",
        "longest gap along the screen in all column sweeps together, micrometres",
    ),
    ("browser.touch_gap_x_um", r"[0-9]{1,6}", "longest gap across the screen in all row sweeps together, micrometres"),
    ("browser.touch_gap_allowed_um", r"[0-9]{1,6}", "the gap that so many sweeps at that speed and rate may leave"),
    ("browser.touch_gap_y_permille", r"[0-9]{1,5}", "gap along the screen in thousandths of the allowed one"),
    ("browser.touch_gap_x_permille", r"[0-9]{1,5}", "gap across the screen in thousandths of the allowed one"),
    ("browser.touch_ghosts", r"[0-9]{1,4}", "touches within 5 s in which nobody touched"),
    ("browser.touch_fingers", r"[0-9]{1,2}", "fingers seen at once"),
    ("browser.touch_fingers_missing", r"[0-9]{1,2}", "fingers fewer than the model can tell apart, ten at most"),
    ("browser.touch_rate_hz", r"[0-9]{1,4}", "touch positions a second"),
    ("browser.touch_tries", r"[1-3]", "how often the screen was swept, too fast but for the last time"),
    ("browser.screen_pixels_missing", r"[0-9]{1,3}", "pixels that a person counted as dead or bright"),
    ("browser.screen_burn_in", _YES_NO, "a person saw a shadow that stays"),
    ("browser.screen_brightness_steps", r"[0-9]{1,2}", "steps of the grey ramp that a person could tell apart, of 16"),
    ("browser.screen_colours", r"ok|tint|missing", "how a person saw red, green, blue and white"),
    *(
        (f"browser.camera_{side}_{what}", pattern, f"{side} camera: {meaning}")
        for side in ("front", "back")
        for what, pattern, meaning in (
            ("edge_dpx", r"[0-9]{1,4}", "width of the card's edges, tenths of a pixel, of 16 pictures together"),
            ("focus", _YES_NO, "the code on the card was read, or its edges came out sharp"),
            ("hot_pixels", r"[0-9]{1,5}", "pixels that shine although the lens is covered"),
            ("dust", r"[0-9]{1,4}", "dark spots before an even white"),
            ("light", r"ok|dim", "was there light enough to measure?"),
        )
    ),
    ("browser.torch_rise_permille", r"[0-9]{1,6}", "picture brighter with the torch on, thousandths"),
    ("browser.sound_slots_right", r"[0-9]{1,2}", "slots with tones in which the microphone heard them"),
    ("browser.sound_slots", r"[0-9]{1,2}", "slots with tones that were played"),
    ("browser.sound_tone_db", r"-?[0-9]{1,3}", "tones above what is beside them, median, dB"),
    ("browser.sound_distortion_permille", r"[0-9]{1,5}", "what the loudspeaker adds to its tones, thousandths of them"),
    ("browser.sound_processing", r"off|on", "the phone changes what its microphone hears"),
    ("browser.sound_tries", r"[1-3]", "how often the tones were played; the last time that told anything counts"),
    ("browser.motion_faces", r"[0-6]", "sides on which the phone lay still, as its sensor says"),
    ("browser.motion_worst_permille", r"[0-9]{1,5}", "farthest from gravity on a side, thousandths"),
    ("browser.motion_turn_degrees", r"[0-9]{1,4}", "quarter turn as the gyroscope says it, degrees"),
    ("browser.motion_turn_off_degrees", r"[0-9]{1,4}", "how far that is from 90 degrees"),
    ("browser.compass_turn_degrees", r"[0-9]{1,4}", "full turn as the compass says it, degrees, never a direction"),
    ("browser.vibration_rise_permille", r"[0-9]{1,6}", "shaking while it vibrates, thousandths of that before"),
    ("browser.vibration_felt", _YES_NO, "a person felt it"),
    ("browser.nfc_tag", r"read", "a tag held to the phone, never what it says"),
    ("browser.gnss_fix_ms", r"[0-9]{1,6}", "until the phone knew where it is, milliseconds, never the place"),
    ("browser.wifi_fetch", r"ok|failed", "bytes fetched over the air were those sent"),
    ("browser.wifi_kbit_s", r"[0-9]{1,7}", "how fast they came, kbit/s"),
    ("browser.charging", _YES_NO, "the browser says that it charges"),
    # iPhone, silent checks: what its registry, its files and its services tell without anybody's hand
    *(
        (f"parts.{part}_state", r"ok|blank|not_built|not_told", f"{meaning}: a number, zeros, or none")
        for part, meaning in PART_MEANINGS.items()
    ),
    ("parts.panel_auth", r"passed|failed|not_told", "iPhone: its screen's authentication chip"),
    ("parts.battery_auth", r"passed|failed|not_told", "iPhone: its battery's authentication chip"),
    ("face_id.self_test", r"passed|failed|not_built", "iPhone: what its Face ID hardware found of itself"),
    ("display.true_tone", r"ok|blank", "iPhone: the calibration of its screen's white"),
    ("touch.electrodes", r"[0-9]{1,6}", "iPhone: rows by columns of the touch controller"),
    ("touch.scan_hz", r"[0-9]{1,4}", "iPhone: how often the touch controller looks, a second"),
    ("cameras.back_calibration", r"pass|fail", "iPhone: the back cameras' calibration as the driver found it"),
    ("cameras.front_calibration", r"pass|fail", "iPhone: the front camera's calibration as the driver found it"),
    ("cameras.modules", r"[0-9]{1,2}", "iPhone: camera modules that tell a serial number"),
    ("radio.wifi_address", r"ok|blank", "iPhone: the Wi-Fi chip's own address: there, or zeros"),
    ("radio.bluetooth_address", r"ok|blank", "iPhone: the Bluetooth address: there, or zeros"),
    ("radio.wifi_healthy", r"yes|no|not_told", "iPhone: the radio chip's word on Wi-Fi; not_told = by no such model"),
    ("radio.bluetooth_healthy", r"yes|no|not_told", "iPhone: the radio chip's word on Bluetooth"),
    ("radio.uwb", r"present|not_built", "iPhone: ultra wideband answers in the registry"),
    ("radio.nfc_built", r"yes", "iPhone: built with NFC"),
    ("radio.gnss_built", r"yes", "iPhone: built with satellite navigation"),
    ("radio.sim_reader", r"ready", "iPhone: a card in the tray answers"),
    ("media.sim_tray", r"in|out", "iPhone: the SIM tray"),
    ("audio.microphones", r"[1-9]", "iPhone: microphones that it was built with"),
    ("sensors.ambient_light", r"present", "iPhone: the ambient light sensor answers in the registry"),
    ("storage.nand_state", r"ready|not_ready", "iPhone: state of its storage chips"),
    ("storage.built_gb", r"[0-9]{1,4}", "iPhone: capacity by the storage's own model number, GB"),
    ("storage.write_kb_s", r"[0-9]{1,7}", "thousands of bytes a second that a file was taken with, over the cable"),
    ("storage.read_kb_s", r"[0-9]{1,7}", "thousands of bytes a second that it was given back with, over the cable"),
    ("storage.read_back", r"same|differs", "the bytes of that file came back as they were sent"),
    ("storage.scratch_removed", _YES_NO, "that file is gone again"),
    ("charge.connected", _YES_NO, "power arrives at its port"),
    ("charge.state", r"charging|full|none|unknown", "what it does with it; unknown: perhaps held back on purpose"),
    ("charge.current_ma", r"-?[0-9]{1,5}|full", "current into the battery, mA; full = it is full and takes none"),
    ("charge.full_ma", r"[0-9]{1,5}", "current into the battery while it says that it is full, mA"),
    ("battery.voltage_mv", r"[0-9]{1,5}", "voltage of the battery, mV"),
    ("battery.gauge", _YES_NO, "iPhone: it has a battery, whose gauge answers"),
    (
        "product.sold_as",
        r"retail|refurbished|replacement|personalised|unknown",
        "iPhone: what the first letter of its model number says that it was sold as",
    ),
    ("security.production", _YES_NO, "iPhone: its chip is fused for sale"),
    ("security.enclave", r"loaded|not_loaded", "iPhone: the Secure Enclave's firmware"),
    ("system.support", r"supported|ended|unknown", "iPhone: its maker still mends this version, by our dated table"),
    ("panics.families", _LIST, "iPhone: reports of kernel panics by family of their reason, `family:number`"),
    ("panics.hardware", r"[0-9]{1,6}|unknown", "iPhone: those whose reason repairers take for a failing part"),
    # iPhone state
    ("apple.activation_state", _WORD, "ActivationState"),
    ("apple.setup_done", _YES_NO, "com.apple.purplebuddy SetupDone"),
    (
        "apple.obliteration_kind",
        r"eacs_done|safe_oblit_done|rrts|brick_only|marker_create|other_wipe|legacy|unreadable|none",
        "which kind of NVRAM obliteration stamp",
    ),
    ("apple.obliteration_epoch", r"[0-9]{1,12}", "its time, phone's clock, Unix seconds"),
    ("apple.obliteration_error", _NUMBER, "Err number of a SafeOblit stamp"),
    ("apple.obliteration_digest", r"[0-9a-f]{64}", "SHA-256 of the stamp's bytes (it names no person)"),
    (
        "apple.oblit_begins",
        r"yes|no|finished",
        "an erase began and did not end; finished: beside the end mark of older systems, where it stays",
    ),
    ("apple.oblit_begins_mark", r"[0-9a-f]{64}|none", "SHA-256 of that mark: the same before is a leftover"),
    ("apple.oblit_failure", _YES_NO, "an erase failed"),
    ("apple.oblit_failure_mark", r"[0-9a-f]{64}|none", "SHA-256 of that mark: the same before is a leftover"),
    ("apple.trust", r"accepted|refused_host|refused_tls", "answer to this job's old pair record"),
    ("apple.paired", _YES_NO, "paired"),
    ("apple.trust_dialog", _YES_NO, "pairing had to wait for the Trust dialog"),
    ("apple.apps", r"[0-9]{1,6}", "number of apps the user installed"),
    ("apple.baseband", _WORD, "BasebandStatus"),
    ("apple.chip", r"A[0-9]{1,2}", "chip generation, from our own table of product types"),
    # canary: our own mark, planted before, looked for after
    ("canary.planted", _LIST, "strata where our mark was written and read back, comma separated, sorted"),
    ("canary.still_there", _LIST, "strata where our mark was found after"),
    ("canary.gone", _LIST, "strata looked into after where our mark was not found"),
    ("canary.marker_works", _LIST, "strata where a new mark could be written and read after (media: and removed)"),
    ("canary.mark", r"[0-9a-f]{8,64}", "the random mark itself; ours, no secret"),
    # ports
    ("port.presence", _WORD, "phones.port.Presence"),
    ("port.interfaces", _LIST, "interface classes"),
    ("port.vendor_product", r"[0-9a-f]{4}:[0-9a-f]{4}", "USB vendor and product id"),
    ("port.absent_s", r"[0-9]{1,6}", "whole seconds during which the port was empty"),
    (
        "port.absent_needed_s",
        r"[0-9]{1,6}",
        "the shortest absence, whole seconds, that the bench takes for a reboot; shorter is a flicker of the cable",
    ),
    ("port.left", _YES_NO, "the device was seen leaving the port"),
    ("port.came_back", _YES_NO, "a device was seen coming to the port after that"),
    ("port.sequence", _LIST, "presences seen in order, comma separated"),
    # commands and persons
    ("command.exit_code", r"[0-9]{1,3}", "exit code of a command"),
    ("command.returned", _WORD, "how a command ended"),
    ("command.refusal", _WORD, "our word for the phone's no"),
    ("command.refusal_word", r"[a-z0-9]{1,16}:[A-Za-z0-9_.,:/()%'*\- ]{1,96}", "who said no, and its own word"),
    ("command.nonce", r"[A-Za-z0-9_\-]{8,64}", "random challenge of this job; ours"),
    ("command.nonce_echoed", _YES_NO, "an attestation carried it"),
    # hardware attestation: what was read, before anybody asks who signed it
    (
        "attestation.state",
        r"not_given|refused|malformed|wrong_nonce|other_phone|named_the_phone|named_no_phone|kept",
        "the chain in a trade-in status; one that names the phone is not kept",
    ),
    # what an attestation is judged against, as the bench had it at the time
    ("attestation.roots_sha256", r"[0-9a-f]{64}", "SHA-256 of the set of attestation roots"),
    ("attestation.list_sha256", r"[0-9a-f]{64}", "SHA-256 of the status list"),
    ("attestation.list_fetched", r"20[0-9]{2}-[0-9]{2}-[0-9]{2}|none", "the day it was fetched, as a person said"),
    (
        "attestation.listed",
        r"none|[1-9a-f][0-9a-f]{0,41}:(REVOKED|SUSPENDED)(,[1-9a-f][0-9a-f]{0,41}:(REVOKED|SUSPENDED)){0,7}",
        "certificates of the chain that are on it, by serial number",
    ),
    # watched over the cable while a person acts: that it was seen, never what was pressed, drawn or said
    ("watched.parts", _LIST, "keys, headset switch and screen that the kernel lists as the phone's own, sorted"),
    ("watched.held", _LIST, "keys that were down before anybody was asked to press one, sorted; or none"),
    ("watched.buttons", r"all|changed_over|held", "power and volume keys: each pressed and released, or a fault"),
    ("watched.buttons_seen", _LIST, "keys that were seen pressed and released, sorted; or none"),
    ("watched.button_bounces", r"[0-9]{1,3}", "presses closer to each other than a finger can"),
    ("watched.headset", r"in_and_out|no_socket", "a plug was seen coming and going"),
    ("watched.touch_coverage_permille", r"1000|[0-9]{1,3}", "cells of the screen in which a finger was seen"),
    ("watched.touch_gap_x_permille", r"1000|[0-9]{1,3}", "widest stretch that strokes crossed and nothing told of"),
    ("watched.touch_gap_y_permille", r"1000|[0-9]{1,3}", "the same, along the height"),
    ("watched.touch_ghosts", r"[0-9]{1,5}", "fingers that the screen felt while nobody touched it"),
    ("watched.proximity", r"near_and_far", "the proximity sensor told of both"),
    ("watched.light_ratio_tenths", r"[0-9]{1,6}", "brightest against darkest, tenths"),
    ("watched.fingerprint", r"answers", "the reader judged a finger while it was watched"),
    ("watched.ringer", r"on_and_off", "the ringer switch was seen in both positions"),
    ("watched.face_id", r"answers", "the face reader judged a face while it was watched"),
    ("host.step", _WORD, "a step of the job as the bench lived it"),
    ("host.acts", r"[0-9]{1,9}", "how many of that step's acts or questions, all alike, went well since the last sum"),
    ("host.page", r"[a-z_]{1,24}", "how the visit of the phone's browser to our page ended, as the bench saw it"),
    ("host.resumed", _YES_NO, "the job went on after the station had stopped"),
)
"""Every allowed name. Names beginning with `part.` (status of one batched question) and `statement.`
(answer of a person) are allowed by prefix, with the patterns below, and so are the pieces of an attestation chain that
names no phone (`attestation.chain.`, base64) and of a signed set of roots (`attestation.roots.`); those of `phones.signs` only before a name that is
itself here."""

PREFIXES: dict[str, str] = {
    "part.": r"ok|failed|missing|refused|absent|malformed",
    "statement.": _WORD,
    "attestation.chain.": r"[A-Za-z0-9+/=]{1,1024}",
    "attestation.roots.": r"[A-Za-z0-9+/=]{1,1024}",
}
_ABOUT_A_VALUE: dict[str, str] = {NOT_MEASURED: "|".join(SIGNS), SOURCES: _LIST}


@lru_cache(maxsize=4096)  # asked for every value of every piece, several times; bounded, for a record may bring any
def allowed(name: str) -> AllowedValue:
    """The rule for a value's name.

    Raises: KeyError for a name that is not on the list; a reader that uses one is a bug of ours.
    """
    for prefix, pattern in PREFIXES.items():
        if name.startswith(prefix):
            return AllowedValue(name=name, pattern=pattern, meaning=prefix)
    for prefix, pattern in _ABOUT_A_VALUE.items():
        if name.startswith(prefix):
            return AllowedValue(name=name, pattern=pattern, meaning=prefix + ALLOWED[name.removeprefix(prefix)].name)
    return ALLOWED[name]
