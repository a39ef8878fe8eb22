# SPDX-License-Identifier: GPL-3.0-or-later
"""Printing: to a queue with `lp`, and raw to a printer that the settings name, over real programs and sockets."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from station.errors import GivenFileError
from station.printing import printers
from station.printing.errors import PrinterError, PrinterNotNamedError
from station.printing.printers import address_of, print_on_queue, print_raw
from station.setup.home import Home
from station.setup.settings import from_document
from tests.support.cli_station import Call
from tests.support.zpl_reader import labels

FAKE_LP = """#!/bin/sh
printf '%s\\n' "$@" > "$0.arguments"
cat > "$0.data"
{then}
"""


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `lp` that keeps what it is given and does nothing else."""
    return fake_lp(tmp_path, monkeypatch, "exit 0")


def fake_lp(folder: Path, monkeypatch: pytest.MonkeyPatch, then: str) -> Path:
    program = folder / "lp"
    program.write_text(FAKE_LP.replace("{then}", then))
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return program


def arguments(program: Path) -> list[str]:
    return Path(f"{program}.arguments").read_text().splitlines()


@contextmanager
def printer() -> Iterator[tuple[str, list[bytes]]]:
    """A raw port, and what comes in there."""
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                while piece := connection.recv(65536):
                    came.append(piece)

        taking = threading.Thread(target=take, daemon=True)
        taking.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", came
        taking.join(10)


def test_a_queue_gets_the_document_by_lp_and_no_shell_reads_its_name(lp: Path) -> None:
    print_on_queue(b"%PDF", "shelf", title="Labels; rm -rf *", media="Custom.62x29mm")
    assert arguments(lp) == ["-d", "shelf", "-t", "Labels; rm -rf *", "-o", "media=Custom.62x29mm"]
    assert Path(f"{lp}.data").read_bytes() == b"%PDF"
    print_on_queue(b"^XA^XZ", "shelf", title="x", raw=True)
    assert arguments(lp)[-2:] == ["-o", "raw"]


@pytest.mark.parametrize("queue", ["", "-h", "a b", "$(id)", "a;b", "a/b", "q" * 200, "名"])
def test_what_is_no_queue_is_never_given_to_lp(queue: str, lp: Path) -> None:
    with pytest.raises(PrinterError):
        print_on_queue(b"x", queue, title="x")
    assert not Path(f"{lp}.arguments").exists()


def test_a_refusing_a_silent_and_a_missing_lp_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_lp(tmp_path, monkeypatch, "echo 'lp: \033[31mno such printer' >&2; exit 1")
    with pytest.raises(PrinterError) as refused:
        print_on_queue(b"x", "shelf", title="x")
    assert "no such printer" in refused.value.reason()
    assert "\033" not in refused.value.reason()
    monkeypatch.setattr(printers, "PRINT_S", 0.3)
    fake_lp(tmp_path, monkeypatch, "exec sleep 30")
    with pytest.raises(PrinterError, match="within"):
        print_on_queue(b"x", "shelf", title="x")
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(PrinterError, match="not installed"):
        print_on_queue(b"x", "shelf", title="x")


def test_a_printer_goes_by_its_name_or_the_address_the_settings_have_and_no_other() -> None:
    named = {"shelf": "192.168.1.40:9100", "six": "[fd00::7]:9100"}
    assert address_of("shelf", named) == address_of("192.168.1.40:9100", named) == ("192.168.1.40", 9100)
    assert address_of("six", named) == ("fd00::7", 9100)
    for other in ("192.168.1.41:9100", "192.168.1.40:9101", "", "shel", "localhost:631"):
        with pytest.raises(PrinterNotNamedError):
            address_of(other, named)


@pytest.mark.parametrize(
    "address", ["", "printer", "printer:", "printer:0", "printer:65536", "http://p:9100", "a b:9100", "-p:9100", 9100]
)
def test_the_settings_take_only_host_and_port(address: object) -> None:
    with pytest.raises(GivenFileError):
        from_document({"printers": {"shelf": address}}, "config.toml")


def test_the_settings_keep_printers() -> None:
    found = from_document({"printers": {"shelf": "printer.local:9100"}}, "config.toml")
    assert dict(found.printers) == {"shelf": "printer.local:9100"}


def test_a_raw_port_gets_every_byte() -> None:
    data = b"^XA" + bytes(range(256)) * 4000
    with printer() as (address, came):
        print_raw(data, address_of(address, {"x": address}))
    assert b"".join(came) == data


def test_a_printer_that_is_switched_off_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PrinterError):
        print_raw(b"x", ("127.0.0.1", port))


def test_the_command_sends_zpl_to_a_named_printer_and_says_that_the_phone_is_not_to_be_sold(
    call: Call, home: Home
) -> None:
    job = call("jobs", "--json")[1]["jobs"][0]["job"]
    code, said = call("label", job, "--to", "shelf")
    assert (code, "printer_not_named" in said or "[printers]" in said) == (2, True)
    with printer() as (address, came):
        home.config.write_text(home.config.read_text() + f'\n[printers]\nshelf = "{address}"\n')
        code, said = call("label", job, "--to", "shelf")
    assert code == 0, said
    assert "DO NOT SELL" in said
    (label,) = labels(b"".join(came))
    assert any("iPhone" in text for text in label.texts)


def test_the_command_prints_on_a_queue(call: Call, lp: Path) -> None:
    job = call("jobs", "--json")[1]["jobs"][0]["job"]
    assert call("label", job, "--size", "100x50", "--printer", "shelf")[0] == 0
    assert "media=Custom.100x50mm" in arguments(lp)
    assert Path(f"{lp}.data").read_bytes().startswith(b"%PDF")
