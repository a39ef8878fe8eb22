# SPDX-License-Identifier: GPL-3.0-or-later
"""What lockdownd's GetValue answers: with a session, without one, by domain (research/ios.md 5).

The list without a session comes from a public iOS 13.3 dump; iOS 18 and later are `unconfirmed`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from virtual_phones.iphone.behaviour import HOSTILE_TEXT
from virtual_phones.iphone.registry import shown_power
from virtual_phones.iphone.trust import LockdownRefusal
from virtual_phones.phone import section

if TYPE_CHECKING:
    from virtual_phones.iphone.phone import IPhone

UNPAIRED = frozenset(
    {
        "BasebandCertId",
        "BasebandKeyHashInformation",
        "BasebandSerialNumber",
        "BasebandVersion",
        "BoardId",
        "BuildVersion",
        "CPUArchitecture",
        "ChipID",
        "DeviceClass",
        "DeviceColor",
        "DeviceName",
        "DieID",
        "HardwareModel",
        "HasSiDP",
        "PartitionType",
        "ProductName",
        "ProductType",
        "ProductVersion",
        "ProductionSOC",
        "ProtocolVersion",
        "SupportedDeviceFamilies",
        "TelephonyCapability",
        "UniqueChipID",
        "UniqueDeviceID",
        "WiFiAddress",
    }
)
OPEN_DOMAINS = {"com.apple.mobile.iTunes": frozenset({"FamilyID", "iTunesSetupComplete"})}
BY_KEY_ONLY = frozenset({"DevicePublicKey", "NonVolatileRAM"})
SPOILT = (
    "SerialNumber",
    "InternationalMobileEquipmentIdentity",
    "InternationalMobileEquipmentIdentity2",
    "ProductType",
    "ProductVersion",
    "BuildVersion",
    "ModelNumber",
    "RegionInfo",
    "ActivationState",
    "MLBSerialNumber",
    "HardwareModel",
    "BasebandStatus",
    "WiFiAddress",
)
"""What `hostile_strings` and `empty_values` spoil. ProductVersion stays readable for host software."""


def get_value(phone: "IPhone", *, paired: bool, domain: str | None, key: str | None) -> object:
    """The Value of a GetValue answer. `domain` None or "" is the default domain; `key` None asks for all.

    Raises: LockdownRefusal GetProhibited (not without a session), MissingValue (no such key).
    """
    values = domain_values(phone, domain) if domain else default_values(phone)
    if not paired:
        open_keys = OPEN_DOMAINS.get(domain, frozenset()) if domain else UNPAIRED | {"DevicePublicKey"}
        if (domain and not open_keys) or (key and key in values and key not in open_keys):
            raise LockdownRefusal("GetProhibited")
        values = {name: value for name, value in values.items() if name in open_keys}
    if key:
        if key == "DevicePublicKey" and not domain:
            return phone.key.public_pem
        if key not in values:
            raise LockdownRefusal("MissingValue")
        return values[key]
    if domain == "com.apple.fmip":
        return {}  # answers by key only (lim#275)
    return {name: value for name, value in values.items() if domain or name not in BY_KEY_ONLY}


def default_values(phone: "IPhone") -> dict[str, object]:
    """The default domain of a session."""
    values: dict[str, object] = dict(section(phone.model, "values"))
    values |= _identity(phone) | _state(phone) | _personal(phone)
    if "prototype" in phone.variation:
        values |= {"FusingStatus": 1, "ProductionSOC": False}
    if "bluetooth_dead" in phone.variation:
        values["BluetoothAddress"] = ":".join(["00"] * 6)
    if "nvram_only_in_options" not in phone.variation:
        values["NonVolatileRAM"] = dict(phone.nvram)
    spoil(values, phone.misbehaviour)
    return values


def spoil(values: dict[str, object], misbehaviour: frozenset[str]) -> None:
    """Hostile or empty texts in place of those that matter."""
    for name in SPOILT:
        if "empty_values" in misbehaviour:
            values[name] = "1.0" if name == "ProductVersion" else ""
        elif "hostile_strings" in misbehaviour:
            values[name] = "99.0" if name == "ProductVersion" else f"{values.get(name, '')}{HOSTILE_TEXT}"


def domain_values(phone: "IPhone", domain: str) -> Mapping[str, object]:
    """A named domain; an unknown one is empty."""
    strata = phone.strata
    computed: dict[str, dict[str, object]] = {
        "com.apple.disk_usage": _disk_usage(phone),
        "com.apple.disk_usage.factory": _disk_usage(phone),
        "com.apple.purplebuddy": {"SetupDone": True, "SetupState": "SetupUsingAssistant", "SetupVersion": 11}
        if strata.set_up
        else {"SetupDone": False},
        "com.apple.mobile.chaperone": {"DeviceIsChaperoned": phone.supervised},
        "com.apple.fmip": {"IsAssociated": phone.activation_locked and strata.set_up},
        "com.apple.mobile.wireless_lockdown": {"EnableWifiConnections": False},
        "com.apple.mobile.iTunes": {"FamilyID": 10111, "iTunesSetupComplete": strata.set_up},
    }
    constant = section(phone.model, "domains").get(domain, {})
    if domain == "com.apple.mobile.battery" and isinstance(constant, Mapping):
        constant = shown_power(phone, constant)
    if domain == "com.apple.security.mac.amfi" and phone.form("DeveloperModeStatus") == "absent":
        constant = {}
    return {**(constant if isinstance(constant, Mapping) else {}), **computed.get(domain, {})}


def _identity(phone: "IPhone") -> dict[str, object]:
    facts, who = section(phone.model, "identity"), phone.shown_identity
    values: dict[str, object] = {
        "BoardId": facts["board_id"],
        "BuildVersion": facts["build"],
        "ChipID": who.chip_id,
        "DeviceClass": "iPhone",
        "DieID": who.ecid,
        "HardwareModel": facts["hardware_model"],
        "ModelNumber": facts["model_number"],
        "RegionInfo": facts["region"],
        "ProductName": "iPhone OS",
        "ProductType": facts["product_type"],
        "ProductVersion": facts["version"],
        "UniqueChipID": who.ecid,
        "UniqueDeviceID": who.udid,
        "SerialNumber": who.serial,
        "MLBSerialNumber": who.board_serial,
        "BasebandSerialNumber": who.baseband_serial,
        "WiFiAddress": who.wifi_address,
        "BluetoothAddress": who.bluetooth_address,
        "EthernetAddress": who.wifi_address[:-2] + "fe",
    }
    names = ("InternationalMobileEquipmentIdentity", "InternationalMobileEquipmentIdentity2")
    for name, imei in zip(names, who.imeis, strict=False):
        values[name] = imei
    if who.imeis:
        values["MobileEquipmentIdentifier"] = who.imeis[0][:14]
    return values


def _state(phone: "IPhone") -> dict[str, object]:
    strata = phone.strata
    sim, tray = ("Ready", "InsertedWithSIM") if phone.sim_inside else ("NotInserted", "InsertedNoSIM")
    if "tray_missing" in phone.variation:
        sim, tray = "NotInserted", "Absent"
    activated = strata.activation_state == "Activated"
    return {
        "ActivationState": strata.activation_state,
        "ActivationStateAcknowledged": activated,
        "BrickState": not activated,
        "PasswordProtected": strata.passcode_set,
        "TimeIntervalSince1970": phone.clock_epoch(),
        "TrustedHostAttached": True,
        "SIMStatus": f"kCTSIMSupportSIMStatus{sim}",
        "SIMTrayStatus": f"kCTSIMSupportSIMTray{tray}",
    }


def _personal(phone: "IPhone") -> dict[str, object]:
    values: dict[str, object] = {"DeviceName": phone.strata.device_name, "TimeZone": "Asia/Shanghai"}
    owner = phone.strata.esim
    if owner is not None:
        values |= {
            "PhoneNumber": owner.phone_number,
            "IntegratedCircuitCardIdentity": owner.iccid,
            "ICCID": owner.iccid,
            "InternationalMobileSubscriberIdentity": owner.imsi,
            "IMSI": owner.imsi,
        }
    return values


def _disk_usage(phone: "IPhone") -> dict[str, object]:
    storage = section(phone.model, "storage")
    capacity, data = storage["total_bytes"], storage["data_bytes"]
    if not isinstance(capacity, int) or not isinstance(data, int):
        raise TypeError("model: storage sizes are no integers")
    used = phone.used_bytes()
    return {
        "TotalDiskCapacity": capacity,
        "TotalSystemCapacity": capacity - data,
        "TotalSystemAvailable": 0,
        "TotalDataCapacity": data,
        "TotalDataAvailable": data - used,
        "AmountDataAvailable": data - used,
        "AmountDataReserved": 209_715_200,
    }
