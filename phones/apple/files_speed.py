# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast an iPhone takes and gives a file over the cable: a scratch file of ours, written, read back and removed.

What is measured is the whole way, cable, file service and storage together: it can show that one of them is slow, not
that the storage alone is fast, because the phone may answer a read out of its memory. The file is of bounded size, of
random bytes, and removed whatever happens.
"""

import asyncio
import contextlib
import secrets
from typing import Any, Protocol

from phones.errors import PhoneError, PhoneRefusedError

SCRATCH_BYTES = 8 * 1024 * 1024
"""At the lowest speed that passes (4 MB/s) two seconds each way; nothing that wears a storage."""
MOST_S = 6.0
"""The most that one way may take: slower than a third of the lowest speed that passes is not waited for."""


class Files(Protocol):
    """The three acts on a phone's media folder."""

    async def write_file(self, path: str, data: bytes) -> None:
        """Write a file."""

    async def read_file(self, path: str, most: int) -> bytes:
        """At most `most` bytes of a file."""

    async def remove_file(self, path: str) -> None:
        """Remove a file."""


async def measure(files: Files, path: str) -> dict[str, Any]:
    """`bytes`, `write_ms`, `read_ms` of what was finished in time, `same` (the bytes came back as they were sent) and
    `removed`. A way that took too long is given up: `too_slow` names it, `at_most_kb_s` is what it cannot have reached.

    Raises: PhoneRefusedError when the phone takes no file of ours; PhoneLostError, PhoneSilentError.
    """
    data = secrets.token_bytes(SCRATCH_BYTES)
    told: dict[str, Any] = {"bytes": SCRATCH_BYTES, "removed": False}
    clock = asyncio.get_running_loop().time
    try:
        for way in ("write", "read"):
            begun = clock()
            try:
                async with asyncio.timeout(MOST_S):
                    if way == "write":
                        await files.write_file(path, data)
                    else:
                        told["same"] = await files.read_file(path, SCRATCH_BYTES + 1) == data
            except TimeoutError:
                told |= {"too_slow": way, "at_most_kb_s": round(SCRATCH_BYTES / MOST_S / 1000)}
                break
            told[f"{way}_ms"] = round((clock() - begun) * 1000)
    finally:
        told["removed"] = await _removed(files, path)
    return told


async def _removed(files: Files, path: str) -> bool:
    """Is it gone? A phone that says there is no such file says so too."""
    with contextlib.suppress(PhoneRefusedError):
        await files.remove_file(path)
        return True
    try:
        await files.read_file(path, 1)
    except PhoneRefusedError as error:
        return error.reason_code == "not_found"
    except PhoneError:
        return False
    return False
