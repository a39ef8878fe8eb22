# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written: a keyed stream that is this job's own to the byte, so that every block can be made again and none
has to be kept.

AES-256 in counter mode. Key of pass p: SHA-256 of "proofwipe overwrite", a zero byte, the job's secret as 64 hex
digits (wipe.secret), a zero byte and p in decimal ASCII. First counter block of file i at byte o (a multiple of 16): i,
then o / 16, each as 8 bytes big-endian. The phone gets the stream and never the secret, so it can only give back what
it has kept; and the bytes cannot be compressed.
"""

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from wipe.overwrite.pattern import Pattern

PIECE_BYTES = 1024 * 1024
"""Never more than this of a stream is in memory at once."""
_BLOCK = 16


def key_of(secret: str, pass_number: int) -> bytes:
    """The key of pass `pass_number` (from 1) of the job with this secret."""
    return hashlib.sha256(b"\0".join((b"proofwipe overwrite", secret.encode("ascii"), b"%d" % pass_number))).digest()


class Stream:
    """All bytes of one pass."""

    def __init__(self, secret: str, pass_number: int, pattern: Pattern = Pattern.KEYED) -> None:
        self._key = key_of(secret, pass_number)
        self._pattern = pattern

    def pieces(self, file: int, offset: int, length: int, *, most: int = PIECE_BYTES) -> Iterator[bytes]:
        """The bytes of file number `file` from `offset` on, in pieces of at most `most`, `length` in all."""
        if self._pattern is Pattern.ZEROS:
            zeros = bytes(min(most, length))
            yield from (zeros[: length - place] for place in range(0, length, most))
            return
        first_block, skip = divmod(offset, _BLOCK)
        counter = file.to_bytes(8, "big") + first_block.to_bytes(8, "big")
        encryptor = Cipher(algorithms.AES(self._key), modes.CTR(counter)).encryptor()
        encryptor.update(bytes(skip))
        zeros = bytes(min(most, length))
        left = length
        while left > 0:
            yield encryptor.update(zeros if left >= most else zeros[:left])
            left -= most

    def bytes_at(self, file: int, offset: int, length: int) -> bytes:
        """A short part whole, for a comparison."""
        return b"".join(self.pieces(file, offset, length))
