# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader can pin, how, and that anything else is refused with its name."""

from pathlib import Path

import pytest

from certs.errors import TrustFileError
from certs.verify.trust import Trust
from tests.support.papers.paper_world import PaperWorld


@pytest.fixture(scope="module")
def scene() -> PaperWorld:
    return PaperWorld()


def test_a_folder_is_all_trust_files_in_it(scene: PaperWorld, tmp_path: Path) -> None:
    for name, data in scene.trust_files().items():
        if name in ("root.pem", "tsa.pem", "log.policy", "revoked.crl"):
            (tmp_path / name).write_bytes(data)
    (tmp_path / "read me.txt").write_text("not read")
    (tmp_path / "old.pem").mkdir()
    trust = Trust.from_files([tmp_path])
    assert [len(part) for part in (trust.roots, trust.time_stampers, trust.revocation_lists)] == [1, 1, 1]
    assert trust.log_policy is not None
    assert trust == Trust.from_files(path for path in sorted(tmp_path.glob("[lrt]*.*")) if path.suffix != ".txt")


def test_a_time_stamping_certificate_is_known_by_its_use_a_root_above_it_by_the_files_name(scene: PaperWorld) -> None:
    from certs.keys.authority import pem

    root, own, _ = scene.time_stamper
    assert Trust.from_bytes([("any.pem", pem(own))]).time_stampers
    assert Trust.from_bytes([("TSA-root.pem", pem(root.certificate))]).time_stampers
    with pytest.raises(TrustFileError):
        Trust.from_bytes([("root.pem", pem(root.certificate))])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x30\x03\x02\x01\x01",
        b"log\n",
        b"log nonsense\nquorum none\n",
        b"%PDF-1.7\n",
        b"x" * 300_000,
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n=\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ],
)
def test_anything_else_is_refused_with_its_name(data: bytes) -> None:
    with pytest.raises(TrustFileError, match=r"what\.pem"):
        Trust.from_bytes([("what.pem", data)])


def test_a_station_is_no_root_and_a_second_policy_is_a_mistake(scene: PaperWorld, tmp_path: Path) -> None:
    from certs.keys.authority import pem

    policy = scene.trust_files()["log.policy"]
    with pytest.raises(TrustFileError, match="root"):
        Trust.from_bytes([("root.pem", pem(scene.authority.station.certificate))])
    with pytest.raises(TrustFileError, match="second"):
        Trust.from_bytes([("a.policy", policy), ("b.policy", policy)])
    with pytest.raises(TrustFileError, match="no trust file"):
        Trust.from_files([tmp_path])
    with pytest.raises(TrustFileError):
        Trust.from_files([tmp_path / "missing.pem"])


def test_a_status_file_counts_under_a_pinned_policy_only(scene: PaperWorld) -> None:
    log = scene.new_log()
    snapshot = log.snapshot()
    assert scene.trust("log.policy").status(snapshot).checkpoint.size == 1
    for trust in (Trust(), scene.trust("other-log.policy")):
        with pytest.raises(TrustFileError):
            trust.status(snapshot)
    for at in (3, 40, 200, len(snapshot) - 1):
        changed = snapshot[:at] + bytes((snapshot[at] ^ 1,)) + snapshot[at + 1 :]
        with pytest.raises(TrustFileError):
            scene.trust("log.policy").status(changed)
    assert TrustFileError(subject="x").exit_code == 2
