# SPDX-License-Identifier: GPL-3.0-or-later
"""No number that could belong to somebody stands in a fixture or test: what looks like one is declared as invented.

Recordings, in which nothing is invented and all is fake, are looked at by
tests/phones/recordings/test_kept_recordings.py.
Whoever contributes a fixture gets this looked at before any person does.
"""

import json
import re
import tomllib
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from phones.allowed import PREFIXES, allowed
from tests.support.foreign_numbers import DRAWN_ANEW, REGISTER, ForeignNumber, declared, foreign_numbers_in, undeclared
from virtual_phones.iphone.strata import OWNERS

TESTS = Path(__file__).parent
FIXTURES = TESTS.parent / "hardware-fixtures"
RIG = TESTS.parent / "rig"
GOLDEN = TESTS / "golden"
PAPERS = (GOLDEN, TESTS / "papers_of_earlier_editions")
"""Folders of papers that were issued once."""
TEXTS = (
    ".toml",
    ".py",
    ".sh",
    ".mjs",
    ".jsonl",
    ".json",
    ".txt",
    ".md",
    ".csv",
    ".xml",
    ".plist",
    ".rules",
    ".log",
    ".policy",
    ".js",
    ".zpl",
)
OTHERS = (".pdf", ".crl", ".pem", ".typed")
"""Papers, which are read below; certificates of keys, which name no phone; empty marks."""
TABLES: Mapping[Path, tuple[str, ...]] = {
    FIXTURES: ("names", "people", "fixtures"),
    RIG: ("names", "people", "fixtures"),
    TESTS: ("names", "people", "fixtures", "tests", "planted"),
    GOLDEN: ("names", "people", "tests"),
}
"""What may stand there; a number that the tests alone may use is a stranger in a fixture."""
_COMMITMENT = re.compile(r"#[0-9a-f]{32}")
_STREAM = re.compile(rb"stream\r?\n")
LARGEST_ATTACHMENT = 1 << 20


