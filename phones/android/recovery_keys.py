# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keys start an Android's recovery menu, by maker: data, each way with its sentence `instruct.recovery_<way>`.

Nothing here is asked of a phone. Everything is `unconfirmed` on hardware: it is what public guides and makers' help
pages say, and models of one maker differ. A maker that is not here gets the sentence that names both usual ways.
"""

from collections.abc import Mapping
from types import MappingProxyType

from phones.frozen import dataclass

UNKNOWN = "other"
"""The way of a maker that nobody here knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryKeys:
    """One way into the menu. `makers`: as phones spell themselves, lower case. `vendors`: USB vendor ids, for a phone
    that tells no maker.
    """

    way: str
    makers: tuple[str, ...]
    vendors: tuple[int, ...]
    source: str


TABLE: tuple[RecoveryKeys, ...] = (
    RecoveryKeys(
        way="boot_menu",  # volume down and power, "Recovery mode" in the boot menu, "No command"
        makers=("google", "motorola", "nokia", "hmd global", "fairphone", "nothing", "asus", "sony"),
        vendors=(0x18D1, 0x22B8, 0x2E04, 0x2AE5, 0x0B05, 0x0FCE),
        source="guides for Pixel and Motorola (fossbytes.com, wiki.dinaz.net); the others [unconfirmed]",
    ),
    RecoveryKeys(
        way="samsung",  # volume up and side key, at a computer's cable
        makers=("samsung",),
        vendors=(0x04E8,),
        source="guides for Galaxy phones; the cable from Android 11 on [newproductionofficial.com]",
    ),
    RecoveryKeys(
        way="xiaomi",  # volume up and power, "Wipe data", "Wipe all data"
        makers=("xiaomi", "redmi", "poco"),
        vendors=(0x2717,),
        source="xiaomidevices.com, softwarert.com",
    ),
    RecoveryKeys(
        way="huawei",  # volume up and power, without a cable
        makers=("huawei", "honor"),
        vendors=(0x12D1, 0x339B),
        source="makers' help pages, from memory: with a cable eRecovery starts instead [unconfirmed]",
    ),
    RecoveryKeys(
        way="oppo",  # volume down and power, a language, "Format data"
        makers=("oppo", "oneplus", "realme"),
        vendors=(0x22D9, 0x2A70),
        source="guides [unconfirmed]; newer ones ask for the screen lock",
    ),
    RecoveryKeys(
        way="vivo",  # volume up and power, "Enter RECOVERY" in the boot menu
        makers=("vivo", "iqoo"),
        vendors=(0x2D95,),
        source="guides for vivo phones (ora.it.com)",
    ),
)

_BY_MAKER: Mapping[str, str] = MappingProxyType({maker: row.way for row in TABLE for maker in row.makers})
_BY_VENDOR: Mapping[int, str] = MappingProxyType({vendor: row.way for row in TABLE for vendor in row.vendors})
WAYS: tuple[str, ...] = (*(row.way for row in TABLE), UNKNOWN)


def way_into_recovery(maker: str, vendor_id: int) -> str:
    """The way of this maker, as the phone tells it; else of whoever has the USB vendor id; else `UNKNOWN`.

    Google's vendor id is used by many makers' drivers, so a told maker comes first.
    """
    return _BY_MAKER.get(maker.strip().lower()) or _BY_VENDOR.get(vendor_id, UNKNOWN)
