# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of what Android's shell says of identity, boot, encryption, set-up, locks and data.

Each takes the text of one part and returns allow-listed values; what is not there, not readable or in
another shape is left out, because *could not look* is never *fine*. None raises. Names of accounts, users,
volumes and networks are cut away on the phone where its tools can, and here in any case.
"""

import re
import struct
from collections.abc import Callable, Mapping

from phones.android.account_types import PERSONS_TYPES, SYSTEM_TYPES, UNLISTED
from phones.android.vocabularies import in_our_words
from phones.cleaning import spelled_serial
from phones.imei import luhn_of, read_imei

Values = dict[str, str]
TextReader = Callable[[str], Values]

# One property per part, because a dump of all can be forged: the adb shell may set a property of its own
# whose value holds a line break and `[ro.boot.verifiedbootstate]: [green]`.
PROPERTIES: Mapping[str, str] = {
    "ro.product.manufacturer": "product.maker",
    "ro.product.brand": "product.brand",
    "ro.product.model": "product.model",
    "ro.product.device": "product.device",
    "ro.build.version.release": "system.version",
    "ro.build.id": "system.build",
    "ro.build.fingerprint": "system.fingerprint",
    "ro.build.version.security_patch": "system.security_patch",
    "ro.build.version.sdk": "system.sdk",
    "ro.product.first_api_level": "system.first_api_level",
    "ro.build.date.utc": "system.build_epoch",
    "ro.board.platform": "system.platform",
    "ro.system.build.version.sdk": "system.partition_sdk",
    "ro.system.build.version.release": "system.partition_version",
    "ro.build.type": "system.build_type",
    "ro.build.tags": "system.build_tags",
    "ro.debuggable": "system.debuggable",
    "ro.boot.verifiedbootstate": "boot.verified_state",
    "ro.boot.flash.locked": "boot.flash_locked",
    "ro.boot.vbmeta.device_state": "boot.device_state",
    "ro.boot.warranty_bit": "boot.warranty_bit",
    "sys.boot.reason": "boot.reason",
    "sys.boot_completed": "boot.completed",
    "ro.crypto.state": "crypto.state",
    "ro.crypto.type": "crypto.type",
    "ro.crypto.metadata.enabled": "crypto.metadata",
    "ro.crypto.metadata_init_delete_all_keys.enabled": "crypto.delete_all_keys",
    "sys.oem_unlock_allowed": "locks.oem_unlock_allowed",
}
"""Properties kept as they are."""

IDENTITY_PROPERTIES = tuple(name for name, value in PROPERTIES.items() if value.startswith(("product.", "system.")))
STATE_PROPERTIES = tuple(name for name in PROPERTIES if name not in IDENTITY_PROPERTIES)

_SIM_IN = frozenset(
    {
        "PIN_REQUIRED",
        "PUK_REQUIRED",
        "NETWORK_LOCKED",
        "READY",
        "LOADED",
        "PERM_DISABLED",
        "CARD_IO_ERROR",
        "CARD_RESTRICTED",
    }
)


def kept_property(name: str) -> TextReader:
    """A reader for one property that is kept as it is, or in our word for its spelling."""
    return lambda text: {PROPERTIES[name]: in_our_words(name, text)} if text else {}


def serial(text: str) -> Values:
    """`ro.serialno`, in whatever alphabet."""
    found = spelled_serial(text)
    return {"identity.serial": found} if found else {}


def imei_parcel(name: str) -> TextReader:
    """A reader for `service call iphonesubinfo`: a parcel of status, length and UTF-16 text.

    The number and meaning of transaction codes differ between builds (`unconfirmed`, research android.md
    §10): what does not look like an IMEI is not taken.
    """

    def read(text: str) -> Values:
        words = re.findall(r"(?<![0-9a-fx])([0-9a-f]{8})(?![0-9a-f:])", text[:4096].partition("Parcel(")[2])
        data = b"".join(struct.pack("<I", int(word, 16)) for word in words)
        if len(data) < 8 or data[:4] != bytes(4):
            return {}
        length = int.from_bytes(data[4:8], "little")
        if not 14 <= length <= 32 or len(data) < 8 + 2 * length:
            return {}
        imei = read_imei(data[8 : 8 + 2 * length].decode("utf-16-le", "replace"))
        return {name: imei} if imei else {}

    return read


def luhn(values: Mapping[str, str]) -> Values:
    """`imei.luhn` of the IMEIs already read; without any it is said only of a phone that is built without a modem:
    before Android 12 the shell may not read them, which is no fault of the phone's.
    """
    imeis = tuple(values[name] for name in ("identity.imei1", "identity.imei2") if name in values)
    return {"imei.luhn": luhn_of(imeis)} if imeis or values.get("radio.baseband") == "no_modem" else {}


def reset_history(text: str) -> Values:
    """`persist.sys.boot.reason.history`: the epochs of its factory resets. Never empty on a phone that
    shows it; an empty one is one that may not be read [read: core bootstat.cpp].
    """
    lines = text.split("\n")
    if not text.strip():
        return {}
    epochs = [
        match[1] for line in lines if (match := re.fullmatch(r"reboot,factory_reset,([0-9]{1,12})[ \t\r]*", line))
    ]
    return {"boot.reset_entries": ",".join(epochs[:8]) or "none"}


def system_image(text: str) -> Values:
    """`ro.gsid.image_running`: init sets it to 0 or 1 before anything runs [read: core init]. The shell of an ordinary
    build may not read it [read: AOSP sepolicy, gsid_prop] and is told nothing: unknown.
    """
    return {"boot.system_image_running": {"1": "yes", "0": "no"}[text]} if text in ("0", "1") else {}


def booted_image(text: str) -> Values:
    """`gsi_tool status`, which the shell may ask: `running`, or not, whether an image is `installed` beside the phone's
    own system or everything is `normal` [read: AOSP gsi_tool.cpp; seen on Android 12 and 15]. Its errors are no answer.
    """
    found = {"running": "yes", "installed": "no", "normal": "no"}.get(text.partition("\n")[0].strip())
    return {"boot.system_image_running": found} if found else {}


def flag_or_zero(name: str) -> TextReader:
    """A property that is not set before it is needed: empty counts as 0."""
    return lambda text: {name: text or "0"}


def sim_state(text: str) -> Values:
    """`gsm.sim.state`: one word per slot. Absent only if a slot says so and no other contradicts."""
    states = set(text.replace(" ", "").upper().split(",")) - {""}
    if "NETWORK_LOCKED" in states:  # the card of another carrier than the phone is locked to
        return {"media.sim": "present", "locks.sim_lock": "locked"}
    if states & _SIM_IN:
        return {"media.sim": "present"}
    if "ABSENT" in states and states <= {"ABSENT", "NOT_READY"}:
        return {"media.sim": "absent"}
    return {"media.sim": "unknown"}


def built_without_modem(text: str) -> Values:
    """`pm list features`: a phone whose list was read and names no telephony is built without a modem, and takes no
    SIM. A modem that is broken stays listed: the list comes with the system image [read: SystemConfig.java].
    """
    listed = set(re.findall(r"(?m)^feature:(android\.hardware\.[a-z]+)[ \t\r]*$", text))
    if "android.hardware.touchscreen" not in listed or "android.hardware.telephony" in listed:
        return {}
    return {"radio.baseband": "no_modem", "media.sim": "absent"}


def setting(name: str, pattern: str) -> TextReader:
    """A reader for `settings get`: the word `null` means not set."""

    def read(text: str) -> Values:
        found = text.strip()
        return {name: found} if re.fullmatch(pattern, found) else {}

    return read


def secure_frp_mode(text: str) -> Values:
    """`secure_frp_mode` = 1: the phone is locked by FRP right now."""
    return {"locks.frp": "armed"} if text.strip() == "1" else {}


def clock(text: str) -> Values:
    """`date +%s`."""
    return {"system.clock_epoch": text.strip()} if re.fullmatch(r"[0-9]{1,12}", text.strip()) else {}


def users(text: str) -> Values:
    """`dumpsys user`: how many, is user 0's storage unlocked, is the reset forbidden."""
    numbers: list[str] = []
    states: set[str] = set()
    for line in text.split("\n"):
        if match := re.match(r"[ \t]*UserInfo\{([0-9]{1,6})\b", line):
            numbers.append(match[1])
        elif numbers and numbers[-1] == "0" and (match := re.match(r"[ \t]*State: ([A-Z_]+)", line)):
            states.add(match[1])
    if not numbers:
        return {}
    state = {"RUNNING_UNLOCKED": "unlocked", "RUNNING_LOCKED": "locked"}
    return {
        "data.users": str(len(set(numbers))),
        "data.user0": state.get(states.pop(), "unknown") if len(states) == 1 else "unknown",
        "locks.reset_forbidden": "yes" if "no_factory_reset" in text else "no",
    }


