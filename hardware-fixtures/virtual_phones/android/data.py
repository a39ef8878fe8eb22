# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a virtual Android: what an erase replaces, what it never reaches, and whose data is in it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from virtual_phones.android import alive
from virtual_phones.android.versions import form_of
from virtual_phones.phone import section
from virtual_phones.shell.filetree import EVERYBODY, ROOT, SHELL, SYSTEM, FileTree
from virtual_phones.storage.lies import storage
from virtual_phones.storage.volume import Volume

EPOCH_AT_ZERO = 1_764_000_000
"""The phone's clock at now_s 0 unless told otherwise."""
USUAL_DATA_KIB = 112_000_000
"""/data of a phone of 128 GB, for a model that does not tell."""
USER_STORAGE = "/storage/emulated/0"
SHELL_FILES = "/data/local/tmp"
ERASED_FOLDERS = ("/data", USER_STORAGE)
UNLABELLED = ("partitions",)
"""Files of /proc that the shell may not read, for the policy does not name them (`versions.FORMS`), unless the model's
[shell] table says `readable`: before Android 8 policies were wider, and some makers' still are."""
SECOND_ACCOUNT_TYPE = "com.tencent.mm.account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A seller, invented: everything that must never leave the phone."""

    name: str
    device_name: str
    account: str
    second_account: str
    phone_number: str
    iccid: str
    imsi: str
    wifi: str
    hostname: str
    photo: str

    @classmethod
    def of(cls, model: Mapping[str, object], seed: int) -> "Owner":
        """The model's owner number `seed`. Raises: ValueError for a model without owners."""
        owners = model.get("owners")
        if not isinstance(owners, list) or not owners:
            raise ValueError("model: no owners")
        return cls(**{key: str(value) for key, value in owners[seed % len(owners)].items()})


@dataclass(slots=True, kw_only=True)
class Hardware:
    """What no erase reaches."""

    serial: str
    imeis: tuple[str, ...]
    battery_level: int
    sim_inserted: bool = False
    sd_inserted: bool = False
    frp_handle: bytes = b""
    """The owner's credential in the persistent data block; empty = factory reset protection is not armed."""
    frp_active: bool = False
    """The last reset was none of the owner's: the phone asks for them before it lets itself be set up."""
    wipe_mark: bool = False
    """/metadata/tradeinmode/wipe: the next boot goes through recovery."""
    system_image: bool = False
    """A dynamic system image is booted instead of the phone's own system."""


@dataclass(slots=True, kw_only=True)
class DataSet:
    """One life of /data. Files live in the file tree; `key` is what the storage is encrypted with."""

    key: bytes
    born_s: float
    settings: dict[str, dict[str, str]]
    properties: dict[str, str]
    accounts: list[tuple[str, str]] = field(default_factory=list)
    packages: dict[str, int] = field(default_factory=dict)
    """Installed apps: name → epoch of installation."""
    users: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    """adb keys: fingerprint → user@host."""
    records: dict[str, int] = field(default_factory=dict)
    """bootstat records; without `build_date` the next boot counts as the first."""
    networks: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"sms": 0, "contacts": 0, "calls": 0, "media": 0})
    lock_screen: bool = False
    device_owner: str = ""
    restrictions: list[str] = field(default_factory=list)
    known_sim: tuple[str, str] = ("", "")
    """Number and ICCID in the telephony database; they stay there when the card goes."""


def factory_data(model: Mapping[str, object], draw: random.Random, now_s: float) -> DataSet:
    """Data as the first boot makes it."""
    return DataSet(
        key=draw.randbytes(32),
        born_s=now_s,
        settings={
            "global": {
                "adb_enabled": "0",
                "development_settings_enabled": "0",
                "device_provisioned": "0",
                "boot_count": "0",
                "airplane_mode_on": "0",
                "wifi_on": "1",
                "bluetooth_on": "1",
                "auto_time": "1",
                "device_name": str(model.get("name", "Android")),
                **({} if _of_set_up(model) else {"secure_frp_mode": "0"}),
                "euicc_provisioned": "0",
                "stay_on_while_plugged_in": "0",
                "package_verifier_user_consent": "0",
            },
            "secure": {
                "android_id": draw.randbytes(8).hex(),
                "user_setup_complete": "0",
                "location_mode": "3",
                "bluetooth_name": str(model.get("name", "Android")),
                "default_input_method": "com.google.android.inputmethod.latin/.LatinIME",
                "nfc_on": "1",
            },
            "system": {"screen_brightness": "102", "screen_off_timeout": "30000", "volume_ring": "5"},
        },
        properties={"persist.sys.locale": "en-US", "persist.sys.timezone": "GMT"},
        users=["Owner"],
    )


