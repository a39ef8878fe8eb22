# SPDX-License-Identifier: GPL-3.0-or-later
"""`dumpsys mount`, which tells the shell of the capacity where `/proc/partitions` is closed to it."""

from virtual_phones.android.system import AndroidSystem
from virtual_phones.phone import section


def mount(system: AndroidSystem, words: list[str]) -> str:
    """AOSP 9 to 13 StorageManagerService.dump, a part: volumes, and the internal storage's size [14 on unconfirmed]."""
    size = nominal_bytes(system)
    tray = system.lives.tray
    sdcard = tray.dumped_volume() or (
        "    VolumeInfo{public:179,1}:\n        type=PUBLIC state=MOUNTED\n"
        if system.lives.hardware.sd_inserted
        else ""
    )
    return (
        f"Disks:\n{tray.dumped_disk()}\n\n"
        f"Volumes:\n    VolumeInfo{{emulated;0}}:\n        type=EMULATED state=MOUNTED\n{sdcard}\n"
        f"Records:\n\nPrimary storage UUID: null\n\nInternal storage (null) total size: {size} "
        f"({size // 1024**2} MiB)\n\n"
    )


def nominal_bytes(system: AndroidSystem) -> int:
    """AOSP FileUtils.roundStorageSize of /data and /system together: the next 1, 2, 4, ... 512 times 1000 ** n."""
    storage = section(system.model, "storage")
    volume = system.lives.volume.capacity_bytes
    size = (
        volume + max(0, int(str(storage.get("bytes", 2 * volume))) - volume) // 2
    )  # the other partitions are not told of
    value, unit = 1, 1
    while value * unit < size:
        value *= 2
        if value > 512:
            value, unit = 1, unit * 1000
    return value * unit
