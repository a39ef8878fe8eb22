# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's side of the rig: initramfs, scenario files, table. No root, no guest."""

import gzip
import struct
from pathlib import Path
from typing import Any

import pytest

from rig import initramfs, table
from rig.initramfs import Archive, InitramfsError, in_order, modinfo
from rig.scenario import RigScenarioError, load_all, read
from rig.table import Row
from virtual_phones.bench.scenario import read_scenario


def module(**info: str) -> bytes:
    """A 64-bit ELF file with nothing but a .modinfo."""
    body = b"".join(f"{key}={value}".encode() + b"\0" for key, value in info.items())
    names = b"\0.modinfo\0.shstrtab\0"
    body_at, names_at = 64, 64 + len(body)
    sections_at = names_at + len(names)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 1, 62, 1, 0, 0, sections_at, 0, 64, 0, 0, 64, 3, 2
    )
    sections = [(0, 0, 0), (1, body_at, len(body)), (10, names_at, len(names))]
    table_of = b"".join(struct.pack("<IIQQQQIIQQ", name, 1, 0, 0, at, size, 0, 0, 1, 0) for name, at, size in sections)
    return header + body + names + table_of


def test_modules_come_after_what_they_need(tmp_path: Path) -> None:
    for name, depends in {"top": "middle,other-one", "middle": "base", "other-one": "base,built", "base": ""}.items():
        (tmp_path / f"{name}.ko").write_bytes(module(depends=depends, name=name))
    (tmp_path / "modules.builtin").write_text("kernel/built.ko\n")
    modules, built_in = initramfs.modules_below(tmp_path)
    order = [path.stem for path in in_order(["top"], modules, built_in)]
    assert order == ["base", "middle", "other-one", "top"]


def test_a_kernel_without_the_module_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InitramfsError, match="vhci_hcd"):
        in_order(["vhci-hcd"], *initramfs.modules_below(tmp_path))


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"\x7fELF\x02\x01" + bytes(100), bytes(64)])
def test_what_is_no_module_is_refused(data: bytes) -> None:
    with pytest.raises(InitramfsError):
        modinfo(data)


def test_an_archive_is_newc_and_the_same_for_the_same_files() -> None:
    def made() -> bytes:
        archive = Archive()
        archive.add("init", initramfs.FILE | 0o755, b"#!/bin/sh\n")
        return archive.finished()

    raw = gzip.decompress(made())
    assert raw.startswith(b"070701")
    assert len(raw) % 4 == 0
    assert b"TRAILER!!!" in raw
    assert made() == made()


def test_every_scenario_that_ships_can_be_read_and_furnished() -> None:
    scenarios = load_all()
    assert len(scenarios) >= 20
    assert len({each.title for each in scenarios}) == len(scenarios)
    for each in scenarios:
        phones = [
            {**{key: value for key, value in phone.items() if key != "slot"}, "port": f"1-{place + 1}"}
            for place, phone in enumerate(each.phones)
        ]
        read_scenario({"name": each.name, "phone": phones})


GOOD: dict[str, Any] = {
    "title": "t",
    "kind": "job",
    "phone": [{"name": "p", "slot": "A", "model": "m"}],
    "expect": {"p": {"outcome": "certificate"}},
}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "dance"},
        {"unknown": 1},
        {"expect": {}},
        {"expect": {"other": {"outcome": "certificate"}}},
        {"expect": {"p": {"outcome": "report"}}},
        {"expect": {"p": {"outcome": "certificate", "reasons": ["x"]}}},
        {"act": [{"phone": "p", "do": "kick"}]},
        {"act": [{"phone": "nobody", "do": "unplug"}]},
        {"act": [{"phone": "p", "do": "unplug", "after_s": "soon"}]},
        {"phone": [{"name": "p", "model": "m"}]},
        {"return_s": "long"},
        {"method": 1},
        {"method": "android_rescue", "kind": "tools"},
        {"truth": {"nobody": {"erased": True}}},
        {"truth": {"p": {}}},
    ],
)
def test_a_scenario_that_says_what_nobody_understands_is_refused(change: dict[str, Any]) -> None:
    read(GOOD, "good")
    with pytest.raises(RigScenarioError):
        read({**GOOD, **change}, "bad")


def test_what_became_of_a_phone_is_compared_with_what_the_scenario_says() -> None:
    scenario = read({**GOOD, "truth": {"p": {"erased": True, "resets": 1}}}, "good")
    assert scenario.untrue("p", {"erased": True, "resets": 1, "mode": "system"}) == ""
    assert scenario.untrue("p", {"erased": False, "resets": 1}) == "erased is False"
    assert scenario.untrue("p", {}) == "erased is None, resets is None"


def test_a_skipped_row_is_no_success() -> None:
    good = Row(name="a", expected="b", seen="b", seconds=1.0, good=True)
    assert table.all_good([good])
    assert not table.all_good([])
    assert not table.all_good([good, Row(name="c", expected="d", seen="", seconds=0.0, good=True, skipped="no kernel")])
    assert "SKIP" in table.lines([Row(name="c", expected="", seen="", seconds=0.0, good=False, skipped="why")])[-1]
