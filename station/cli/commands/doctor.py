# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe doctor`: what works here, what does not, so what, and how to mend it."""

import os
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from phones.errors import ProofwipeError
from phones.words import keys
from station.cli import cli_text, output
from station.cli.commands.options import home_of, json_option
from station.setup.home import Home
from station.setup.machine import Machine
from station.setup.repairs import OTHERS, Repairs, loose_keys
from station.setup.settings import load as load_settings
from station.text.language import current, os_reason, text

Look = Callable[[Home], tuple[str, str]]
if TYPE_CHECKING:
    from station.documents.setup import StationChecked, ThingChecked

STATES = ("works", "caution", "broken", "absent", "unknown")


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
@click.option("--fix", is_flag=True, help=text("option.doctor_fix"))
@click.option("--yes", is_flag=True, help=text("option.doctor_yes"))
@json_option()
@click.pass_context
def command(context: click.Context, fix: bool, yes: bool, as_json: bool) -> int:
    """Exit 0 when all that is there works; 1 when something is broken; 6 when something could not be looked at."""
    if yes and not fix:
        raise click.UsageError(text("doctor.yes_with_fix"))
    home = home_of(context)
    looks = looks_of(home)
    found = [_safely(name, look, home) for name, look in looks.items()]
    if fix:
        repairs = Repairs(home=home)
        found = [_mended(each, looks[each.name], repairs, yes=yes, ask=not as_json) for each in found]
    if as_json:
        from station.documents.setup import StationChecked

        output.tell(StationChecked(checks=tuple(_told(each) for each in found)))
    else:
        for each in found:
            _say(each)
        _say_total(found, Repairs(home=home))
    return exit_code([each.state for each in found])


def checked(home: Home) -> "StationChecked":
    """The same for a service: everything looked at, nothing mended."""
    from station.documents.setup import StationChecked

    return StationChecked(checks=tuple(_told(_safely(name, look, home)) for name, look in looks_of(home).items()))


def _told(found: Diagnosis) -> "ThingChecked":
    from station.documents.setup import ThingChecked

    works = found.state == "works"
    return ThingChecked(
        check=found.name,
        state=found.state,
        detail=found.detail or None,
        sentence=None if works else _part(found, "so"),
        next_step=None if works else _part(found, "fix"),
    )


def exit_code(states: Sequence[str]) -> int:
    """Broken outranks unknown, and unknown is never fine."""
    return 1 if "broken" in states else 6 if "unknown" in states else 0


def looks_of(home: Home) -> dict[str, Look]:
    """What is looked at here: a bench of virtual phones has none of the machine's parts."""
    with suppress(ProofwipeError):
        if load_settings(home.config).emulated_bench:
            return {name: look for name, look in LOOKS.items() if name not in OF_REAL_PHONES} | VIRTUAL
    return LOOKS


def _mended(each: Diagnosis, look: Look, repairs: Repairs, *, yes: bool, ask: bool) -> Diagnosis:
    """The check again, if the person wants it mended and it can be; else as it was."""
    repair = repairs.of(each.name, each.state)
    if repair is None:
        return each
    if not yes:
        if not (ask and output.is_terminal()):
            return each
        output.message(_sentence(each))
        if not click.confirm(text(f"doctor.{each.name}.mend"), err=True, default=False):
            return each
    try:
        repair()
    except ProofwipeError as error:
        output.warn(error)
        return each
    except OSError as error:
        output.message(f"! {os_reason(error)}")
        return each
    return _safely(each.name, look, repairs.home)


def _say(each: Diagnosis) -> None:
    """Works, problem or whatever it is in a sentence; then what follows from it and what to do."""
    output.say(f"{_state_word(each.state)}  {_sentence(each)}")
    if each.state == "works":
        return
    if each.state == "unknown":
        output.say(f"    {text('doctor.could_not_look')}")
    output.say(f"    {text('doctor.so', sentence=_part(each, 'so'))}")
    output.say(f"    → {_part(each, 'fix')}")


def _say_total(found: Sequence[Diagnosis], repairs: Repairs) -> None:
    wrong = [each for each in found if each.state in ("broken", "unknown")]
    output.say(text("doctor.all_well") if not wrong else text("doctor.total", number=len(wrong), all=len(found)))
    mendable = [text(f"doctor.{each.name}.what") for each in found if repairs.of(each.name, each.state) is not None]
    if mendable:
        output.say(text("doctor.mendable", names=", ".join(mendable)))


