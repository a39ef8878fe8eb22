# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a virtual iPhone, stratum by stratum: everything an honest erase replaces at once.

Each piece remembers the data set it was written in, so that "what is left of the first owner" is read
from the pieces themselves and not from what the phone says.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from virtual_phones.iphone.behaviour import HOSTILE_TEXT
from virtual_phones.iphone.files import FileTree

OWNERS = (
    ("Li Wei", "l••••@example.com", "TP-LINK_LiWei"),
    ("王芳", "w••••@example.com", "王芳的家"),
    ("Anna Schmidt", "a••••@example.com", "FRITZ!Box Schmidt"),
    ("Zhang San", "z••••@example.com", "ChinaNet-ZhangSan"),
)
MEDIA_FOLDERS = ("/DCIM", "/DCIM/100APPLE", "/Downloads", "/Books", "/iTunes_Control", "/PhotoData")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The seller's own words and numbers, on purpose: nothing of it may be found outside the phone."""

    device_name: str
    phone_number: str
    iccid: str
    imsi: str
    wifi_name: str
    masked_account: str
    photo_text: str

    def as_secrets(self) -> dict[str, str]:
        """Name of each secret → its text."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedHost:
    """One host this phone trusts, with the certificates it was paired with (PEM; empty in direct calls)."""

    host_id: str
    certificates: Mapping[str, bytes]
    data_set: int


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An installed app. `kind` is User or System."""

    bundle: str
    name: str
    kind: str
    size: int
    data_set: int


@dataclass(slots=True, kw_only=True)
class Strata:
    """One data set: `number` 0 is the first owner's; an honest erase makes the next one."""

    number: int
    media: FileTree
    crashes: FileTree
    device_name: str = "iPhone"
    owner: Owner | None = None
    esim: Owner | None = None
    hosts: dict[str, TrustedHost] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    passcode_set: bool = False
    set_up: bool = False
    activation_state: str = "Unactivated"

    def left_of(self, data_set: int) -> list[str]:
        """Which strata still hold pieces of that data set, sorted."""
        found = {
            "apps": any(app.data_set == data_set and app.kind == "User" for app in self.apps.values()),
            "esim": self.esim is not None,
            "crash_reports": self.crashes.holds(data_set),
            "hosts": any(host.data_set == data_set for host in self.hosts.values()),
            "keys": self.number == data_set,
            "media": self.media.holds(data_set),
            "settings": self.owner is not None and self.number == data_set,
        }
        return sorted(name for name, left in found.items() if left)


def draw_owner(dice: random.Random, *, hostile_name: bool) -> Owner:
    """Someone with a name, a number, a home network and a photo."""
    name, account, wifi = dice.choice(OWNERS)
    digits = f"{dice.randrange(10**10):010}"
    return Owner(
        device_name=f"{name}'s iPhone {digits[:4]}" + (HOSTILE_TEXT if hostile_name else ""),
        phone_number=f"+86 138 {digits[:4]} {digits[4:8]}",
        iccid=f"898601{digits}{digits[:4]}",
        imsi=f"46000{digits}",
        wifi_name=f"{wifi}-{digits[4:8]}" + (HOSTILE_TEXT if hostile_name else ""),
        masked_account=account.replace("••••", f"••{digits[6:]}"),
        photo_text=f"only-for-family-{digits}",
    )


def first_strata(
    owner: Owner,
    apps: Mapping[str, tuple[str, int]],
    *,
    system: Mapping[str, str],
    crashed: bool = True,
    sensor_missing: bool = False,
) -> Strata:
    """The phone as its owner hands it over: photos, apps, crash reports, a host trusted at home.

    `crashed`: among the reports is one of the system's own crash; `sensor_missing`: and two of a watchdog that missed
    a sensor of the charge port's cable.
    """
    strata = factory_strata(0, system=system)
    strata.device_name, strata.owner = owner.device_name, owner
    strata.esim = owner
    strata.set_up, strata.activation_state = True, "Activated"
    for count in range(1, 4):
        strata.media.create(f"/DCIM/100APPLE/IMG_{count:04}.HEIC", 0.0, owner.photo_text.encode() * 64)
    strata.media.create("/Downloads/letter.txt", 0.0, owner.photo_text.encode())
    strata.crashes.make_directory("/Retired", 0.0)
    if crashed:
        strata.crashes.create("/panic-full-2026-08-02-101112.000.ips", 0.0, b'{"bug_type":"210"}\n{}\n')
    for minute in (11, 14) if sensor_missing else ():
        strata.crashes.create(f"/panic-full-2026-08-03-10{minute}12.000.ips", 0.0, MISSED_A_SENSOR)
    strata.crashes.create("/JetsamEvent-2026-09-01-080910.ips", 0.0, b'{"bug_type":"298"}\n{}\n')
    home = "HOME-0000-0000-0000-000000000000"
    strata.hosts[home] = TrustedHost(host_id=home, certificates={}, data_set=0)
    for bundle, (name, size) in apps.items():
        strata.apps[bundle] = App(bundle=bundle, name=name, kind="User", size=size, data_set=0)
    return strata


MISSED_A_SENSOR = (
    b'{"bug_type":"210","os_version":"iPhone OS 18.7.1 (22H31)"}\n'
    b'{\n  "build" : "iPhone OS 18.7.1 (22H31)",\n  "product" : "iPhone14,5",\n'
    b'  "panicString" : "panic(cpu 3 caller 0xfffffff0): userspace watchdog timeout: no successful checkins from '
    b"thermalmonitord (1 induced crashes) in 180 seconds\\nservice: thermalmonitord, no successful checkins in 180 "
    b'seconds\\nMissing sensor(s): PRS0 Mic1 \\nDebugger message: panic\\n"\n}\n'
)
"""As repairers show such reports, without what else stands in them."""


def factory_strata(number: int, *, system: Mapping[str, str]) -> Strata:
    """The phone at its set-up screen, in data set `number`."""
    media, crashes = FileTree(number), FileTree(number)
    for folder in MEDIA_FOLDERS:
        media.make_directory(folder, 0.0)
    apps = {
        bundle: App(bundle=bundle, name=name, kind="System", size=1_000_000, data_set=number)
        for bundle, name in system.items()
    }
    return Strata(number=number, media=media, crashes=crashes, apps=apps)
