# SPDX-License-Identifier: GPL-3.0-or-later
"""A scheme file is taken whole or not at all; a record can be graded again, by the same scheme or another."""

import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certs.keys.authority import create_authority
from certs.record.record import certificate_record
from grading.errors import SchemeError
from grading.grade import grade
from grading.schemes import LARGEST_FILE, load, shipped, whole_number
from phones.package_data import made_from
from phones.port import Platform
from phones.verdict import Verdict
from phones.words import has
from station.cli.commands.regrade import read_record
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, OPENED_AT, iphone_job
from tools import make_grades

TEXT = resources.files("grading").joinpath("schemes", "basic.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_names_no_scheme_there_is_reads_which_there_are(language: str) -> None:
    with pytest.raises(SchemeError) as stop:
        load("nix")
    assert ", ".join(shipped()) in stop.value.hint(language)


def test_the_shipped_schemes_load_and_name_their_hash() -> None:
    for name in shipped():
        scheme = load(name)
        assert scheme.name == name
        assert len(scheme.sha256) == 64


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


Change = tuple[str, str]
MALFORMED: list[Change] = [
    ('name = "basic"', 'name = "two words"'),
    ('version = "2026.12"', "version = 2026"),
    ("several_secondary = 3", "several_secondary = 0"),
    ("several_secondary = 3", 'several_secondary = "many"'),
    ("several_secondary = 3", "several_secondary = 3\nseveral = 4"),
    ('weight = "gate"', 'weight = "heavy"'),
    ('operator = "equals"', 'operator = "looks_like"'),
    ('platforms = ["apple"]', "platforms = []"),
    ('platforms = ["apple"]', 'platforms = "apple"'),
    ('platforms = ["apple"]', 'platforms = ["symbian"]'),
    ('limit = ["no"]', "limit = []"),
    ('limit = ["no"]', 'limit = "no"'),
    ('limit = ["no"]', "limit = [1]"),
    ('limit = ["no"]', 'limt = ["no"]'),
    ('limit = ["449"]', 'limit = ["warm"]'),
    ('limit = ["449"]', 'limit = ["1", "2"]'),
    ('operator = "is_empty"', 'operator = "is_empty"\nlimit = ["x"]'),
    ('value = "locks.activation_lock"', 'value = "phone.number"'),
    ('name = "supervision"', 'name = "activation_lock"'),
    ('band = "good"', 'band = "fine"'),
    ("at_least = 80", "at_least = 95"),
    ("at_least = 80", "at_least = 900"),
    ('excellent = "1"', 'excellent = "0"'),
    ('not_measured = "3"', 'not_measured = "1"'),
    ('fail = "5"', 'fail = "1"'),
    ('not_measured = "3"', ""),
    ("[usability.F5]", "[usability.F4]"),
    ('not_tested = "4"', ""),
    ('A = "1"', 'A = "6"'),
    ('otherwise = "3-9, not mapped"', ""),
    ("\n[mapping.gbt45656]", "\n[[mapping]]"),
    ('name = "basic"', "name = \x00"),
]


@pytest.mark.parametrize(("old", "new"), MALFORMED, ids=range(len(MALFORMED)))
def test_a_scheme_with_a_mistake_is_refused_before_a_phone_is_graded(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(changed(TEXT, old, new), encoding="utf-8")
    with pytest.raises(SchemeError) as caught:
        load(str(path))
    assert caught.value.exit_code == 2
    assert caught.value.reason("zh") != caught.value.reason("en")


@pytest.mark.parametrize("name", ["golden", "../basic", "", "basic.toml", "/etc/passwd", "a" * 100])
def test_a_name_nobody_ships_is_no_scheme(name: str) -> None:
    with pytest.raises(SchemeError):
        load(name)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_scheme_or_a_scheme_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(data)
    with pytest.raises(SchemeError):
        load(str(path))


def test_a_file_is_a_scheme_of_its_own_whatever_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(TEXT, encoding="utf-8")
    path.with_suffix(".json").write_bytes(made_from(TEXT.encode()).replace(b'"basic"', b'"other"'))
    assert load(str(path)).name == "basic"


@pytest.mark.parametrize(
    "written",
    [
        "a=" + "[" * 4000,
        "a=" + "[\n" * 20_000,
        "a=" + "[" * 20_000,
        "a=" + "{a=" * 1000,
        "".join(".".join((f"a{number}", *"b" * 2000)) + "=1\n" for number in range(60)),
        "a={" + ".".join("b" * 2000) + "=1}",
        TEXT + "\n" * LARGEST_FILE,
    ],
    ids=["deep", "deep in lines", "long", "deep tables", "dots", "dots inside", "large"],
)
def test_a_scheme_that_would_take_long_is_refused(tmp_path: Path, written: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(SchemeError) as caught:
        load(str(path))
    assert caught.value.expected == "a scheme file"


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_scheme_with_lines_missing_is_whole_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    lines = TEXT.splitlines()
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=1, max_size=3))
    path = tmp_path / "s.toml"
    path.write_text("\n".join(line for number, line in enumerate(lines) if number not in gone), encoding="utf-8")
    try:
        scheme = load(str(path))
    except SchemeError:
        return
    for verdict in Verdict:  # what loads, grades
        grade([], platform=Platform.ANDROID, verdict=verdict, scheme=scheme)


def test_plain_digits_only_are_numbers() -> None:
    assert [whole_number(text) for text in ("7", "-3", "", "٣", "1_0", " 1", "1.0", "9" * 20)] == [
        7,
        -3,
        None,
        None,
        None,
        None,
        None,
        None,
    ]


def test_a_record_graded_again_has_its_own_grade_and_another_under_another_scheme(
    tmp_path: Path, regraded: Callable[[str], tuple[Any, Any]]
) -> None:
    in_record, again = regraded("basic")
    assert again == in_record
    assert again["scheme_sha256"] == load("basic").sha256
    stricter = tmp_path / "stricter.toml"
    text = changed(changed(TEXT, 'name = "basic"', 'name = "stricter"'), "at_least = 90", "at_least = 99")
    stricter.write_text(text, encoding="utf-8")
    in_record, other = regraded(str(stricter))
    assert other["scheme"] == "stricter"
    assert other["scheme_sha256"] != in_record["scheme_sha256"]
    assert (in_record["battery_band"], other["battery_band"]) == ("excellent", "good")


@pytest.fixture
def regraded(tmp_path: Path) -> Callable[[str], tuple[Any, Any]]:
    """Scheme → the grade in a record and the grade computed again by `station.cli.commands.regrade`'s own way."""
    path = tmp_path / "erase-record.json"
    signer = create_authority(ISSUER, "bench-1", now=OPENED_AT).trial_signer()
    record = certificate_record(
        iphone_job(), ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID
    )
    path.write_bytes(record.data)

    def again(scheme: str) -> tuple[Any, Any]:
        record = read_record(path)
        return record.plain["grade"], record.graded(scheme)

    return again


def test_the_table_of_what_each_missing_answer_costs_is_current() -> None:
    assert make_grades.TARGET.read_text("utf-8") == make_grades.document(), "run: python -m tools.make_grades"


@pytest.mark.parametrize("platform", list(Platform))
def test_a_phone_of_which_everything_is_known_and_good_has_grade_1(platform: Platform) -> None:
    scheme = load("basic")
    found = make_grades.graded(scheme, platform, make_grades.perfect(scheme, platform))
    assert (found.usability, found.functional, found.capped_by) == ("1", "F6", ())


def test_every_check_that_a_released_edition_asks_for_still_has_words() -> None:
    editions = Path(__file__).parents[2] / "certs" / "editions"
    asked = {
        check["name"]
        for file in editions.glob("e*/grading/schemes/*.toml")
        for check in tomllib.loads(file.read_text("utf-8"))["check"]
    }
    assert asked
    assert [name for name in sorted(asked) if not has(f"check.{name}")] == []
