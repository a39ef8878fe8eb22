# SPDX-License-Identifier: GPL-3.0-or-later
"""The Android phone of a slot as its adbd sees it: every call holds the slot's lock."""

from collections.abc import Callable

from virtual_phones.adb.sync_service import FileStatus, SyncFiles
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.phone import Fed, Live, ServiceReply
from virtual_phones.port import VirtualPort
from virtual_phones.shell.filetree import SHELL


class AdbOnPort:
    """What adbd needs of the phone (`adb_services.AdbPhone`)."""

    def __init__(self, port: VirtualPort, phone: AndroidPhone) -> None:
        self._port = port
        self._phone = phone

    def needs_key(self) -> bool:
        """See AdbPhone."""
        with self._port.lock:
            return self._phone.needs_key()

    def banner(self) -> str:
        """See AdbPhone."""
        with self._port.lock:
            return self._phone.banner()

    def knows_key(self, fingerprint: str) -> bool:
        """See AdbPhone."""
        with self._port.lock:
            return self._phone.knows_key(fingerprint)

    def offer_key(self, fingerprint: str, now_s: float, comment: str) -> None:
        """See AdbPhone."""
        with self._port.lock:
            self._phone.offer_key(fingerprint, now_s, comment)

    def takes_reverses(self) -> bool:
        """See AdbPhone."""
        with self._port.lock:
            return self._phone.accepts("reverse:")

    def run(self, service: str, stdin: bytes, now_s: float) -> ServiceReply | None:
        """See AdbPhone."""
        with self._port.lock:
            self._port.tick(now_s)
            return self._phone.run(service, stdin, now_s=now_s, in_pieces=True)

    def feed(self, service: str, now_s: float) -> Fed | None:
        """See AdbPhone."""
        with self._port.lock:
            self._port.tick(now_s)
            fed = self._phone.feed(service, now_s=now_s)
            return None if fed is None else FedOnPort(self._port, fed)

    def follow(self, service: str, now_s: float) -> Live | None:
        """See AdbPhone."""
        with self._port.lock:
            self._port.tick(now_s)
            live = self._phone.follow(service, now_s=now_s)
            return None if live is None else LiveOnPort(self._port, live)

    def files(self) -> SyncFiles | None:
        """See AdbPhone."""
        with self._port.lock:
            return FilesOnPort(self._port, self._phone) if self._phone.accepts("sync:") else None


class FedOnPort:
    """A service that takes its input as it comes (`phone.Fed`); other services of the phone go on beside it."""

    def __init__(self, port: VirtualPort, fed: Fed) -> None:
        self._port = port
        self._fed = fed

    @property
    def ended(self) -> bool:
        """See Fed."""
        return self._fed.ended

    def feed(self, data: bytes) -> None:
        """See Fed."""
        with self._port.lock:
            self._fed.feed(data)

    def finish(self) -> ServiceReply:
        """See Fed."""
        with self._port.lock:
            return self._fed.finish()


class LiveOnPort:
    """A line that tells of what happens (`phone.Live`)."""

    def __init__(self, port: VirtualPort, live: Live) -> None:
        self._port = port
        self._live = live

    def take(self, now_s: float) -> bytes:
        """See Live."""
        with self._port.lock:
            self._port.tick(now_s)
            return self._live.take(now_s)


class FilesOnPort:
    """The phone's files as the shell user may see and change them (`sync_service.SyncFiles`)."""

    def __init__(self, port: VirtualPort, phone: AndroidPhone) -> None:
        self._port = port
        self._phone = phone
        self._files = phone.files

    def status(self, path: str, *, follow: bool) -> FileStatus:
        """See SyncFiles."""
        with self._port.lock:
            found = self._files.find(path, SHELL, follow=follow)
            return FileStatus(mode=found.mode, size=found.size, mtime=found.mtime)

    def names(self, path: str) -> list[str]:
        """See SyncFiles."""
        with self._port.lock:
            return self._files.names(path, SHELL)

    def read(self, path: str) -> bytes:
        """See SyncFiles."""
        with self._port.lock:
            return self._files.read(path, SHELL)

    def create(self, path: str, *, mode: int) -> Callable[[bytes], None]:
        """See SyncFiles."""
        with self._port.lock:
            mtime = self._phone.system.epoch()
            folder = path.rpartition("/")[0]
            missing = []
            while folder and not self._files.exists(folder, SHELL):
                missing.append(folder)
                folder = folder.rpartition("/")[0]
            for name in reversed(missing):
                self._files.make_folder(name, SHELL, mode=0o770, mtime=mtime)
            append = self._files.open(path, SHELL, mode=mode & 0o777, mtime=mtime)

        def append_alone(data: bytes) -> None:
            with self._port.lock:
                append(data)

        return append_alone

    def set_time(self, path: str, mtime: int) -> None:
        """See SyncFiles."""
        with self._port.lock:
            self._files.touch(path, SHELL, mtime)


def adb_generation(port: VirtualPort) -> tuple[int, int, int] | None:
    """Which adbd answers on this slot now. A new value: its connections are dead. None: none runs."""
    with port.lock:
        phone = port.phone
        if not isinstance(phone, AndroidPhone) or not port.address or phone.adb_mode() == "none":
            return None
        return id(phone), port.address, phone.generation
