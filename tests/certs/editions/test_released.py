# SPDX-License-Identifier: GPL-3.0-or-later
"""A released edition stays as it was released, needs nothing it was not promised, and its papers keep their answers."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from certs import editions
from certs.editions.released import RELEASED
from certs.errors import EditionUnknownError, NoEditionError, RecordMalformedError
from certs.issue import draw_and_sign, signed_statement
from certs.record.canonical import canonical_bytes
from tests.support.papers.paper_world import PaperWorld
from tools.edition_answers import answers
from tools.editions import boundary, corpus
from tools.editions.closure import imports, is_current, law_of
from tools.editions.copying import EDITIONS, edition_files, faults, package_of, release, released
from tools.make_tables import made_files

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests" / "papers_of_earlier_editions"


def small_program(folder: Path) -> Path:
    """A program whose law is two modules: one current, one frozen."""
    for path, text in {
        "certs/__init__.py": "",
        "certs/law.py": "from certs import errors, page\nfrom certs.page import (\n    INK,\n)\nUSED = errors, page\n",
        "certs/errors.py": "",
        "certs/page.py": 'INK = "sheet-0123456789abcdef.bin"\n',
        "certs/shared/sheet-0123456789abcdef.bin": "large",
        "certs/editions/released.py": "RELEASED: dict[str, str] = {}\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_no_file_of_a_released_edition_was_changed_added_or_removed() -> None:
    assert faults(ROOT) == []


def test_every_released_edition_has_papers_that_are_kept() -> None:
    kept = {folder.name for folder in CORPUS.iterdir() if folder.is_dir()} if CORPUS.is_dir() else set()
    assert kept == set(RELEASED)


def test_no_paper_of_a_released_edition_was_changed_added_or_removed() -> None:
    assert corpus.faults(ROOT) == []


def test_papers_are_recorded_once_and_any_change_of_them_is_found(tmp_path: Path) -> None:
    root = small_program(tmp_path)
    release(root, "2099.01")
    assert corpus.faults(root) == [f"2099.01: its papers are not recorded in {corpus.TABLE}"]
    folder = root / corpus.CORPUS / "2099.01"
    folder.mkdir(parents=True)
    for name in ("valid.pdf", "report.pdf", "root.pem"):
        (folder / name).write_text(name)
    corpus.record(root, "2099.01")
    assert corpus.faults(root) == []
    with pytest.raises(FileExistsError):
        corpus.record(root, "2099.01")
    (folder / "valid.pdf").write_text("another")
    (folder / "more.pdf").write_text("")
    (folder / "report.pdf").unlink()
    (folder / "root.pem").rename(root / "root.pem")
    (folder / "root.pem").symlink_to(root / "root.pem")
    assert sorted(corpus.faults(root)) == [
        "2099.01: more.pdf was added to its papers",
        "2099.01: report.pdf is missing among its papers",
        "2099.01: root.pem is missing among its papers",
        "2099.01: valid.pdf of its papers was changed",
    ]


@pytest.mark.parametrize("edition", sorted(RELEASED) or [""])
def test_papers_of_an_earlier_edition_keep_their_answers(edition: str) -> None:
    told = answers(CORPUS / edition) if edition else []
    assert [(row["kind"], row["answer"]) for row in told] == [(row["kind"], row["expected"]) for row in told]
    assert not edition or {"VALID", "REPORT", "SPECIMEN"} <= {row["answer"] for row in told}


@pytest.mark.parametrize("edition", sorted(RELEASED) or [""])
def test_a_released_edition_imports_itself_what_stays_current_and_the_standard_library(edition: str) -> None:
    folder = ROOT / EDITIONS / package_of(edition)
    own = f"certs.editions.{package_of(edition)}"
    for file in sorted(folder.rglob("*.py")) if edition else ():
        for found in imports(ROOT, file.read_text("utf-8"), of=str(file)):
            inside = found.module == own or found.module.startswith(f"{own}.")
            ours = found.module.partition(".")[0] in (*boundary.ROOMS, "transparency", "station")
            standard = found.module.partition(".")[0] in sys.stdlib_module_names
            assert inside or (is_current(found.module) if ours else standard), f"{file}: {found.module}"


def test_the_law_in_work_needs_nothing_but_the_standard_library_beside_what_stays_current() -> None:
    law = law_of(ROOT)
    for module, file in law.modules.items():
        for found in imports(ROOT, (ROOT / file).read_text("utf-8"), of=module):
            room = found.module.partition(".")[0]
            assert room in boundary.ROOMS or room in sys.stdlib_module_names, f"{module}: {found.module}"


def test_the_list_of_the_laws_files_and_the_sentences_are_up_to_date() -> None:
    for file, wanted in made_files().items():
        assert file.read_bytes() == wanted, f"{file}: run python -m tools.make_tables"


def test_large_files_are_named_by_their_content() -> None:
    files = [file for file in (ROOT / "certs" / "shared").iterdir() if "-" in file.name]
    assert len(files) >= 2
    for file in files:
        assert file.stem.rpartition("-")[2] == hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def test_a_copied_module_imports_the_copy_and_what_stays_current(tmp_path: Path) -> None:
    root = small_program(tmp_path)
    files = edition_files(law_of(root), "2099.01")
    law = files["certs/law.py"].decode()
    assert law.splitlines()[:3] == [
        "from certs import errors",
        "from certs.editions.e2099_01.certs import page",
        "from certs.editions.e2099_01.certs.page import INK",
    ]
    assert "certs/errors.py" not in files


def test_an_edition_is_released_once_and_any_change_of_it_is_found(tmp_path: Path) -> None:
    root = small_program(tmp_path)
    folder = release(root, "2099.01")
    assert released(root).keys() == {"2099.01"}
    assert faults(root) == []
    with pytest.raises(FileExistsError):
        release(root, "2099.01")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert list(manifest["shared"]) == ["certs/shared/sheet-0123456789abcdef.bin"]
    (folder / "certs" / "page.py").write_text('INK = "green"\n')
    (folder / "certs" / "more.py").write_text("")
    (root / "certs/shared/sheet-0123456789abcdef.bin").unlink()
    assert faults(root) == [
        "2099.01: certs/more.py was added",
        "2099.01: certs/page.py was changed",
        "2099.01: certs/shared/sheet-0123456789abcdef.bin is missing",
    ]
    (folder / "manifest.json").write_text("{}")
    assert faults(root) == ["2099.01: manifest.json is not the released one"]


def test_a_link_in_a_released_edition_is_found(tmp_path: Path) -> None:
    """Python takes the folder `page` for the module `page`, although `page.py` still has its hash."""
    root = small_program(tmp_path)
    folder = release(root, "2099.01")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "__init__.py").write_text('INK = "green"\n')
    (folder / "certs" / "page").symlink_to(elsewhere, target_is_directory=True)
    assert faults(root) == ["2099.01: certs/page was added"]


def test_an_edition_that_is_in_no_table_is_found(tmp_path: Path) -> None:
    root = small_program(tmp_path)
    (root / "certs" / "editions" / "e2099_02").mkdir()
    assert faults(root) == ["e2099_02: an edition that is in no table"]


@pytest.mark.parametrize("name", ["2999.01", "in-work.0000000000000000", "e2026", "interface"])
def test_the_law_of_an_edition_that_is_not_here_is_not_guessed(name: str) -> None:
    with pytest.raises(EditionUnknownError):
        editions.law(name)


@pytest.mark.parametrize("name", ["", "../2026.11", "2026_11", "A", "x" * 65, 7, None, ["2026.11"]])
def test_a_name_of_another_shape_is_no_edition(name: object) -> None:
    with pytest.raises(RecordMalformedError):
        editions.edition_of({"edition": name})


def test_a_record_that_names_no_edition_is_of_an_unknown_one() -> None:
    with pytest.raises(EditionUnknownError):
        editions.read_record(canonical_bytes({"schema": "proofwipe/certificate/1"}))


def test_real_papers_are_made_under_a_released_edition_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "RELEASED", {})
    assert editions.for_papers(specimen=True) == editions.in_work()
    with pytest.raises(NoEditionError):
        editions.for_papers(specimen=False)
    monkeypatch.setattr(editions, "RELEASED", {"2026.11": "", "2026.2": "", "2026.11.2": "", "2025.12": ""})
    assert {editions.for_papers(specimen=specimen) for specimen in (True, False)} == {"2026.11.2"}


@pytest.mark.parametrize("edition", ["", *sorted(RELEASED)])
def test_a_stations_key_signs_under_released_editions_alone(edition: str) -> None:
    """At the door of signing itself, whoever asks: statement, page, or a paper drawn again."""
    world = PaperWorld(edition)
    record = world.certificate(world.job())
    own = world.authority.signer()
    statement = signed_statement(record, world.signer)
    if edition:
        assert signed_statement(record, own)
        assert draw_and_sign(record, statement, own).pdf
        return
    with pytest.raises(NoEditionError):
        signed_statement(record, own)
    with pytest.raises(NoEditionError):
        draw_and_sign(record, statement, own)


def test_no_key_that_a_station_opens_is_a_trial_key() -> None:
    rooms = [*(ROOT / "station").rglob("*.py"), *(ROOT / "certs").rglob("*.py")]
    named = {file.relative_to(ROOT).as_posix() for file in rooms if "TrialSigner" in file.read_text("utf-8")}
    assert named == {"certs/issue.py", "certs/keys/authority.py", "certs/record/issuer.py"}
    tried = {file.relative_to(ROOT).as_posix() for file in rooms if "trial_signer" in file.read_text("utf-8")}
    assert tried == {"certs/keys/authority.py"}


def test_a_record_names_the_edition_that_made_it() -> None:
    world = PaperWorld()
    record = world.certificate(world.job())
    assert record.facts.edition == editions.in_work()
    assert record.read.plain["edition"] == editions.in_work()


@pytest.mark.parametrize("edition", sorted(RELEASED) or [""])
def test_a_paper_loads_the_law_of_its_own_edition_and_no_other(edition: str) -> None:
    if not edition:
        return
    code = (
        "import sys\nfrom pathlib import Path\nfrom certs.verify.trust import Trust\n"
        "from certs.verify.verifier import verify_file\n"
        "print(verify_file(Path(sys.argv[1]), Trust()).answer.value)\n"
        "print(*(name for name in sys.modules if name.partition('.')[0] in ('certs', 'wipe', 'grading', 'phones')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(CORPUS / edition / "valid.pdf")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer, loaded = done.stdout.strip().split("\n")
    assert answer == "CANNOT TELL"  # no root was pinned
    frozen = {name for name in loaded.split() if name.startswith("certs.editions.e")}
    assert {name.split(".")[2] for name in frozen} == {package_of(edition)}
    law = set(law_of(ROOT).modules)
    shared = {"certs", "certs.page", "certs.record", "phones", "wipe", "grading"}  # packages, empty
    live = {name for name in loaded.split() if name in law} - shared
    assert live <= LIVE_TOO, sorted(live - LIVE_TOO)


LIVE_TOO = {
    "certs.record.sealing",
    "phones.commitment",
    "phones.identifiers",
    "phones.package_data",
    "phones.verdict",
    "phones.allowed",
}
"""Small modules the current program needs itself, of which an edition has its own copy."""
