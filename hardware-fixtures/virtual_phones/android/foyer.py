# SPDX-License-Identifier: GPL-3.0-or-later
"""Trade-In Mode of Android 16: when it starts and stops, and what `tradeinmode` answers (research android.md §8)."""

import base64
import json
import re

from virtual_phones.android.attestation import UNVERIFIED, VERIFIED, Authority, Statement, joined
from virtual_phones.android.lives import TRADE_IN
from virtual_phones.android.system import AndroidSystem
from virtual_phones.phone import section
from virtual_phones.shell.streams import Call

FOYER, EVALUATION, STOPPED = "1", "2", "-1"
SERVICE = re.compile(r"shell[^:]*:tradeinmode(\s*|\s[A-Za-z0-9_\-\s]*)")
"""The only services adbd opens in the foyer."""
_AUTHORITY = Authority("virtual phones")
"""Its root says SPECIMEN; no set of roots that ships holds it."""


def start(system: AndroidSystem) -> bool:
    """What DeviceDiagnostics asks at boot complete; True when the foyer opens."""
    fresh = (
        system.trade_in() in ("", "0")
        and system.setting("global", "adb_enabled") == "0"
        and system.properties().get("ro.debuggable") == "0"
        and system.setting("secure", "user_setup_complete") == "0"
        and system.setting("global", "device_provisioned") == "0"
    )
    if fresh and system.model.get("trade_in"):
        system.lives.data.properties[TRADE_IN] = FOYER
        system.lives.data.settings["global"]["adb_enabled"] = "1"
        return True
    return False


def stop(system: AndroidSystem) -> bool:
    """A network, an account or a finished set-up ends the foyer for good; True when it was open."""
    if system.trade_in() != FOYER:
        return False
    system.lives.data.properties[TRADE_IN] = STOPPED
    system.lives.data.settings["global"]["adb_enabled"] = "0"
    return True


def tradeinmode(system: AndroidSystem, call: Call) -> int:
    """The `tradeinmode` command line."""
    words = list(call.words)
    if words[:1] == ["wait-until-ready"]:
        words.pop(0)
        call.shell.delay_s += system.ready_in_s()
    elif not system.ready:
        call.err.write("Error: could not connect to trade-in service\n")
        return 1
    verb = words[0] if words else ""
    if verb == "getstatus":
        return _status(system, call, words[1:])
    if verb == "evaluate" and len(words) == 1:
        return _evaluate(system, call)
    if not verb and call.words:
        return 0
    call.err.write("Usage: tradeinmode [wait-until-ready] getstatus [--challenge CHALLENGE] | evaluate\n")
    return 1


def _evaluate(system: AndroidSystem, call: Call) -> int:
    if system.trade_in() != FOYER or system.lives.hardware.frp_handle:
        call.err.write("Failed to enter evaluation mode\n")
        return 255
    system.lives.hardware.wipe_mark = True
    system.lives.data.properties[TRADE_IN] = EVALUATION
    system.lives.data.settings["global"]["device_provisioned"] = "1"
    system.lives.data.settings["secure"]["user_setup_complete"] = "1"
    system.evaluate()
    return 0


def _status(system: AndroidSystem, call: Call, words: list[str]) -> int:
    challenge = words[1] if words[:1] == ["--challenge"] and len(words) > 1 else ""
    text = json.dumps(status(system, challenge), ensure_ascii=False, separators=(",", ":"))
    if "noise_before_json" in system.lives.variation:
        call.write("Waiting for trade-in service... 正在收集信息\nWARNING: linker: unused DT entry\n")
    call.write(text + "\n")
    return 0


def status(system: AndroidSystem, challenge: str) -> dict[str, object]:
    """The status document; with factory reset protection only `locks`."""
    hardware = system.lives.hardware
    locks = {"factory_reset_protection": bool(hardware.frp_handle)}
    if hardware.frp_handle:
        return {"locks": locks}
    battery = section(system.model, "battery")
    storage = section(system.model, "storage")
    properties = system.properties()
    original = "原装" if "chinese_locale" in system.lives.variation else "original"
    found: dict[str, object] = {
        "battery": {
            "cycle_count": system.lives.cell.cycles(),
            "health": system.lives.cell.health_percent(),
            "state": battery.get("health"),
            "manufacturing_date": battery.get("manufactured"),
            "first_usage_date": battery.get("first_used"),
            "serial": system.lives.cell.serial(),
            "part_status": original,
        },
        "storage": {
            "useful_lifetime_remaining": storage.get("life_percent"),
            "capacity_bytes": str(storage.get("bytes")),
        },
        "screen": {"screens": [{"part_status": "original"}]},
        "sensors": {"moisture_intrusion": False},
        "launch_level": int(properties.get("ro.product.first_api_level", "0")),
        "locks": locks,
        "product": {
            "brand": properties.get("ro.product.brand"),
            "device": properties.get("ro.product.device"),
            "manufacturer": properties.get("ro.product.manufacturer"),
            "model": properties.get("ro.product.model"),
            "name": properties.get("ro.product.name"),
        },
        "imeis": list(hardware.imeis),
        "serial": properties.get("ro.serialno"),
    }
    if challenge and "no_attestation" in system.lives.variation:
        found["attestation"] = {"error": "attestation failed"}
    elif challenge:
        found["attestation"] = {"certificates": base64.encodebytes(_attested(system, challenge)).decode()}
    return found


def _attested(system: AndroidSystem, challenge: str) -> bytes:
    """A chain under the virtual root. Whether a real phone attests its numbers here is `unconfirmed`; this one does
    not.
    """
    locked = system.properties().get("ro.boot.flash.locked") != "0"
    statement = Statement(
        challenge=challenge.encode("utf-8", "replace"), locked=locked, boot_state=VERIFIED if locked else UNVERIFIED
    )
    return joined(_AUTHORITY.chain(statement))
