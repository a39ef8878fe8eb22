# SPDX-License-Identifier: GPL-3.0-or-later
"""What this program answers to a folder of papers with an expected.json (tools/make_golden.py), as JSON.

python -m tools.edition_answers tests/papers_of_earlier_editions/2026.11
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from certs.verify.trust import Trust
from certs.verify.verifier import verify_file


def answers(folder: Path) -> list[dict[str, str]]:
    """For each case its kind, the answer, and the one expected.json names."""
    about = json.loads((folder / "expected.json").read_text("utf-8"))
    found = []
    for kind, case in about["cases"].items():
        trust = Trust.from_files(folder / name for name in case.get("trust", about["default_trust"]))
        status = trust.status((folder / case["status"]).read_bytes()) if "status" in case else None
        at = datetime.fromisoformat(case.get("at", about["default_at"]))
        told = verify_file(folder / case["file"], trust, at=at, imei=case.get("imei"), status=status)
        expected = f"{case['answer']} {case['code']}".strip()
        found.append({"kind": kind, "answer": f"{told.answer.value} {told.code}".strip(), "expected": expected})
    return found


if __name__ == "__main__":
    print(json.dumps(answers(Path(sys.argv[1]))))
