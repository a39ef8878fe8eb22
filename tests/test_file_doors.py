# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are read through one door (phones.given_files); others stand here with the reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("phones", "wipe", "grading", "certs", "station", "transparency")
OTHERS = {
    "certs/editions/__init__.py": "files of the program",
    "certs/page/sentences.py": "files of the program",
    "certs/shared/__init__.py": "files of the program",
    "phones/apple/models.py": "files of the program",
    "phones/apple/system_support.py": "files of the program",
    "phones/attestation/roots.py": "files of the program",
    "phones/package_data.py": "files of the program",
    "station/checking/browser/page_files.py": "files of the program",
    "station/service/pages/asset_files.py": "files of the program",
    "station/session/demo.py": "files of the program",
    "wipe/rules.py": "files of the program",
    "certs/verify/root_words.py": "files of the program",
    "station/cli/commands/schema.py": "files of the program",
    "station/setup/repairs.py": "udev's rules, at fixed places",
    "grading/schemes.py": "part of the law, which imports no door; it asks for an ordinary file itself",
    "certs/keys/key_folder.py": "files this program has just read or written",
    "certs/keys/list_renewal.py": "files this program has just read or written",
    "phones/adb/note.py": "the server's own note in its home",
    "phones/adb/processes.py": "the kernel's process table",
    "station/service/tries.py": "the kernel's list of connections",
    "phones/usb/ports.py": "sysfs",
    "station/cli/passphrase.py": "a pipe is wanted here",
    "station/setup/machine.py": "udev's rules, at fixed places",
}


def readings() -> Iterator[str]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if name.startswith("certs/editions/e2"):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name) and _reads(node):
                    yield name


def _reads(call: ast.Call) -> bool:
    name = (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )
    if name in ("read_bytes", "read_text"):
        return True
    if name != "open":
        return False
    modes = [each.value for each in call.args if isinstance(each, ast.Constant)]
    return any(mode in ("r", "rb", "rt") for mode in modes)


def test_files_are_read_through_one_door() -> None:
    assert sorted(set(readings()) - set(OTHERS)) == []


def test_every_exception_is_one() -> None:
    assert set(OTHERS) <= set(readings())
