# SPDX-License-Identifier: GPL-3.0-or-later
"""Hears what other processes ask a service over one of its Unix sockets, and changes nothing of it."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST_S = 300.0
_PIECE = 65536


@contextmanager
def overheard(path: Path) -> Iterator[list[bytes]]:
    """While it is entered whoever connects there is passed on; the first piece of what each of them asks. A service
    that only is looked for is asked nothing.
    """
    behind, asked = path.with_suffix(".behind"), list[bytes]()
    path.rename(behind)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    listening.listen(64)
    threading.Thread(target=_accept, args=(listening, behind, asked), daemon=True).start()
    try:
        yield asked
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        behind.rename(path)


def _accept(listening: socket.socket, behind: Path, asked: list[bytes]) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_pass_on, args=(client, behind, asked), daemon=True).start()


def _pass_on(client: socket.socket, behind: Path, asked: list[bytes]) -> None:
    with client, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as service, suppress(OSError):
        service.connect(str(behind))
        others, heard = {client: service, service: client}, False
        while others:
            for source in select.select(list(others), (), (), LONGEST_S)[0]:
                if piece := source.recv(_PIECE):
                    if source is client and not heard:
                        heard = True
                        asked.append(piece)
                    (service if source is client else client).sendall(piece)
                else:
                    del others[source]
                    (service if source is client else client).shutdown(socket.SHUT_WR)