def accounts(text: str) -> Values:
    """`dumpsys account`: number and types, never a name. The larger of what is said and what is listed; an account
    of the maker's system counts apart. Where more are said than listed, `UNLISTED` is among the types.
    """
    said = [int(number) for number in re.findall(r"(?m)^[ \t]*Accounts: ([0-9]{1,6})\b", text)]
    if not said:
        return {}
    listed = re.findall(r"(?m), type=([^,{}\n]{1,200})\}[ \t\r]*$", text)
    own = sum(kind in SYSTEM_TYPES for kind in listed)
    known = PERSONS_TYPES | SYSTEM_TYPES.keys()
    types = {kind if kind in known else "other" for kind in listed} | ({UNLISTED} if sum(said) > len(listed) else set())
    return {
        "locks.accounts": str(min(max(sum(said), len(listed)) - own, 999999)),
        "locks.system_accounts": str(min(own, 999999)),
        "locks.account_types": ",".join(sorted(types)),
    }


def owners(text: str) -> Values:
    """`dpm list-owners` (Android 12 and later)."""
    if re.search(r"(?m)^[ \t]*no owners\b", text, re.IGNORECASE):
        return {"locks.device_owner": "no", "locks.profile_owner": "no"}
    if not re.search(r"(?m)^[ \t]*[0-9]+ owners?:", text):
        return {}
    return {
        "locks.device_owner": "yes" if re.search(r"\bDeviceOwner\b", text) else "no",
        "locks.profile_owner": "yes" if re.search(r"(?:Managed)?ProfileOwner\b", text) else "no",
    }


