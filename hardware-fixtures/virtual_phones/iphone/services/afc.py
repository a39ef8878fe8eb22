# SPDX-License-Identifier: GPL-3.0-or-later
"""AFC, the file protocol, over the media tree and over the crash reports (research/ios.md 10.4)."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from virtual_phones.iphone.files import FileTree, Node
from virtual_phones.iphone.services.service import Outcome, Service
from virtual_phones.phone import section

if TYPE_CHECKING:
    from virtual_phones.iphone.phone import IPhone

MAGIC = b"CFA6LPAA"
HEADER = struct.Struct("<8sQQQQ")  # magic, entire length, length of header + arguments, packet, operation
MAXIMUM_PACKET_BYTES = 32 * 1024 * 1024
MAXIMUM_READ_BYTES = 4 * 1024 * 1024
STATUS, DATA, OPENED, TOLD = 1, 2, 14, 19
OK, BAD_ARGUMENT, NOT_FOUND, IS_DIRECTORY, DENIED, UNSUPPORTED, EXISTS, NOT_EMPTY = 0, 7, 8, 9, 10, 15, 16, 33
BLOCK_BYTES = 4096
READABLE, WRITABLE, TRUNCATING, APPENDING = {1, 2, 4, 6}, {2, 3, 4, 5, 6}, {3, 4}, {5, 6}


@dataclass(slots=True)
class OpenFile:
    """A file handle: its node, its mode (1 r, 2 r+, 3 w, 4 w+, 5 a, 6 a+) and where it stands."""

    node: Node
    mode: int
    place: int = 0


class AfcRefusal(Exception):
    """An operation that does not succeed; `status` is AFC's number."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


