# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP port of this machine that nobody listens on."""

import socket


def free_port() -> int:
    """Free at this moment; whoever needs it binds it at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
