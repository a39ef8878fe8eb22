# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parts of the silent checks' batch to allow-listed values. Pure: nothing here talks to a phone.

What an entry does not tell gives no value, and the check of it is not tested; what it tells in a shape or a word that
no document explains is a sign of its own. Keys and where they were read: `phones.apple.registry`.
"""

import re
from collections.abc import Mapping
from typing import Any

from phones.apple.built import FACE_ID, RADIO_CHIP, UWB, is_built_without, is_not_known_to_tell
from phones.apple.consistency import contradictions
from phones.apple.panic_families import HARDWARE, UNKNOWN
from phones.apple.parts import decode
from phones.apple.readers import read_batch
from phones.apple.readers_parts import NOT_BUILT, NOT_TOLD, authentication, flag_of, number_of, parts
from phones.apple.registry import ANSWERS
from phones.apple.system_support import support_of
from phones.link import Reply
from phones.signs import SOURCES, not_measured

Values = dict[str, str]

_SOLD_AS = {"M": "retail", "F": "refurbished", "N": "replacement", "P": "personalised"}
_TRAYS = {
    "kCTSIMSupportSIMTrayInsertedWithSIM": "in",
    "kCTSIMSupportSIMTrayInsertedNoSIM": "in",
    "kCTSIMSupportSIMTrayAbsent": "out",
}
"""As CoreTelephony names them [read: public code and dumps]."""
_READERS = {
    "kCTSIMSupportSIMStatusReady": "ready",
    "kCTSIMSupportSIMStatusPINLocked": "ready",
    "kCTSIMSupportSIMStatusPUKLocked": "ready",
    "kCTSIMSupportSIMStatusOperatorLocked": "ready",
    "kCTSIMSupportSIMStatusNetworkLocked": "ready",
    "kCTSIMSupportSIMStatusPermanentlyLocked": "ready",
}
_NO_CARD = "kCTSIMSupportSIMStatusNotInserted"
_CARD_IN_TRAY = "kCTSIMSupportSIMTrayInsertedWithSIM"
_CALIBRATIONS = {"Pass": "pass", "Fail": "fail"}
_MOST_KILOBYTES_A_S = 1_500_000  # more than USB at 10 Gbit/s carries
_MOST_MILLIAMPS = 10_000
_HIGHEST_MILLIVOLTS = 4_700
_MOST_ELECTRODES, _MOST_HERTZ = 999, 1_000
_HELD_BACK_FROM_PERCENT = 75
_FUSED_FOR_SALE = 3
_CAPACITY = re.compile(r"APPLE SSD A[A-Z]([0-9]{4})[A-Z]{0,2}")


def read_silent(reply: Reply) -> Mapping[str, str]:
    """All that the batch of the silent checks tells. Raises: ReplyMalformedError."""
    good = {name: answer.value for name, answer in decode(reply.body).items() if answer.ok}
    values = dict(read_batch(reply))
    product_type = values.get("product.model", "")
    values |= {"parts.read": "yes"} | parts(good, product_type) | authentication(good, product_type)
    for read in (_screen, _cameras, _radios, _sim, _storage, _charging, _sold, _panics, _built):
        values |= read(good)
    values |= _by_model(good, product_type)
    if "system.version" in values:
        clock = values.get("system.clock_epoch")
        values["system.support"] = support_of(values["system.version"], epoch=int(clock) if clock else None)
        values |= contradictions(values)
    return values


def read_parts(reply: Reply) -> Mapping[str, str]:
    """What a batch of entries tells of the parts alone; `parts.read` says that it was asked. Raises:
    ReplyMalformedError.
    """
    good = {name: answer.value for name, answer in decode(reply.body).items() if answer.ok}
    named = good.get("ProductType")
    product_type = named if isinstance(named, str) else ""
    told = parts(good, product_type) | authentication(good, product_type)
    return {"parts.read": "yes"} | told


def _entry(good: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = good.get(name)
    return found if isinstance(found, dict) else {}


def _number(found: Any) -> int | None:
    """A whole number, also as the few bytes in which the device tree holds it, the lowest first."""
    if isinstance(found, bytes):
        return int.from_bytes(found, "little") if 0 < len(found) <= 8 else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _screen(good: Mapping[str, Any]) -> Values:
    values: Values = {}
    strength = _entry(good, "backlight").get("truetone-strength")
    if isinstance(strength, bytes) and strength:
        values["display.true_tone"] = "ok" if strength.strip(b"\x00") else "blank"
    touch = _entry(good, "touch")
    rows, columns = _number(touch.get("Sensor Rows")), _number(touch.get("Sensor Columns"))
    if rows is not None and columns is not None:
        values |= _electrodes(rows, columns)
    rate = _number(touch.get("ScanRate"))
    if rate == 0:
        values |= not_measured("left_at_zero", "touch.scan_hz")
    elif rate is not None:
        good_rate = 0 < rate <= _MOST_HERTZ
        values |= {"touch.scan_hz": str(rate)} if good_rate else not_measured("out_of_range", "touch.scan_hz")
    return values


def _electrodes(rows: int, columns: int) -> Values:
    if 0 in (rows, columns):
        return not_measured("left_at_zero", "touch.electrodes")
    if not (0 < rows <= _MOST_ELECTRODES and 0 < columns <= _MOST_ELECTRODES):
        return not_measured("out_of_range", "touch.electrodes")
    return {"touch.electrodes": str(rows * columns)}


def _cameras(good: Mapping[str, Any]) -> Values:
    camera = _entry(good, "camera")
    values: Values = {}
    for name, key in (("back", "CmClValidationStatus"), ("front", "FCClValidationStatus")):
        word = camera.get(key)
        if isinstance(word, str) and word:
            value = f"cameras.{name}_calibration"
            known = _CALIBRATIONS.get(word)
            values |= {value: known} if known else not_measured("code_not_known", value)
    modules = [key for key in camera if key.endswith("CameraModuleSerialNumString") and number_of(camera[key])]
    return values | ({"cameras.modules": str(len(modules))} if modules else {})


def _radios(good: Mapping[str, Any]) -> Values:
    values: Values = {}
    address = _entry(good, "wifi_node").get("IOMACAddress")
    if isinstance(address, bytes) and len(address) == 6:
        values["radio.wifi_address"] = "ok" if any(address) else "blank"
    bluetooth = good.get("BluetoothAddress")
    if isinstance(bluetooth, str) and re.fullmatch(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}", bluetooth):
        values["radio.bluetooth_address"] = "ok" if set(bluetooth) - set("0:") else "blank"
    return values


def _sim(good: Mapping[str, Any]) -> Values:
    """Only where it has a modem; an iPhone without a tray, as sold in some countries, says what we have not read."""
    values: Values = {}
    tray, status = good.get("SIMTrayStatus"), good.get("SIMStatus")
    if isinstance(tray, str) and tray:
        values |= (
            {"media.sim_tray": _TRAYS[tray]} if tray in _TRAYS else not_measured("code_not_known", "media.sim_tray")
        )
    if isinstance(status, str) and status:
        values |= _sim_reader(status, tray)
    return values


def _sim_reader(status: str, tray: object) -> Values:
    """Only a card that answers proves the reader, and only one in the tray: an eSIM answers without it."""
    name = "radio.sim_reader"
    if status == _NO_CARD:
        return not_measured("no_card", name)
    if status not in _READERS:
        return not_measured("code_not_known", name)
    return {name: _READERS[status]} if tray == _CARD_IN_TRAY else not_measured("built_in", name)


def _storage(good: Mapping[str, Any]) -> Values:
    values: Values = {}
    nvme = _entry(good, "nvme")
    status = nvme.get("AppleNANDStatus")
    if isinstance(status, str) and status:
        values["storage.nand_state"] = "ready" if status == "Ready" else "not_ready"
    model = nvme.get("Model Number")
    capacity = _CAPACITY.fullmatch(model.strip()) if isinstance(model, str) else None
    if capacity is not None and int(capacity[1]):
        values["storage.built_gb"] = str(int(capacity[1]))
    speed = _entry(good, "files_speed")
    size = _number(speed.get("bytes"))
    if size:
        for way in ("write", "read"):
            values |= _speed(f"storage.{way}_kb_s", size, _number(speed.get(f"{way}_ms")))
        if isinstance(speed.get("same"), bool):
            values["storage.read_back"] = "same" if speed["same"] else "differs"
        slow = speed.get("too_slow")
        if slow in ("write", "read"):
            values[f"storage.{slow}_kb_s"] = str(_number(speed.get("at_most_kb_s")) or 0)
        if isinstance(speed.get("removed"), bool):
            values["storage.scratch_removed"] = "yes" if speed["removed"] else "no"
    return values


def _speed(name: str, size: int, milliseconds: int | None) -> Values:
    """Thousands of bytes a second; faster than any cable carries is no measurement."""
    if milliseconds is None:
        return {}
    if milliseconds <= 0 or size // milliseconds > _MOST_KILOBYTES_A_S:
        return not_measured("out_of_range", name)
    return {name: str(size // milliseconds)}


def _charging(good: Mapping[str, Any]) -> Values:
    node = _entry(good, "battery_node")
    values = _power_at_the_port(good.get("ExternalConnected"), node.get("ExternalConnected"))
    full = flag_of(node.get("FullyCharged", good.get("FullyCharged")))
    charging = flag_of(node.get("IsCharging", good.get("BatteryIsCharging")))
    level = _number(good.get("BatteryCurrentCapacity"))
    if full:
        values["charge.state"] = "full"
    elif charging is not None:
        # From about three quarters on iOS may hold the charge back to spare the battery, and says nothing of it here.
        held_back = not charging and (level is None or level >= _HELD_BACK_FROM_PERCENT)
        values["charge.state"] = "unknown" if held_back else ("charging" if charging else "none")
    current = _milliamps(_number(node.get("InstantAmperage", node.get("Amperage"))))
    if current is not None:
        values |= _current(current, values.get("charge.state", ""))
    voltage = _number(node.get("Voltage", node.get("BatteryData.Voltage")))
    if voltage == 0:
        values |= not_measured("left_at_zero", "battery.voltage_mv")
    elif voltage is not None:
        known = 0 < voltage <= _HIGHEST_MILLIVOLTS
        values |= {"battery.voltage_mv": str(voltage)} if known else not_measured("out_of_range", "battery.voltage_mv")
    for key in ("GasGaugeCapability", "HasBattery"):
        answer = flag_of(good.get(key))
        if answer is not None:
            values["battery.gauge"] = "yes" if answer and values.get("battery.gauge") != "no" else "no"
    return values


def _current(milliamps: int, state: str) -> Values:
    """`state`: "" where it is not told."""
    now, full = "charge.current_ma", "charge.full_ma"
    if abs(milliamps) > _MOST_MILLIAMPS:
        return not_measured("out_of_range", now, full)
    if state == "full":
        return {now: "full", full: str(max(0, milliamps))}
    values = not_measured("not_full", full)
    held_back = state == "unknown" and milliamps <= 0
    return values | (not_measured("held_back", now) if held_back else {now: str(milliamps)})


def _power_at_the_port(lockdown: Any, node: Any) -> Values:
    name = "charge.connected"
    told = {
        source: answer
        for source, found in (("lockdown", lockdown), ("node", node))
        if (answer := flag_of(found)) is not None
    }
    if len(set(told.values())) > 1:
        said = ",".join(f"{source}:{'yes' if answer else 'no'}" for source, answer in told.items())
        return not_measured("sources_disagree", name) | {SOURCES + name: said}
    return {name: "yes" if True in told.values() else "no"} if told else {}


def _milliamps(found: int | None) -> int | None:
    """A gauge's current is signed; some systems hand on its 16 or 64 bits as if it were not."""
    for bits in (64, 16):
        if found is not None and 1 << (bits - 1) <= found < 1 << bits:
            return found - (1 << bits)
    return found


