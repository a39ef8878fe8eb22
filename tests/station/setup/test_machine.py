# SPDX-License-Identifier: GPL-3.0-or-later
"""Doctor's looks at the machine, each tried where it must say works, broken, absent and unknown."""

import grp
import os
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from station.cli.commands.doctor import LOOKS, STATES, exit_code, iphones
from station.setup.machine import RULES_NAME, SHIPPED_RULES, Machine, effective_rules
from station.text.language import text
from tests.support.free_port import free_port

ROOT = Path(__file__).parents[3]
RULES = (ROOT / "packaging" / "udev" / RULES_NAME).read_text("utf-8")


def device(root: Path, path: str, *interfaces: str, vendor: str = "18d1", endpoints: int = 2, number: int = 7) -> None:
    """A device with these interfaces on a controller named pci."""
    bus = path.partition("-")[0]
    home = root / "pci" / f"usb{bus}"
    home.mkdir(parents=True, exist_ok=True)
    link = root / "tree" / f"usb{bus}"
    link.parent.mkdir(exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(home)
        for name, value in (("bDeviceClass", "09"), ("idVendor", "1d6b"), ("busnum", bus), ("devnum", "1")):
            (home / name).write_text(value)
    folder = root / "tree" / path
    folder.mkdir()
    values = {"bDeviceClass": "00", "idVendor": vendor, "busnum": bus, "devnum": str(number)}
    for name, value in values.items():
        (folder / name).write_text(value)
    for place, triple in enumerate(interfaces):
        inner = folder / f"{path}:1.{place}"
        inner.mkdir()
        names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
        for name, value in zip(names, triple.split("/"), strict=True):
            (inner / name).write_text(value)
        (inner / "bNumEndpoints").write_text(f"{endpoints:02x}")


def process(root: Path, pid: int, *words: str) -> None:
    (root / "proc" / str(pid)).mkdir(parents=True)
    (root / "proc" / str(pid) / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))


def program(root: Path, text: str = "usbmuxd 1.1.1") -> str:
    path = root / "usbmuxd-program"
    path.write_text(f"#!/bin/sh\necho '{text}'\n")
    path.chmod(0o755)
    return str(path)


def machine(root: Path, **changes: Any) -> Machine:
    (root / "tree").mkdir(exist_ok=True)
    if not (root / "proc" / "1").exists():
        process(root, 1, "/sbin/init")
    found = Machine(
        usb=root / "tree",
        usb_nodes=root / "nodes",
        usbmux_socket=root / "usbmuxd",
        processes=root / "proc",
        rules=(root / "rules",),
        adb_port=free_port(),
        usbmuxd=program(root),
    )
    return replace(found, **changes)


# udev --------------------------------------------------------------------------------------------------------


def node(root: Path, bus: int, number: int, mode: int) -> None:
    path = root / "nodes" / f"{bus:03d}" / f"{number:03d}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    path.chmod(mode)


def test_a_phone_that_may_not_be_opened_is_named_by_its_port(tmp_path: Path) -> None:
    device(tmp_path, "1-4", "06/01/01", "ff/42/01")
    found = machine(tmp_path).udev()  # there is no device file at all, so not even root may open it
    assert (found.state, found.detail) == ("broken", "1-4")


@pytest.mark.parametrize("interfaces", [("ff/42/03",), ("06/01/01", "ff/fe/02")])
def test_fastboot_and_iphones_count_as_phones(interfaces: tuple[str, ...], tmp_path: Path) -> None:
    device(tmp_path, "1-4", *interfaces, vendor="05ac" if "ff/fe/02" in interfaces else "18d1")
    assert machine(tmp_path).udev().state == "broken"


def test_a_keyboard_that_may_not_be_opened_is_nobodys_business(tmp_path: Path) -> None:
    device(tmp_path, "1-4", "03/01/01", vendor="05ac")
    assert machine(tmp_path).udev().state == "absent"


def test_without_rules_the_next_phone_is_in_doubt_even_if_this_one_opens(tmp_path: Path) -> None:
    device(tmp_path, "1-4", "ff/42/01")
    node(tmp_path, 1, 7, 0o666)
    assert machine(tmp_path, is_root=False).udev().state == "absent"


