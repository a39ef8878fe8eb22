# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows that a paper keeps its answer when the law goes on: edition x kind of paper -> answer.

    python -m tools.edition_table

In a temporary copy of the program the law in work is released as 2098.12, changed in five harmless ways (rules,
allow-list, fields of the record, page, words), and released again as 2099.01. Each issues the same papers; the changed
program verifies both, and this program, which knows neither, verifies the later ones.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.editions.corpus import CORPUS

ROOT = Path(__file__).parents[1]
ROOMS = ("phones", "wipe", "grading", "certs", "transparency", "station", "tests", "tools")
EARLIER, LATER = "2098.12", "2099.01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A text that stands in some files of the law, and what stands there afterwards. `what`: for people."""

    what: str
    files: tuple[str, ...]
    old: str
    new: str


CHANGES = (
    Change(
        what="rules: another version of the file",
        files=("wipe/rules/2027.02.toml",),
        old='version = "2027.02"',
        new='version = "2099.01"',
    ),
    Change(
        what="allow-list: a value has another name",
        files=("phones/**/*.py", "wipe/**/*.py", "grading/**/*.toml", "tests/support/**/*.py"),
        old='"battery.level"',
        new='"battery.charge"',
    ),
    Change(
        what="record: a field has another name, in the table",
        files=("certs/record/schema.py",),
        old="        slot=_TEXT,",
        new="        bench_place=_TEXT,",
    ),
    Change(
        what="... in its type", files=("certs/record/schema.py",), old="    slot: str\n", new="    bench_place: str\n"
    ),
    Change(
        what="... where it is written",
        files=("certs/record/draft.py",),
        old='"slot": facts',
        new='"bench_place": facts',
    ),
    Change(
        what="... and where it is drawn", files=("certs/page/layout_back.py",), old="job.slot", new="job.bench_place"
    ),
    Change(what="page: another ink", files=("certs/page/sheet.py",), old='INK = "#1c2126"', new='INK = "#101418"'),
    Change(
        what="words: another title",
        files=("certs/page/labels.toml",),
        old='"Data Erasure Certificate"',
        new='"Certificate of Data Erasure"',
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a program answered to one paper. `by`: "later" or "this"; `expected`: what it must answer."""

    edition: str
    kind: str
    by: str
    answer: str
    expected: str


def changed_program(folder: Path) -> None:
    """A copy of the program with both editions and their papers in `folder`."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "golden"))
    _run(folder, "tools.release_edition", EARLIER)
    for change in CHANGES:
        _apply(folder, change)
    rules = folder / "wipe" / "rules"
    (rules / "2027.02.toml").rename(rules / f"{LATER}.toml")
    (rules / "2027.02.json").unlink()
    _run(folder, "tools.make_tables")
    _run(folder, "tools.release_edition", LATER)


def _apply(folder: Path, change: Change) -> None:
    found = [file for pattern in change.files for file in folder.glob(pattern) if change.old in file.read_text("utf-8")]
    if not found:
        raise ValueError(f"{change.what}: {change.old!r} stands nowhere in {', '.join(change.files)}")
    for file in found:
        file.write_text(file.read_text("utf-8").replace(change.old, change.new), encoding="utf-8")


def _run(folder: Path, module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} {arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def answers(folder: Path) -> list[Answer]:
    """What the changed program in `folder` answers to the papers of both, and this one to the later ones."""
    found = []
    for edition, by, program in ((EARLIER, "later", folder), (LATER, "later", folder), (LATER, "this", ROOT)):
        told = json.loads(_run(program, "tools.edition_answers", str(folder / CORPUS / edition)))
        found += [Answer(edition=edition, by=by, **row) for row in told]
    return found


def main() -> int:
    """Print the table; exit 1 if an answer is another than it must be."""
    with tempfile.TemporaryDirectory() as scratch:
        changed_program(Path(scratch))
        rows = answers(Path(scratch))
    wrong = 0
    print(f"{'edition':9} {'verifier':8} {'paper':24} answer")
    for row in rows:
        expected = row.expected if row.by == "later" else "CANNOT TELL E_EDITION_UNKNOWN"
        wrong += row.answer != expected
        print(f"{row.edition:9} {row.by:8} {row.kind:24} {row.answer}{'' if row.answer == expected else '  WRONG'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
