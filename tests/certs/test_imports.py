# SPDX-License-Identifier: GPL-3.0-or-later
"""Verifying is light: no hardware library, no database, no web framework, no signer's toolbox, no PDF library before
the bytes are judged, and `cryptography` in one replaceable module only.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from certs.issue import Paper
from certs.keys.authority import Authority, pem

FOREIGN = (
    "adbutils",
    "pymobiledevice3",
    "usb",
    "fastapi",
    "jinja2",
    "uvicorn",
    "pyhanko",
    "station.ledger.ledger",
    "virtual_phones",
    "cryptography.x509",
    "certs.keys.profile",
    "certs.keys.authority",
    "certs.record.issuer",
    "transparency.database",
)
_CODE = """
import sys
from pathlib import Path
from certs.verify.verifier import verify_file
from certs.verify.trust import Trust
heavy = ("reportlab", "pydantic", "certs.page.pdf_profile", "pypdfium2", "PIL")
early = [name for name in heavy if name in sys.modules]
answer = verify_file(Path(sys.argv[1]), Trust.from_files([Path(sys.argv[2])]))
foreign = [name for name in sys.argv[3].split(",") if name in sys.modules]
print(answer.answer, early, foreign)
rooms = ("certs", "phones", "wipe", "grading", "station")
print(*(module.__file__ for name, module in sys.modules.items() if name.split(".")[0] in rooms))
"""


_CRYPTOGRAPHY = re.compile(r"^\s*(?:from|import) cryptography", re.MULTILINE)


def _verify_alone(file: Path, root: Path) -> tuple[str, list[Path]]:
    folders = [str(Path(__file__).parents[2])]
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(file), str(root), ",".join(FOREIGN)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PYTHONPATH": ":".join(folders), "PATH": ""},
    )
    answer, loaded = done.stdout.strip().split("\n")
    return answer, [Path(name) for name in loaded.split(" ")]


def test_a_whole_verification_loads_nothing_foreign(paper: Paper, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(paper.pdf)
    (tmp_path / "root.pem").write_bytes(pem(authority.root.certificate))
    assert _verify_alone(tmp_path / "a.pdf", tmp_path / "root.pem")[0] == "VALID [] []"


def test_a_changed_file_is_refused_without_any_pdf_library(paper: Paper, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(paper.pdf[:-7] + b"x%EOF\n")
    (tmp_path / "root.pem").write_bytes(pem(authority.root.certificate))
    assert _verify_alone(tmp_path / "a.pdf", tmp_path / "root.pem")[0] == "NOT VALID [] []"


@pytest.mark.parametrize("case", ["valid-standing", "valid-own-key", "valid-time-stamped", "valid-archive"])
def test_one_module_alone_meets_the_cryptography_library(case: str) -> None:
    """The offline page replaces `certs.crypto`; whatever else met the library would not run there."""
    golden = Path(__file__).parents[1] / "golden"
    answer, loaded = _verify_alone(golden / f"{case}.pdf", golden / "root.pem")
    assert answer.startswith("VALID")
    meets = {path.name for path in loaded if _CRYPTOGRAPHY.search(path.read_text("utf-8"))}
    assert meets == {"crypto.py"}
    assert len(loaded) > 40
