# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of a virtual Android's data: boots, wipes, and what outlives them. No USB, no adb here."""

import random
import uuid
from collections.abc import Mapping

from virtual_phones.android.behaviour import KEEPS
from virtual_phones.android.card import Tray
from virtual_phones.android.cell import Cell
from virtual_phones.android.data import (
    ERASED_FOLDERS,
    SHELL_FILES,
    USER_STORAGE,
    DataSet,
    Hardware,
    Owner,
    data_volume,
    empty_data_files,
    factory_data,
    owned_items,
    owner_files,
    system_files,
    taken_bytes,
    used_data,
)
from virtual_phones.android.strain import Strain
from virtual_phones.shell.filetree import File, FileTree
from virtual_phones.storage.stored import StoredFile

HISTORY = "persist.sys.boot.reason.history"
HARNESS = "persist.sys.test_harness"
TRADE_IN = "persist.adb.tradeinmode"
HARNESS_GLOBAL = {
    "device_provisioned": "1",
    "adb_enabled": "1",
    "adb_allowed_connection_time": "0",
    "package_verifier_include_adb": "0",
    "stay_on_while_plugged_in": "15",
    "ota_disable_automatic_update": "1",
    "development_settings_enabled": "1",
}
HARNESS_SECURE = {"user_setup_complete": "1", "location_mode": "3"}
STRATUM_FOLDERS = {"sdcard": USER_STORAGE, "tmp": SHELL_FILES}


