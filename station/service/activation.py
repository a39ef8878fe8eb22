# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that systemd has opened for us and hands over at the start [read: sd_listen_fds(3)].

They come as the descriptors from 3 on, and the environment says how many, for which process, and how they are called.
Who listens is checked here as if we had opened them: a Unix socket, or TCP on loopback; anything else is refused, for
a unit may name any address.
"""

import os
import socket
from collections.abc import Mapping, MutableMapping
from contextlib import suppress

from station.errors import ConfigError

FIRST = 3
MOST = 16
VARIABLES = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
_LOOPBACK = ("127.0.0.1", "::1")


def inherited(environment: MutableMapping[str, str] = os.environ, *, first: int = FIRST) -> tuple[socket.socket, ...]:
    """The sockets, taken once: what says so is removed, for no program that we start has them.

    Raises: ConfigError for one that does not listen, or listens where everybody may come.
    """
    number = _number_of(environment)
    for name in VARIABLES:
        environment.pop(name, None)
    found: list[socket.socket] = []
    try:
        for descriptor in range(first, first + number):
            os.set_inheritable(descriptor, False)  # noqa: FBT003 - the standard library's own
            found.append(socket.socket(fileno=descriptor))
            _must_be_ours(found[-1])
    except (OSError, ConfigError) as error:
        for each in found:
            with suppress(OSError):
                each.close()
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(subject="LISTEN_FDS", expected=str(number), got=type(error).__name__) from error
    return tuple(found)


def _number_of(environment: Mapping[str, str]) -> int:
    given, process = environment.get("LISTEN_FDS", ""), environment.get("LISTEN_PID", "")
    if process != str(os.getpid()) or not given.isdecimal():
        return 0
    return min(int(given[:4]), MOST)


def _must_be_ours(given: socket.socket) -> None:
    """Raises: ConfigError."""
    stream = given.type == socket.SOCK_STREAM and given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if not stream or given.family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
        raise ConfigError(subject="ListenStream", expected="SOCK_STREAM", got=given.type.name)
    if given.family != socket.AF_UNIX and given.getsockname()[0] not in _LOOPBACK:
        raise ConfigError(subject="ListenStream", expected=", ".join(_LOOPBACK), got=str(given.getsockname()[0]))