class AfcService(Service):
    """One AFC connection. A subclass says which tree it shows."""

    def __init__(self, phone: "IPhone") -> None:
        super().__init__(phone)
        self._open: dict[int, OpenFile] = {}
        self._handles = 0

    def tree(self) -> FileTree:
        """The files as they are now: an erase replaces them under an open connection."""
        raise NotImplementedError

    def take(self, buffer: bytearray) -> bytes | None:
        """A 40-byte header and what belongs to it."""
        if len(buffer) < HEADER.size:
            return None
        magic, length, *_ = HEADER.unpack_from(buffer)
        if magic != MAGIC or not HEADER.size <= length <= MAXIMUM_PACKET_BYTES:
            raise ValueError("no AFC packet")
        if len(buffer) < length:
            return None
        packet = bytes(buffer[:length])
        del buffer[:length]
        return packet

    def answer(self, request: bytes) -> Outcome:
        """One packet in, one packet out, under the same packet number."""
        self.must_be_open()
        *_, number, operation = HEADER.unpack_from(request)
        known = self._operations().get(operation)
        try:
            if known is None:
                raise AfcRefusal(UNSUPPORTED)
            kind, body = known(request[HEADER.size :])
        except AfcRefusal as refusal:
            kind, body = _status(refusal.status)
        except OSError as error:
            kind, body = _status(_status_of(error))
        except (struct.error, UnicodeDecodeError):
            kind, body = _status(BAD_ARGUMENT)
        length = HEADER.size + len(body)
        # A status counts as argument, data as payload: libimobiledevice reads past the second length.
        arguments = HEADER.size if kind == DATA else length
        return Outcome(reply=HEADER.pack(MAGIC, length, arguments, number, kind) + body)

    def _operations(self) -> Mapping[int, Callable[[bytes], tuple[int, bytes]]]:
        return {
            3: self._read_directory,
            8: self._remove,
            9: self._make_directory,
            10: self._file_info,
            11: self._device_info,
            13: self._open_file,
            15: self._read,
            16: self._write,
            17: self._seek,
            18: self._tell,
            20: self._close,
            21: self._set_size,
            24: self._rename,
            27: self._lock,
            30: self._set_time,
            34: self._remove_all,
        }

    def _read_directory(self, body: bytes) -> tuple[int, bytes]:
        return DATA, _strings(".", "..", *self.tree().names(_path(body)))

    def _remove(self, body: bytes) -> tuple[int, bytes]:
        self.tree().remove(_path(body))
        return _status(OK)

    def _remove_all(self, body: bytes) -> tuple[int, bytes]:
        tree, path = self.tree(), _path(body)
        tree.find(path)
        top = path.rstrip("/")
        for name in sorted((n for n in tree.nodes if n == top or n.startswith(top + "/")), reverse=True):
            if name != "/":
                tree.remove(name)
        return _status(OK)

    def _make_directory(self, body: bytes) -> tuple[int, bytes]:
        self.tree().make_directory(_path(body), self.phone.clock_epoch())
        return _status(OK)

    def _rename(self, body: bytes) -> tuple[int, bytes]:
        old, new, *_ = [*body.split(b"\x00"), b""]
        self.tree().rename(old.decode(), new.decode())
        return _status(OK)

    def _file_info(self, body: bytes) -> tuple[int, bytes]:
        node = self.tree().find(_path(body))
        size = len(node.content) if node.content is not None else 96
        nanoseconds = str(int(node.modified_s * 10**9))
        return DATA, _strings(
            "st_size",
            str(size),
            "st_blocks",
            str(-(-size // 512)),
            "st_nlink",
            "1",
            "st_ifmt",
            "S_IFDIR" if node.content is None else "S_IFREG",
            "st_mtime",
            nanoseconds,
            "st_birthtime",
            nanoseconds,
        )

    def _set_time(self, body: bytes) -> tuple[int, bytes]:
        (nanoseconds,) = struct.unpack_from("<Q", body)
        self.tree().find(_path(body[8:])).modified_s = nanoseconds / 10**9
        return _status(OK)

    def _device_info(self, _body: bytes) -> tuple[int, bytes]:
        total = section(self.phone.model, "storage")["data_bytes"]
        free = int(str(total)) - self.phone.used_bytes()
        model = str(section(self.phone.model, "identity")["product_type"])
        return DATA, _strings(
            "Model",
            model,
            "FSTotalBytes",
            str(total),
            "FSFreeBytes",
            str(free),
            "FSBlockSize",
            str(BLOCK_BYTES),
        )

    def _open_file(self, body: bytes) -> tuple[int, bytes]:
        (mode,), path = struct.unpack_from("<Q", body), _path(body[8:])
        tree = self.tree()
        if mode not in READABLE | WRITABLE:
            raise AfcRefusal(BAD_ARGUMENT)
        try:
            node = tree.find(path)
        except FileNotFoundError:
            if mode == 1:
                raise
            node = tree.create(path, self.phone.clock_epoch())
        if node.content is None:
            raise AfcRefusal(IS_DIRECTORY)
        if mode in TRUNCATING:
            node.content.clear()
        self._handles += 1
        self._open[self._handles] = OpenFile(node, mode)
        return OPENED, struct.pack("<Q", self._handles)

    def _read(self, body: bytes) -> tuple[int, bytes]:
        handle, length = struct.unpack_from("<QQ", body)
        file, content = self._file(handle, READABLE)
        piece = bytes(content[file.place : file.place + min(length, MAXIMUM_READ_BYTES)])
        piece = self.phone.given_back(piece, whole=len(content), place=file.place)
        file.place += len(piece)
        return DATA, piece

    def _write(self, body: bytes) -> tuple[int, bytes]:
        (handle,), data = struct.unpack_from("<Q", body), body[8:]
        file, content = self._file(handle, WRITABLE)
        if file.mode in APPENDING:
            file.place = len(content)
        content.extend(b"\x00" * (file.place - len(content)))
        content[file.place : file.place + len(data)] = data
        file.place += len(data)
        file.node.data_set, file.node.modified_s = self.phone.strata.number, self.phone.clock_epoch()
        return _status(OK)

    def _seek(self, body: bytes) -> tuple[int, bytes]:
        handle, whence, offset = struct.unpack_from("<QQq", body)
        file, content = self._file(handle, READABLE | WRITABLE)
        start = {0: 0, 1: file.place, 2: len(content)}.get(whence)
        if start is None or not 0 <= start + offset <= MAXIMUM_PACKET_BYTES:
            raise AfcRefusal(BAD_ARGUMENT)
        file.place = start + offset
        return _status(OK)

    def _tell(self, body: bytes) -> tuple[int, bytes]:
        file, _ = self._file(struct.unpack_from("<Q", body)[0], READABLE | WRITABLE)
        return TOLD, struct.pack("<Q", file.place)

    def _set_size(self, body: bytes) -> tuple[int, bytes]:
        handle, size = struct.unpack_from("<QQ", body)
        _, content = self._file(handle, WRITABLE)
        if size > MAXIMUM_PACKET_BYTES:
            raise AfcRefusal(BAD_ARGUMENT)
        del content[size:]
        content.extend(b"\x00" * (size - len(content)))
        return _status(OK)

    def _lock(self, body: bytes) -> tuple[int, bytes]:
        self._file(struct.unpack_from("<Q", body)[0], READABLE | WRITABLE)
        return _status(OK)

    def _close(self, body: bytes) -> tuple[int, bytes]:
        handle = struct.unpack_from("<Q", body)[0]
        self._file(handle, READABLE | WRITABLE)
        del self._open[handle]
        return _status(OK)

    def _file(self, handle: int, modes: set[int]) -> tuple[OpenFile, bytearray]:
        file = self._open.get(handle)
        if file is None or file.node.content is None:
            raise AfcRefusal(BAD_ARGUMENT)
        if file.mode not in modes:
            raise AfcRefusal(DENIED)
        return file, file.node.content


class MediaService(AfcService):
    """com.apple.afc: /var/mobile/Media."""

    def tree(self) -> FileTree:
        """Photos, downloads and whatever the host put there."""
        return self.phone.strata.media


class CrashReportCopyService(AfcService):
    """com.apple.crashreportcopymobile: the crash reports."""

    def tree(self) -> FileTree:
        """Panics, Jetsam events and the like."""
        return self.phone.strata.crashes


def _path(body: bytes) -> str:
    return body.split(b"\x00", 1)[0].decode()


def _strings(*texts: str) -> bytes:
    return b"".join(text.encode() + b"\x00" for text in texts)


def _status(number: int) -> tuple[int, bytes]:
    return STATUS, struct.pack("<Q", number)


def _status_of(error: OSError) -> int:
    known = {
        FileNotFoundError: NOT_FOUND,
        NotADirectoryError: BAD_ARGUMENT,
        IsADirectoryError: IS_DIRECTORY,
        FileExistsError: EXISTS,
        PermissionError: DENIED,
    }
    return known.get(type(error), NOT_EMPTY)
