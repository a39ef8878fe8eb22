# SPDX-License-Identifier: GPL-3.0-or-later
"""Verifying is light: no hardware library, no database, no web framework, no signer's toolbox, and no PDF library
before the bytes are judged.
"""

import subprocess
import sys
from pathlib import Path

from certs.authority import Authority, pem
from certs.issue import Paper

FOREIGN = (
    "adbutils", "pymobiledevice3", "usb", "sqlalchemy", "fastapi", "uvicorn", "pyhanko", "station.ledger",
    "virtual_phones",
)
_CODE = """
import sys
from pathlib import Path
from certs.verify import verify_file
from certs.trust import Trust
heavy = ("reportlab", "pydantic", "certs.page.pdf_profile", "pypdfium2", "PIL")
early = [name for name in heavy if name in sys.modules]
answer = verify_file(Path(sys.argv[1]), Trust.from_files([Path(sys.argv[2])]))
foreign = [name for name in sys.argv[3].split(",") if name in sys.modules]
print(answer.answer, early, foreign)
"""


def _verify_alone(file: Path, root: Path) -> str:
    folders = [str(Path(__file__).parents[2])]
    done = subprocess.run(
        [sys.executable, "-c", _CODE, str(file), str(root), ",".join(FOREIGN)], capture_output=True, text=True,
        check=True, timeout=60, env={"PYTHONPATH": ":".join(folders), "PATH": ""},
    )
    return done.stdout.strip()


def test_a_whole_verification_loads_nothing_foreign(paper: Paper, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(paper.pdf)
    (tmp_path / "root.pem").write_bytes(pem(authority.root.certificate))
    assert _verify_alone(tmp_path / "a.pdf", tmp_path / "root.pem") == "VALID [] []"


def test_a_changed_file_is_refused_without_any_pdf_library(paper: Paper, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(paper.pdf[:-7] + b"x%EOF\n")
    (tmp_path / "root.pem").write_bytes(pem(authority.root.certificate))
    assert _verify_alone(tmp_path / "a.pdf", tmp_path / "root.pem") == "NOT VALID [] []"
