# SPDX-License-Identifier: GPL-3.0-or-later
"""How a virtual iPhone may misbehave, and how it may merely differ.

A misbehaving phone must never be certified, whatever the route and however the flags are combined.
A variation is harmless: such a phone must always be certified. What a firmware that lies at root level
could do (forge its NVRAM and hide its files) is out of scope; the certificate says so.
"""

from virtual_phones.iphone.log import LOG_VARIATIONS

MISBEHAVIOURS: dict[str, str] = {
    "erase_drops_link": "the erase call ends in a dropped link, the phone stays, nothing is erased",
    "erase_lies": "the erase is acknowledged, the phone leaves and comes back, nothing is erased",
    "never_returns": "the phone leaves for the erase and never comes back",
    "returns_as_another": "another phone of the same model, freshly erased, comes back on the same port",
    "neighbours_serial": "after the erase the phone shows another phone's serial number and IMEIs",
    "hosts_kept": "the erase keeps the list of trusted hosts: the old pair record is still accepted",
    "media_kept": "the erase keeps the media files",
    "apps_kept": "the erase keeps the apps the owner installed",
    "stamp_unchanged": "the erase leaves the NVRAM stamp of an earlier erase as it was",
    "stamp_too_old": "the stamp changes, but names a time before the command",
    "stamp_rrts": "the phone only reverts its data volume to a snapshot and says RRTS: the keys stay",
    "stamp_brick_only": "the phone only locks itself and says BrickOnly: all data stay",
    "stamp_garbage": "the stamp changes to something that is none",
    "oblit_failure": "the stamp says done, but NVRAM also says that the erase failed, and the keys stay",
    "activation_locked": "Find My is on: the Activation Lock stays after the erase",
    "supervised": "the phone is supervised and enrolled in an organisation's management, before and after",
    "trust_denied": "the owner refuses to trust this host, again and again",
    "trust_pending": "nobody ever answers the Trust dialog",
    "passcode_locked": "a passcode is set that nobody knows: no pairing",
    "refuses_208": "every erase is refused: device locked (MBErrorDomain/208)",
    "refuses_211": "every erase is refused: Find My is on (MBErrorDomain/211)",
    "refuses_by_profile": "every erase is refused with a chain of profile errors",
    "refuses_hello": "the backup service refuses our Hello, the profile service every request",
    "lockdownd_silent": "lockdownd takes requests and never answers",
    "services_missing": "no service can be started (InvalidService)",
    "hostile_strings": "identity and state are full of bidi marks, quotes, line ends and very long text",
    "empty_values": "identity and state are empty strings",
}

VARIATIONS: dict[str, str] = {
    "tls_1_2": "TLS 1.2 is the newest version the phone speaks",
    "trust_slow": "three more Pair requests are answered `pending` after the owner has tapped Trust",
    "erase_acknowledged": "the erase is acknowledged before the link drops",
    "safe_oblit_stamp": "the wipe ends during a boot: the stamp is SafeOblit done, Err:0",
    "stamp_long_tail": "the stamp has another tail than documented",
    "no_crash_reports": "its system has never crashed: no report of it lies there",
    "no_earlier_stamp": "the phone was never erased before: no old stamp",
    "slow_return": "the wipe takes three times as long",
    "two_reboots": "the phone comes back, leaves once more, and comes back for good",
    "battery_data": "battery values lie below BatteryData, MaxCapacity is percent",
    "nvram_only_in_options": "NonVolatileRAM is no lockdown value; the ioregistry node `options` has it",
    "nvram_only_in_lockdown": "the ioregistry node `options` is empty; lockdown's NonVolatileRAM has it",
    "hostile_name": "the owner's name for the phone and its Wi-Fi are hostile strings",
    "clock_off": "the phone's clock is three days behind",
    "imeis_change_places": "after the erase it calls its second IMEI the first",
}

FAULTS: dict[str, str] = {
    "blank_panel_serial": "its screen was changed and never programmed: the panel's number is slashes",
    "swapped_panel": "its screen is of another phone: another number, which the phone's own chip does not accept",
    "blank_face_id_serial": "its Face ID module was changed: the infrared camera's number is zeros",
    "nand_not_ready": "its storage chips say that they are not ready",
    "face_id_fails": "its Face ID hardware found a fault when it tested itself",
    "no_charge": "power arrives at its port, and the battery does not charge",
    "no_power": "no power arrives: a dirty or broken port, or a cable that only carries data",
    "sensor_panics": "it restarts every three minutes, because a sensor on the charge port cable is missing",
    "wifi_dead": "its Wi-Fi chip has no address of its own and says that it is not well",
    "bluetooth_dead": "its Bluetooth has no address of its own, and the chip says that it is not well",
    "touch_controller_dead": "the touch controller has no rows and no columns",
    "true_tone_lost": "the screen's white calibration was lost with the first screen",
    "camera_uncalibrated": "the back cameras' calibration does not fit them",
    "battery_not_proven": "the battery cannot prove itself to the phone",
    "battery_sagging": "the battery's voltage has fallen below what a cell bears",
    "tray_missing": "the SIM tray is not in the phone",
    "files_slow": "its storage takes and gives files at a tenth of what a cable carries",
    "files_spoilt": "its storage gives back other bytes than it took",
    "prototype": "its chip was never fused for sale",
    "smaller_storage": "its storage has another size than the one the system shows",
}
"""What is worn, broken or changed in a phone that can be erased like any other: it is certified, and graded worse.
Given among the variations."""

ERASE_REFUSALS = frozenset({"refuses_208", "refuses_211", "refuses_by_profile", "refuses_hello", "services_missing"})
"""Phones on which no erase runs, by no service and not from Settings either (managed restriction)."""

HOSTILE_TEXT = "\u202eenohPi\u202c\n<b>&'\"; $(reboot) %s {0} \t\ufeff\u2066" + "A" * 4096
"""What an owner can call a phone, at worst. XML property lists carry no other control characters."""


def check_behaviour(misbehaviour: frozenset[str], variation: frozenset[str]) -> None:
    """Raises: ValueError for a name no iPhone knows, or for variations that exclude each other."""
    unknown = misbehaviour - MISBEHAVIOURS.keys()
    unknown |= variation - VARIATIONS.keys() - FAULTS.keys() - LOG_VARIATIONS.keys()
    if unknown:
        raise ValueError(f"unknown behaviour: {', '.join(sorted(unknown))}")
    if {"nvram_only_in_options", "nvram_only_in_lockdown"} <= variation:
        raise ValueError("NVRAM must be readable somewhere")
