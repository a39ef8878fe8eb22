# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written down of the documents for programs is what they are, and what was promised stays."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from station.documents.document import Document, plain
from station.documents.meanings import MEANINGS
from station.documents.schemas import schema_of
from station.documents.table import DOCUMENTS, schemas
from tests.support.cli_station import Call, CommandLine
from tests.support.schemas import check
from tools import make_schemas

DOCS = Path(__file__).parents[3] / "docs"
PROMISED = Path(__file__).parent / "promised"
"""The schemas of version 1 as they were when it was promised."""


def names_in(schema: Any) -> Iterator[str]:
    """Every name of a field, at any depth."""
    if isinstance(schema, list):
        for each in schema:
            yield from names_in(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield from schema["properties"]
        for each in schema.values():
            yield from names_in(each)


def test_every_name_has_one_meaning_and_every_meaning_a_name() -> None:
    used = {name for schema in schemas().values() for name in names_in(schema)} - {"schema"}
    assert used == set(MEANINGS)
    assert len(set(MEANINGS.values())) == len(MEANINGS), "two names for one thing"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_schema_is_one_and_the_committed_file_is_current(name: str) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == f"proofwipe/{name}/{DOCUMENTS[name][0].VERSION}"
    assert json.loads((DOCS / "schemas" / f"{name}.json").read_text("utf-8")) == schema, "python -m tools.make_schemas"


def test_a_schema_is_printed_by_its_name_and_unknown_ones_are_refused(line: CommandLine) -> None:
    assert set(DOCUMENTS) < set(line.run("schema").out.split())
    for name in ("jobs", "proofwipe/jobs/1"):
        assert json.loads(line.run("schema", name).out) == schemas()["jobs"]
    assert json.loads(line.run("schema", "record").out) == make_schemas.schemas()["record.json"]
    done = line.run("schema", "nothing")
    assert done.code == 3
    assert "jobs" in done.err


def broken(promised: Any, today: Any, place: str = "") -> list[str]:
    """What a program that was written for `promised` would no longer find."""
    if not isinstance(promised, dict) or not isinstance(today, dict):
        return [] if promised == today else [place]
    faults: list[str] = []
    for key, value in promised.items():
        inner = f"{place}/{key}"
        if key in ("description", "title"):
            continue
        if key not in today:
            faults.append(inner)
        elif key in ("required", "enum", "oneOf"):
            said = [json.dumps(each, sort_keys=True) for each in today[key]]
            faults += [f"{inner}: {each}" for each in value if json.dumps(each, sort_keys=True) not in said]
        elif isinstance(value, list):
            pairs = zip(value, today[key], strict=False)
            faults += [] if len(value) == len(today[key]) else [inner]
            faults += [fault for one, other in pairs for fault in broken(one, other, inner)]
        else:
            faults += broken(value, today[key], inner)
    return faults


@pytest.mark.parametrize("name", sorted(path.stem for path in PROMISED.glob("*.json")))
def test_what_was_promised_for_a_version_is_still_there(name: str) -> None:
    """New fields, kinds of lines and codes may come. Whoever must break this raises the version (docs/programs.md)."""
    assert broken(json.loads((PROMISED / f"{name}.json").read_text("utf-8")), schemas()[name]) == []


def test_a_broken_promise_is_seen() -> None:
    now = schemas()["jobs"]
    spoils: tuple[Callable[[Any], object], ...] = (
        lambda job: job["properties"].pop("grade"),
        lambda job: job["properties"].update(attempt={"type": "string"}),
        lambda job: job["required"].remove("paper"),
        lambda job: job["properties"]["stage"]["enum"].remove("FAILED"),
    )
    for spoil in spoils:
        later = json.loads(json.dumps(now))
        spoil(later["$defs"]["JobTold"])
        assert broken(now, later)
    later = json.loads(json.dumps(now))
    later["$defs"]["JobTold"]["properties"]["new"] = {"type": "string"}
    assert broken(now, later) == []


def test_every_document_is_promised() -> None:
    assert {path.stem for path in PROMISED.glob("*.json")} == set(DOCUMENTS)


@pytest.mark.parametrize("path", sorted((DOCS / "schemas" / "examples").iterdir()), ids=lambda path: path.name)
def test_an_example_is_exactly_what_its_schema_says(path: Path) -> None:
    text = path.read_text("utf-8")
    found = [json.loads(each) for each in text.splitlines()] if path.suffix == ".jsonl" else [json.loads(text)]
    for each in found:
        check(each)
        assert each["schema"].split("/")[1] == path.stem


def test_a_type_without_a_json_form_is_refused_when_its_schema_is_made() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Wrong(Document):
        NAME: ClassVar[str] = "wrong"

        serial: set[str]

    with pytest.raises(TypeError):
        schema_of(Wrong)
    with pytest.raises(TypeError):
        plain({1, 2})


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("jobs",), "jobs"),
        (("jobs", "TESTJOB1"), "jobs"),
        (("jobs", "--find", "nothing of that name"), "jobs"),
        (("jobs", "NOSUCH"), "error"),
        (("regrade", "TESTJOB1"), "grade"),
        (("reprint", "TESTJOB1"), "reprint"),
        (("copy", "TESTJOB1", "--archive"), "copy"),
        (("validate", "TESTJOB1", "--accept", "--by", "Wang Fang"), "jobs"),
        (("keys", "show"), "keys"),
        (("ledger", "verify"), "ledger-verify"),
        (("log", "status"), "log-status"),
        (("log", "init"), "error"),
        (("log", "audit"), "log-audit"),
        (("log", "cosign"), "log-cosign"),
        (("doctor",), "doctor"),
        (("explain",), "explain"),
        (("explain", "battery_low"), "explain"),
        (("verify", "/nowhere/paper.pdf"), "error"),
    ],
)
def test_a_command_for_programs_prints_one_document_as_its_schema_says(
    call: Call, words: tuple[str, ...], name: str
) -> None:
    """`call` holds it against the schema; every other test that runs a command with --json does so too."""
    _code, found = call(*words, "--json")
    assert found["schema"] == f"proofwipe/{name}/1"


def test_a_job_that_waits_and_then_stands_and_then_stands_no_more_is_told_with_names_and_times(call: Call) -> None:
    (waits,) = call("jobs", "--json")[1]["jobs"]
    assert (waits["awaits_decision"], waits["validator"], waits["standing"]) == (True, None, None)
    assert waits["imei"]
    assert waits["udid"]
    assert [each["code"] for each in waits["reasons"]] == ["awaiting_validation"]
    (stands,) = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[1]["jobs"]
    assert (stands["validator"], stands["decision"], stands["standing"]) == ("Wang Fang", "accepted", "live")
    assert stands["opened_at"] < stands["decided_at"]
    assert Path(stands["path"]).is_file()
    (gone,) = call("withdraw", "TESTJOB1", "--reason", "other", "--by", "Wang Fang", "--yes", "--json")[1]["jobs"]
    assert (gone["standing"], gone["ended_by"]) == ("withdrawn", "other")
    assert Path(gone["path"]).is_file()
    assert call("jobs", "--json")[1]["jobs"] == [gone]