def device_policy(text: str) -> Values:
    """`dumpsys device_policy`. `Device Owner Type:` is printed without an owner and means nothing."""
    if "Current Device Policy Manager state" not in text:
        return {}
    device = re.search(r"(?m)^[ \t]*Device Owner:(?![ \t]*(?:null|none)\b)", text)
    profile = re.search(r"(?m)^[ \t]*Profile Owner \(User", text)
    return {
        "locks.device_owner": "yes" if device else "no",
        "locks.profile_owner": "yes" if profile else "no",
    }


def frp_block(text: str) -> Values:
    """`dumpsys persistent_data_block`: armed when a credential, a challenge or an active state is there; clear when
    every line of handle, size and state says that it is not. Any other word or form is unknown.
    [AOSP pdb/PersistentDataBlockService.java printFrpStatus: words of a Java boolean]
    """
    written = re.findall(r"(?m)^[ \t]*(Has FRP credential handle|FRP challenge block size|FRP state):([^\n]*)$", text)
    lines = [(name, found.strip(" \t\r")) for name, found in written]
    if any(_says_armed(found) for _, found in lines):
        return {"locks.frp": "armed"}
    told = {"Has FRP credential handle", "FRP challenge block size"} <= {name for name, _ in lines}
    clear = told and all(found == _FRP_CLEAR[name] for name, found in lines)
    return {"locks.frp": "clear" if clear else "unknown"}


_FRP_CLEAR = {"Has FRP credential handle": "false", "FRP challenge block size": "0", "FRP state": "false"}


def _says_armed(found: str) -> bool:
    return found.lower() in ("true", "active") or (re.fullmatch("[0-9]{1,9}", found) is not None and int(found) > 0)


def credential_type(text: str) -> Values:
    """`dumpsys lock_settings`: the credential of each user [read: LockSettingsService.java]."""
    found = re.findall(r"CredentialType: ([A-Za-z_]+)", text)
    if not found:
        return {}
    return {"locks.lock_screen": "no" if {kind.upper() for kind in found} == {"NONE"} else "yes"}


def keyguard(text: str) -> Values:
    """`dumpsys window policy`: does the keyguard ask for a secret? [read: KeyguardServiceDelegate.java]"""
    found = set(re.findall(r"(?m)^[ \t]*secure=(true|false)[ \t\r]*$", text))
    if not found:
        return {}
    return {"locks.lock_screen": "yes" if "true" in found else "no"}


def volumes(text: str) -> Values:
    """`sm list-volumes all`: `public:` is a card or stick, `private:` one that Android has adopted."""
    lines = [line.strip() for line in text.split("\n")]
    if any(line.startswith("private:") for line in lines):
        return {"media.sd": "adopted"}
    if any(line.startswith("public:") for line in lines):
        return {"media.sd": "present"}
    # Internal storage is always listed; without it the list was not read.
    listed = any(re.match(r"(?:private|emulated)\b", line) for line in lines)
    return {"media.sd": "absent" if listed else "unknown"}


def package_count(text: str) -> Values:
    """The number of third-party packages, counted on the phone."""
    return {"data.packages": text.strip()} if re.fullmatch(r"[0-9]{1,6}", text.strip()) else {}


_WORSE = frozenset({"yes", "armed", "adopted", "present", "locked"})


def merge(values: Values, more: Mapping[str, str]) -> None:
    """Add `more`: when two parts answer one question, the answer that speaks against the phone wins, and
    any answer wins over `unknown`.
    """
    for name, text in more.items():
        if values.get(name, "unknown") == "unknown" or text in _WORSE:
            values[name] = text
