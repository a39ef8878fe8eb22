# SPDX-License-Identifier: GPL-3.0-or-later
"""pymobiledevice3 is known in one place, and only from the moment a phone is looked for."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("phones", "wipe", "grading", "certs", "station", "hardware-fixtures")


def importers() -> set[str]:
    found = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if any(name.split(".")[0] == "pymobiledevice3" for name in names):
                    found.add(path.relative_to(ROOT).as_posix())
    return found


def test_only_the_apple_driver_imports_pymobiledevice3() -> None:
    assert importers() == {
        "phones/apple/driver.py",
        "phones/apple/library.py",
        "phones/apple/lockdown_session.py",
        "phones/apple/refusals.py",
    }


def test_importing_the_apple_driver_does_not_load_the_library() -> None:
    code = "import phones.apple.driver, phones.apple.inspection, sys; sys.exit('pymobiledevice3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60).returncode == 0
