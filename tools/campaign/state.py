# SPDX-License-Identifier: GPL-3.0-or-later
"""What a campaign has done so far, on disk: one line of JSON for each block, so that a kill costs the blocks at work.

The first line says which campaign it is. A last line that was cut off is dropped.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.campaign.block import LIVES, Block

CHANGED = "-changed"
"""After a commit: files differ from it."""


class AnotherCampaignError(Exception):
    """The file is of another seed or another state of the program: its lives prove nothing about this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Which program, which draw."""

    seed: int
    commit: str
    lives_in_block: int = LIVES

    @property
    def may_go_on(self) -> bool:
        """Can a later run add to it? Not when nobody can say which files it was lived with."""
        return self.commit != "" and not self.commit.endswith(CHANGED)

    @property
    def short(self) -> str:
        """The commit as people write it."""
        head, mark, _ = self.commit.partition(CHANGED)
        return (head[:12] or "unknown") + mark


class State:
    """The file, open for more. Raises: AnotherCampaignError, OSError; ValueError for a file that is none."""

    def __init__(self, path: Path, campaign: Campaign) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.blocks: dict[int, Block] = {}
        whole = path.read_bytes() if path.exists() and campaign.may_go_on else b""
        kept = whole[: whole.rfind(b"\n") + 1]
        lines = kept.splitlines()
        if lines and json.loads(lines[0]) != asdict(campaign):
            raise AnotherCampaignError(f"{path}: {lines[0].decode()}")
        for block in map(_block, lines[1:]):
            self.blocks[block.number] = block
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(len(kept))
        self._file.seek(len(kept))
        if not lines:
            self._write(asdict(campaign))

    def add(self, block: Block) -> None:
        """Keep a block, durably."""
        self.blocks[block.number] = block
        self._write(asdict(block))

    def _write(self, line: Mapping[str, object]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def missing(self, blocks: int, first: int = 0) -> Iterator[int]:
        """Numbers from `first` to below `blocks` that are still to be done, in order."""
        return (number for number in range(first, blocks) if number not in self.blocks)

    def in_a_row(self, blocks: int, first: int = 0) -> Sequence[Block]:
        """Those done from `first` to below `blocks`, up to the first that is missing."""
        stop = next(self.missing(blocks, first), blocks)
        return [self.blocks[number] for number in range(first, stop)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _block(line: bytes) -> Block:
    found = json.loads(line)
    return Block(**{**found, "wrongs": tuple(found["wrongs"])})
