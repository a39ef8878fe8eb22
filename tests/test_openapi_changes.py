# SPDX-License-Identifier: GPL-3.0-or-later
"""The API breaks no client without saying so."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tools.openapi_changes import DECLARED, NOW, RELEASED, RULES, breaking, declared

ROUTE: dict[str, Any] = {
    "x-right": "read",
    "parameters": [
        {"name": "most", "in": "query", "required": False, "schema": {"type": "integer", "maximum": 200}},
        {"name": "job", "in": "query", "schema": {"type": "string", "pattern": "^[a-z]*$"}},
    ],
    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Sent"}}}},
    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Told"}}}}},
}
DOCUMENT: dict[str, Any] = {
    "paths": {"/v1/jobs": {"post": ROUTE}},
    "components": {
        "schemas": {
            "Sent": {
                "required": ["phone"],
                "properties": {
                    "phone": {"type": "string", "maxLength": 200},
                    "method": {"anyOf": [{"enum": ["a", "b"], "type": "string"}, {"type": "null"}]},
                },
            },
            "Told": {
                "required": ["jobs"],
                "properties": {"jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}}},
            },
            "Job": {
                "required": ["id", "stage"],
                "properties": {"id": {"type": "string"}, "stage": {"enum": ["SEEN", "FAILED"], "type": "string"}},
            },
        }
    },
}


def _schemas(document: dict[str, Any]) -> Any:
    return document["components"]["schemas"]


def _post(document: dict[str, Any]) -> Any:
    return document["paths"]["/v1/jobs"]["post"]


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a route is gone": (lambda d: d["paths"].clear(), "removed"),
    "a parameter is gone": (lambda d: _post(d)["parameters"].pop(0), "removed"),
    "a field of an answer is gone": (lambda d: _schemas(d)["Job"]["properties"].pop("id"), "removed"),
    "a field can no longer be sent": (lambda d: _schemas(d)["Sent"]["properties"].pop("method"), "removed"),
    "another right is asked for": (lambda d: _post(d).update({"x-right": "decide"}), "another right"),
    "a field must be sent": (lambda d: _schemas(d)["Sent"]["required"].append("method"), "newly needed"),
    "a new field must be sent": (
        lambda d: _schemas(d)["Sent"].update(
            required=["phone", "lot"], properties=_schemas(d)["Sent"]["properties"] | {"lot": {"type": "string"}}
        ),
        "newly needed",
    ),
    "a field may be missing": (lambda d: _schemas(d)["Job"]["required"].remove("id"), "no longer always there"),
    "null is no longer taken": (
        lambda d: _schemas(d)["Sent"]["properties"]["method"]["anyOf"].pop(),
        "type no longer taken",
    ),
    "a value is no longer taken": (
        lambda d: _schemas(d)["Sent"]["properties"]["method"]["anyOf"][0]["enum"].remove("b"),
        "value no longer taken",
    ),
    "other texts are taken": (
        lambda d: _post(d)["parameters"][1]["schema"].update(pattern="^[a]*$"),
        "another pattern",
    ),
    "less is taken": (lambda d: _post(d)["parameters"][0]["schema"].update(maximum=100), "limit narrower"),
    "null is answered": (
        lambda d: _schemas(d)["Job"]["properties"].update(id={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "new type answered",
    ),
    "a value is no longer answered": (
        lambda d: _schemas(d)["Job"]["properties"]["stage"]["enum"].remove("SEEN"),
        "value no longer answered",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_breaks_a_client_is_noticed_by_one_rule(change: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    CHANGES[change][0](document)
    (found,) = breaking(DOCUMENT, document)
    assert found.partition(":")[0] == CHANGES[change][1]


def test_every_rule_is_tried() -> None:
    assert {rule for _change, rule in CHANGES.values()} == set(RULES)


def test_what_is_added_breaks_nobody() -> None:
    document = copy.deepcopy(DOCUMENT)
    _schemas(document)["Job"]["properties"]["grade"] = {"type": "string"}
    _schemas(document)["Job"]["required"].append("grade")
    _schemas(document)["Sent"]["properties"]["note"] = {"type": "string"}
    _post(document)["parameters"].append({"name": "kind", "in": "query", "schema": {"type": "string"}})
    document["paths"]["/v1/new"] = {
        "post": copy.deepcopy(ROUTE) | {"parameters": [{"name": "n", "in": "query", "required": True}]}
    }
    assert breaking(DOCUMENT, document) == ()


def test_the_api_breaks_nothing_that_is_not_declared_with_its_reason() -> None:
    found = breaking(json.loads(RELEASED.read_text("utf-8")), json.loads(NOW.read_text("utf-8")))
    assert set(found) == declared(DECLARED.read_text("utf-8")).keys(), "python -m tools.openapi_changes"


def test_a_declared_change_says_why() -> None:
    with pytest.raises(ValueError, match="reason"):
        declared('[[breaking]]\nchange = "removed: x"\nreason = " "\n')