def _sentence(each: Diagnosis) -> str:
    """What was found. Where a state has no sentence of its own: what was looked at, and what came."""
    key = f"doctor.{each.name}.is_{each.state}"
    if key in keys("doctor."):
        return text(key, detail=each.detail or "?")
    return f"{text(f'doctor.{each.name}.what')}: {each.detail}".rstrip(": ")


def _part(each: Diagnosis, part: str) -> str:
    special = f"doctor.{each.name}.{part}_{each.state}"
    return text(special if special in keys("doctor.") else f"doctor.{each.name}.{part}", detail=each.detail or "?")


def _state_word(state: str) -> str:
    """In a column as wide as the longest of them; a Chinese character is two wide."""
    known = [text(f"doctor.state_{each}") for each in STATES]
    word = text(f"doctor.state_{state}")
    return word + " " * (max(_width(each) for each in known) - _width(word))


def _width(word: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in word)


def _safely(name: str, look: Look, home: Home) -> Diagnosis:
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


def _settings(home: Home) -> tuple[str, str]:
    if not os.path.lexists(home.config):
        return "works", ""
    load_settings(home.config)
    return "works", str(home.config)


def _folder(home: Home) -> tuple[str, str]:
    if not home.path.is_dir():
        return "absent", str(home.path)
    open_to_others = stat.S_IMODE(home.path.stat().st_mode) & OTHERS
    missing = any(not folder.is_dir() for folder in (home.papers, home.adb, home.pairing))
    if open_to_others and home.keys.is_dir():
        return "caution", str(home.path)
    return ("absent" if missing else "works"), str(home.path)


def _adb(home: Home) -> tuple[str, str]:
    from phones.adb.note import noted_server
    from phones.adb.server import AdbServer
    from station.session import bench_operations
    from station.session.remote.client import find_session

    session = find_session(home)
    if session is not None:  # it has started the server; a second one of this station cannot be
        session.do(bench_operations.phones, settle=False)
        return "works", f"pid {noted_server(home.adb) or '?'}"
    with _place(home.adb) as folder:
        server = AdbServer(folder)
        server.start()
        port = server.port
        server.stop()
    return "works", f"127.0.0.1:{port}"


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    """The folder, or one for the moment where there is none: looking makes nothing."""
    if folder.is_dir():
        yield folder
    else:
        with TemporaryDirectory(prefix="proofwipe-") as made:
            yield Path(made)


def _virtual_bench(home: Home) -> tuple[str, str]:
    """Asked for its phones, and nothing else: a session may be using it."""
    from station.session.emulated import read_hello
    from virtual_phones.bench.control import ControlClient, ControlError

    hello = read_hello(home.path / load_settings(home.config).emulated_bench)
    client = ControlClient(("127.0.0.1", hello.control))
    try:
        listed = client.call("list")
    except ControlError as error:
        return "broken", str(error)
    finally:
        client.close()
    plugged = [each for each in listed if each.get("plugged")] if isinstance(listed, list) else []
    return "works", str(len(plugged))


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
    with _place(home.pairing) as records:
        return iphones(records, Machine().usbmux_socket)


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
    loose = loose_keys(home.keys)
    return ("broken", ", ".join(path.name for path in loose)) if loose else ("works", str(home.keys))


def _agent(home: Home) -> tuple[str, str]:
    from station.session.agent.asking import agent_status

    found = agent_status(home)
    if found is None:
        return "absent", ""
    return ("works" if found.locked else "caution"), found.until


def _ledger(home: Home) -> tuple[str, str]:
    from station.session.jobs import read_jobs

    if not home.ledger.exists():
        return "absent", str(home.ledger)
    with read_jobs(home) as jobs:
        return "works", str(jobs.verify().number)


def _disk(home: Home) -> tuple[str, str]:
    from station.session.beforehand import FREE_BYTES_WANTED

    place: Path = home.path
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    return ("works" if free >= FREE_BYTES_WANTED and writable else "broken"), f"{free // 1_000_000} MB"


LOOKS: dict[str, Look] = {
    "installation": _installation,
    "settings": _settings,
    "folder": _folder,
    "adb": _adb,
    "other_adb": _other_adb,
    "installed_adb": _installed_adb,
    "usb": _usb,
    "udev": _udev,
    "controllers": _controllers,
    "usbmuxd": _usbmuxd,
    "iphones": _iphones,
    "keys": _keys,
    "agent": _agent,
    "ledger": _ledger,
    "disk": _disk,
}
OF_REAL_PHONES = frozenset({"adb", "other_adb", "installed_adb", "usb", "udev", "controllers", "usbmuxd", "iphones"})
VIRTUAL: dict[str, Look] = {"virtual_bench": _virtual_bench}
