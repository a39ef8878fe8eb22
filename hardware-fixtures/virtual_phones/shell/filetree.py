# SPDX-License-Identifier: GPL-3.0-or-later
"""A toy file tree with owners, modes and read-only places: what `ls`, `cat` and sync see of a phone.

Refusals are OSErrors with the numbers of a real kernel, so that tools can print the usual sentences.
"""

import errno
import os
import stat as modes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from virtual_phones.storage.stored import StoredFile
from virtual_phones.storage.volume import Volume

ROOT, SYSTEM, SHELL, EVERYBODY = 0, 1000, 2000, 9997
SHELL_GROUPS = frozenset({SHELL, 1004, 1007, 1011, 1015, 1028, 3001, 3002, 3003, 3006, EVERYBODY})
LARGEST_FILE = 64 * 1024 * 1024


def refusal(number: int) -> OSError:
    """The kernel's answer `number` (errno) as an exception."""
    return OSError(number, os.strerror(number))


@dataclass(slots=True)
class File:
    """One inode. `content` may be computed at reading, as in /proc, or lie on the volume."""

    mode: int
    uid: int = ROOT
    gid: int = ROOT
    mtime: int = 0
    content: bytes | StoredFile | Callable[[], bytes] = b""
    target: str = ""
    children: dict[str, "File"] = field(default_factory=dict)

    @property
    def is_folder(self) -> bool:
        """A folder?"""
        return modes.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        """A symbolic link?"""
        return modes.S_ISLNK(self.mode)

    def data(self) -> bytes:
        """What reading gives. Raises: OSError (EFBIG) for a file too large to be read whole."""
        if isinstance(self.content, StoredFile):
            if self.content.size > LARGEST_FILE:
                raise refusal(errno.EFBIG)
            return self.content.read(0, self.content.size)
        return self.content() if callable(self.content) else self.content

    @property
    def size(self) -> int:
        """Bytes; 0 for what is computed, as in /proc."""
        if self.is_link:
            return len(self.target)
        if self.is_folder:
            return 3452
        if isinstance(self.content, StoredFile):
            return self.content.shown_size
        return 0 if callable(self.content) else len(self.content)

    def allows(self, uid: int, wanted: int) -> bool:
        """May `uid` do `wanted` (4 read, 2 write, 1 search)?"""
        if uid == ROOT:
            return True
        if uid == self.uid:
            return bool(self.mode >> 6 & wanted == wanted)
        if uid == SHELL and self.gid in SHELL_GROUPS:
            return bool(self.mode >> 3 & wanted == wanted)
        return bool(self.mode & wanted == wanted)


