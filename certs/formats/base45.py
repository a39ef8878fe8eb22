# SPDX-License-Identifier: GPL-3.0-or-later
"""Base45 (RFC 9285): bytes in the 45 characters that a QR symbol packs most densely."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Three characters for two bytes, two for a last single one."""
    characters = []
    for start in range(0, len(data) - 1, 2):
        value = data[start] << 8 | data[start + 1]
        characters += [ALPHABET[value % 45], ALPHABET[value // 45 % 45], ALPHABET[value // 2025]]
    if len(data) % 2:
        characters += [ALPHABET[data[-1] % 45], ALPHABET[data[-1] // 45]]
    return "".join(characters)


def decode(text: str) -> bytes:
    """The inverse, strictly. Raises: ValueError for a foreign character, an impossible length or value."""
    try:
        values = [_VALUES[character] for character in text]
    except KeyError as error:
        raise ValueError("a character base45 does not have") from error
    if len(values) % 3 == 1:
        raise ValueError("a length base45 does not have")
    data = bytearray()
    for start in range(0, len(values), 3):
        group = values[start : start + 3]
        value = sum(digit * 45**place for place, digit in enumerate(group))
        size = len(group) - 1
        if value >= 256**size:
            raise ValueError("a group base45 does not have")
        data += value.to_bytes(size, "big")
    return bytes(data)
