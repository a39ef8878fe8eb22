# SPDX-License-Identifier: GPL-3.0-or-later
"""Large files that pages are drawn with, kept once for all editions: `<name>-<first 16 hex digits of SHA-256>.<kind>`.

An edition names the file it was released with; another content is another name, and a file that a released edition
names stays for ever.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent


def content(name: str) -> bytes:
    """A shared file. Raises: OSError."""
    return _FOLDER.joinpath(name).read_bytes()