@pytest.mark.parametrize(
    ("mode", "state"), [(0o660, "absent"), (0o640, "broken"), (0o600, "broken"), (0o606, "broken")]
)
def test_root_may_open_everything_so_it_is_asked_whether_the_group_may(
    mode: int, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device(tmp_path, "1-4", "ff/42/01")
    node(tmp_path, 1, 7, mode)
    monkeypatch.setattr("station.setup.machine.GROUP", grp.getgrgid(os.getgid()).gr_name)
    assert machine(tmp_path, is_root=True).udev().state == state


def test_a_node_of_another_group_is_shut_for_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device(tmp_path, "1-4", "ff/42/01")
    node(tmp_path, 1, 7, 0o660)
    for group in ("nobody-has-this-group", "daemon"):
        monkeypatch.setattr("station.setup.machine.GROUP", group)
        found = machine(tmp_path, is_root=True).udev()
        assert (found.state, found.detail) == ("broken", "1-4")


def installed(root: Path, text: str = RULES, folder: str = "rules") -> Path:
    path = root / folder / RULES_NAME
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def grouped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The group of the rules exists."""
    monkeypatch.setattr("station.setup.machine.GROUP", "root")


def test_rules_without_their_group_are_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path)
    monkeypatch.setattr("station.setup.machine.GROUP", "nobody-has-this-group")
    assert machine(tmp_path).udev().state == "broken"
    monkeypatch.setattr("station.setup.machine.GROUP", "root")
    assert machine(tmp_path).udev().state == "works"


def test_the_program_knows_the_rules_that_are_shipped() -> None:
    assert effective_rules(RULES) == SHIPPED_RULES, (
        "packaging/udev changed: SHIPPED_RULES in station/setup/machine.py with it"
    )


@pytest.mark.usefixtures("grouped")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing but this\n",
        RULES.replace("0660", "0666"),
        RULES + 'SUBSYSTEM=="usb", MODE="0666"\n',
        RULES.replace(":ff4203:", ":ff4202:"),
        RULES[: len(RULES) // 2],
    ],
)
def test_a_file_that_only_has_the_name_of_the_rules_is_broken(text: str, tmp_path: Path) -> None:
    assert text != RULES
    installed(tmp_path, text)
    assert machine(tmp_path).udev().state == "broken"


@pytest.mark.usefixtures("grouped")
def test_comments_and_empty_lines_make_no_other_rules(tmp_path: Path) -> None:
    installed(tmp_path, "# ours\n\n" + RULES.replace("\n\n", "\n"))
    assert machine(tmp_path).udev().state == "works"


@pytest.mark.usefixtures("grouped")
@pytest.mark.parametrize("mask", ["/dev/null", "nowhere"])
def test_rules_that_an_earlier_folder_hides_are_not_fine(mask: str, tmp_path: Path) -> None:
    installed(tmp_path, folder="late")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / RULES_NAME).symlink_to(mask)
    both = machine(tmp_path, rules=(tmp_path / "rules", tmp_path / "late"))
    assert both.udev().state == ("broken" if mask == "/dev/null" else "unknown")
    (tmp_path / "rules" / RULES_NAME).unlink()
    assert both.udev().state == "works"


def test_a_machine_whose_bus_cannot_be_read_is_not_called_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = machine(tmp_path)
    (tmp_path / "tree").rmdir()
    assert (found.udev().state, found.controllers().state) == ("unknown", "unknown")
    installed(tmp_path)
    monkeypatch.setattr("station.setup.machine.GROUP", "root")
    assert found.udev().state == "unknown"


# usbmuxd -----------------------------------------------------------------------------------------------------


def listening(root: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(root)  # the name of a socket is short
    try:
        server.bind("usbmuxd")
    finally:
        os.chdir(here)
    server.listen()
    return server


def test_usbmuxd_works_when_it_runs_without_preflight_and_answers(tmp_path: Path) -> None:
    process(tmp_path, 10, "/usr/sbin/usbmuxd", "--user", "usbmux", "--no-preflight")
    with listening(tmp_path):
        found = machine(tmp_path).usbmuxd_runs()
    assert (found.state, found.detail) == ("works", "1.1.1")


def test_usbmuxd_that_pairs_by_itself_is_broken(tmp_path: Path) -> None:
    process(tmp_path, 10, "/usr/sbin/usbmuxd", "--user", "usbmux", "--systemd")
    with listening(tmp_path):
        found = machine(tmp_path).usbmuxd_runs()
    assert found.state == "broken"
    assert "--no-preflight" in found.detail


def test_usbmuxd_whose_socket_does_not_answer_is_broken(tmp_path: Path) -> None:
    process(tmp_path, 10, "/usr/sbin/usbmuxd", "-p")
    assert machine(tmp_path).usbmuxd_runs().state == "broken"


def test_a_socket_that_is_left_without_its_usbmuxd_is_broken(tmp_path: Path) -> None:
    listening(tmp_path).close()
    assert machine(tmp_path).usbmuxd_runs().state == "broken"


def test_usbmuxd_that_is_not_started_yet_or_not_there_is_absent(tmp_path: Path) -> None:
    assert machine(tmp_path).usbmuxd_runs().state == "absent"
    assert machine(tmp_path, usbmuxd="no-such-program").usbmuxd_runs().state == "absent"


def test_processes_that_may_not_be_listed_leave_it_unknown(tmp_path: Path) -> None:
    found = machine(tmp_path, processes=tmp_path / "nowhere")
    assert (found.usbmuxd_runs().state, found.other_adb().state) == ("unknown", "unknown")


def test_processes_that_are_hidden_from_this_user_leave_it_unknown(tmp_path: Path) -> None:
    found = machine(tmp_path)
    process(tmp_path, 10, "sh")
    shutil.rmtree(tmp_path / "proc" / "1")  # hidepid=2: those of others are not even listed
    assert (found.usbmuxd_runs().state, found.other_adb().state) == ("unknown", "unknown")


def test_a_process_that_may_not_be_read_leaves_it_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = machine(tmp_path)
    process(tmp_path, 10, "adb", "fork-server", "server")
    opened = Path.open

    def refusing(path: Path, *how: str) -> IO[bytes]:
        if path.parent.name == "10":  # hidepid=1; root may read all, and tests may run as root
            raise PermissionError
        found: IO[bytes] = opened(path, *how)  # type: ignore[call-overload]  # the mode is only known as text
        return found

    monkeypatch.setattr(Path, "open", refusing)
    assert found.other_adb().state == "unknown"


# adb ---------------------------------------------------------------------------------------------------------


def test_a_program_that_listens_where_adb_listens_is_a_clash(tmp_path: Path) -> None:
    found = machine(tmp_path)
    assert found.other_adb().state == "works"
    with socket.create_server(("127.0.0.1", found.adb_port)):
        assert found.other_adb().state == "broken"


SERVERS = [
    ("adb", "-L", "tcp:5037", "fork-server", "server", "--reply-fd", "4"),
    ("/opt/platform-tools/adb", "-L", "tcp:41999", "fork-server", "server", "--reply-fd", "4"),
    ("/opt/scrcpy/adb.bin", "-P", "6000", "nodaemon", "server"),
    ("adb", "-a", "server", "nodaemon"),
    ("/snap/renamed", "-L", "localabstract:mine", "fork-server", "server"),
]
CLIENTS = [
    ("adb", "-s", "server", "shell", "ls"),
    ("adb", "shell", "server"),
    ("adb",),
    ("adb", "start-server"),
    ("/usr/bin/adbd", "--root_seclabel=u:r:su:s0"),
    ("grep", "fork-server"),
    ("vim", "server"),
]


@pytest.mark.parametrize("words", SERVERS)
def test_an_adb_server_is_a_clash_on_whatever_port(words: tuple[str, ...], tmp_path: Path) -> None:
    process(tmp_path, 4711, *words)
    found = machine(tmp_path).other_adb()
    assert found.state == "broken"
    assert found.detail.startswith("4711 ")


@pytest.mark.parametrize("words", CLIENTS)
def test_what_is_no_adb_server_is_no_clash(words: tuple[str, ...], tmp_path: Path) -> None:
    process(tmp_path, 4711, *words)
    assert machine(tmp_path).other_adb().state == "works"


def test_only_the_server_that_is_noted_as_ours_is_no_clash(tmp_path: Path) -> None:
    process(tmp_path, 20, "/venv/adb", "-P", "41999", "nodaemon", "server")
    assert machine(tmp_path).other_adb().state == "broken"
    assert machine(tmp_path).other_adb(20).state == "works"
    process(tmp_path, 21, "/venv/adb", "-P", "42000", "nodaemon", "server")  # another station's
    found = machine(tmp_path).other_adb(20)
    assert (found.state, found.detail) == ("broken", "21 /venv/adb -P 42000 nodaemon server")


def test_our_own_server_may_listen_where_adb_listens(tmp_path: Path) -> None:
    found = machine(tmp_path)
    with socket.create_server(("127.0.0.1", found.adb_port)):
        assert found.other_adb(os.getpid()).state == "works"
        assert found.other_adb(1).state == "broken"


def test_the_words_of_a_strangers_process_do_nothing_to_the_terminal(tmp_path: Path) -> None:
    process(tmp_path, 20, "adb", "fork-server", "server", "\x1b[2J" + "x" * 5000)
    detail = machine(tmp_path).other_adb().detail
    assert detail.isprintable()
    assert len(detail) < 100


def test_an_adb_that_is_merely_installed_is_told_and_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine(tmp_path).installed_adb().state == "works"
    (tmp_path / "adb").write_text("#!/bin/sh\n")
    (tmp_path / "adb").chmod(0o755)
    found = machine(tmp_path).installed_adb()
    assert (found.state, found.detail) == ("caution", str(tmp_path / "adb"))
    assert exit_code([found.state]) == 0


# iphones -----------------------------------------------------------------------------------------------------


@contextmanager
def daemon(root: Path, answer: bytes | None) -> Iterator[Path]:
    """Something at the socket that takes connections, and answers this or, with None, never."""
    with listening(root) as server:
        held = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)
                if answer is not None:
                    with suppress(OSError), connection:
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield root / "usbmuxd"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()


def test_without_a_socket_there_are_no_iphones_here(tmp_path: Path) -> None:
    assert iphones(tmp_path / "pairing", tmp_path / "usbmuxd") == ("absent", "")


@pytest.mark.parametrize(
    "answer", [None, b"", b"nonsense" * 100, (16).to_bytes(4, "little") + bytes(12), b"\xff" * 16], ids=repr
)
def test_a_usbmuxd_that_gives_no_list_is_broken(
    answer: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phones.apple.driver._LOOK_S", 0.5)
    with daemon(tmp_path, answer) as path:
        assert iphones(tmp_path / "pairing", path) == ("broken", f"{path}?")


def test_a_socket_that_nobody_serves_is_broken(tmp_path: Path) -> None:
    listening(tmp_path).close()
    assert iphones(tmp_path / "pairing", tmp_path / "usbmuxd")[0] == "broken"


def test_a_usbmuxd_we_know_nothing_of_is_not_called_absent(tmp_path: Path) -> None:
    listening(tmp_path).close()
    assert machine(tmp_path, usbmuxd="no-such-program").usbmuxd_runs().state == "unknown"


# controllers -------------------------------------------------------------------------------------------------


def test_controllers_are_counted_with_devices_and_endpoints(tmp_path: Path) -> None:
    for number in range(1, 6):
        device(tmp_path, f"1-{number}", "ff/42/01", endpoints=2, number=number)
    found = machine(tmp_path).controllers()
    assert found.state == "works"
    assert found.detail == "pci: 5/32, 15/64–96"


def test_near_a_known_ceiling_nobody_can_tell_whether_one_more_fits(tmp_path: Path) -> None:
    for number in range(1, 14):
        device(tmp_path, f"1-{number}", "06/01/01", "ff/42/01", endpoints=2, number=number)
    found = machine(tmp_path).controllers()
    assert found.detail == "pci: 13/32, 65/64–96"
    assert found.state == "unknown"


def test_a_machine_without_any_controller_is_not_called_fine(tmp_path: Path) -> None:
    assert machine(tmp_path).controllers().state == "unknown"


def test_devices_whose_controller_nobody_can_tell_leave_it_unknown(tmp_path: Path) -> None:
    device(tmp_path, "1-1", "ff/42/01")
    (tmp_path / "tree" / "usb1").unlink()
    found = machine(tmp_path).controllers()
    assert (found.state, found.detail) == ("unknown", "?: 1/32, 3/64–96")


# what the person sees ------------------------------------------------------------------------------------------


def test_broken_outranks_unknown_and_unknown_is_never_fine() -> None:
    assert exit_code(["works", "caution", "absent"]) == 0
    assert exit_code(["works", "unknown", "absent"]) == 6
    assert exit_code(["unknown", "broken"]) == 1


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_every_look_says_what_so_what_and_how_to_mend_it(name: str) -> None:
    assert all(text(f"doctor.{name}.{part}") for part in ("what", "so", "fix"))
    assert all(text(f"doctor.state_{state}") for state in STATES)


# the udev rules, by a small reader of the keys they use: not every udev checks a file that is not installed ----

_KEY = re.compile(r'(ACTION|SUBSYSTEM|GOTO|LABEL|MODE|GROUP|(?:ENV|ATTR)\{[A-Za-z_]+\})(==|!=|=)"([^"]*)"')


def verdict(facts: dict[str, str]) -> dict[str, str]:
    """What the rules assign to a device with these facts."""
    lines = [line for line in RULES.splitlines() if line and not line.startswith("#")]
    given: dict[str, str] = {}
    label = ""
    for line in lines:
        keys = [match.groups() for match in _KEY.finditer(line)]
        assert ", ".join(f'{key}{operator}"{value}"' for key, operator, value in keys) == line
        if label:
            label = "" if ("LABEL", "=", label) in keys else label
            continue
        holds = all(
            matches(facts.get(key, ""), value) is (operator == "==") for key, operator, value in keys if operator != "="
        )
        for key, operator, value in keys if holds else ():
            if operator == "=" and key == "GOTO":
                label = value
            elif operator == "=" and key != "LABEL":
                given[key] = value
    assert label == "", "a GOTO without its LABEL"
    return given


def matches(fact: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    return any(fnmatchcase(fact, each) for each in pattern.split("|"))


def plugged(interfaces: str, vendor: str = "18d1", product: str = "4ee7", **more: str) -> dict[str, str]:
    return {
        "ACTION": "add",
        "SUBSYSTEM": "usb",
        "ENV{DEVTYPE}": "usb_device",
        "ENV{ID_USB_INTERFACES}": interfaces,
        "ATTR{idVendor}": vendor,
        "ATTR{idProduct}": product,
        **more,
    }


@pytest.mark.parametrize(
    "phone",
    [
        plugged(":060101:ff4201:"),
        plugged(":ff4203:"),
        plugged(":060101:"),
        plugged(":ff4201:", ACTION="bind"),
        plugged("", "05ac", "12a8"),
        plugged("", "05ac", "1281"),
        plugged("", "05ac", "1227"),
    ],
)
def test_the_rules_give_phones_to_the_group_and_to_nobody_else(phone: dict[str, str]) -> None:
    assert verdict(phone) == {"GROUP": "proofwipe", "MODE": "0660", "ENV{ID_PROOFWIPE_PHONE}": "1"}


@pytest.mark.parametrize(
    "other",
    [
        plugged(":030101:", "05ac", "024f"),
        plugged(":080650:"),
        plugged(":090000:", "1d6b", "0002"),
        plugged(":ff4201:", ACTION="remove"),
        plugged(":ff4201:", **{"ENV{DEVTYPE}": "usb_interface"}),
        plugged(":ff4202:"),
    ],
)
def test_the_rules_leave_everything_else_alone(other: dict[str, str]) -> None:
    assert verdict(other) == {}
