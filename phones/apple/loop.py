# SPDX-License-Identifier: GPL-3.0-or-later
"""One thread that runs an event loop, and a way for every other thread to wait for it.

pymobiledevice3 is asyncio only; the rest of the program is not. All phones share this loop: whatever
blocks in it delays them all. Rules measured in research style.md §8.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from phones.errors import BenchError, PhoneSilentError

_T = TypeVar("_T")

# How long a cancelled exchange may take to close its connections before its caller stops waiting.
_GRACE_S = 5.0
_CLOSE_S = 5.0


class LoopThread:
    """An event loop in a daemon thread of its own, started at once."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._closed = False
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _T], *, timeout_s: float) -> _T:
        """The result of `work`; when `timeout_s` is over it is cancelled and its connections are closed.

        Raises: PhoneSilentError at the deadline; whatever `work` raises; RuntimeError when called from the
        loop's own thread, where waiting would stop the loop for ever; BenchError when the loop is closed.
        """
        future = self.start(work, timeout_s=timeout_s)
        try:
            return future.result(timeout_s + _GRACE_S)
        except TimeoutError as error:
            raise PhoneSilentError(step="apple", expected=f"an answer within {timeout_s:g} s", got="none") from error
        finally:
            # `.result()` alone leaves the coroutine running; cancelling a finished one does nothing.
            future.cancel()

    def start(self, work: Coroutine[Any, Any, _T], *, timeout_s: float) -> "Future[_T]":
        """Begin `work`, which is cancelled when `timeout_s` is over: TimeoutError then. Cancelling the future cancels
        it at once; either way its connections are closed.

        Raises: RuntimeError when called from the loop's own thread; BenchError when the loop is closed.
        """
        if threading.get_ident() == self._thread.ident:
            work.close()
            raise RuntimeError("waiting for the loop from inside the loop would stop it")
        if self._closed:
            work.close()
            raise BenchError(step="apple", expected="an open island", got="a closed one")
        return asyncio.run_coroutine_threadsafe(_within(work, timeout_s), self._loop)

    def unfinished(self) -> int:
        """How many tasks the loop still holds; 0 when every exchange ended and cleaned up."""
        if self._closed:
            return 0
        future = asyncio.run_coroutine_threadsafe(_count_others(), self._loop)
        return future.result(_CLOSE_S)

    def close(self) -> None:
        """Cancel what runs, stop the loop, end the thread. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        future = asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop)
        try:
            future.result(_CLOSE_S)
        except TimeoutError:
            future.cancel()  # a task that swallows its cancellation ends with the process
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_S)
        if not self._thread.is_alive():
            self._loop.close()


async def _within(work: Coroutine[Any, Any, _T], timeout_s: float) -> _T:
    async with asyncio.timeout(timeout_s):
        return await work


def _others() -> list["asyncio.Task[Any]"]:
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def _count_others() -> int:
    return len(_others())


async def _cancel_others() -> None:
    tasks = _others()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
    await asyncio.get_running_loop().shutdown_default_executor()
