# SPDX-License-Identifier: GPL-3.0-or-later
"""From the parts of an Apple batch to allow-listed values. Pure: nothing here talks to a phone.

A part that was refused, silent or missing gives no value, only its status (`part.<name>`): what could not
be read is absent, never "fine". Keys and meanings: research ios.md §5, §7, §9.
"""

from collections.abc import Mapping
from typing import Any

from phones.apple import parts as apple_parts
from phones.apple.consistency import contradictions
from phones.apple.crash_names import ReportFamily
from phones.apple.models import model_of
from phones.apple.nvram import parse_stamp, read_marks
from phones.apple.parts import PartAnswer, decode, decode_table
from phones.cleaning import spelled_serial
from phones.errors import ReplyMalformedError
from phones.imei import luhn_of
from phones.link import Reply
from phones.shared_numbers import set_aside
from phones.signs import SOURCES, not_measured

_PERCENT_OR_LESS = 100  # a "capacity" of at most this is a percentage, not mAh
_SMALLEST_BATTERY_MAH = 500
_GAUGE_TOLERANCE_PERCENT = 15
_MOST_PERCENT_OF_DESIGN = 120
_MOST_CYCLES = 20_000


def read_batch(reply: Reply) -> Mapping[str, str]:
    """All values the parts of a batch carry, whichever parts it had, and the status of those that carry
    none. Raises: ReplyMalformedError.
    """
    answers = decode(reply.body)
    values = {f"part.{_part_name(name)}": part.status for name, part in answers.items() if not part.ok}
    good = {name: answer.value for name, answer in answers.items() if answer.ok}
    good |= {name: None for name, answer in answers.items() if answer.status == "absent"}  # told: there is none
    values["apple.paired"] = "yes"
    for read in (_identity, _product, _system, _state, _locks, _modem, _battery, _storage, _counts):
        values.update(read(good))
    values.update(_nvram(answers))
    if "system.version" in values:
        values.update(contradictions(values))
    return set_aside(values)


def _part_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)[:48]


def _text(found: Any) -> str | None:
    """Printable text as it came, or None for anything that is not text."""
    return found.strip() if isinstance(found, str) and found.strip() else None


def _whole(found: Any) -> int | None:
    """A whole number; truth values, which are numbers in Python, are not."""
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _yes_no(found: Any) -> str | None:
    if not isinstance(found, bool):
        return None
    return "yes" if found else "no"


def _present(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text is not None}


def _identity(good: Mapping[str, Any]) -> dict[str, str]:
    udid, wifi = _text(good.get("UniqueDeviceID")), _text(good.get("WiFiAddress"))
    ecid = _whole(good.get("UniqueChipID"))
    imeis = [_text(good.get(f"InternationalMobileEquipmentIdentity{slot}")) for slot in ("", "2")]
    values = _present(
        {
            "identity.serial": spelled_serial(serial) if (serial := _text(good.get("SerialNumber"))) else None,
            "identity.imei1": imeis[0],
            "identity.imei2": imeis[1],
            "identity.udid": udid.replace("-", "").lower() if udid else None,
            "identity.ecid": str(ecid) if ecid is not None and ecid >= 0 else None,
            "identity.wifi_mac": wifi.lower() if wifi else None,
        }
    )
    if any(imeis) or _built_without_modem(good):
        values["imei.luhn"] = luhn_of(tuple(imei for imei in imeis if imei))
    return values


def _built_without_modem(good: Mapping[str, Any]) -> bool:
    """An iPod; an iPad that says it has no telephony [read: public lockdown dumps of iPads; MobileGestalt], or answers
    to each key of a modem that it has no such key, as older systems do [unconfirmed]. An iPhone that says so is a
    broken one: every iPhone has a modem.
    """
    product = _text(good.get("ProductType")) or ""
    if product.startswith("iPod"):
        return True
    has_no_keys = all(key in good and good[key] is None for key in _KEYS_OF_A_MODEM)
    return product.startswith("iPad") and (good.get("BasebandStatus") in _NO_TELEPHONY or has_no_keys)


_KEYS_OF_A_MODEM = ("BasebandStatus", "BasebandVersion", "SIMStatus", "InternationalMobileEquipmentIdentity")
_NO_TELEPHONY = ("NoTelephonyCapabilty", "NoTelephonyCapability")
"""As iOS spells it, and as it should be spelt."""


