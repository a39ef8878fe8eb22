# SPDX-License-Identifier: GPL-3.0-or-later
"""The QR symbol of the signed statement: always the same modules for the same text (ISO/IEC 18004).

Only what a statement needs: alphanumeric mode, level M, versions 1 to 15, one fixed mask; choosing the best mask
would cost more than the rest of the page and differ between encoders. Tests compare every version with another
program's encoder and read the printed page back with a decoder.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import itemgetter

from certs.page.errors import PageError, PaperTooLongError
from phones.frozen import dataclass

MAXIMUM_SIDE = 34.0  # millimetres with the quiet zone of four modules
MINIMUM_MODULE = 0.4  # millimetres; what office printers and cheap cameras manage
WANTED_MODULE = 0.5
QUIET = 4

_CHARACTERS = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_LEVEL_M_MASK_2 = 0b00_010
_FORMAT_POLYNOMIAL, _FORMAT_MASK = 0x537, 0x5412
_VERSION_POLYNOMIAL = 0x1F25
_MODULE = bytes.maketrans(b"01", b"\0\1")
_FIRST_BIT = 3  # of the data, in the pool the modules are taken from: behind light, dark and the one
# Level M: check bytes of a block, blocks, data bytes of the shorter ones, how many blocks hold one byte more.
_BLOCKS = (
    (10, 1, 16, 0),
    (16, 1, 28, 0),
    (26, 1, 44, 0),
    (18, 2, 32, 0),
    (24, 2, 43, 0),
    (16, 4, 27, 0),
    (18, 4, 31, 0),
    (22, 4, 38, 2),
    (22, 5, 36, 2),
    (26, 5, 43, 1),
    (30, 5, 50, 4),
    (22, 8, 36, 2),
    (22, 9, 37, 1),
    (24, 9, 40, 5),
    (24, 10, 41, 5),
)
_ALIGNED = (
    (),
    (6, 18),
    (6, 22),
    (6, 26),
    (6, 30),
    (6, 34),
    (6, 22, 38),
    (6, 24, 42),
    (6, 26, 46),
    (6, 28, 50),
    (6, 30, 54),
    (6, 32, 58),
    (6, 34, 62),
    (6, 26, 46, 66),
    (6, 26, 48, 70),
)


def modules(text: str) -> tuple[bytes, ...]:
    """Rows of modules, 1 = dark, without the quiet zone; the smallest version that holds `text` at level M.

    Raises: PaperTooLongError if the text needs a symbol that would be too fine to print; PageError for a character
    that alphanumeric mode has not.
    """
    if not _CHARACTERS.keys() >= set(text):
        raise PageError(step="QR", expected="characters of base 45", got=ascii(text)[:40])
    for version in range(1, len(_BLOCKS) + 1):
        if _bits_needed(text, version) <= 8 * _data_bytes(version):
            break
    else:
        raise PaperTooLongError(step="QR", got=f"{len(text)} characters")
    frame = _frame(version)
    # Seven modules may remain; they are light. A one in front keeps the number's length.
    bits = int.from_bytes(b"\1" + _whole(text, version) + b"\0", "big") ^ frame.mask
    pool = f"01{bits:b}".encode().translate(_MODULE)
    symbol, side = bytes(frame.modules(pool)), 17 + 4 * version
    return tuple(symbol[at : at + side] for at in range(0, side * side, side))


def module_size(rows: Sequence[bytes]) -> float:
    """Side of one module in millimetres: as large as the paper's corner allows, at most `WANTED_MODULE`."""
    return min(WANTED_MODULE, MAXIMUM_SIDE / (len(rows) + 2 * QUIET))


def _data_bytes(version: int) -> int:
    _, blocks, size, longer = _BLOCKS[version - 1]
    return blocks * size + longer


def _count_bits(version: int) -> int:
    return 9 if version < 10 else 11


