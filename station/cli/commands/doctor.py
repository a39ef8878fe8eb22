# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe doctor`: what works here, what does not, so what, and how to mend it."""

import os
import shutil
import stat
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from phones.errors import ProofwipeError
from station.cli import cli_text, output
from station.cli.commands.options import home_of, json_option
from station.setup.home import Home
from station.setup.machine import Machine
from station.text.language import current, text

STATES = ("works", "caution", "broken", "absent", "unknown")
FREE_BYTES_WANTED = 500_000_000


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at.

    state: works, caution (works, but can come in the way), broken, absent (not needed by everyone), unknown (could
    not look).
    """

    name: str
    state: str
    detail: str = ""


@cli_text.command("doctor")
@json_option()
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """Exit 0 when all that is there works; 1 when something is broken; 6 when something could not be looked at."""
    home = home_of(context)
    found = [_safely(name, look, home) for name, look in LOOKS.items()]
    if as_json:
        output.document(
            "doctor", {"checks": [{"name": each.name, "state": each.state, "detail": each.detail} for each in found]}
        )
    else:
        for each in found:
            output.say(f"{_state_word(each.state)}  {text('doctor.' + each.name + '.what')}  {each.detail}".rstrip())
            if each.state == "unknown":
                output.say(f"    {text('doctor.could_not_look')}")
            if each.state != "works":
                output.say(f"    {text('doctor.' + each.name + '.so')}")
                output.say(f"    → {text('doctor.' + each.name + '.fix')}")
    return exit_code([each.state for each in found])


def exit_code(states: Sequence[str]) -> int:
    """Broken outranks unknown, and unknown is never fine."""
    return 1 if "broken" in states else 6 if "unknown" in states else 0


def _state_word(state: str) -> str:
    """In a column as wide as the longest of them; a Chinese character is two wide."""
    known = [text(f"doctor.state_{each}") for each in STATES]
    word = text(f"doctor.state_{state}")
    return word + " " * (max(_width(each) for each in known) - _width(word))


def _width(word: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in word)


def _safely(name: str, look: Callable[[Home], tuple[str, str]], home: Home) -> Diagnosis:
    try:
        state, detail = look(home)
    except ProofwipeError as error:
        state, detail = "broken", error.reason(current())
    except ModuleNotFoundError as error:
        state, detail = "absent", error.name or ""
    except OSError as error:
        state, detail = "broken", error.strerror or str(error)
    return Diagnosis(name, state, detail)


def _installation(_home: Home) -> tuple[str, str]:
    from station.setup.installation import rooms_are_ours

    found = rooms_are_ours()
    return found.state, found.detail


def _adb(home: Home) -> tuple[str, str]:
    from phones.adb.server import AdbServer

    server = AdbServer(home.make().adb)
    server.start()
    port = server.port
    server.stop()
    return "works", f"127.0.0.1:{port}"


def _other_adb(home: Home) -> tuple[str, str]:
    from phones.adb.note import noted_server

    found = Machine().other_adb(noted_server(home.adb))
    return found.state, found.detail


def _installed_adb(_home: Home) -> tuple[str, str]:
    found = Machine().installed_adb()
    return found.state, found.detail


def _udev(_home: Home) -> tuple[str, str]:
    found = Machine().udev()
    return found.state, found.detail


def _controllers(_home: Home) -> tuple[str, str]:
    found = Machine().controllers()
    return found.state, found.detail


def _usb(_home: Home) -> tuple[str, str]:
    from phones.usb.watch import UsbWatch

    return "works", str(len(UsbWatch().phones()))


def _usbmuxd(_home: Home) -> tuple[str, str]:
    found = Machine().usbmuxd_runs()
    return found.state, found.detail


def _iphones(home: Home) -> tuple[str, str]:
    return iphones(home.make().pairing, Machine().usbmux_socket)


def iphones(records: Path, socket: Path) -> tuple[str, str]:
    """How many iPhones are shown at `socket`; absent only where there is none, broken when it gives no list."""
    from phones.apple.driver import AppleLibraryDriver
    from phones.errors import UsbmuxError

    try:
        socket.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return "absent", ""
    island = AppleLibraryDriver(str(socket), records)
    try:
        return "works", str(len(island.attached()))
    except UsbmuxError:
        return "broken", f"{socket}?"
    finally:
        island.close()


def _keys(home: Home) -> tuple[str, str]:
    if not home.keys.is_dir():
        return "absent", str(home.keys)
    loose = [path.name for path in sorted(home.keys.rglob("*.key")) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    return ("broken", ", ".join(loose)) if loose else ("works", str(home.keys))


def _ledger(home: Home) -> tuple[str, str]:
    from station.session.jobs import read_jobs

    if not home.ledger.exists():
        return "absent", str(home.ledger)
    with read_jobs(home) as jobs:
        return "works", str(jobs.verify().number)


def _disk(home: Home) -> tuple[str, str]:
    place: Path = home.path
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    return ("works" if free >= FREE_BYTES_WANTED and writable else "broken"), f"{free // 1_000_000} MB"


LOOKS: dict[str, Callable[[Home], tuple[str, str]]] = {
    "installation": _installation,
    "adb": _adb,
    "other_adb": _other_adb,
    "installed_adb": _installed_adb,
    "usb": _usb,
    "udev": _udev,
    "controllers": _controllers,
    "usbmuxd": _usbmuxd,
    "iphones": _iphones,
    "keys": _keys,
    "ledger": _ledger,
    "disk": _disk,
}
