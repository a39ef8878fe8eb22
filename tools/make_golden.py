# SPDX-License-Identifier: GPL-3.0-or-later
"""Issue the golden files of tests/golden under throw-away keys: some that must pass, and one for every known fault.

    python tools/make_golden.py [FOLDER] [--edition NAME] [--few]

Each case is named by its fault. expected.json says for each which file, what a verifier must answer, and with what:
trust files, status file, IMEI of the phone in hand, moment of asking (`at`); `answer_without_root` is the answer
without any of them but `at`. The keys exist only
while this runs. Records, pages and times are the same in every run; keys and signatures are not, nor is what holds
them: the set of attestation roots in a record, which the organisation signed.
Papers are made under the newest released edition, before the first one under the law in work. `--few`: only those that
stay in tests/papers_of_earlier_editions for ever (`make release-edition` asks for them).
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from certs import editions
from tests.support.papers import golden_attested, golden_bytes, golden_content, golden_measured, golden_time
from tests.support.papers.golden_case import DEFAULT_AT, Case
from tests.support.papers.paper_world import PaperWorld

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
FEW = (
    "valid",
    "valid-archive",
    "valid-attested",
    "valid-logged",
    "valid-measured",
    "valid-measured-iphone",
    "valid-own-key",
    "report",
    "specimen",
    "another-phone",
    "attestation-forged",
    "attestation-raised",
    "claim-raised",
    "evidence-removed",
    "measured-claim-of-battery",
    "measured-claim-under-cable",
    "measured-grade-raised",
    "measured-untested-passed",
    "measured-value-changed",
    "page-edited",
    "record-unknown-field",
    "report-dressed-up",
    "statement-swapped",
)
"""Cases in which the law of the edition decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """Everything that is written: papers with what is expected of them, and files for a reader's trust."""

    papers: dict[str, Case]
    files: dict[str, bytes]


def golden_files(edition: str = "", wanted: tuple[str, ...] = ()) -> Golden:
    """All of it, freshly issued; of these cases alone, if any are named."""
    scene = PaperWorld(edition or editions.newest_released())
    papers: dict[str, Case] = {}
    files: dict[str, bytes] = {}
    for part in (golden_content, golden_bytes, golden_time, golden_attested, golden_measured):
        more, beside = part.cases(scene)
        if papers.keys() & more.keys() or files.keys() & beside.keys():
            raise ValueError("two golden files of one name")
        papers |= more
        files |= beside
    papers = {name: case for name, case in papers.items() if not wanted or name in wanted}
    used = {name for case in papers.values() for name in (*case.trust, case.status) if name}
    return Golden(papers=papers, files={n: d for n, d in {**scene.trust_files(), **files}.items() if n in used})


def main(folder: Path, edition: str = "", *, few: bool = False) -> None:
    """Write all files into `folder`."""
    golden = golden_files(edition, FEW if few else ())
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    expected: dict[str, dict[str, object]] = {}
    written: dict[bytes, str] = {}
    for name, case in golden.papers.items():
        file = written.setdefault(case.data, f"{name}.pdf")
        (folder / file).write_bytes(case.data)
        expected[name] = {"file": file, **case.expected()}
        print(f"{name:34} {file:34} {len(case.data):>7} bytes  {case.answer} {case.code}")
    for name, data in golden.files.items():
        (folder / name).write_bytes(data)
    about = {"default_at": DEFAULT_AT, "default_trust": ["root.pem"], "cases": expected}
    text = json.dumps(about, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=GOLDEN)
    parser.add_argument("--edition", default="")
    parser.add_argument("--few", action="store_true")
    asked = parser.parse_args()
    main(asked.folder, asked.edition, few=asked.few)
