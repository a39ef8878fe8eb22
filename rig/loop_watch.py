# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches the loop that all iPhones share: whatever blocks it delays them all, and says where it hangs."""

import faulthandler
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from phones.apple.driver import AppleLibraryDriver

EVERY_S = 2.0
PATIENCE_S = 20.0


@contextmanager
def watched(island: AppleLibraryDriver, log: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Meanwhile every `EVERY_S` the loop is asked whether it turns; if not, the stacks of all threads go to `log`."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(EVERY_S):
            started = time.monotonic()
            while not _turns(island) and time.monotonic() - started < PATIENCE_S and not over.is_set():
                pass
            if time.monotonic() - started >= PATIENCE_S and not over.is_set():
                say(f"the iPhones' loop has not turned for {time.monotonic() - started:.0f} s: see {log.name}")
                with log.open("a", encoding="utf-8") as file:
                    faulthandler.dump_traceback(file)

    thread = threading.Thread(target=watch, name="loop-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def _turns(island: AppleLibraryDriver) -> bool:
    try:
        island.unfinished()
    except TimeoutError:  # after some seconds; drawing the keys of a new pairing may take as long in here
        return False
    return True
