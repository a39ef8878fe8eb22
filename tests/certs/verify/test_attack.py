# SPDX-License-Identifier: GPL-3.0-or-later
"""Every door for a stranger's bytes, tried with mutations, repeats and nests, in a process whose use is measured.

The budget: nothing of at most 8 MB takes a verifier more than 2 s of processor or 300 MB. The bound asserted is twice
that, for machines slower than the one it was measured on.
"""

import random
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.papers.paper_world import PaperWorld
from tests.support.sampling import fewer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

LARGEST = 8 * 1024 * 1024
SECONDS, MEGABYTES = 4, 600
ROUNDS = fewer(40)
DOORS: dict[str, str] = {
    "paper": "verify_file(path, Trust())",
    "trust": "Trust.from_files([path])",
    "status": "Trust.from_files([root, policy]).status(path.read_bytes())",
    "record": "read_record(path)",
    "regrade": "read_record(path)",
}
PROGRAM = """
import sys, time
from pathlib import Path
from certs.verify.trust import Trust
from certs.verify.verifier import verify_file
from phones.errors import ProofwipeError
from station.cli.commands.regrade import read_record
root, policy = Path(sys.argv[1]), Path(sys.argv[2])
for name in sys.argv[3:]:
    path = Path(name)
    begun = time.process_time()
    try:
        {act}
    except ProofwipeError:
        pass
    used = time.process_time() - begun
    assert used < {seconds}, (name, used)
told = Path("/proc/self/status").read_text("ascii")  # getrusage would count whoever forked this process too
peak = int(next(each for each in told.splitlines() if each.startswith("VmHWM:")).split()[1]) // 1024
assert peak < {megabytes}, peak
"""
PIECES: tuple[bytes, ...] = (
    *(b"[", b"[]", b"<<", b"<<>>", b"(", b"()", b"\\(", b"%", b"%\n", b" ", b"\n", b"{", b'{"a":', b'"', b"1,", b"[1,"),
    *(b"-----BEGIN CERTIFICATE-----\n", b"A" * 64 + b"\n", b"#\n", b"group a any b\n", b"\x30\x80", b"\x00\x00"),
    b"1 0 obj\n",
)


def mutated(whole: bytes, chance: random.Random) -> bytes:
    """One of: bytes changed, a part repeated, something else repeated in between, cut off."""
    kind, at = chance.randrange(4), chance.randrange(len(whole))
    if kind == 0:
        changed = bytearray(whole)
        for _ in range(chance.randrange(1, 20)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed)
    if kind == 1:
        part = whole[at : at + chance.randrange(1, 4096)]
        return whole[:at] + part * ((LARGEST - len(whole)) // len(part)) + whole[at:]
    if kind == 2:
        piece = chance.choice(PIECES)
        return whole[:at] + piece * ((LARGEST - len(whole)) // len(piece)) + whole[at:]
    return whole[:at]


@pytest.fixture(scope="module")
def seeds() -> dict[str, bytes]:
    scene = PaperWorld()
    log = scene.new_log()
    record = scene.certificate(scene.job(log=log))
    paper = scene.logged(log, record)
    files = scene.trust_files()
    return {
        "paper": paper,
        "trust": files["root.pem"],
        "policy": files["log.policy"],
        "status": log.snapshot(),
        "record": record.data,
        "regrade": paper,
    }


@pytest.mark.parametrize("door", DOORS)
def test_nothing_costs_more_than_a_reader_can_spare(door: str, seeds: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random(door)
    (tmp_path / "root.pem").write_bytes(seeds["trust"])
    (tmp_path / "log.policy").write_bytes(seeds["policy"])
    makers: list[Callable[[], bytes]] = [lambda: mutated(seeds[door], chance)] * ROUNDS
    makers += [lambda piece=piece: piece * (LARGEST // len(piece)) for piece in PIECES]  # type: ignore[misc]  # a bound default
    names = []
    for number, make in enumerate(makers):
        (tmp_path / f"{number}.bin").write_bytes(make()[:LARGEST])
        names.append(str(tmp_path / f"{number}.bin"))
    program = PROGRAM.format(act=DOORS[door], seconds=SECONDS, megabytes=MEGABYTES)
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "root.pem", tmp_path / "log.policy", *names],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        cwd=Path(__file__).parents[3],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)),
    )
    assert done.returncode == 0, done.stderr[-2000:]
