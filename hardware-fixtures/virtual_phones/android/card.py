# SPDX-License-Identifier: GPL-3.0-or-later
"""A memory card in the phone's tray: a chip, a file system and somebody's files; mounted where its owner's apps see it.

A model's `[card]` table puts one in: `bytes`, `file_system`, `files` (of its owner). What it can do wrong is
`CARD_MISBEHAVIOURS`; those of its chip and file system are those of the phone's storage, with `card_` before them.
"""

import random
from collections.abc import Mapping

from virtual_phones.shell.filetree import EVERYBODY, File, FileTree
from virtual_phones.storage.lies import FLASH_LIES, VOLUME_LIES, storage
from virtual_phones.storage.volume import Volume

OF_STORAGE = {
    f"card_{name}": f"the memory card: {sentence}" for name, sentence in sorted({**FLASH_LIES, **VOLUME_LIES}.items())
}
CARD_MISBEHAVIOURS: dict[str, str] = {
    **OF_STORAGE,
    "card_read_only": "the memory card takes nothing: its lock is set",
    "card_goes_read_only": "the memory card takes nothing more once a quarter of it was written",
    "card_vanishes": "the memory card is gone once a quarter of it was written",
    "card_rm_keeps": "rm says nothing and removes nothing from the memory card",
    "card_unmount_faked": "the phone says nothing against letting go of the card, and does not",
    "card_swapped": "another card is in the phone when it is mounted once more",
    "card_swapped_early": "another card is in the phone before anything was deleted",
    "card_put_in_later": "a memory card is put in after the phone's reset",
    "card_exchanged_later": "another card is in the phone after its reset",
    "card_second": "a second removable volume is listed",
    "card_is_a_stick": "what is called a card is a USB stick",
}
"""None of them says anything of the phone itself."""
UUID, OTHER_UUID = "1A2B-3C4D", "5E6F-7A8B"
VOLUME_ID, DISK_ID = "public:179,1", "disk:179,0"
USUAL_BYTES = 2 * 1024 * 1024


class Card:
    """One card. `lies`: words of `CARD_MISBEHAVIOURS`."""

    def __init__(self, size: int, lies: frozenset[str], *, uuid: str = UUID, file_system: str = "vfat") -> None:
        told = frozenset(lie.removeprefix("card_") for lie in lies if lie in OF_STORAGE)
        self.volume: Volume = storage(size, told, others=lambda: 0)
        self.volume.reserve = 0
        self.size = size
        self.uuid = uuid
        self.file_system = file_system
        self.root = File(mode=0o42771, gid=EVERYBODY)

    @property
    def path(self) -> str:
        """Where it is mounted."""
        return f"/storage/{self.uuid}"


