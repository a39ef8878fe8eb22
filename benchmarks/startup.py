# SPDX-License-Identifier: GPL-3.0-or-later
"""Start-up of the commands people wait for, beside bare Python and Python loading what cannot be avoided."""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Table, medians, processor_time, rows
from certs import editions
from certs.issue import issue
from certs.keys.authority import create_authority, pem
from certs.record.record import certificate_record
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUER, iphone_job

ROUNDS = 15
LIBRARIES = {
    "--help": "import click",
    "list": "import click, usb.core, usb.backend.libusb1, platformdirs",
    "verify": "import click, cryptography.hazmat.primitives.asymmetric.ec, cbor2",
}
"""What each command cannot do its work without."""
COMMANDS = {
    "proofwipe --help": "python, libraries of --help",
    "proofwipe list, no phone": "python, libraries of list",
    "proofwipe verify FILE": "python, libraries of verify",
}
"""Command → what it is compared with."""


def measure() -> Table:
    """Whole processes, from start to exit."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        file, root = _paper(place)
        # As installed: everything is compiled before it is run the second time.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PROOFWIPE_HOME"] = str(place / "home")
        program = [str(Path(sys.executable).with_name("proofwipe"))]

        def run(*command: str, expected: int = 0) -> None:
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60
            )
            if done.returncode != expected:
                raise RuntimeError(f"{command}: exit {done.returncode}: {(done.stdout + done.stderr).decode()[-500:]}")

        times = medians(
            {
                "python -c pass": lambda: run(sys.executable, "-c", "pass"),
                "python, libraries of --help": lambda: run(sys.executable, "-c", LIBRARIES["--help"]),
                "proofwipe --help": lambda: run(*program, "--help"),
                "python, libraries of list": lambda: run(sys.executable, "-c", LIBRARIES["list"]),
                "proofwipe list, no phone": lambda: run(*program, "list"),
                "python, libraries of verify": lambda: run(sys.executable, "-c", LIBRARIES["verify"]),
                "proofwipe verify FILE": lambda: run(*program, "verify", str(file), "--trust", str(root)),
            },
            rounds=ROUNDS,
            clock=processor_time,
        )
    bare = min(times["python -c pass"])
    more = {}
    for command, libraries in COMMANDS.items():
        ratio = min(times[command]) / min(times[libraries])
        more[command] = {"against its libraries": f"{ratio:.2f}"}
    return Table(
        name="startup",
        title="Start-up, whole processes",
        rows=rows(times, against="python -c pass", more=more, typical=min),
        notes=(
            "Smallest processor time; a paper of the newest released edition, as buyers have them.",
            f"Bare Python takes {1000 * bare:.0f} ms here. `verify` does its whole work: signature, chain, recomputed "
            "record, page drawn again. `list` reads the USB bus and, since nothing hangs there, starts no adb server.",
        ),
    )


def _paper(place: Path) -> tuple[Path, Path]:
    now = datetime.now(UTC)
    authority = create_authority(ISSUER, "bench-1", now=now - timedelta(days=300))
    record = certificate_record(
        iphone_job(),
        ISSUER,
        authority.trial_signer().station,
        "basic",
        issued_at=now,
        certificate_id=CERTIFICATE_ID,
        edition=editions.newest_released(),
    )
    file, root = place / "paper.pdf", place / "root.pem"
    file.write_bytes(issue(record, authority.trial_signer()).pdf)
    root.write_bytes(pem(authority.root.certificate))
    return file, root
