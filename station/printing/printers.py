# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending a finished document to a printer: through CUPS, or raw to a label printer on the network.

Raw goes only to an address that the settings name: what is printed has numbers of phones on it, and an address in a
request could be anybody's.
"""

import re
import socket
import subprocess
from collections.abc import Mapping

from phones.cleaning import clean
from station.printing.errors import PrinterError, PrinterNotNamedError
from station.text.language import os_reason, text

_QUEUE = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,126}", re.ASCII)
"""What CUPS takes for the name of a queue, and no option of `lp` looks like."""
PRINT_S = 30.0
"""Seconds until a queue or a printer must have taken a document."""


def print_on_queue(data: bytes, queue: str, *, title: str, raw: bool = False, media: str = "") -> None:
    """Give a document to CUPS with `lp`. `raw`: as it is, for a printer that knows its language. `media`: the size of
    the sheet, as CUPS calls it.

    Raises: PrinterError when the name is none, or `lp` is not there, refuses, or does not answer.
    """
    if not _QUEUE.fullmatch(queue):
        raise PrinterError(subject=queue[:60], cause=text("print.no_queue"))
    options = ["-o", "raw"] if raw else ["-o", f"media={media}"] if media else []
    command = ["lp", "-d", queue, "-t", title, *options]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PRINT_S, check=False)
    except FileNotFoundError as error:
        raise PrinterError(subject=queue, cause=text("print.no_lp")) from error
    except subprocess.TimeoutExpired as error:
        raise PrinterError(subject=queue, cause=text("print.no_answer", seconds=f"{PRINT_S:.0f}")) from error
    except OSError as error:
        raise PrinterError(subject=queue, cause=os_reason(error)) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or f"lp: {done.returncode}"
        raise PrinterError(subject=queue, cause=clean(said, most=200))


def address_of(named: str, printers: Mapping[str, str]) -> tuple[str, int]:
    """Host and port of a printer: by its name in the settings, or by its address if they have that.

    Raises: PrinterNotNamedError.
    """
    address = printers.get(named, named if named in printers.values() else "")
    if not address:
        raise PrinterNotNamedError(subject=named[:60], known=", ".join(sorted(printers)) or "—")
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def print_raw(data: bytes, address: tuple[str, int]) -> None:
    """Send to a printer's raw port and see it taken. Raises: PrinterError.

    Such a port says nothing back: whether paper came out, nobody is told.
    """
    try:
        with socket.create_connection(address, timeout=PRINT_S) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
    except TimeoutError as error:
        cause = text("print.no_answer", seconds=f"{PRINT_S:.0f}")
        raise PrinterError(subject=f"{address[0]}:{address[1]}", cause=cause) from error
    except OSError as error:
        raise PrinterError(subject=f"{address[0]}:{address[1]}", cause=os_reason(error)) from error