def _product(good: Mapping[str, Any]) -> dict[str, str]:
    product_type = _text(good.get("ProductType"))
    if product_type is None:
        return {}
    number = _text(good.get("ModelNumber"))
    region = _text(good.get("RegionInfo")) or ""
    model = model_of(product_type)
    return _present(
        {
            "product.maker": "Apple",
            "product.brand": "Apple",
            "product.model": product_type,
            "product.device": _text(good.get("HardwareModel")),
            "product.number": number + region if number else None,
            "product.refurbishment_letter": number[0] if number and number[0] in "MFNP" else None,
            "product.marketing_name": model.name if model else None,
            "apple.chip": model.chip if model else None,
        }
    )


def _system(good: Mapping[str, Any]) -> dict[str, str]:
    clock = good.get("TimeIntervalSince1970")
    seconds = int(clock) if isinstance(clock, float | int) and not isinstance(clock, bool) else None
    return _present(
        {
            "system.version": _text(good.get("ProductVersion")),
            "system.build": _text(good.get("BuildVersion")),
            "system.clock_epoch": str(seconds) if seconds is not None and seconds >= 0 else None,
        }
    )


def _state(good: Mapping[str, Any]) -> dict[str, str]:
    pair = good.get("pair")
    waited = _text(pair.get("dialog")) if isinstance(pair, dict) else None
    activation = _text(good.get("activation")) or _text(good.get("ActivationState"))
    return _present(
        {
            "apple.activation_state": activation,
            "apple.setup_done": _yes_no(good.get("SetupDone")),
            "apple.trust_dialog": waited if waited in ("yes", "no") else None,
        }
    )


def _locks(good: Mapping[str, Any]) -> dict[str, str]:
    """The passcode flag is known to say "no" too often (research ios.md §5.2): a weak signal."""
    cloud = good.get("cloud_configuration")
    supervised = _yes_no(cloud.get("supervised")) if isinstance(cloud, dict) else None
    return _present(
        {
            "locks.lock_screen": _yes_no(good.get("PasswordProtected")),
            "locks.supervised": supervised,
        }
    )


# SIMStatus and SIMTrayStatus as CoreTelephony names them (public dumps; not exhaustive, unconfirmed on 18+).
_SIM_STATES = {
    "kCTSIMSupportSIMStatusReady": "present",
    "kCTSIMSupportSIMStatusPINLocked": "present",
    "kCTSIMSupportSIMStatusPUKLocked": "present",
    "kCTSIMSupportSIMStatusPermanentlyLocked": "present",
    "kCTSIMSupportSIMStatusOperatorLocked": "present",
    "kCTSIMSupportSIMStatusNotInserted": "absent",
}


_CARRIER_LOCKED = ("kCTSIMSupportSIMStatusOperatorLocked", "kCTSIMSupportSIMStatusNetworkLocked")


def _is_locked_to_a_carrier(good: Mapping[str, Any]) -> bool:
    """The card that is in it is one of another carrier. Without a card, or with the right one, nothing is told."""
    activation = _text(good.get("activation")) or _text(good.get("ActivationState"))
    return _text(good.get("SIMStatus")) in _CARRIER_LOCKED or activation == "MismatchedICCID"


def _modem(good: Mapping[str, Any]) -> dict[str, str]:
    sim = _text(good.get("SIMStatus"))
    tray = _text(good.get("SIMTrayStatus")) or ""
    if sim is not None:
        # A tray that holds a card outweighs a status that says none.
        sim = "present" if tray == "kCTSIMSupportSIMTrayInsertedWithSIM" else _SIM_STATES.get(sim, "unknown")
    if _built_without_modem(good) and sim in (None, "absent"):
        return {"apple.baseband": "no_modem", "radio.baseband": "no_modem", "media.sim": "absent"}
    return _baseband(_text(good.get("BasebandStatus"))) | _present(
        {
            "radio.baseband": "present" if _text(good.get("BasebandVersion")) else None,
            "media.sim": sim,
            "locks.sim_lock": "locked" if _is_locked_to_a_carrier(good) else None,
        }
    )


def _baseband(status: str | None) -> dict[str, str]:
    """Of the words of BasebandStatus only that of a modem that answers is known, and that of a device without one."""
    if status is None:
        return {}
    known = status == "BBInfoAvailable" or status.startswith("NoTelephony")
    return {"apple.baseband": status} | ({} if known else not_measured("code_not_known", "apple.baseband"))


def _battery(good: Mapping[str, Any]) -> dict[str, str]:
    charge = _whole(good.get("BatteryCurrentCapacity"))
    values = {"battery.level": str(charge)} if charge is not None and 0 <= charge <= 100 else {}
    node = good.get("battery")
    if not isinstance(node, dict):
        return values
    design = _milliamp_hours(node, "DesignCapacity")
    full = _milliamp_hours(node, "NominalChargeCapacity", "AppleRawMaxCapacity", "FullChargeCapacity")
    found = _present(
        {
            "battery.design_mah": str(design) if design else None,
            "battery.full_mah": str(full) if full else None,
        }
    )
    found |= _health(node, design, full) | _cycles(node, design, full) | _temperature(node)
    if {"battery.design_mah", "battery.full_mah", "battery.cycles"} & set(found):
        values["battery.source"] = "smart_battery"
    return values | found


