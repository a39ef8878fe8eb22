# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that Android's properties may hold, and the spellings makers use for them.

A word that is not here stays as it came: the allow-list calls it malformed, a check that needs it is not clear, and
nobody takes it for the bad word or for the good one.
"""

from collections.abc import Mapping
from types import MappingProxyType

_BOOT = MappingProxyType({"green": "green", "yellow": "yellow", "orange": "orange", "red": "red"})
_LOCK = MappingProxyType({"locked": "locked", "lock": "locked", "unlocked": "unlocked", "unlock": "unlocked"})
_FLAG = MappingProxyType(
    {"1": "1", "0": "0", "true": "1", "false": "0", "0x1": "1", "0x0": "0", "01": "1", "00": "0", "yes": "1", "no": "0"}
)
_TRUTH = MappingProxyType({"true": "true", "false": "false", "1": "true", "0": "false"})
_CRYPTO_STATE = MappingProxyType({"encrypted": "encrypted", "unencrypted": "unencrypted", "unsupported": "unsupported"})
_CRYPTO_TYPE = MappingProxyType({"file": "file", "block": "block", "none": "none"})
_BUILD_TYPE = MappingProxyType({"user": "user", "userdebug": "userdebug", "eng": "eng"})

VOCABULARIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # Kirin boot loaders write the state in capitals: PRA-LX1 and its family [public getprop dumps]; words:
        # [read: AOSP libavb_user, fs_mgr AvbHandle].
        "ro.boot.verifiedbootstate": _BOOT,
        "ro.boot.vbmeta.device_state": _LOCK,  # [read: AOSP libavb cmdline: locked, unlocked]; others unconfirmed
        "ro.boot.flash.locked": _FLAG,  # 1 or 0 [read: AOSP bootloader requirements]; others unconfirmed
        "ro.boot.warranty_bit": _FLAG,  # Samsung; 0x0 and 0x1 as its other boot properties have it (unconfirmed here)
        "ro.debuggable": _FLAG,
        "sys.boot_completed": _FLAG,
        "sys.oem_unlock_allowed": _FLAG,
        "ro.crypto.state": _CRYPTO_STATE,  # [read: AOSP vold]
        "ro.crypto.type": _CRYPTO_TYPE,  # [read: AOSP vold]
        "ro.crypto.metadata.enabled": _TRUTH,
        "ro.crypto.metadata_init_delete_all_keys.enabled": _TRUTH,
        "ro.build.type": _BUILD_TYPE,  # [read: AOSP build/make]
    }
)
"""Property → spelling in small letters → our word."""


def in_our_words(name: str, text: str) -> str:
    """The text of a property as our word, if it is a spelling of one; else as it came."""
    return VOCABULARIES.get(name, {}).get(text.strip().strip("\"'").lower(), text)
