# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP port of this machine that nobody listens on and that no other test is given."""

import itertools
import os
import socket

_PORTS = range(20_000, 32_000)
"""Below the ports that Linux hands out by itself (from 32768 on), so no connection gets one by chance."""
_held: list[socket.socket] = []
"""A name for each port given out: one process of the machine can have it at a time, and it ends with the process."""


def free_port() -> int:
    """Free, and this process's alone until it ends, whichever other tests run."""
    start = os.getpid() * 97 % len(_PORTS)
    for port in itertools.chain(_PORTS[start:], _PORTS[:start]):
        if _hold(port) and _nobody_listens(port):
            return port
    raise AssertionError("every port is in use")


def _hold(port: int) -> bool:
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0proofwipe-test-port-{port}")  # Linux: a name without a file
    except OSError:
        name.close()
        return False
    _held.append(name)
    return True


def _nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