class FileTree:
    """The whole tree. `capacity` is the size of user storage in bytes; the tree refuses to grow beyond it."""

    def __init__(self, *, capacity: int = 256 * 1024 * 1024) -> None:
        self.root = File(mode=modes.S_IFDIR | 0o755)
        self.read_only: list[str] = []
        """Folders whose whole content is on a read-only file system, unless below `writable`."""
        self.writable: list[str] = []
        self.capacity = capacity
        self.used = 0
        self.volume: Volume | None = None
        """Where what is written below `on_volume` lies, block by block; None: everything lies in the tree."""
        self.on_volume: tuple[str, ...] = ()
        self.rm_keeps = False
        """A liar: what lies on the volume is never removed, and nobody is told."""
        self.mounted: dict[str, Volume] = {}
        """Other file systems, by the folder that each is mounted at."""
        self.read_only_mounts: set[str] = set()
        self.keeping_mounts: set[str] = set()
        """Those of them that take nothing, and those from which nothing is ever removed."""

    # -- walking -------------------------------------------------------------------------

    def absolute(self, path: str, cwd: str = "/") -> str:
        """`path` from the root, without `.` and `..`; links stay."""
        return "/" + "/".join(_parts(path if path.startswith("/") else f"{cwd}/{path}"))

    def real(self, path: str, uid: int = ROOT, *, follow: bool = True) -> str:
        """`path` with its links followed. Raises: OSError (ELOOP, EACCES, ENOTDIR)."""
        done, _, missing = self._walked(path, uid, follow=follow)
        return "/" + "/".join([*done, *missing])

    def find(self, path: str, uid: int = ROOT, *, follow: bool = True) -> File:
        """The inode. Raises: OSError (ENOENT, EACCES, ENOTDIR, ELOOP, ENAMETOOLONG)."""
        if (there := self._straight(path, uid)) is not None:
            return there
        _, node, missing = self._walked(path, uid, follow=follow)
        if missing:
            _must_be_a_name(missing[0])
            raise refusal(errno.ENOENT)
        return node

    def _straight(self, path: str, uid: int) -> File | None:
        """The inode when no link, no refusal and no missing name lies on the way, as mostly; None for every other."""
        node = self.root
        for name in _names_of(path):
            if modes.S_IFMT(node.mode) != modes.S_IFDIR or (uid != ROOT and not node.allows(uid, 1)):
                return None
            child = node.children.get(name)
            if child is None or modes.S_IFMT(child.mode) == modes.S_IFLNK:
                return None
            node = child
        return node

    def _walked(self, path: str, uid: int, *, follow: bool) -> tuple[list[str], File, list[str]]:
        """How far `path` leads, links followed: the names, the inode there, and the names beyond that do not exist."""
        todo = _parts(path)
        todo.reverse()
        done: list[str] = []
        node = self.root
        links = 0
        while todo:
            if not modes.S_ISDIR(node.mode):
                raise refusal(errno.ENOTDIR)
            if uid != ROOT and not node.allows(uid, 1):
                raise refusal(errno.EACCES)
            child = node.children.get(todo[-1])
            if child is None:
                todo.reverse()
                return done, node, todo
            part = todo.pop()
            if modes.S_ISLNK(child.mode) and (todo or follow):
                links += 1
                if links > 16:
                    raise refusal(errno.ELOOP)
                base = "" if child.target.startswith("/") else "/".join(done)
                todo += reversed(_parts(f"{base}/{child.target}"))
                done, node = [], self.root
                continue
            done.append(part)
            node = child
        return done, node, []

    def exists(self, path: str, uid: int = ROOT) -> bool:
        """Is something there that `uid` may see?"""
        try:
            self.find(path, uid)
        except OSError:
            return False
        return True

    def _parent(self, path: str, uid: int) -> tuple[File, str, str]:
        done, node, missing = self._walked(path, uid, follow=True)
        real = "/" + "/".join([*done, *missing])
        folder, _, name = real.rpartition("/")
        if not name:
            raise refusal(errno.EISDIR)
        _must_be_a_name(name)
        parent = node if len(missing) == 1 else self.find(folder or "/", uid)
        if not parent.is_folder:
            raise refusal(errno.ENOTDIR)
        return parent, name, real

    def _may_change(self, parent: File, real: str, uid: int) -> None:
        if uid == ROOT:
            return
        if self._is_read_only(real):
            raise refusal(errno.EROFS)
        if not parent.allows(uid, 3):
            raise refusal(errno.EACCES)

    def _is_read_only(self, real: str) -> bool:
        if _within(real, self.read_only_mounts):
            return True
        return _within(real, self.read_only) and not _within(real, self.writable)

    def _volume_of(self, real: str) -> Volume | None:
        """The file system that what is written there lies on; None for the tree itself."""
        for place, volume in self.mounted.items():
            if _within(real, [place]):
                return volume
        return self.volume if _within(real, self.on_volume) else None

    # -- reading -------------------------------------------------------------------------

    def read(self, path: str, uid: int = ROOT) -> bytes:
        """A file's bytes. Raises: OSError (EISDIR too)."""
        node = self.find(path, uid)
        if node.is_folder:
            raise refusal(errno.EISDIR)
        if not node.allows(uid, 4):
            raise refusal(errno.EACCES)
        return node.data()

    def names(self, path: str, uid: int = ROOT) -> list[str]:
        """The names in a folder, sorted. Raises: OSError."""
        node = self.find(path, uid)
        if not node.is_folder:
            raise refusal(errno.ENOTDIR)
        if not node.allows(uid, 4):
            raise refusal(errno.EACCES)
        return sorted(node.children)

    def below(self, path: str) -> Iterator[tuple[str, File]]:
        """Everything below a folder, as root sees it; nothing when it is not there."""
        if not self.exists(path):
            return
        base = self.real(path)
        yield from _below(base, self.find(base))

    # -- writing -------------------------------------------------------------------------

    def write(
        self, path: str, data: bytes, uid: int = ROOT, *, append: bool = False, mode: int = 0o644, mtime: int = 0
    ) -> None:
        """Write or append a file. Raises: OSError (EROFS, EACCES, EISDIR, ENOSPC, EFBIG)."""
        parent, name, real = self._parent(path, uid)
        node = parent.children.get(name)
        if node is None:
            self._may_change(parent, real, uid)
            node = File(mode=modes.S_IFREG | mode, uid=uid, gid=parent.gid if parent.mode & 0o2000 else uid)
            fresh = True
        else:
            fresh = False
            if node.is_folder:
                raise refusal(errno.EISDIR)
            if uid != ROOT and self._is_read_only(real):
                raise refusal(errno.EROFS)
            if not node.allows(uid, 2):
                raise refusal(errno.EACCES)
            if callable(node.content):
                if uid == ROOT or real.startswith("/dev/"):
                    return
                raise refusal(errno.EACCES)
        volume = self._volume_of(real)
        if volume is not None:
            self._store(volume, node, data, append=append, mtime=mtime, into=parent if fresh else None, name=name)
            return
        old = node.data()
        new = old + data if append else data
        if len(new) > LARGEST_FILE:
            raise refusal(errno.EFBIG)
        if self.used + len(new) - len(old) > self.capacity:
            raise refusal(errno.ENOSPC)
        self.used += len(new) - len(old)
        node.content, node.mtime = new, mtime
        if fresh:
            parent.children[name] = node

    def _store(
        self, volume: Volume, node: File, data: bytes, *, append: bool, mtime: int, into: File | None, name: str
    ) -> None:
        """Write to the volume. The file is there, and what fitted stays, also when it is full."""
        stored = node.content
        if not isinstance(stored, StoredFile):
            before = node.data()
            stored = StoredFile(volume)
            node.content = stored
            self.used -= len(before)
            stored.append(before if append else b"")
        elif not append:
            stored.truncate(0)
        node.mtime = mtime
        if into is not None:
            into.children[name] = node
        stored.append(data)

    def open(
        self, path: str, uid: int = ROOT, *, append: bool = False, mode: int = 0o644, mtime: int = 0
    ) -> Callable[[bytes], None]:
        """Open for writing, as write(); what is returned appends a piece. Raises: OSError, so does what is returned."""
        self.write(path, b"", uid, append=append, mode=mode, mtime=mtime)
        content = self.find(path, uid).content
        if isinstance(content, StoredFile):
            return content.append
        if callable(content):  # a device that takes what it is given, as /dev/null: write() has not refused
            return _nowhere
        return lambda data: self.write(path, data, uid, append=True, mtime=mtime)

    def resize(self, path: str, size: int, uid: int, mtime: int) -> None:
        """`truncate -s`. Raises: OSError."""
        self.write(path, b"", uid, append=True, mtime=mtime)
        node = self.find(path, uid)
        if isinstance(node.content, StoredFile):
            node.content.truncate(size)
        else:
            old = node.data()
            self.write(path, old[:size] + bytes(min(max(0, size - len(old)), LARGEST_FILE + 1)), uid, mtime=mtime)

    def stored(self, path: str, uid: int) -> StoredFile | None:
        """The file on the volume that `uid` may read; None for every other. Raises: OSError."""
        node = self.find(path, uid)
        return node.content if isinstance(node.content, StoredFile) and node.allows(uid, 4) else None

    def sync(self) -> None:
        """Write back what waits in the page cache."""
        for volume in (self.volume, *self.mounted.values()):
            if volume is not None:
                volume.sync()

    def touch(self, path: str, uid: int, mtime: int) -> None:
        """Make an empty file or set its time. Raises: OSError."""
        try:
            node = self.find(path, uid)
        except FileNotFoundError:
            self.write(path, b"", uid, mtime=mtime)
            return
        if self._is_read_only(self.real(path, uid)) and uid != ROOT:
            raise refusal(errno.EROFS)
        if not node.allows(uid, 2):
            raise refusal(errno.EACCES)
        node.mtime = mtime

    def make_folder(
        self, path: str, uid: int = ROOT, *, mode: int = 0o755, gid: int | None = None, mtime: int = 0
    ) -> None:
        """A new folder. Raises: OSError (EEXIST too)."""
        parent, name, real = self._parent(path, uid)
        if name in parent.children:
            raise refusal(errno.EEXIST)
        self._may_change(parent, real, uid)
        owner = parent.gid if parent.mode & 0o2000 else uid
        parent.children[name] = File(mode=modes.S_IFDIR | mode, uid=uid, gid=owner if gid is None else gid, mtime=mtime)

    def make_folders(self, path: str, *, mode: int = 0o755, uid: int = ROOT, gid: int | None = None) -> File:
        """A folder and all above it, as root, owned by `uid`."""
        if (there := self._straight(path, ROOT)) is not None:
            return there
        _, node, missing = self._walked(path, ROOT, follow=True)
        for part in missing:
            _must_be_a_name(part)
            if not node.is_folder:
                raise refusal(errno.ENOTDIR)
            owner = node.gid if node.mode & 0o2000 else ROOT
            node.children[part] = File(mode=modes.S_IFDIR | mode, uid=uid, gid=owner if gid is None else gid)
            node = node.children[part]
        return node

    def put(self, path: str, content: bytes | Callable[[], bytes], *, mode: int = 0o644, uid: int = ROOT) -> None:
        """Place a file as root, with the folders above it."""
        folder, _, name = self.absolute(path).rpartition("/")
        parent = self.make_folders(folder or "/")
        old = parent.children.get(name)
        self.used += 0 if callable(content) else len(content)
        if old is not None:
            self._forget(old)
        parent.children[name] = File(mode=modes.S_IFREG | mode, uid=uid, gid=uid, content=content)

    def link(self, path: str, target: str, uid: int = ROOT) -> None:
        """A symbolic link. Raises: OSError."""
        folder, _, name = self.absolute(path).rpartition("/")
        parent = self.find(folder or "/", uid)
        if name in parent.children:
            raise refusal(errno.EEXIST)
        self._may_change(parent, self.absolute(path), uid)
        parent.children[name] = File(mode=modes.S_IFLNK | 0o777, uid=uid, gid=uid, target=target)

    def change_mode(self, path: str, mode: int, uid: int) -> None:
        """Chmod. Raises: OSError (EPERM unless the owner)."""
        node = self.find(path, uid)
        if uid not in (ROOT, node.uid):
            raise refusal(errno.EPERM)
        node.mode = modes.S_IFMT(node.mode) | mode & 0o7777

    def remove(self, path: str, uid: int = ROOT, *, recursive: bool = False) -> None:
        """Remove a file, an empty folder or, `recursive`, a whole one. Raises: OSError."""
        parent, name, real = self._no_follow_parent(path, uid)
        node = parent.children.get(name)
        if node is None:
            raise refusal(errno.ENOENT)
        self._may_change(parent, real, uid)
        keeps = (self.rm_keeps and _within(real, self.on_volume)) or _within(real, self.keeping_mounts)
        if keeps and uid != ROOT:
            return
        if node.is_folder and node.children:
            if not recursive:
                raise refusal(errno.ENOTEMPTY)
            for child in sorted(node.children):
                self.remove(f"{real}/{child}", uid, recursive=True)
        self._forget(node)
        del parent.children[name]

    def _forget(self, node: File) -> None:
        """What a file took is free again."""
        if isinstance(node.content, StoredFile):
            node.content.remove()
        elif not node.is_folder and not node.is_link:
            self.used -= node.size

    def _no_follow_parent(self, path: str, uid: int) -> tuple[File, str, str]:
        folder, _, name = self.absolute(path).rpartition("/")
        if not name:
            raise refusal(errno.EBUSY)
        real = self.real(folder or "/", uid)
        return self.find(real, uid), name, f"{real.rstrip('/')}/{name}"

    def rename(self, old: str, new: str, uid: int) -> None:
        """Mv within the tree. Raises: OSError."""
        source, name, real = self._no_follow_parent(old, uid)
        if name not in source.children:
            raise refusal(errno.ENOENT)
        self._may_change(source, real, uid)
        target, new_name, new_real = self._no_follow_parent(new, uid)
        if not target.is_folder:
            raise refusal(errno.ENOTDIR)
        if (new_real + "/").startswith(real + "/"):
            if new_real == real:
                return
            raise refusal(errno.EINVAL)
        self._may_change(target, new_real, uid)
        standing = target.children.get(new_name)
        if standing is not None and standing.is_folder:
            raise refusal(errno.EISDIR)
        if standing is not None:
            self._forget(standing)
        target.children[new_name] = source.children.pop(name)


def _nowhere(data: bytes) -> None:
    """Where what is written to a device goes."""


def _must_be_a_name(name: str) -> None:
    """Raises: OSError (ENAMETOOLONG)."""
    if len(name.encode("utf-8", "surrogateescape")) > 255:
        raise refusal(errno.ENAMETOOLONG)


def _parts(path: str) -> list[str]:
    """The names of a path, without `.` and `..`."""
    return list(_names_of(path))


@lru_cache(maxsize=4096)
def _names_of(path: str) -> tuple[str, ...]:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part and part != ".":
            parts.append(part)
    return tuple(parts)


def _below(base: str, folder: File) -> Iterator[tuple[str, File]]:
    for name, child in sorted(folder.children.items()):
        where = f"{base.rstrip('/')}/{name}"
        yield where, child
        if child.is_folder:
            yield from _below(where, child)


def _within(real: str, places: Iterable[str]) -> bool:
    return any(real == place or real.startswith(place.rstrip("/") + "/") for place in places)