def _sold(good: Mapping[str, Any]) -> Values:
    values: Values = {}
    number = good.get("ModelNumber")
    if isinstance(number, str) and number:
        values["product.sold_as"] = _SOLD_AS.get(number[0], "unknown")
    fusing, production = _number(good.get("FusingStatus")), good.get("ProductionSOC")
    if fusing is not None or isinstance(production, bool):
        for_sale = fusing in (None, _FUSED_FOR_SALE) and production is not False
        values["security.production"] = "yes" if for_sale else "no"
    loaded = flag_of(_entry(good, "sep").get("sepfw-loaded"))
    return values | ({"security.enclave": "loaded" if loaded else "not_loaded"} if loaded is not None else {})


def _panics(good: Mapping[str, Any]) -> Values:
    """`panics.hardware` is never 0 while a report is there that nobody could place."""
    found = good.get("panic_families")
    if not isinstance(found, dict) or not all(isinstance(number, int) for number in found.values()):
        return {}
    counts = {str(name): number for name, number in found.items() if number > 0}
    hardware = sum(number for name, number in counts.items() if name in HARDWARE)
    told = ",".join(f"{name}:{counts[name]}" for name in sorted(counts))
    in_doubt = not hardware and counts.get(UNKNOWN)
    return {"panics.families": told, "panics.hardware": "unknown" if in_doubt else str(hardware)}


