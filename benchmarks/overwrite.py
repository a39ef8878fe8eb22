# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing and reading back as an overwriting pass does, beside `adb push` and `adb pull` over the same link."""

import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.inspection import PORT, accept
from benchmarks.measure import Table, medians, rows
from phones.adb.server import AdbServer, bundled_adb
from phones.bench.bench import Bench
from phones.link import Link, ShellLine, ShellStream
from phones.long_act import ActEnd, begin
from phones.usb.watch import UsbWatch
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.usb.backend import backend
from wipe.overwrite.comparison import Comparison
from wipe.overwrite.layout import Layout
from wipe.overwrite.pattern import Pattern
from wipe.overwrite.stream import Stream

ROUNDS = 7
SIZE = 64 * 1024**2
CHUNK = 1024**2
PIECE = 256 * 1024
FILE = "/data/local/tmp/f00000"
PHONE = {
    "name": "phone",
    "model": "pixel-6-android-13",
    "port": PORT,
    "serial": "19281FDF60013A",
    "set": {"storage": {"bytes": 8 * SIZE, "data_kib": 6 * SIZE // 1024}},
}


def measure() -> Table:
    """Both ways, both directions, over one adb server and one virtual phone."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RemoteBench.start({"name": "overwrite", "seed": 1, "phone": [PHONE]}, die_with_us=True) as remote,
    ):
        adb = AdbServer(Path(folder) / "adb", usb=False)
        adb.start()
        try:
            remote.connect_adb_server("127.0.0.1", adb.port)
            usb = UsbWatch(backend=backend(remote.control))
            port = Bench(adb=adb, usb=usb, transports=remote.transports).port(PORT)
            accept(port, remote)
            (address,) = remote.transports
            return compare(
                port.open(),
                [str(bundled_adb()), "-P", str(adb.port), "-s", address],
                Path(folder),
                note="on loopback. On a cable the cable is what limits all four",
            )
        finally:
            adb.stop()


def compare(
    link: Link,
    program: list[str],
    folder: Path,
    *,
    size: int = SIZE,
    rounds: int = ROUNDS,
    name: str = "overwrite",
    note: str,
) -> Table:
    """Both ways, both directions, in turn: `size` bytes each of `rounds` times. `program`: adb for the same phone.

    `note`: over what. Raises: RuntimeError when something is read back otherwise than it was written.
    """
    stream = Stream(secrets.token_hex(16), 1, Pattern.KEYED)
    (folder / "up").write_bytes(b"".join(stream.pieces(0, 0, size, most=PIECE)))
    layout = Layout(kept_bytes=size, file_bytes=size, chunk_bytes=CHUNK)
    chunks = tuple(layout.chunk(number) for number in range(layout.chunks))

    def write() -> None:
        _carry(link, ShellStream(line=f"cat > {FILE}", source=lambda: stream.pieces(0, 0, size, most=PIECE)))

    def read() -> None:
        comparison = Comparison(stream, chunks)
        places = " ".join(str(chunk.number) for chunk in chunks)
        line = f"for s in {places}; do dd if={FILE} bs={CHUNK} skip=$s count=1 2>/dev/null; done"
        _carry(link, ShellStream(line=line, sink=comparison.take))
        if len(comparison.end().matching) != len(chunks):
            raise RuntimeError("read back otherwise than written")

    def run(*words: str) -> None:
        subprocess.run([*program, *words], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=120)

    candidates: dict[str, Callable[[], None]] = {
        "adb push": lambda: run("push", str(folder / "up"), f"{FILE}.pushed"),
        "overwrite: keyed stream made and written": write,
        "adb pull": lambda: run("pull", f"{FILE}.pushed", str(folder / "down")),
        "overwrite: read back, stream made again, compared": read,
    }
    times = medians(candidates, rounds=rounds)
    link.exchange(ShellLine(line=f"rm -f {FILE} {FILE}.pushed"), timeout_s=30)
    more = {name: {"MB/s": f"{size / 1e6 / sorted(found)[len(found) // 2]:.0f}"} for name, found in times.items()}
    return Table(
        name=name,
        title="Overwriting a phone, and reading it back",
        rows=rows(times, against="adb push", more=more),
        notes=(
            f"{size // 1024**2} MiB a round over one bundled adb server {note}; the phone is virtual and stores "
            "what it is sent.",
        ),
    )


def _carry(link: Link, request: ShellStream) -> None:
    act = begin(link, request, timeout_s=120)
    give_up = time.monotonic() + 120
    while (outcome := act.wait(5)) is None:
        if time.monotonic() > give_up:
            raise TimeoutError(request.line)
    if outcome.end is not ActEnd.DONE or outcome.reply is None or outcome.reply.status:
        raise RuntimeError(f"{request.line}: {outcome}")