def _health(node: Mapping[str, Any], design: int | None, full: int | None) -> dict[str, str]:
    """Two capacities of the gauge that differ by more than its own ageing model explains are no measurement."""
    name = "battery.health_percent"
    if not full or not design:
        return {}
    raw = _milliamp_hours(node, "AppleRawMaxCapacity")
    if raw and abs(raw - full) * 100 > _GAUGE_TOLERANCE_PERCENT * max(raw, full):
        return not_measured("sources_disagree", name) | {SOURCES + name: f"nominal:{full},raw_max:{raw}"}
    percent = 100 * full // design
    if percent > _MOST_PERCENT_OF_DESIGN:
        return not_measured("out_of_range", name)
    return {name: str(min(100, percent))}


def _cycles(node: Mapping[str, Any], design: int | None, full: int | None) -> dict[str, str]:
    """0 is a new battery's, unless the gauge repeats the design capacity: then it was never taught anything."""
    name, cycles = "battery.cycles", _first(node, "CycleCount")
    if cycles is None:
        return {}
    if cycles == 0 and design == full:
        return not_measured("left_at_zero", name)
    return {name: str(cycles)} if cycles < _MOST_CYCLES else not_measured("out_of_range", name)


def _temperature(node: Mapping[str, Any]) -> dict[str, str]:
    """Hundredths of a degree Celsius."""
    name, hundredths = "battery.temperature_dc", _whole(node.get("Temperature"))
    if hundredths is None:
        return {}
    if hundredths == 0:
        return not_measured("left_at_zero", name)
    return {name: str(round(hundredths / 10))} if -3000 < hundredths < 10_000 else not_measured("out_of_range", name)


def _first(node: Mapping[str, Any], *names: str) -> int | None:
    """The first of these numbers, looked for at the top (iOS 12 to 26) and below BatteryData (seen on
    macOS 27, expected on iOS 27: unconfirmed).
    """
    for name in names:
        for place in (name, f"BatteryData.{name}"):
            number = _whole(node.get(place))
            if number is not None and number >= 0:
                return number
    return None


def _milliamp_hours(node: Mapping[str, Any], *names: str) -> int | None:
    """The first of these that can be a capacity: newer systems put a percentage under the same name."""
    for name in names:
        for place in (name, f"BatteryData.{name}"):
            number = _whole(node.get(place))
            if number is not None and number > _PERCENT_OR_LESS and number >= _SMALLEST_BATTERY_MAH // 5:
                return number
    return None


def _storage(good: Mapping[str, Any]) -> dict[str, str]:
    media = good.get("storage")
    media = media if isinstance(media, dict) else {}
    total = _whole(good.get("TotalDiskCapacity")) or _digits(media.get("FSTotalBytes"))
    free = _whole(good.get("TotalDataAvailable"))
    free = free if free is not None else _digits(media.get("FSFreeBytes"))
    return _present(
        {
            "storage.total_bytes": str(total) if total else None,
            "storage.free_bytes": str(free) if free is not None and free >= 0 else None,
        }
    )


def _digits(found: Any) -> int | None:
    """AFC sends its numbers as text."""
    return int(found) if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 17 else None


def _counts(good: Mapping[str, Any]) -> dict[str, str]:
    apps = _whole(good.get("apps"))
    tamper = good.get("tamper")
    signs = tamper.get("signs") if isinstance(tamper, dict) else None
    return _panics(good.get("panics")) | _present(
        {
            "apple.apps": str(apps) if apps is not None else None,
            "tamper.signs": signs if isinstance(signs, str) else None,
        }
    )


def _panics(found: Any) -> dict[str, str]:
    """`panics.count` is `unknown`, never 0, while a report is there that may be of a panic: one of no known family,
    or more resets counted than panics and forced restarts account for (a watchdog's reset leaves no other report).
    """
    counts = found if isinstance(found, dict) else {}
    panics, forced, resets, unknown = (_whole(counts.get(family.value)) for family in _COUNTED)
    if panics is None or forced is None or resets is None or unknown is None:
        return {}
    in_doubt = panics == 0 and (unknown > 0 or resets > forced)
    return {
        "panics.count": "unknown" if in_doubt else str(panics),
        "panics.forced_resets": str(forced),
        "panics.unknown_reports": str(unknown),
    }


_COUNTED = (ReportFamily.PANIC, ReportFamily.FORCED_RESET, ReportFamily.RESET, ReportFamily.UNKNOWN)


