# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped JSON Schemas are those of today's types, and say of real bytes what our own readers say."""

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest

from certs.record.openings import write_openings
from certs.record.validated_content import content_digest
from certs.record.validation import subject
from tests.support.papers.paper_world import ARCHIVED, PaperWorld
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID
from tools import make_schemas


def _schema(name: str) -> Any:
    return json.loads(resources.files("certs").joinpath("schemas", name).read_text("utf-8"))


def _accepts(name: str, data: bytes) -> bool:
    validator = jsonschema.Draft202012Validator(_schema(name))
    return bool(validator.is_valid(json.loads(data)))


@pytest.fixture(scope="module")
def scene() -> PaperWorld:
    return PaperWorld()


def test_the_shipped_schemas_are_up_to_date() -> None:
    assert make_schemas.main(["--check"]) == 0, "run: python -m tools.make_schemas"


@pytest.mark.parametrize("name", sorted(make_schemas.schemas()))
def test_each_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(_schema(name))


def test_real_records_are_accepted_and_wrong_ones_are_not(scene: PaperWorld) -> None:
    log = scene.new_log()
    for record in (
        scene.certificate(scene.job()),
        scene.certificate(scene.job(log=log, own_key=True, archived=True)),
        scene.report(scene.job(validated=False)),
    ):
        assert _accepts("record.json", record.data)
        plain = json.loads(record.data)
        for change in (
            {"more": 1},
            {"id": "PW-1"},
            {"issued_at": "now"},
            {"emulated": "no"},
            {"retention_until": "2029"},
            {"issuer": {**plain["issuer"], "name": "a\u202eb"}},
        ):
            assert not _accepts("record.json", json.dumps({**plain, **change}).encode()), change


def test_log_entries_openings_and_decisions_are_accepted(scene: PaperWorld) -> None:
    log = scene.new_log()
    record = scene.certificate(scene.job(log=log))
    scene.enter(log, record, scene.state(record.data))
    assert len(log.leaves) == 4
    for leaf in log.leaves:
        assert _accepts("log-entry.json", leaf)
        assert not _accepts("log-entry.json", leaf.replace(b'"v":1', b'"v":2'))
    assert _accepts("openings.json", write_openings(CERTIFICATE_ID, ARCHIVED))
    said = subject(
        content_digest(record.read.plain), decision="accepted", by="A", role="", at="2026-03-02T10:00:00Z", grounds=""
    )
    assert _accepts("validation.json", said)