def _bits_needed(text: str, version: int) -> int:
    return 4 + _count_bits(version) + 11 * (len(text) // 2) + 6 * (len(text) % 2)


def _whole(text: str, version: int) -> bytes:
    """Data and check bytes, woven together."""
    check, blocks, size, longer = _BLOCKS[version - 1]
    data = _data(text, version)
    parts, start = [], 0
    for index in range(blocks):
        end = start + size + (index >= blocks - longer)
        parts.append(data[start:end])
        start = end
    checks = [_check_bytes(part, check) for part in parts]
    woven = bytearray()
    for at in range(size + 1):
        woven += bytes(part[at] for part in parts if at < len(part))
    for at in range(check):
        woven += bytes(part[at] for part in checks)
    return bytes(woven)


def _data(text: str, version: int) -> bytes:
    values = [_CHARACTERS[character] for character in text]
    bits = f"0010{len(text):0{_count_bits(version)}b}"
    bits += "".join(f"{45 * first + second:011b}" for first, second in zip(values[::2], values[1::2], strict=False))
    if len(values) % 2:
        bits += f"{values[-1]:06b}"
    room = _data_bytes(version)
    bits = (bits + "0000")[: 8 * room]
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return data + (b"\xec\x11" * room)[: room - len(data)]


def _check_bytes(data: bytes, count: int) -> bytes:
    """Reed-Solomon: the remainder of the data, as a polynomial, by the generator of this degree."""
    multiples, rest, top = _multiples(count), 0, 8 * (count - 1)
    for byte in data:
        factor = byte ^ (rest >> top)
        rest = ((rest << 8) & ((1 << (8 * count)) - 1)) ^ multiples[factor]
    return rest.to_bytes(count, "big")


@cache
def _multiples(count: int) -> tuple[int, ...]:
    """The generator without its first coefficient, times each element of GF(256), as one number each."""
    generator = [1]
    root = 1
    for _ in range(count):
        longer = [*generator, 0]
        for index, value in enumerate(generator):
            longer[index + 1] ^= _times(value, root)
        generator, root = longer, _times(root, 2)
    multiples = [0]
    for factor in range(1, 256):
        lowest = factor & -factor
        if factor == lowest:
            multiples.append(int.from_bytes(bytes(_times(factor, value) for value in generator[1:]), "big"))
        else:  # the field's addition is XOR
            multiples.append(multiples[factor ^ lowest] ^ multiples[lowest])
    return tuple(multiples)


def _times(first: int, second: int) -> int:
    product = 0
    while second:
        if second & 1:
            product ^= first
        first = (first << 1) ^ (0x11D if first & 0x80 else 0)
        second >>= 1
    return product


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What is the same in every symbol of a version. `mask`: one where the mask turns a bit of the data round;
    `modules`: takes all modules, row after row, out of a pool of light, dark, a one, and the bits of the data.
    """

    mask: int
    modules: Callable[[bytes], tuple[int, ...]]


@cache
def _frame(version: int) -> _Frame:
    side = 17 + 4 * version
    fixed: dict[int, int] = {}

    def put(across: int, down: int, dark: int) -> None:
        if 0 <= across < side and 0 <= down < side:
            fixed[side * down + across] = dark

    for at in range(side):
        put(6, at, int(at % 2 == 0))
        put(at, 6, int(at % 2 == 0))
    for middle_x, middle_y in ((3, 3), (side - 4, 3), (3, side - 4)):
        for x, y, ring in _square(4):
            put(middle_x + x, middle_y + y, int(ring not in (2, 4)))
    centres = _ALIGNED[version - 1]
    corners = {(6, 6), (6, side - 7), (side - 7, 6)}
    for centre_x in centres:
        for centre_y in centres:
            if (centre_x, centre_y) not in corners:
                for x, y, ring in _square(2):
                    put(centre_x + x, centre_y + y, int(ring != 1))
    told = _with_check(_LEVEL_M_MASK_2, 10, _FORMAT_POLYNOMIAL) ^ _FORMAT_MASK
    for bit in range(15):
        dark = told >> bit & 1
        put(8, bit if bit < 6 else bit + 1 if bit < 8 else side - 15 + bit, dark)
        put(side - 1 - bit if bit < 8 else 7 if bit == 8 else 14 - bit, 8, dark)
    put(8, side - 8, 1)
    if version >= 7:
        told = _with_check(version, 12, _VERSION_POLYNOMIAL)
        for bit in range(18):
            put(bit // 3, side - 11 + bit % 3, told >> bit & 1)
            put(side - 11 + bit % 3, bit // 3, told >> bit & 1)
    free = [place for place in _way(side) if place not in fixed]
    taken = fixed | {place: _FIRST_BIT + at for at, place in enumerate(free)}
    turned = "".join(["1" if place % side % 3 == 0 else "0" for place in free])
    held = 8 * (_data_bytes(version) + _BLOCKS[version - 1][0] * _BLOCKS[version - 1][1] + 1)
    return _Frame(mask=int(turned.ljust(held, "0"), 2), modules=itemgetter(*map(taken.__getitem__, range(side * side))))


def _square(reach: int) -> Iterator[tuple[int, int, int]]:
    """Offsets from the middle, each with the ring it lies on."""
    for y in range(-reach, reach + 1):
        for x in range(-reach, reach + 1):
            yield x, y, max(abs(x), abs(y))


def _with_check(value: int, bits: int, polynomial: int) -> int:
    rest = value << bits
    for at in range(rest.bit_length() - 1, bits - 1, -1):
        if rest >> at & 1:
            rest ^= polynomial << (at - bits)
    return value << bits | rest


def _way(side: int) -> list[int]:
    """All places in the order of the data: pairs of columns from the right, up and down in turn."""
    places: list[int] = []
    downwards = range(0, side * side, side)
    rows = downwards[::-1]
    for right in (*range(side - 1, 6, -2), *range(5, 0, -2)):
        places += [place for row in rows for place in (row + right, row + right - 1)]
        rows = rows[::-1]
    return places
