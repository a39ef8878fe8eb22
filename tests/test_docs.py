# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents and sentences say what the program does: every code has its words, every example its truth.

Codes are collected where they are written (enums, classes, the rule file, calls in the source), never from
the catalogue of sentences itself, so that a code without a sentence is found.
"""

import ast
import functools
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from certs.record import refusals
from certs.verify.verification import Answer
from grading import schemes
from grading.questions import QUESTIONS
from grading.report import CheckOutcome
from grading.sentences import cap_sentence
from phones.problem import ProblemCode
from phones.words import LANGUAGES, ROOMS, catalogue, keys, say
from station.cli import main
from station.questions import ALL_QUESTIONS
from station.setup.settings import Settings, from_document
from station.text import language
from tools import make_files, make_problems
from wipe.attested import OTHERWISE
from wipe.carded import SHORT_OF_A_CARD
from wipe.method import Deadlines, Limits
from wipe.methods.table import CONDITIONS, METHODS
from wipe.overwritten import SHORT_OF_OVERWRITING
from wipe.rules import load, versions
from wipe.steps import preconditions

ROOT = Path(__file__).parents[1]
CHINESE = re.compile(r"[\u3400-\u9fff]")
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "hardware-fixtures").rglob("*.md")])


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


# where codes come from ----------------------------------------------------------------------------


def sources(*rooms: str, with_word: str = "") -> Iterator[tuple[Path, ast.Module]]:
    """The files of those rooms; of those only that have the word in them, if one is given: parsing takes its time."""
    for room in rooms:
        for file in sorted((ROOT / room).rglob("*.py")):
            text = file.read_text("utf-8")
            if with_word in text:
                yield file, ast.parse(text)


def texts_in(node: ast.AST) -> set[str]:
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def calls(name: str, *rooms: str) -> Iterator[tuple[Path, ast.Module, ast.Call]]:
    """Every call `name(...)` or `something.name(...)`."""
    for file, tree in sources(*rooms, with_word=name):
        for node in ast.walk(tree):
            called = getattr(node, "func", None)
            if name in (getattr(called, "id", None), getattr(called, "attr", None)) and isinstance(node, ast.Call):
                yield file, tree, node


def first_texts(name: str, *rooms: str) -> set[str]:
    """The literal first arguments of all calls of `name`."""
    return {
        node.args[0].value
        for _, _, node in calls(name, *rooms)
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def step_failures() -> set[str]:
    """Reasons of all `StepFailed(...)`: literals, and tables of this module such as `_REFUSALS.get(code, "x")`."""
    found = set()
    for _, tree, call in calls("StepFailed", "wipe", "station"):
        argument = call.args[0]
        if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute):  # TABLE.get(key, default)
            found |= texts_in(argument.args[1])
            found |= table_values(tree, getattr(argument.func.value, "id", ""))
        elif isinstance(argument, ast.Constant):
            found.add(str(argument.value))
        elif isinstance(argument, ast.IfExp):
            found |= texts_in(argument.body) | texts_in(argument.orelse)
    return found


def table_values(tree: ast.Module, name: str) -> set[str]:
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and getattr(node.targets[0], "id", "") == name
            and isinstance(node.value, ast.Dict)
        ):
            return set().union(*(texts_in(value) for value in node.value.values))
    return set()


def rule_reasons() -> set[str]:
    return {row.reason for version in versions() for row in load(version).rows}


def judge_reasons() -> set[str]:
    """Reasons that the judge adds to those of the rules."""
    tree = ast.parse((ROOT / "wipe" / "judge.py").read_text("utf-8"))
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    words = texts_in(functions["_reasons"]) | texts_in(functions["_nothing_to_say"])
    return {word for word in words if re.fullmatch(r"[a-z]+(_[a-z]+)+", word)}


def refusal_codes() -> set[str]:
    tree = ast.parse(Path(refusals.__file__).read_text("utf-8"))
    found = set(refusals._OF_A_FAILURE.values()) | {"station_failed"}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_of_"):
            for inner in ast.walk(node):
                added = isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") == "append"
                if added or isinstance(inner, ast.Return):
                    found |= {word for word in texts_in(inner) if re.fullmatch(r"[a-z]+(_[a-z]+)+|blocked", word)}
    return found


def verifier_codes() -> set[str]:
    found = {answer.name for answer in Answer}
    for _, tree in sources("certs"):
        found |= {word for word in texts_in(tree) if re.fullmatch(r"[EW]_[A-Z_]+", word)}
    return found


@functools.cache
def reasons() -> list[str]:
    """When a test asks, not when tests are collected, which each process does."""
    return sorted(step_failures() | rule_reasons() | judge_reasons() | refusal_codes())


INSIDE = sorted({condition.code.value for condition in preconditions.TRADE_IN_INSIDE})
"""A step may also fail with the problem it found: the code is a ProblemCode then."""


def key_of_reason(code: str) -> str:
    for key in (f"reason.{code}", f"problem.{code}.reason", f"error.{code}.reason"):
        if key in catalogue():
            return key
    return f"reason.{code}"


# every code has its words -------------------------------------------------------------------------


def lacks(key: str) -> str:
    """What is missing of the sentence of `key`, "" if nothing is."""
    entry = catalogue().get(key)
    if entry is None:
        return f"{key}: no sentence"
    if not entry.get("en", "").strip() or CHINESE.search(entry["en"]):
        return f"{key}: no English"
    only_facts = not re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", entry["en"]))
    if not entry.get("zh", "").strip() or not (CHINESE.search(entry["zh"]) or only_facts):
        return f"{key}: no Chinese"
    english, chinese = (make_problems.placeholders(key, one) for one in LANGUAGES)
    return f"{key}: {english} is not {chinese}" if english != chinese else ""


def missing(found: Iterator[str] | list[str]) -> list[str]:
    return [what for what in map(lacks, found) if what]


def test_the_codes_are_found_where_they_are_written() -> None:
    assert {"canary_still_there", "never_returned", "harness_lock_screen", "blocked"} <= step_failures()
    assert {"accounts_left", "stamp_too_old"} <= rule_reasons()
    assert {"one_writer_only", "unknown_method", "nothing_read_after"} <= judge_reasons()
    assert {"policy_not_met", "awaiting_validation", "times_out_of_order", "phone_not_the_same"} <= refusal_codes()
    assert {"E_STRUCTURE", "E_DEVICE", "W_NOT_LOGGED", "VALID", "CANNOT_TELL"} <= verifier_codes()
    assert len(reasons()) > 50


def test_every_problem_says_what_stands_in_the_way_and_what_to_do() -> None:
    assert missing([f"problem.{code}.{part}" for code in ProblemCode for part in ("reason", "next")]) == []


def test_every_error_says_what_happened_and_what_to_do() -> None:
    classes = make_problems.error_classes()
    assert {"internal", "phone_lost", "wipe_rules", "scheme", "verification", "no_record"} <= set(classes)
    assert missing([f"error.{code}.{part}" for code in classes for part in ("reason", "hint")]) == []


def test_every_reason_without_a_certificate_has_its_sentence_and_its_next_step() -> None:
    codes = [*reasons(), *INSIDE]
    assert missing([key_of_reason(code) for code in codes]) == []
    assert missing([make_problems.next_key(code) for code in codes]) == []


def test_every_answer_of_the_verifier_has_its_sentence_and_its_next_step() -> None:
    codes = sorted(verifier_codes())
    assert missing([f"verify.{code}" for code in codes]) == []
    assert missing([f"next.{code}" for code in codes]) == []


def test_no_next_step_is_left_without_its_code() -> None:
    said = {key.removeprefix("next.") for key in keys("next.")}
    assert said - verifier_codes() - {key.removeprefix("reason.") for key in keys("reason.")} == set()


def test_no_reason_is_left_that_nothing_gives() -> None:
    """`battery_low` says more than its problem; the others are of the station (worker, validate, paper_issuer)."""
    given = {*reasons(), *INSIDE, *SHORT_OF_OVERWRITING, *SHORT_OF_A_CARD, OTHERWISE}
    given |= {"internal", "rejected", "paper_lost"}
    assert {key.removeprefix("reason.") for key in keys("reason.")} - given == set()


def test_every_cap_of_a_grade_has_its_sentence() -> None:
    scheme = schemes.load("basic")
    bands = [f"battery_{band}" for band in scheme.battery_caps]
    faces = [f"cosmetic_{letter}" for letter in scheme.usability["F6"] if letter != "A"]
    plain = [
        "erase_not_verified",
        "safety_hold",
        "several_secondary_failed",
        "parts_not_known_original",
        "battery_below_90",
    ]
    weighed = [
        f"{'key' if check.weight == 'safety' else check.weight}.{check.name}.{outcome.value}"
        for check in scheme.checks
        if check.weight in ("key", "secondary", "gate", "safety")
        for outcome in CheckOutcome
    ]
    assert missing([f"cap.{code}" for code in (*bands, *faces, *plain)]) == []
    for code in weighed:
        assert cap_sentence(code, "en")
        assert CHINESE.search(cap_sentence(code, "zh"))


def test_everything_a_screen_shows_of_a_job_has_its_sentence() -> None:
    progress = first_texts("progress", "wipe", "station") | first_texts("tell", "station/work")
    instructions = first_texts("instruct", "wipe", "station")
    questions = first_texts("_ask", "wipe") | first_texts("ask", "station") | {question.key for question in QUESTIONS}
    assert {"planting", "blocked", "waiting_return"} <= progress
    assert instructions >= {"reset_in_settings", "erase_in_settings"}
    assert "setup_screen_seen" in questions
    assert questions <= set(ALL_QUESTIONS), "an answers file may answer every question there is"
    questions |= set(ALL_QUESTIONS)
    found = [f"progress.{key}" for key in progress] + [f"instruct.{key}" for key in instructions]
    assert missing([*sorted(found), *(f"ask.{key}" for key in sorted(questions))]) == []


def test_every_method_step_and_condition_has_its_name() -> None:
    steps = {step.name for method in METHODS.values() for step in method.steps}
    conditions = {condition.code.value for found in CONDITIONS.values() for condition in found}
    conditions |= {  # by which a choice itself is refused
        ProblemCode.METHOD_NOT_AVAILABLE.value,
        ProblemCode.METHOD_WEAKER.value,
        ProblemCode.OVERWRITE_NOT_POSSIBLE.value,
    }
    wanted = [f"method.{name}" for name in METHODS] + [f"step.{name}" for name in steps]
    assert missing(sorted([*wanted, *(f"condition_name.{code}" for code in conditions)])) == []


def test_every_sentence_that_a_command_says_exists() -> None:
    assert missing(sorted(first_texts("text", "station") | first_texts("say", *ROOMS))) == []


# the documents ------------------------------------------------------------------------------------


def test_the_list_of_problems_is_up_to_date() -> None:
    written = make_problems.TARGET.read_text("utf-8")
    assert written == make_problems.document(), "run: python -m tools.make_problems"


def test_the_page_of_files_that_people_write_is_up_to_date() -> None:
    assert make_files.TARGET.read_text("utf-8") == make_files.document(), "run: python -m tools.make_files"


def commands_in_help(tongue: str) -> list[str]:
    """The list of commands as the program prints it."""
    language.use(tongue)
    try:
        shown = CliRunner().invoke(main.build(), ["--help"], terminal_width=200).output
    finally:
        language.use("en")
    _, _, listed = shown.partition(f"{say('help.commands', tongue)}:\n")
    return [line.rstrip() for line in listed.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_the_readme_lists_the_commands_that_there_are(tongue: str) -> None:
    shown = commands_in_help(tongue)
    assert len(shown) == len(main.COMMANDS.keys() - main.UNLISTED)
    written = READMES[tongue].read_text("utf-8").splitlines()
    assert [line for line in shown if line not in written] == []


def command_lines(document: Path) -> Iterator[list[str]]:
    """What follows `proofwipe` in the code blocks of a document, a command line at a time."""
    for block in re.findall(r"```(?:console|sh)\n(.*?)```", document.read_text("utf-8"), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            stripped = line.strip().removeprefix("$ ")
            if stripped.startswith("proofwipe "):
                words = shlex.split(stripped, comments=True)
                end = next((place for place, word in enumerate(words) if word in ("|", "&&", ">")), len(words))
                yield words[1:end]


def understand(command: click.Command, words: list[str]) -> None:
    """Parse as click would, and go on with the command named; nothing is run. Raises: click.NoSuchOption."""
    context = click.Context(command)
    _, rest, _ = command.make_parser(context).parse_args(list(words))
    if isinstance(command, click.Group) and rest:
        following = command.get_command(context, rest[0])
        assert following is not None, words
        understand(following, rest[1:])


@pytest.mark.parametrize("document", DOCUMENTS, ids=where)
def test_every_command_line_in_a_document_is_understood(document: Path) -> None:
    for words in command_lines(document):
        understand(main.build(), words)


def test_a_command_line_with_a_misspelt_option_is_not_understood() -> None:
    with pytest.raises(click.NoSuchOption):
        understand(main.build(), ["wipe", "--plann"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=where)
def test_a_document_points_at_files_that_exist(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text("utf-8"))
    gone = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert gone == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=where)
def test_a_document_names_no_place_on_one_machine(document: Path) -> None:
    found = re.findall(r"(?<![\w.])/(?:home|root|work|Users)/\S*", document.read_text("utf-8"))
    assert found == []


def test_the_settings_reference_names_every_setting_with_its_default() -> None:
    reference = (ROOT / "docs" / "develop.md").read_text("utf-8")
    block = re.search(r"```toml\n# config\.toml\n(.*?)```", reference, re.DOTALL)
    assert block is not None
    written = tomllib.loads(block.group(1))
    settings = Settings()
    tables = {
        "deadlines": asdict(Deadlines()),
        "limits": asdict(Limits()),
        "policy": asdict(settings.policy),
        "signing": asdict(settings.signing),
        "overwrite": asdict(settings.overwrite),
        "service": asdict(settings.service),
        "checking": asdict(settings.checking),
    }
    assert {name: written[name] for name in tables} == tables
    assert set(written) == set(Settings.__dataclass_fields__)
    assert from_document(written, "develop.md").webhook != (), "the example is one"
    for name in set(written) - set(tables) - {"slots", "printers", "webhook"}:
        assert written[name] == getattr(settings, name), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=where)
def test_settings_that_a_document_says_to_write_are_taken(document: Path) -> None:
    for block in re.findall(r"config\.toml <<'EOF'\n(.*?)\nEOF", document.read_text("utf-8"), re.DOTALL):
        from_document(tomllib.loads(block), where(document))


def test_both_readmes_show_the_certificate_and_its_picture_is_small() -> None:
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture.stat().st_size <= 300_000, picture.name
    assert all("docs/pictures/certificate.png" in readme.read_text("utf-8") for readme in READMES.values())


def test_the_readmes_name_every_method_and_say_that_none_is_confirmed() -> None:
    for readme in READMES.values():
        text = readme.read_text("utf-8")
        assert [name for name in METHODS if f"`{name}`" not in text] == []
    assert "confirmed on real hardware" in READMES["en"].read_text("utf-8")
    assert "真机" in READMES["zh"].read_text("utf-8")


def test_the_exit_codes_in_the_documents_are_those_of_the_errors() -> None:
    reference = (ROOT / "docs" / "develop.md").read_text("utf-8")
    table = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", reference, re.MULTILINE))
    used = {kind.exit_code for kind in make_problems.error_classes().values()} | {answer.exit_code for answer in Answer}
    assert used <= {int(code) for code in table}


def test_a_buyer_needs_no_hardware_library_and_no_database() -> None:
    """As the README says: the base install has none of them, so `verify` must not ask for one."""
    program = (
        "import sys; from station.cli.main import run\n"
        "code = run(['verify', 'tests/golden/valid.pdf', '--trust', 'tests/golden/root.pem'])\n"
        "heavy = {'adbutils', 'pymobiledevice3', 'usb', 'sqlite3', 'platformdirs', 'fastapi', 'virtual_phones'}\n"
        "print('loaded:', *sorted(heavy & {name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stderr.splitlines()[-1:], done.returncode) == (["loaded:"], 0), done.stdout


def test_a_decision_record_has_all_its_parts() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    heads = ("Problem", "Drivers", "Options", "Outcome", "Consequences")
    parts = ("- Status: ", "- Date: ", *(f"\n## {head}\n" for head in heads), "Good:", "Bad:")
    for record in records:
        text = record.read_text("utf-8")
        assert [part for part in parts if part not in text] == [], record.name


def test_the_changelog_knows_the_version_and_the_readme_the_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert project["license"] in READMES["en"].read_text("utf-8")


def test_every_licence_of_what_came_from_others_goes_with_the_wheel_and_the_debian_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    there = {
        file.relative_to(ROOT).as_posix()
        for package in ("certs", "grading", "phones", "station", "transparency", "wipe")
        for file in (ROOT / package).rglob("*.txt")
        if "LICENSE" in file.name or file.name == "OFL.txt"
    }
    assert set(project["license-files"]) == there | {"LICENSE"}
    assert "htmx.LICENSE.txt" in (ROOT / "packaging" / "debian" / "copyright").read_text("utf-8")
