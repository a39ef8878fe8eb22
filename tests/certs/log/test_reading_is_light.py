# SPDX-License-Identifier: GPL-3.0-or-later
"""The reading side runs in a browser: no database, no signing, and `cryptography` only behind `certs.crypto`."""

import subprocess
import sys


def loaded(stand_in: str) -> list[str]:
    program = (
        f"import sys, types\n{stand_in}\nimport certs.log.reading\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.split()


def test_reading_needs_nothing_but_the_standard_library_and_certs_crypto() -> None:
    stand_in = (
        "crypto = types.ModuleType('certs.crypto'); crypto.verify_ed25519 = lambda *_: False\n"
        "import certs; sys.modules['certs.crypto'] = crypto"
    )
    found = set(loaded(stand_in)) - set(sys.stdlib_module_names) - {"__main__", "certs", "phones"}
    assert [name for name in found if not name.startswith(("_", "sitecustomize"))] == []
    assert "sqlite3" not in loaded(stand_in)
    assert "cryptography" in loaded("")  # the same question does find it where it is
