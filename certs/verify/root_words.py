# SPDX-License-Identifier: GPL-3.0-or-later
"""The fingerprint of a root certificate as words, so that people can compare it by eye and by telephone.

Twelve words of the BIP-39 lists (2048 words, 11 bits each) are the first 132 bits of the SHA-256 over the certificate.
Nobody makes another certificate with the same words: that takes 2^132 tries. They are public, are no secret and no key
of a wallet; no check sum is among them, unlike there.
"""

from functools import cache

from phones import package_data

COUNT, BITS_EACH = 12, 11
BITS = COUNT * BITS_EACH
"""How many bits of the fingerprint the words carry."""
_LISTS = {"en": "english.txt", "zh": "chinese_simplified.txt"}


def root_words(fingerprint: str, language: str = "en") -> tuple[str, ...]:
    """Twelve words for a SHA-256 in hexadecimal. `language`: "en", or "zh" for one Chinese character each.

    Raises: ValueError if it is no SHA-256.
    """
    digest = bytes.fromhex(fingerprint)
    if len(digest) != 32:
        raise ValueError("no SHA-256")
    number = int.from_bytes(digest, "big") >> (256 - BITS)
    words = _words(language)
    return tuple(words[number >> (BITS_EACH * place) & 2**BITS_EACH - 1] for place in reversed(range(COUNT)))


@cache
def _words(language: str) -> tuple[str, ...]:
    return tuple(package_data.path("certs", "verify", "bip39", _LISTS[language]).read_text("utf-8").split())
