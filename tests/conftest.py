# SPDX-License-Identifier: GPL-3.0-or-later
"""What the whole suite needs: programs of other people, without which its promises would be untested.

A missing program stops the run with the command that installs it; it never skips a test.
"""

import shutil
import signal

import pytest
from hypothesis import settings

# How long an example takes says something about the machine, not about the product.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell starts what runs in its background with Ctrl-C ignored, and children inherit that; they are to feel it here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PROGRAMS = {
    "adb": "adb",
    "idevice_id": "libimobiledevice-utils",
    "ideviceinfo": "libimobiledevice-utils",
    "idevicepair": "libimobiledevice-utils",
    "pdfsig": "poppler-utils",
    "pdftotext": "poppler-utils",
    "certutil": "libnss3-tools",
    "softhsm2-util": "softhsm2",
    "openssl": "openssl",
}
"""Program → Debian package."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tools: runs programs named by tests/conftest.py on files of ours")


def pytest_collection_finish(session: pytest.Session) -> None:
    wanted = any(item.get_closest_marker(name) for item in session.items for name in ("wire", "tools"))
    missing = missing_packages() if wanted else []
    if missing:
        pytest.exit(
            "these tests drive programs that are not installed. Install them, then run again:\n"
            f"    sudo apt-get install --no-install-recommends {' '.join(missing)}",
            returncode=pytest.ExitCode.USAGE_ERROR,
        )


def missing_packages() -> list[str]:
    """Debian packages whose programs are not on this machine."""
    return sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