def _of_set_up(model: Mapping[str, object]) -> bool:
    """Is secure_frp_mode left to the set-up wizard, so that it is not set until that has asked for an owner?"""
    return form_of("secure_frp_mode", int(str(model.get("sdk", 30)))) == "of_set_up"


def used_data(model: Mapping[str, object], draw: random.Random, owner: Owner, epoch: int) -> DataSet:
    """Data as a seller leaves it: set up, signed in, locked to nobody but him."""
    data = factory_data(model, draw, 0.0)
    data.settings["global"] |= {
        "device_provisioned": "1",
        "boot_count": str(draw.randint(60, 400)),
        "device_name": owner.device_name,
    }
    data.settings["secure"] |= {"user_setup_complete": "1", "bluetooth_name": owner.device_name}
    data.accounts = [(owner.account, "com.google"), (owner.second_account, SECOND_ACCOUNT_TYPE)]
    for days, name in enumerate(("com.tencent.mm", "com.eg.android.AlipayGphone", "com.spotify.music"), 40):
        data.packages[name] = epoch - days * 86_400
    data.users = [owner.name]
    data.keys = {"00" * 16: f"{owner.name.split()[0].lower()}@{owner.hostname}"}
    data.networks = [owner.wifi]
    data.counts = {"sms": 412, "contacts": 188, "calls": 77, "media": 2310}
    data.known_sim = (owner.phone_number, owner.iccid)
    born = epoch - 420 * 86_400
    data.records = {"build_date": born}
    data.properties |= {
        "persist.sys.boot.reason.history": f"reboot,ota,{epoch - 9 * 86_400}\n"
        f"reboot,userrequested,{epoch - 30 * 86_400}\n"
        f"reboot,factory_reset,{born}",
        "persist.sys.timezone": "Asia/Shanghai",
        "persist.sys.locale": "zh-Hans-CN",
        "net.hostname": owner.device_name,
    }
    return data


def system_files(files: FileTree, model: Mapping[str, object]) -> None:
    """The read-only system and what a kernel computes."""
    memory = int(str(section(model, "memory").get("total_kib", 4_000_000)))
    for folder in (
        "/system/bin",
        "/system/app",
        "/system/etc",
        "/vendor/etc",
        "/product",
        "/apex",
        "/metadata",
        "/proc",
        "/sys/class/power_supply/battery",
        "/dev/input",
        "/mnt",
        "/storage",
        "/cache",
    ):
        files.make_folders(folder)
    files.find("/metadata").mode = 0o40700
    files.find("/cache").mode = 0o40770
    files.put("/system/build.prop", b"# begin common build properties\nro.build.type=user\n", mode=0o600)
    files.put("/system/etc/hosts", b"127.0.0.1       localhost\n::1             ip6-localhost\n")
    for name in ("null", "zero", "urandom", "random"):
        files.put(f"/dev/{name}", lambda: b"", mode=0o666)
    kernel = {}
    kernel["meminfo"] = (
        f"MemTotal:       {memory} kB\nMemFree:          312044 kB\nMemAvailable:   {memory // 3} kB\n"
        "Buffers:            8420 kB\nCached:          2410332 kB\nSwapTotal:       3145724 kB\n"
    )
    release = section(model, "kernel").get("release")
    kernel["version"] = f"Linux version {release} (build-user@build-host) #1 SMP PREEMPT\n"
    storage = int(str(section(model, "storage").get("bytes", 128_000_000_000)))
    kernel["partitions"] = (
        f"major minor  #blocks  name\n\n   8        0  {storage // 1024} sda\n   8       31  "
        f"{section(model, 'storage').get('data_kib', 0)} sda31\n"
    )
    readable = section(model, "shell").get("readable", [])
    for name, text in kernel.items():
        closed = name in UNLABELLED and not (isinstance(readable, list) and name in readable)
        files.put(f"/proc/{name}", partial(str.encode, text), mode=0o400 if closed else 0o444)
    for name in ("cycle_count", "charge_full", "charge_full_design"):
        files.put(f"/sys/class/power_supply/battery/{name}", lambda: b"0\n", mode=0o400)
    alive.files(files, model)
    files.link("/sdcard", USER_STORAGE)
    files.link("/bin", "/system/bin")
    files.link("/etc", "/system/etc")
    files.read_only = ["/"]
    files.writable = ["/data", "/storage", "/dev", "/mnt", "/cache", "/metadata", "/proc", "/sys"]


