# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a binary property list as large when read as it is as bytes?

In the format a list names its members by number, and a number by its place: a hundred thousand lists may share the
same bytes, and one list may be in itself. Python's reader builds all of it, in minutes and gigabytes. Apple's writer
gives each object bytes of its own, and names a text, number, date or data again where it comes again, but never a list
or table [read: CFBinaryPList.c, _flattenPlist].
"""

import struct

BEGINS = b"bplist00"
MOST_OBJECTS = 100_000
MOST_BYTES = 16 * 1024 * 1024
"""With each member counted wherever it is named: so much is written when the whole is put into a sentence."""
_TRAILER = struct.Struct(">6xBBQQQ")
_INTEGER, _REAL, _DATE, _DATA, _ASCII, _UTF16, _UID, _LIST, _TABLE = 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x8, 0xA, 0xD
_BYTES_OF_ONE = {_DATA: 1, _ASCII: 1, _UTF16: 2}


def is_plain(message: bytes) -> bool:
    """No bytes counted twice, no list in two places, and every key a text; a reader may still refuse it."""
    if len(message) < len(BEGINS) + _TRAILER.size:
        return False
    offset_size, ref_size, count, top, table = _TRAILER.unpack_from(message, len(message) - _TRAILER.size)
    end = len(message) - _TRAILER.size
    if not (1 <= offset_size <= 8 and 1 <= ref_size <= 8 and top < count <= MOST_OBJECTS):
        return False
    if table + count * offset_size > end:
        return False
    places = _numbers(message, table, count, offset_size)
    if max(places) >= end:
        return False
    kinds = bytes(message[place] >> 4 for place in places)
    used, members, keys = 0, [top], list[int]()
    lengths = []
    for place, kind in zip(places, kinds, strict=True):
        start, size = _size(message, place)
        if kind in (_LIST, _TABLE):
            size *= 2 if kind == _TABLE else 1
            if start + size * ref_size > end:
                return False
        lengths.append(start - place + size * (ref_size if kind in (_LIST, _TABLE) else _BYTES_OF_ONE.get(kind, 1)))
        used += lengths[-1]
        if used > end:
            return False
        if kind in (_LIST, _TABLE):
            found = _numbers(message, start, size, ref_size)
            members += found
            keys += found[: size // 2] if kind == _TABLE else ()
    if max(members) >= count or any(kinds[key] not in (_ASCII, _UTF16) for key in keys):
        return False
    if sum(lengths[each] for each in members) > MOST_BYTES:
        return False
    lists = [each for each in members if kinds[each] in (_LIST, _TABLE)]
    return len(lists) == len(set(lists))


def _size(message: bytes, place: int) -> tuple[int, int]:
    """Where the object's content begins, and of how many bytes, letters or members it says that it is."""
    kind, size = message[place] >> 4, message[place] & 0xF
    if kind in (_INTEGER, _REAL, _DATE):
        return place + 1, 1 << size
    if kind == _UID:
        return place + 1, size + 1
    if kind not in (_DATA, _ASCII, _UTF16, _LIST, _TABLE):
        return place + 1, 0
    if size < 0xF:
        return place + 1, size
    width = 1 << (message[place + 1] & 3)
    return place + 2 + width, int.from_bytes(message[place + 2 : place + 2 + width], "big")


def _numbers(message: bytes, start: int, count: int, size: int) -> list[int]:
    piece = message[start : start + count * size]
    return [int.from_bytes(piece[at : at + size], "big") for at in range(0, len(piece), size)]
