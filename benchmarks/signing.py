# SPDX-License-Identifier: GPL-3.0-or-later
"""A station key in a file beside one in a PKCS#11 device (SoftHSM2, so the driver is measured, not a chip)."""

import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Table, medians, rows
from certs.formats import cms
from certs.keys.authority import create_authority, load_signer, save_authority
from certs.keys.key_folder import open_signer, renew_station
from certs.keys.signing import Signing
from certs.record.issuer import Signer
from tests.support.papers.synthetic_jobs import ISSUER

ROUNDS, EACH = 9, 200
MODULE, PIN = "/usr/lib/softhsm/libsofthsm2.so", "4711"


def measure() -> tuple[Table, Table]:
    """Two tables: signing, opening."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys = folder / "keys"
        save_authority(create_authority(ISSUER, "bench-1", now=datetime.now(UTC)), keys, folder / "root", "pass")
        in_file = load_signer(keys, "pass")
        signing = Signing(station_key=_device(folder))
        opening = medians({"open a key file (scrypt, N = 2^17)": lambda: load_signer(keys, "pass")}, rounds=5)
        renew_station(keys, "pass", ISSUER, "bench-1", now=datetime.now(UTC), signing=signing, pin=PIN)
        in_device = open_signer(keys, "pass", signing=signing, pin=PIN)
        opening |= medians(
            {"open a key in SoftHSM2": lambda: open_signer(keys, "pass", signing=signing, pin=PIN)}, rounds=5
        )
        digest = bytes(32)
        times = medians(
            {
                "ECDSA P-256, key in a file": _many(lambda: in_file.sign(digest)),
                "ECDSA P-256, key in SoftHSM2": _many(lambda: in_device.sign(digest)),
                "signature container, key in a file": _many(_container(in_file)),
                "signature container, key in SoftHSM2": _many(_container(in_device)),
            },
            rounds=ROUNDS,
        )
    per_one = {name: [seconds / EACH for seconds in found] for name, found in times.items()}
    found = tuple(
        replace(row, more={"per second": f"{1 / row.seconds:,.0f}"})
        for row in rows(per_one, against="ECDSA P-256, key in a file")
    )
    return (
        Table(
            name="signing",
            title="Signing with a station key",
            rows=found,
            notes=(f"One thread; {EACH} a round. A container is signed again until it has its exact size.",),
        ),
        Table(
            name="opening",
            title="Opening a station key",
            rows=rows(opening, against="open a key in SoftHSM2"),
            notes=("Once a shift. The device row has a test signature in it.",),
        ),
    )


def _many(run: Callable[[], object]) -> Callable[[], object]:
    return lambda: [run() for _ in range(EACH)]


def _container(signer: Signer) -> Callable[[], object]:
    return lambda: cms.sign(bytes(32), signer)


def _device(folder: Path) -> str:
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "bench", "--so-pin", "12345678", "--pin", PIN],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return f"pkcs11:token=bench;object=station?module-path={MODULE}"