def _built(good: Mapping[str, Any]) -> Values:
    """What the device tree says that it was built with; a flag that is not there says nothing."""
    product = _entry(good, "product")
    values: Values = {}
    microphones = _number(product.get("builtin-mics"))
    if microphones is not None and 0 < microphones < 10:
        values["audio.microphones"] = str(microphones)
    for name, key in (("radio.gnss_built", "gps-capable"), ("radio.nfc_built", "nfc-express")):
        if flag_of(product.get(key)):
            values[name] = "yes"
    if _entry(good, "als").get(ANSWERS):
        values["sensors.ambient_light"] = "present"
    return values


def _by_model(good: Mapping[str, Any], product_type: str) -> Values:
    """What only some models have: `not_built` where it is known that none of this model has it."""
    values: Values = {}
    result = _number(_entry(good, "camera").get("PearlSelfTestResult"))
    if result is None:
        result = _number(_entry(good, "pearl").get("PearlSelfTestResult"))
    if result is not None:
        values["face_id.self_test"] = "passed" if result == 0 else "failed"
    elif is_built_without(product_type, FACE_ID):
        values["face_id.self_test"] = NOT_BUILT
    if _entry(good, "uwb").get(ANSWERS):
        values["radio.uwb"] = "present"
    elif is_built_without(product_type, UWB):
        values["radio.uwb"] = NOT_BUILT
    chip = _entry(good, "radio_chip")
    for name, key in (("radio.wifi_healthy", "WiFiHardwareHealthy"), ("radio.bluetooth_healthy", "BTHardwareHealthy")):
        healthy = flag_of(chip.get(key))
        if healthy is not None:
            values[name] = "yes" if healthy else "no"
        elif is_not_known_to_tell(product_type, RADIO_CHIP):
            values[name] = NOT_TOLD
    return values