def _nvram(answers: Mapping[str, PartAnswer]) -> dict[str, str]:
    """The eraser's stamp and flags; nothing at all unless the variables were really read."""
    part = answers.get("nvram")
    if part is None or not part.ok:
        return {}
    variables = part.value
    if not isinstance(variables, dict):
        raise ReplyMalformedError(step="nvram", expected="dictionary", got=type(variables).__name__)
    erasure = {name: _raw(variables.get(name)) for name in apple_parts.NVRAM_VARIABLES}
    stamp = parse_stamp(erasure[apple_parts.NVRAM_OBLITERATION])
    lock = variables.get(apple_parts.NVRAM_ACTIVATION_LOCKED)
    marks = read_marks(
        begins=[erasure[apple_parts.NVRAM_OBLIT_BEGINS], erasure[apple_parts.NVRAM_OBLIT_IN_PROGRESS]],
        failure=erasure[apple_parts.NVRAM_OBLIT_FAILURE],
        stamp=stamp,
    )
    return _present(
        {
            "apple.obliteration_kind": stamp.kind,
            "apple.obliteration_epoch": str(stamp.epoch) if stamp.epoch is not None else None,
            "apple.obliteration_error": str(stamp.error) if stamp.error is not None else None,
            "apple.obliteration_digest": stamp.digest or None,
            "apple.oblit_begins": marks.begins,
            "apple.oblit_begins_mark": marks.begins_mark,
            "apple.oblit_failure": marks.failure,
            "apple.oblit_failure_mark": marks.failure_mark,
            "locks.activation_lock": _lock_word(lock),
        }
    )


def _raw(found: Any) -> bytes | None:
    return found if isinstance(found, bytes) or found is None else b"not bytes"


def _lock_word(lock: Any) -> str:
    """The variables were read: one that is missing, or holds another word, is a lock that is not known."""
    if not isinstance(lock, bytes):
        return "unknown"
    return {b"YES": "yes", b"NO": "no"}.get(lock.strip(b"\x00 \n").upper(), "unknown")


def read_trust(reply: Reply) -> Mapping[str, str]:
    """`apple.trust` of a trust test. Raises: ReplyMalformedError."""
    trust = decode_table(reply.body).get("trust")
    if trust not in ("accepted", "refused_host", "refused_tls"):
        raise ReplyMalformedError(step="trust test", expected="accepted or refused", got="another word")
    return {"apple.trust": trust}


def read_pair(reply: Reply) -> Mapping[str, str]:
    """`apple.paired` and `apple.trust_dialog` of a pairing. Raises: ReplyMalformedError."""
    table = decode_table(reply.body)
    if table.get("paired") != "yes" or table.get("dialog") not in ("yes", "no"):
        raise ReplyMalformedError(step="pairing", expected="paired and dialog", got="another shape")
    return {"apple.paired": "yes", "apple.trust_dialog": table["dialog"]}


def read_erase(reply: Reply) -> Mapping[str, str]:
    """`command.returned` of an erase command; no word of it is proof. Raises: ReplyMalformedError."""
    returned = decode_table(reply.body).get("returned")
    if returned not in ("link_dropped", "acknowledged"):
        raise ReplyMalformedError(step="erase", expected="link_dropped or acknowledged", got="another word")
    return {"command.returned": returned}


def read_planted(reply: Reply) -> Mapping[str, str]:
    """`canary.planted`: "media" only if our mark was written and the same bytes were read back, else "".
    Raises: ReplyMalformedError.
    """
    answers = decode(reply.body)
    return {"canary.planted": "media" if _read_back(answers, "planted") else ""}


def read_canary(reply: Reply) -> Mapping[str, str]:
    """What became of our mark, and whether a new one can be written, read and removed in the same place.

    `canary.gone` only if the phone said there is no such file; not being able to look is neither gone nor
    still there. A new mark that may still be there does not count either: the phone has left us, or it goes to its
    buyer with a file of ours. Raises: ReplyMalformedError.
    """
    answers = decode(reply.body)
    old = answers.get("old_mark", PartAnswer(status="failed"))
    removed = answers.get("new_mark_remove", PartAnswer(status="failed")).ok
    return {
        "canary.still_there": "media" if old.ok else "",
        "canary.gone": "media" if old.status == "absent" else "",
        "canary.marker_works": "media" if removed and _read_back(answers, "new_mark") else "",
    }


def _read_back(answers: Mapping[str, PartAnswer], name: str) -> bool:
    written, read = answers.get(f"{name}_write"), answers.get(f"{name}_read")
    if written is None or read is None or not (written.ok and read.ok):
        return False
    return isinstance(read.value, bytes) and bool(read.value) and read.value == written.value