class Tray:
    """What is in the tray, and what of it is mounted into the phone's file tree."""

    def __init__(self, files: FileTree, model: Mapping[str, object], lies: frozenset[str]) -> None:
        self._files = files
        self._lies = lies
        self._owner = random.Random(0)
        self.card: Card | None = None
        self.is_mounted = False
        table = model.get("card")
        self._model: Mapping[str, object] = table if isinstance(table, Mapping) else {}
        if self._model:
            self.insert(self._new())

    def _new(self, uuid: str = UUID, factor: int = 1) -> Card:
        size = int(str(self._model.get("bytes", USUAL_BYTES))) * factor
        file_system = str(self._model.get("file_system", "vfat"))
        return Card(size, self._lies, uuid=uuid, file_system=file_system)

    def insert(self, card: Card, *, with_files: bool = True) -> None:
        """Put it in: it is mounted, and holds its owner's files."""
        self.take_out()
        self.card = card
        self.mount()
        if with_files:
            for folder, name in (("DCIM/Camera", "IMG_0001.jpg"), ("Download", "letter to a friend.txt")):
                self._files.make_folders(f"{card.path}/{folder}", mode=0o2771, gid=EVERYBODY)
                self._files.write(f"{card.path}/{folder}/{name}", self._owner.randbytes(3000))
            self._files.write(f"{card.path}/.hidden list", b"of its owner")

    def take_out(self) -> None:
        """The tray is empty."""
        if self.card is not None and self.is_mounted:
            self._detach(self.card)
        self.card, self.is_mounted = None, False

    def mount(self) -> bool:
        """`sm mount`."""
        if self.card is not None and "card_swapped" in self._lies and self.card.volume.written_bytes > self.card.size:
            self.card = self._new(OTHER_UUID)
        card = self.card
        if card is None:
            return False
        self._files.find("/storage").children[card.uuid] = card.root
        self._files.mounted[card.path] = card.volume
        if "card_read_only" in self._lies:
            self._files.read_only_mounts.add(card.path)
        if "card_rm_keeps" in self._lies:
            self._files.keeping_mounts.add(card.path)
        self.is_mounted = True
        return True

    def unmount(self) -> bool:
        """`sm unmount`: what is dirty is written back, and the cache is empty."""
        if self.card is None:
            return False
        if "card_unmount_faked" not in self._lies:
            self._detach(self.card)
            self.card.volume.restart()
        self.is_mounted = False
        return True

    @property
    def listed_as_mounted(self) -> bool:
        """What the phone says of it."""
        return self.is_mounted

    def look(self) -> None:
        """Before each command: what happens to a card while somebody works on it."""
        card = self.card
        if card is None:
            return
        written = card.volume.written_bytes
        if "card_swapped_early" in self._lies and card.uuid == UUID and self._files.exists(f"{card.path}/DCIM"):
            if any(name.startswith("pw_") for name in self._files.names(card.path)):
                self.insert(self._new(OTHER_UUID))
        elif written > card.size // 4 and "card_vanishes" in self._lies:
            self.take_out()
        elif written > card.size // 4 and "card_goes_read_only" in self._lies:
            self._files.read_only_mounts.add(card.path)

    def phone_was_reset(self) -> None:
        """A reset does not reach it; a person may."""
        if "card_put_in_later" in self._lies and self.card is None:
            self.insert(self._new())
        elif "card_exchanged_later" in self._lies and self.card is not None:
            self.insert(self._new(OTHER_UUID))

    def phone_was_started(self) -> None:
        """It was without power, and is mounted again."""
        if self.card is not None:
            self.card.volume.restart()
            self.mount()

    def listed(self) -> str:
        """`sm list-volumes`, its part."""
        if self.card is None:
            return ""
        line = f"{VOLUME_ID} {'mounted' if self.is_mounted else 'unmounted'} {self.card.uuid}\n"
        return line + ("public:8,1 mounted 9C0D-1E2F\n" if "card_second" in self._lies else "")

    def dumped_disk(self) -> str:
        """`dumpsys mount`, its disk."""
        if self.card is None:
            return ""
        kind = "USB" if "card_is_a_stick" in self._lies else "SD"
        return (
            f"    DiskInfo{{{DISK_ID}}}:\n      flags=ADOPTABLE|{kind} size={self.card.size} label=size=1 of somebody\n"
            "      sysPath=/sys//devices/platform/soc/mmc_host/mmc0/mmc0:aaaa\n"
        )

    def dumped_volume(self) -> str:
        """`dumpsys mount`, its volume."""
        if self.card is None:
            return ""
        state = "MOUNTED" if self.is_mounted else "UNMOUNTED"
        return (
            f"    VolumeInfo{{{VOLUME_ID}}}:\n      type=PUBLIC diskId={DISK_ID} partGuid=null mountFlags=VISIBLE "
            f"mountUserId=0 state={state}\n      fsType={self.card.file_system} fsUuid={self.card.uuid} "
            f"fsLabel=somebody\n      path={self.card.path} internalPath=/mnt/media_rw/{self.card.uuid}\n"
        )

    def owners_files(self) -> list[str]:
        """Paths of what its owner left on the card in the tray: the truth."""
        if self.card is None:
            return []
        tree = FileTree()
        tree.root = self.card.root
        return [path for path, node in tree.below("/") if not node.is_folder and "/pw_" not in path]

    def _detach(self, card: Card) -> None:
        self._files.find("/storage").children.pop(card.uuid, None)
        for places in (self._files.mounted,):
            places.pop(card.path, None)
        self._files.read_only_mounts.discard(card.path)
        self._files.keeping_mounts.discard(card.path)
