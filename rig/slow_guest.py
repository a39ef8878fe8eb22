# SPDX-License-Identifier: GPL-3.0-or-later
"""The product in a guest that computes some twenty times slower than its host: exchanges may take longer.

    python -m rig.slow_guest ARGUMENTS      the command line `proofwipe ARGUMENTS`, so slowed

Nothing else of the product is changed: a phone that answers at once needs a minute here only because Python does.
"""

from collections.abc import Callable
from typing import Any

FACTOR = 3.0
APPLE_FACTOR = 6.0
"""All iPhones share one loop, and all loops and workers one interpreter: among fifty Androids it is the last to run."""


def patience() -> None:
    """From now on every exchange with a phone may take that many times as long."""
    from phones.adb.link import AdbLink
    from phones.adb.server import AdbServer
    from phones.apple import driver as apple
    from phones.apple.driver import AppleLibraryDriver

    _slow(AdbLink, FACTOR)
    AdbServer.ask = _slower_ask(AdbServer.ask)  # type: ignore[method-assign]  # only here, in a guest that is slow
    _slow(AppleLibraryDriver, APPLE_FACTOR)
    # Drawing the keys of a new pairing keeps the island's loop busy for seconds here, and for a moment elsewhere.
    apple._LOOK_S = apple._LOOK_S * FACTOR


def _slow(kind: Any, factor: float) -> None:
    quick = kind.exchange

    def exchange(self: Any, *arguments: Any, timeout_s: float) -> Any:
        return quick(self, *arguments, timeout_s=timeout_s * factor)

    kind.exchange = exchange


def _slower_ask(quick: Callable[..., bytes]) -> Callable[..., bytes]:
    def ask(self: Any, service: str, *, timeout_s: float = 5.0) -> bytes:
        return quick(self, service, timeout_s=timeout_s * FACTOR)

    return ask


def main() -> None:
    """As `proofwipe`."""
    patience()
    from station.cli.main import main as proofwipe

    proofwipe()


if __name__ == "__main__":
    main()