def files(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return [path for path in found if path != REGISTER]


@cache
def texts() -> tuple[tuple[Path, Path, str], ...]:
    """Folder, file and text of everything that can be read; recordings have a test of their own."""
    found = []
    for folder in (FIXTURES, RIG, TESTS):
        recorded = {path.parent for path in folder.rglob("exchanges.jsonl")}
        for path in files(folder):
            if path.suffix in TEXTS and path.parent not in recorded:
                found.append((folder, path, path.read_text("utf-8", "replace")))
    return tuple(found)


# what stands there ---------------------------------------------------------------------------------------


def test_every_number_that_could_be_somebodys_is_declared_as_invented() -> None:
    assert [
        f"{path.relative_to(TESTS.parent)}: {found.shape} {found.text}"
        for folder, path, text in texts()
        for found in undeclared(text, *TABLES[folder])
        if not (set(PAPERS) & set(path.parents) and found.shape == DRAWN_ANEW)
    ] == []


def test_every_declared_number_is_used_somewhere() -> None:
    everything = [*(text for _folder, _path, text in texts()), *attached()]
    used = {found.text for text in everything for found in foreign_numbers_in(text)}
    assert sorted(declared("names", "fixtures", "tests", "planted") - used) == []


def test_everything_in_the_folders_is_text_that_is_looked_at_or_named_here() -> None:
    kinds = {path.suffix for folder in (FIXTURES, TESTS) for path in files(folder)}
    assert kinds - {*TEXTS, *OTHERS} == set()
    looked_at = {path.suffix for _folder, path, _text in texts()}
    assert looked_at >= {".toml", ".py", ".sh", ".txt", ".md", ".mjs", ".json", ".log"}


# found when planted --------------------------------------------------------------------------------------

REAL_LOOKING = (
    "R58N90ABCDE",
    "F2LXQ0ABHG7F",
    "3fa9c1b2",
    "A0000049123456",
    "a0000049123456",
    "a483e7001234",
    "a4:83:e7:00:12:34",
    "A4-83-E7-00-12-34",
    "358240051111110",
    "89490200001234567892",
    "262019876543210",
    "+49 1579 2300815",
    "13912345678",
    "zaphod@heartofgold.de",
    "00008110-001A2B3C4D5E6F70",
    "00008110001A2B3C4D5E6F70",
    "0123456789abcdef0123456789abcdef01234567",
    "a1b2c3d4e5f60718",
    "6755399441055744",
)
SPELLINGS = ('serial = "{}"\n', "SERIAL={}\n", '{{"body": "x\\n{}\\n"}}', "(b'\\x00{}\\x00')", "| {} |", "imei:{},")


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("real", REAL_LOOKING)
def test_a_real_looking_number_in_a_fixture_would_be_found(real: str, spelling: str) -> None:
    found = [stranger.text for stranger in undeclared(spelling.format(real), *TABLES[FIXTURES])]
    assert real in found


@pytest.mark.parametrize("real", ["R58N90ABCDE", "004999006400005", "F2LHONEST013", "89860112345678901234"])
def test_in_a_recording_even_invented_numbers_would_be_found(real: str) -> None:
    assert [stranger.text for stranger in foreign_numbers_in(f'"{real}"')] == [real]


@pytest.mark.parametrize(
    "fake",
    [
        "FAKE00000001",
        "004999010000015",
        "70454506084630529",
        "02:fa:4e:00:00:01",
        "0000811000fa4e0000000001",
        "00008110-00FA4E0000000001",
        "fa4e000000000002",
    ],
)
def test_a_fake_is_no_stranger(fake: str) -> None:
    assert not list(foreign_numbers_in(f'"{fake}"'))


# the owners of virtual phones, whose words have no shape ---------------------------------------------------


def words_of_owners(model: Mapping[str, Any]) -> list[str]:
    return [str(word) for owner in model.get("owners", ()) for word in owner.values()]


def models() -> list[Path]:
    return sorted(
        path for path in (FIXTURES / "models").glob("*/phone.toml") if not (path.parent / "exchanges.jsonl").exists()
    )


def test_every_word_of_a_virtual_owner_is_declared_as_invented() -> None:
    words = [word for path in models() for word in words_of_owners(tomllib.loads(path.read_text("utf-8")))]
    words += [word for owner in OWNERS for word in owner]
    assert len(words) > 40
    assert sorted(set(words) - declared("people")) == []
    assert sorted(declared("people") - set(words)) == []


@pytest.mark.parametrize("real", ["HeartOfGold-5G", "zaphod_beeblebrox", "Zaphods Fon"])
def test_a_name_of_a_network_or_an_account_that_an_owner_gets_would_be_found(real: str) -> None:
    model = tomllib.loads((FIXTURES / "models" / "pixel-6-android-13" / "phone.toml").read_text("utf-8"))
    for key in model["owners"][0]:
        planted = {"owners": [{**model["owners"][0], key: real}]}
        assert set(words_of_owners(planted)) - declared("people") == {real}


# golden papers ---------------------------------------------------------------------------------------------


@cache
def attached() -> Mapping[str, list[str]]:
    """Every JSON document in the papers, also in broken ones → the papers that have it.

    Of a bomb only the beginning is unpacked.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(path for folder in PAPERS for path in folder.rglob("*.pdf")):
        paper = path.read_bytes()
        for hit in _STREAM.finditer(paper):
            try:
                text = zlib.decompressobj().decompress(paper[hit.end() :], LARGEST_ATTACHMENT).decode("utf-8")
                document = json.loads(text) if text not in found else {}
            except (zlib.error, ValueError):
                continue
            if isinstance(document, dict):
                found.setdefault(text, []).append(path.name)
    return found


def named(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and text of every identifier that a record holds."""
    yield from document["device"]["commitments"].items()
    for piece in document["evidence"]:
        for name, text in piece["values"].items():
            if not name.startswith(tuple(PREFIXES)) and allowed(name).identifier:
                yield name, text


def strangers_on(text: str) -> list[ForeignNumber]:
    return [found for found in undeclared(text, *TABLES[GOLDEN]) if found.shape != DRAWN_ANEW]


def records() -> list[dict[str, Any]]:
    documents = (json.loads(text) for text in attached())
    return [document for document in documents if "device" in document]


def test_golden_papers_hold_commitments_and_invented_numbers_alone() -> None:
    assert [(*papers, *found) for text, papers in attached().items() for found in strangers_on(text)] == []
    identifiers = [each for record in records() for each in named(record) if each[1]]  # empty: the phone has none
    assert len(identifiers) > 10 * len(records()) > 100
    assert [each for each in identifiers if not _COMMITMENT.fullmatch(each[1])] == []
    assert len({paper for papers in attached().values() for paper in papers}) > 100


def test_a_real_looking_number_on_a_golden_paper_would_be_found() -> None:
    record = records()[0]
    record["device"]["serial_last4"] = "R58N91ABCDE"
    record["device"]["commitments"]["imei1"] = "358240051111128"
    assert {found.text for found in strangers_on(json.dumps(record))} == {"R58N91ABCDE", "358240051111128"}
    assert [text for _name, text in named(record) if not _COMMITMENT.fullmatch(text)] == ["358240051111128"]
