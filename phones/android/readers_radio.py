# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of radios that are alive and not only present: each has heard something, or says that it works.

A radio that is switched off is not switched on for us: the phone would go online with its seller's accounts. It was not
measured then. Shapes are AOSP's; what was seen on no phone is `unconfirmed` (docs/checks.md).
"""

import re
from collections.abc import Set

from phones.android.readers import Values
from phones.signs import not_measured

_DEFAULT_ADDRESSES = frozenset({"00:00:00", "22:22:22", "ff:ff:ff"})
"""Beginnings that stand where a factory wrote no address: zeros, ones, and Qualcomm's example [public reports]."""
_CARD_ANSWERS = frozenset(
    {"PIN_REQUIRED", "PUK_REQUIRED", "PERM_DISABLED", "NETWORK_LOCKED", "READY", "LOADED", "CARD_RESTRICTED"}
)
_READER_FAILS = "CARD_IO_ERROR"
_NO_CARD = frozenset({"ABSENT", "NOT_READY"})  # not ready: a card, or a built-in one, that nobody has spoken to
"""Words of gsm.sim.state [AOSP IccCardConstants, TelephonyManager.SIM_STATE_*]."""


def listed_features(text: str) -> frozenset[str]:
    """`pm list features`, below android.hardware; empty when the list was not read at all."""
    listed = frozenset(re.findall(r"(?m)^feature:android\.hardware\.([a-z.]{1,40})[ \t\r]*$", text))
    return listed if "touchscreen" in listed else frozenset()


def access_points(scan: str, dump: str) -> Values:
    """How many access points the last scan heard, as the phone counted them; `dump`: is Wi-Fi on at all? Either word
    says that there is a radio.
    """
    name = "radio.wifi_heard"
    if re.search(r"(?m)^Wi-Fi is disabled[ \t\r]*$", dump):
        return {"radio.wifi": "off"} | not_measured("switched_off", name)
    if not re.search(r"(?m)^Wi-Fi is enabled[ \t\r]*$", dump):
        return {}
    found = set(re.findall(r"(?m)^heard ([0-9]{1,4})[ \t\r]*$", scan))
    if len(found) > 1:
        return {"radio.wifi": "on"} | not_measured("said_twice", name)
    return {"radio.wifi": "on"} | ({name: str(int(found.pop()))} if found else {})


def bluetooth_alive(text: str, features: Set[str]) -> Values:
    """`dumpsys bluetooth_manager`: does it work, has it crashed, and was an address given to it? Of the address only
    the maker's half has crossed the cable, if that.
    """
    alive, crashes, number = "radio.bluetooth_works", "radio.bluetooth_crashes", "radio.bluetooth_number"
    if features and "bluetooth" not in features:
        return {alive: "absent", crashes: "absent", number: "absent"}
    lower = text.lower()
    found = set(re.findall(r"(?m)^[ \t]*enabled: (true|false)[ \t\r]*$", lower))
    states = set(re.findall(r"(?m)^[ \t]*state: ([a-z_]{1,32})[ \t\r]*$", lower))
    if not found:
        return {}
    values: Values = {}
    times = [int(count) for count in re.findall(r"bluetooth crashed ([0-9]{1,4})\b", lower)]
    if times:
        values[crashes] = str(max(times))
    if len(found) > 1 or (found == {"true"} and states == {"off"}):
        values |= not_measured("said_twice", alive)
    elif found == {"false"}:
        values |= not_measured("switched_off", alive)
    elif states == {"on"}:
        values[alive] = "yes"
    else:
        values |= not_measured("changing", alive)
    return values | _address(lower, number)


def _address(lower: str, name: str) -> Values:
    found = re.search(r"(?m)^[ \t]*address: (null|(?:[0-9a-fx]{2}:){3})", lower)
    if found is None:
        return {}
    if found[1] == "null":
        return not_measured("unknown_word", name)
    return {name: "blank" if found[1].rstrip(":") in _DEFAULT_ADDRESSES else "set"}


def nfc_alive(text: str, features: Set[str]) -> Values:
    """`dumpsys nfc`."""
    name = "radio.nfc_works"
    if features and "nfc" not in features:
        return {name: "absent"}
    found = set(re.findall(r"(?m)^[ \t]*mState=([a-z]{1,16})\b", text))
    if not found:
        return {}
    if len(found) > 1:
        return not_measured("said_twice", name)
    return {"on": {name: "yes"}, "off": not_measured("switched_off", name)}.get(
        found.pop(), not_measured("changing", name)
    )


def satellites(text: str, features: Set[str]) -> Values:
    """`dumpsys location`, of which no place was let through: the receiver's name is there, and it has reported signals
    since the phone started.
    """
    receiver, reports = "radio.gnss_receiver", "radio.gnss_reports"
    if features and "location.gps" not in features:
        return {receiver: "absent", reports: "absent"}
    values: Values = {}
    if found := re.search(r"GNSS Hardware Model Name: ([^ \n])", text):
        values[receiver] = "named" if "GNSS Hardware Model Name: null" not in text and found[1] else "missing"
    counts = set(re.findall(r"Number of CN0 reports: ([0-9]{1,9})\b", text))
    if len(counts) > 1:
        return values | not_measured("said_twice", reports)
    if counts == {"0"}:
        return values | not_measured("asleep", reports)
    return values | ({reports: counts.pop()} if counts else {})


def wideband(text: str, features: Set[str]) -> Values:
    """`cmd uwb status`."""
    name = "radio.uwb_works"
    if features and "uwb" not in features:
        return {name: "absent"}
    found = {word.lower() for word in re.findall(r"(?im)^[ \t]*uwb is (enabled|disabled)\b", text)}
    if len(found) > 1:
        return not_measured("said_twice", name)
    if not found:
        return {}
    return {name: "yes"} if found == {"enabled"} else not_measured("switched_off", name)


def registration(text: str, features: Set[str]) -> Values:
    """`dumpsys telephony.registry`: any modem of the phone that hears a cell. One that hears none may stand in a
    cellar: a dead antenna and a place without a network look the same.
    """
    name = "radio.network"
    if features and "telephony" not in features:
        return {name: "no_modem"}
    states = set(re.findall(r"m(?:Voice|Data)RegState=([0-3])\b", text))
    if not states:
        return {}
    if "0" in states:
        return {name: "in_service"}
    if "2" in states or re.search(r"(?i)\bm?isEmergencyOnly=true\b", text):
        return {name: "emergency"}
    return not_measured("switched_off" if states == {"3"} else "no_service", name)


def sim_reader(text: str, features: Set[str]) -> Values:
    """`gsm.sim.state`: a word for each slot. Only a card that answers proves its reader: an empty slot looks the same
    with bent contacts, and what answers in a phone with a built-in card (eSIM) may be that one.
    """
    name = "radio.sim_slots_work"
    if features and "telephony" not in features:
        return {name: "no_modem"}
    words = {word.strip() for word in text[:256].split(",")} - {""}
    if not words:
        return {}
    if _READER_FAILS in words:
        return {name: "no"}
    if not words <= _CARD_ANSWERS | _NO_CARD:
        return not_measured("unknown_word", name)
    if not words & _CARD_ANSWERS:
        return not_measured("no_card", name)
    if not features or "telephony.euicc" in features:
        return not_measured("built_in", name)
    return {name: "yes"}
