# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell lines of a pass, each need with what stands in where a shell lacks the tool: a maker's build, or an Android
whose toybox is too young for it. As data, for nobody has seen which phone lacks what (`unconfirmed`).

Writing (`cat`), `rm`, `mkdir` and what the shell itself does are needed as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wipe.overwrite.layout import Chunk

NOT_THERE = frozenset((126, 127))
"""What a shell exits with for a tool that it does not have, or may not run."""
SIZES = "stat -c '%s %n' {files} 2>/dev/null || ls -l {files}"
"""Sizes of files: `SIZE PATH`, or a long list, whose line ends in size, day, time and path."""
CUT = "truncate -s {size} {path}"
"""Where this is no success the file is begun anew, and what it held is written once more."""
SPACE = ("df -k /data", "stat -f -c '%S %b %a' /data")
"""Size and free space: the list of blocks; where that is not the one of toybox (Android 6 had toolbox's, in rounded
gigabytes), size of a block, blocks, and blocks that are free to the shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of having chunks of a file. `whole`: all of the file is sent, whatever was drawn."""

    line: str
    whole: bool = False

    def of(self, path: str, chunks: Sequence[Chunk], chunk_bytes: int) -> str:
        """The line for these chunks of one file."""
        places = " ".join(str(chunk.offset // chunk_bytes) for chunk in chunks)
        return self.line.format(path=path, places=places, size=chunk_bytes)


WAYS = (
    Way(line="for s in {places}; do dd if={path} bs={size} skip=$s count=1 2>/dev/null; done"),
    Way(line="cat {path}", whole=True),
)
"""The first that the shell has."""
