# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a running service from beginning anything new, and who wants it so.

A phone in the middle of an erase is never left there, in none of the three: it goes on to its signed paper.

- drained: until it is said to be over, or a start.
- locked: until the passphrase of the station's key is given at the machine. The key stays in the process's memory,
  since an erase that has begun will have to be signed for: this keeps hands off, it takes nothing out of memory. A job
  whose erase has not begun waits before it. A start opens the key anew.
- in maintenance: somebody works on the bench, says why, and it stays so over a start.
"""

import json
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from phones.durable_files import write_over
from phones.given_files import read_given
from station.errors import DrainingError, FileNotWrittenError, LockedError
from station.ledger.entry import timestamp
from station.service.errors import MaintenanceError
from station.text.language import os_reason

LARGEST_FILE = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Why nothing is begun, who said so, and since when (RFC 3339 in UTC)."""

    reason: str
    by: str
    since: str


class Pauses:
    """Of one service. `path`: where maintenance is kept. `locked`: the session's, which signs nothing while it is set.
    Thread safe.
    """

    def __init__(self, path: Path, locked: threading.Event) -> None:
        self._path = path
        self.draining = threading.Event()
        self.locked = locked

    @property
    def maintenance(self) -> Maintenance | None:
        """None where nobody works on the bench; a file that cannot be read is not taken for nobody."""
        try:
            told = json.loads(read_given(self._path, LARGEST_FILE))
            return Maintenance(reason=str(told["reason"]), by=str(told["by"]), since=str(told["since"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return Maintenance(reason="?", by="?", since="")

    def maintain(self, reason: str, *, by: str, now: datetime) -> None:
        """From now on. Raises: FileNotWrittenError."""
        told = Maintenance(reason=reason, by=by, since=timestamp(now))
        try:
            write_over(self._path, (json.dumps(asdict(told), ensure_ascii=False).encode(),), mode=0o600)
        except OSError as error:
            raise FileNotWrittenError(subject=self._path.name, cause=os_reason(error)) from error

    def end_maintenance(self) -> None:
        """The bench is whole again. Raises: FileNotWrittenError."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise FileNotWrittenError(subject=self._path.name, cause=os_reason(error)) from error

    def reasons(self) -> tuple[DrainingError | LockedError | MaintenanceError, ...]:
        """Everything that keeps new work away; nothing where work may begin."""
        found: list[DrainingError | LockedError | MaintenanceError] = []
        if self.locked.is_set():
            found.append(LockedError())
        if (maintenance := self.maintenance) is not None:
            found.append(MaintenanceError(why=maintenance.reason, by=maintenance.by))
        if self.draining.is_set():
            found.append(DrainingError())
        return tuple(found)