class AndroidLives:
    """Hardware, the present data set and its files. `resets` counts data sets made since the start."""

    def __init__(
        self,
        model: Mapping[str, object],
        hardware: Hardware,
        *,
        misbehaviour: frozenset[str],
        variation: frozenset[str],
        seed: int,
        epoch_at_zero: int,
    ) -> None:
        self.model = model
        self.hardware = hardware
        self.misbehaviour = misbehaviour
        self.variation = variation
        self.seed = seed
        self.draw = random.Random(f"{seed}/{hardware.serial}")
        self.draw_once = self.draw.randrange(1 << 16)
        """One number drawn for this phone's choices, so that a seed replays."""
        self.owner = Owner.of(model, seed)
        self.epoch_at_zero = epoch_at_zero
        self.now_s = 0.0
        self.clock_offset = 0
        self.boot_reason = "reboot"
        self.booted_s = -3600.0
        self.files = FileTree()
        self.volume = data_volume(self.files, model, misbehaviour, taken=self.taken_bytes)
        self.strain = Strain(self.volume)
        self.cell = Cell(model, variation, serial=hardware.serial, now_s=lambda: self.now_s, resets=lambda: self.resets)
        self.boot_id = ""
        self._boots = random.Random(f"{seed}/{hardware.serial}/boots")
        self._draws = random.Random(f"{seed}/{hardware.serial}/draws")
        system_files(self.files, model)
        told = 0o444 if "power_supply_told" in variation else 0o400
        self.files.put("/sys/class/power_supply/battery/uevent", self.cell.uevent, mode=told)
        self.files.put("/proc/uptime", self._uptime, mode=0o444)
        self.files.put("/proc/sys/kernel/random/boot_id", self._kernel_id, mode=0o444)
        self.files.put("/proc/sys/kernel/random/uuid", self._kernel_draw, mode=0o444)
        self.tray = Tray(self.files, model, misbehaviour)
        """The memory card: no reset reaches it."""
        self.start_kernel(self.booted_s)
        empty_data_files(self.files, self.draw)
        self.data = used_data(model, self.draw, self.owner, epoch_at_zero)
        owner_files(self.files, self.owner, self.draw)
        self.set_aside: tuple[DataSet, dict[str, File]] | None = None
        """The data set that still exists beside the one in use, when another system image runs."""
        self.first = self._items()
        """What the first owner's data set held, stratum by stratum."""
        self.start_key = self.data.key
        self.resets = 0

    # -- clock -----------------------------------------------------------------------------

    def epoch(self) -> int:
        """The phone's own clock, Unix seconds."""
        return int(self.epoch_at_zero + self.clock_offset + self.now_s)

    # -- kernel and storage ------------------------------------------------------------------

    def start_kernel(self, now_s: float) -> None:
        """A new start of the kernel: its random id, its clock, and nothing in the page cache."""
        self.boot_id = str(uuid.UUID(bytes=self._boots.randbytes(16), version=4))
        self.booted_s = now_s
        self.volume.restart()
        self.tray.phone_was_started()

    def _kernel_draw(self) -> bytes:
        return f"{uuid.UUID(bytes=self._draws.randbytes(16), version=4)}\n".encode()

    def _kernel_id(self) -> bytes:
        return f"{self.boot_id}\n".encode()

    def _uptime(self) -> bytes:
        up_s = max(0.0, self.now_s - self.booted_s)
        return f"{up_s:.2f} {up_s * 6:.2f}\n".encode()

    def taken_bytes(self) -> int:
        """What of /data is not stored block by block: the system's own, the owner's apps, files of the tree."""
        return taken_bytes(self.model, self.files, apps=bool(self.data.packages))

    # -- ends and beginnings ------------------------------------------------------------------

    def begin_here(self) -> None:
        """Whatever happened so far was before the story: erases are counted from now."""
        self.resets = 0
        self.start_key = self.data.key

    def wipe(self, *, trusted: bool = False) -> None:
        """A new data set, as recovery makes it. `trusted`: begun in Settings, which clears FRP too."""
        old = self.data
        kept = {KEEPS[name] for name in self.misbehaviour if name in KEEPS}
        folders = {stratum: self._copied(folder) for stratum, folder in STRATUM_FOLDERS.items() if stratum in kept}
        self.data = factory_data(self.model, self.draw, self.now_s)
        if "keeps_android_id" in self.misbehaviour:
            self.data.settings["secure"]["android_id"] = old.settings["secure"]["android_id"]
        self._clear_files()
        for stratum, children in folders.items():
            self.files.find(STRATUM_FOLDERS[stratum]).children.update(children)
        if "settings" in kept:
            self.data.settings = {table: dict(values) for table, values in old.settings.items()}
        if "accounts" in kept:
            self.data.accounts = [account for account in self.first["accounts"] if isinstance(account, tuple)]
        if "packages" in kept:
            self.data.packages = dict(old.packages)
        self.hardware.wipe_mark = False
        if trusted and "frp_armed" not in self.misbehaviour:
            self.hardware.frp_handle = b""
        self.hardware.frp_active = bool(self.hardware.frp_handle)
        if "secure_frp_mode" in self.data.settings["global"]:
            self.data.settings["global"]["secure_frp_mode"] = "1" if self.hardware.frp_active else "0"
        if "clock_1970" in self.variation:
            self.clock_offset = 86_400 - int(self.epoch_at_zero + self.now_s)
        self.resets += 1
        self.tray.phone_was_reset()

    def boot_other_image(self) -> None:
        """A dynamic system image takes over with data of its own; the phone's data set stays beside it."""
        aside = {folder: self.files.find(folder) for folder in ERASED_FOLDERS}
        self.set_aside = (self.data, aside)
        for folder in ERASED_FOLDERS:
            parent, _, name = folder.rpartition("/")
            del self.files.find(parent or "/").children[name]
        empty_data_files(self.files, self.draw)
        self.data = factory_data(self.model, self.draw, self.now_s)
        self.hardware.system_image = True

    def forge(self) -> None:
        """Everything a user can change with adb's permissions, made to look like a phone after a harness reset."""
        fresh = factory_data(self.model, self.draw, self.now_s)
        for table, values in fresh.settings.items():
            self.data.settings[table] = dict(values)
        self.data.settings["global"] |= HARNESS_GLOBAL
        self.data.settings["secure"] |= HARNESS_SECURE
        self.data.accounts = []
        self.data.packages = {}
        self.data.users = list(fresh.users)
        self.data.counts = dict(fresh.counts)
        for folder in (SHELL_FILES, USER_STORAGE):
            for name in self.files.names(folder):
                self.files.remove(f"{folder}/{name}", recursive=True)
        for name in ("Android", "DCIM", "Download", "Movies", "Music", "Pictures"):
            self.files.make_folder(f"{USER_STORAGE}/{name}", mode=0o2771)

    def forge_restart(self) -> None:
        """The same, and every installed app kept but one."""
        kept = dict(list(self.data.packages.items())[1:])
        self.forge()
        self.data.packages = kept

    def close(self) -> None:
        """What a user can do besides, so that it looks like a phone at its set-up screen: no key, no debugging."""
        self.data.keys = {}
        self.data.settings["global"] |= {"device_provisioned": "0", "adb_enabled": "0"}
        self.data.settings["secure"]["user_setup_complete"] = "0"

    def complete_boot(self) -> None:
        """What the system does when the boot is completed: count it, and say why it happened."""
        table = self.data.settings["global"]
        count = table.get("boot_count", "0")
        table["boot_count"] = str(int(count) + 1 if count.isdigit() and len(count) < 9 else 1)
        if "build_date" not in self.data.records:
            self.data.records["build_date"] = self.epoch()
            self.boot_reason = "reboot,factory_reset"
        history = [line for line in self.data.properties.get(HISTORY, "").split("\n") if line]
        self.data.properties[HISTORY] = "\n".join([f"{self.boot_reason},{self.epoch()}", *history][:4])

    def set_up_harness(self, keys: Mapping[str, str]) -> None:
        """What TestHarnessModeService does at the first boot after its reset."""
        self.data.properties[HARNESS] = "1"
        self.data.settings["global"] |= HARNESS_GLOBAL
        if "returns_without_adb" in self.misbehaviour:
            self.data.settings["global"]["adb_enabled"] = "0"
        self.data.settings["secure"] |= HARNESS_SECURE
        self.data.keys = {} if "returns_unauthorised" in self.misbehaviour else dict(keys)

    # -- truth ---------------------------------------------------------------------------------

    def left(self) -> list[str]:
        """Strata that still hold the first owner's data, in whichever data set it lies."""
        now = self._items()
        return sorted(stratum for stratum, items in self.first.items() if items & now[stratum])

    def erased(self) -> bool:
        """Is the data set the story began with gone, and nothing of the first owner's left?"""
        keys = {self.data.key} | ({self.set_aside[0].key} if self.set_aside else set())
        return self.start_key not in keys and not self.left()

    def _items(self) -> dict[str, frozenset[object]]:
        found = owned_items(self.data, self.files)
        if self.set_aside is None:
            return found
        data, folders = self.set_aside
        aside = FileTree()
        for folder, node in folders.items():
            parent, _, name = folder.rpartition("/")
            if parent:
                aside.make_folders(parent)
            aside.find(parent or "/").children[name] = node
        return {stratum: items | found[stratum] for stratum, items in owned_items(data, aside).items()}

    def _copied(self, folder: str) -> dict[str, File]:
        """The folder's files; what lies on the volume is taken off it, for the volume will be formatted."""
        for _, node in self.files.below(folder):
            if isinstance(node.content, StoredFile):
                node.content = node.data()
        return dict(self.files.find(folder).children)

    def _clear_files(self) -> None:
        for folder in ERASED_FOLDERS:
            self.files.find(folder).children = {}
        self.volume.format()
        self.files.used = sum(
            node.size
            for _, node in self.files.below("/")
            if not node.is_folder and not isinstance(node.content, StoredFile)
        )
        empty_data_files(self.files, self.draw)
