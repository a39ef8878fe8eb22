# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured of one phone without a job: a file of evidence that a later call goes on with.

One JSON document a line: first which phone, as commitments, then pieces of evidence as they were kept. A line is on the
disk before the next is asked for; one that a crash has torn is let go.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from phones.commitment import SALT_BYTES
from phones.evidence import Evidence
from phones.given_files import read_given
from phones.identity import committed, is_same_phone
from phones.port import Platform
from phones.verdict import Verdict

FORMAT = "proofwipe-check/1"
GOES_ON_WITHIN = timedelta(hours=12)
"""So long a phone is taken to be in the state in which it was measured: a shift."""
LARGEST_FILE = 4 * 1024 * 1024
MOST_FILES = 5000


@dataclass(slots=True, kw_only=True)
class CheckFile:
    """`salt`: of the commitments in it. `evidence`: all that was kept so far, in order."""

    path: Path
    platform: Platform
    salt: bytes
    evidence: list[Evidence] = field(default_factory=list)

    def keep(self, piece: Evidence) -> None:
        """One more piece, durably. Raises: OSError."""
        _append(self.path, piece.to_json())
        self.evidence.append(piece)

    def give_up(self) -> None:
        """Nobody goes on with it: nobody knows of which phone its last pieces tell. Raises: OSError."""
        self.path = self.path.rename(self.path.with_suffix(".swapped"))


def open_for(
    folder: Path, known: Mapping[str, str], platform: Platform, *, now: datetime, salt: bytes, anew: bool = False
) -> CheckFile:
    """The file of that phone from this shift, or (`anew`: in any case) a new one. `known`: what the phone says of
    itself, in clear. `salt`: 16 random bytes for a new file. A phone that names itself by one number alone is never
    known again: others may have the same.

    Raises: OSError; ValueError when the phone names itself by nothing.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError("salt")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not committed(known, salt):
        raise ValueError("nameless")
    for path in () if anew else sorted(folder.glob("*.jsonl"), reverse=True)[:MOST_FILES]:
        found = _earlier(path, known, platform, now)
        if found is not None:
            return found
    path = folder / f"{now:%Y%m%dT%H%M%S}-{salt[:4].hex()}.jsonl"
    header = {
        "format": FORMAT,
        "at": now.isoformat(),
        "platform": platform.value,
        "salt": salt.hex(),
        "phone": committed(known, salt),
    }
    _append(path, header)
    return CheckFile(path=path, platform=platform, salt=salt)


def read(path: Path) -> CheckFile:
    """A file as it stands. Raises: OSError, ValueError for anything that is no such file."""
    header, pieces = _lines(path)
    if header.get("format") != FORMAT:
        raise ValueError(f"no {FORMAT}")
    salt, platform = bytes.fromhex(str(header["salt"])), Platform(str(header["platform"]))
    return CheckFile(path=path, platform=platform, salt=salt, evidence=[Evidence.from_json(each) for each in pieces])


def _earlier(path: Path, known: Mapping[str, str], platform: Platform, now: datetime) -> CheckFile | None:
    try:
        header, _ = _lines(path)
        at, phone = datetime.fromisoformat(str(header["at"])), header["phone"]
        found = read(path)
        names = committed(known, found.salt)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # of another program or version, or torn at its first line: nothing is gone on with
    if found.platform is not platform or not isinstance(phone, dict) or not timedelta() <= now - at <= GOES_ON_WITHIN:
        return None
    told = {str(name): str(text) for name, text in phone.items()}
    return found if is_same_phone(told, names) is Verdict.PASSED else None


def _lines(path: Path) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    whole = read_given(path, LARGEST_FILE).split(b"\n")[:-1]  # the last has no end: torn, or empty
    documents = [json.loads(line) for line in whole]
    if not documents or not all(isinstance(each, dict) for each in documents):
        raise ValueError("no documents")
    return documents[0], documents[1:]


def _append(path: Path, document: Mapping[str, object]) -> None:
    """Behind the last whole line."""
    data = json.dumps(document, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.lseek(descriptor, _whole(descriptor), os.SEEK_SET)
        os.ftruncate(descriptor, os.lseek(descriptor, 0, os.SEEK_CUR))
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _whole(descriptor: int) -> int:
    """How many bytes end in whole lines."""
    size = os.fstat(descriptor).st_size
    kept = os.pread(descriptor, min(size, LARGEST_FILE), max(0, size - LARGEST_FILE))
    return size - len(kept) + kept.rfind(b"\n") + 1