def data_volume(
    files: FileTree, model: Mapping[str, object], lies: frozenset[str], *, taken: Callable[[], int]
) -> Volume:
    """The file system of /data, on which what shell and sync write lies block by block."""
    volume = storage(_data_kib(model) * 1024, lies, others=taken)
    files.volume, files.on_volume, files.rm_keeps = volume, ERASED_FOLDERS, "rm_keeps" in lies
    return volume


def taken_bytes(model: Mapping[str, object], files: FileTree, *, apps: bool) -> int:
    """What the system, the owner's apps and the files of the tree take of /data. A small one holds less of all."""
    whole = _data_kib(model)
    system = min(6_300_000, whole // 16)
    return (system + (min(48_000_000, whole // 2) if apps else 0)) * 1024 + files.used


def _data_kib(model: Mapping[str, object]) -> int:
    return int(str(section(model, "storage").get("data_kib", USUAL_DATA_KIB)))


def empty_data_files(files: FileTree, draw: random.Random) -> None:
    """What the first boot leaves in /data: system's own files, nothing of anybody's."""
    files.make_folders("/data", mode=0o771, uid=SYSTEM, gid=SYSTEM)
    files.make_folders("/data/local", mode=0o751, uid=ROOT, gid=ROOT)
    files.make_folders(SHELL_FILES, mode=0o771, uid=SHELL, gid=SHELL)
    files.make_folders("/data/data", mode=0o771, uid=SYSTEM, gid=SYSTEM)
    files.make_folders("/data/misc/bootstat", mode=0o770, uid=SYSTEM, gid=SYSTEM)
    files.make_folders("/data/system", mode=0o775, uid=SYSTEM, gid=SYSTEM)
    files.put("/data/system/entropy.dat", draw.randbytes(64), mode=0o600, uid=SYSTEM)
    files.make_folders(USER_STORAGE, mode=0o2771, uid=ROOT, gid=EVERYBODY)
    for name in ("Android", "DCIM", "Download", "Movies", "Music", "Pictures"):
        files.make_folders(f"{USER_STORAGE}/{name}", mode=0o2771, uid=10_100, gid=EVERYBODY)


def owner_files(files: FileTree, owner: Owner, draw: random.Random) -> None:
    """The seller's files, in every place where a phone keeps them."""
    photo = f"photo of {owner.name}\n".encode() + draw.randbytes(400)
    files.put(f"{USER_STORAGE}/DCIM/Camera/{owner.photo}", photo, mode=0o660, uid=10_100)
    files.put(f"{USER_STORAGE}/Download/contract {owner.name}.pdf", b"%PDF-1.4 " + draw.randbytes(200), mode=0o660)
    files.put(f"{SHELL_FILES}/{owner.hostname}.backup.ab", b"ANDROID BACKUP\n5\n", mode=0o644, uid=SHELL)
    files.put(
        "/data/data/com.tencent.mm/MicroMsg/EnMicroMsg.db",
        owner.account.encode() + draw.randbytes(300),
        mode=0o600,
        uid=10_211,
    )
    files.put(
        "/data/data/com.android.providers.telephony/databases/mmssms.db",
        owner.phone_number.encode() + draw.randbytes(300),
        mode=0o600,
        uid=1001,
    )
    files.put(
        "/data/misc/apexdata/com.android.wifi/WifiConfigStore.xml",
        f'<string name="SSID">&quot;{owner.wifi}&quot;</string>'.encode(),
        mode=0o600,
        uid=SYSTEM,
    )
    for folder in ("/data/data/com.tencent.mm", "/data/data/com.android.providers.telephony", "/data/misc/apexdata"):
        files.find(folder).mode = 0o40700


def owned_items(data: DataSet, files: FileTree) -> dict[str, frozenset[object]]:
    """What a data set holds, stratum by stratum, in comparable pieces. An owner's item found again is a residue.

    adb keys are not among them: the test harness keeps them by design.
    """

    def within(*places: str) -> frozenset[object]:
        return frozenset(
            (path, node.data())
            for place in places
            for path, node in files.below(place)
            if not node.is_folder and not node.is_link and isinstance(node.content, bytes)
        )

    named = (("global", "device_name"), ("secure", "android_id"), ("secure", "bluetooth_name"))
    return {
        "settings": frozenset((table, name, data.settings[table].get(name, "")) for table, name in named),
        "accounts": frozenset(data.accounts),
        "packages": frozenset(data.packages.items()),
        "users": frozenset(data.users),
        "wifi": frozenset(data.networks),
        "telephony": frozenset(part for part in data.known_sim if part),
        "sdcard": within(USER_STORAGE),
        "tmp": within(SHELL_FILES),
        "app_data": within("/data/data", "/data/misc", "/data/system"),
        "encryption_key": frozenset((data.key,)),
    }
