# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind the question mark: a name that a route does not declare, or a number that it does not take, is
refused, never passed over; a shop's mistyped `lot` must not hand it the whole station. Made from the description.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from station.cli.commands.explain import _codes
from station.service.app import describe
from tests.support.service_room import SERIAL, ServiceRoom

EXAMPLES = {"date-time": "2026-11-01T00:00:00Z", "month": "2026-11", "phone": "12345678"}
"""By format or name, of what a route needs."""


def routes() -> Iterator[tuple[str, str, dict[str, str], dict[str, dict[str, Any]]]]:
    """Every GET: its address as described, one that can be asked, what it needs, and the shapes of its queries."""
    for path, methods in describe()["paths"].items():
        if "get" in methods:
            declared = methods["get"].get("parameters", ())
            address = path
            for each in declared:
                if each["in"] == "path":
                    address = address.replace(f"{{{each['name']}}}", "2026-W01")
            queries = {each["name"]: each for each in declared if each["in"] == "query"}
            needed = {
                name: EXAMPLES[each["schema"].get("format", name)]
                for name, each in queries.items()
                if each.get("required")
            }
            yield path, address, needed, {name: each["schema"] for name, each in queries.items()}


def said(room: ServiceRoom, address: str, queries: dict[str, str]) -> tuple[int, str]:
    """Status and what is said of a refusal; of a stream its head alone."""
    with room.client.stream("GET", address, params=queries) as answer:
        if answer.status_code == 200:
            return 200, ""
        answer.read()
        return answer.status_code, answer.text


def test_every_route_refuses_a_query_that_it_does_not_declare_and_names_it(room: ServiceRoom) -> None:
    asked = [(path, said(room, address, needed | {"lott": "nix"})) for path, address, needed, _ in routes()]
    assert len(asked) > 30
    assert [path for path, (status, text) in asked if status != 422 or "lott" not in text] == []


def test_every_number_has_its_bounds_and_one_outside_is_refused(room: ServiceRoom) -> None:
    numbers = [
        (path, address, needed, name, shape)
        for path, address, needed, shapes in routes()
        for name, whole in shapes.items()
        for shape in whole.get("anyOf", [whole])
        if shape.get("type") in ("integer", "number")
    ]
    assert {name for _, _, _, name, _ in numbers} >= {"most", "skip", "after"}
    for path, address, needed, name, shape in numbers:
        for outside in (-1, shape["minimum"] - 1, shape["maximum"] + 1):
            status, text = said(room, address, needed | {name: str(outside)})
            assert (status, name in text) == (422, True), (path, name, outside)


@pytest.mark.parametrize("query", [{"lot": ["a", "b"]}, {"limit": "-1"}, {"": "x"}, {"LOT": "a"}])
def test_an_export_is_of_what_was_asked_for_or_none(room: ServiceRoom, query: dict[str, Any]) -> None:
    answer = room.client.get("/v1/exports/jobs", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "api_refused")
    assert answer.json()["next_step"]


def test_what_changes_something_takes_no_query_either(room: ServiceRoom) -> None:
    answer = room.client.post("/v1/drain", params={"dry_run": "true"}, json={"drain": True})
    assert (answer.status_code, "dry_run" in answer.text) == (422, True)
    assert room.get("/v1/state")["state"] == "running"


@pytest.mark.parametrize(
    ("path", "queries", "named"),
    [
        ("/v1/statistics", {"zone": "Europe"}, "zone"),
        ("/v1/search", {"zone": "Nix/Nowhere", "since": "2026-11-01"}, "zone"),
        ("/v1/exports/jobs", {"since": "0001-01-01"}, "since"),
        ("/v1/exports/jobs", {"until": "9999-12-31"}, "until"),
        ("/v1/statistics", {"since": "2026-11-02", "until": "2026-11-01"}, "since"),
        ("/v1/samples/2026-W60", {}, "period"),
        ("/v1/samples/8999-01", {}, "period"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_value_that_is_none_is_the_requests_mistake_and_no_setting_of_the_station(
    room: ServiceRoom, path: str, queries: dict[str, str], named: str, language: str
) -> None:
    answer = room.client.get(path, params=queries, headers={"Accept-Language": language})
    told = answer.json()
    assert (answer.status_code, told["code"], told["retryable"]) == (422, "parameter", False), told
    assert named in told["detail"]
    assert next(iter(queries.values()), path.rpartition("/")[2])[:4] in told["detail"]
    assert not any(each in told["detail"] + told["next_step"] for each in ("docs/", "etting", "设置"))


def test_a_method_that_is_none_is_the_requests_mistake(room: ServiceRoom) -> None:
    room.until("to_confirm")
    answer = room.client.post("/v1/plans", json={"phone": SERIAL, "method": "hammer"})
    assert (answer.status_code, answer.json()["code"]) == (422, "parameter")
    assert "android_" in answer.json()["next_step"]


def test_every_code_is_explained_and_what_is_none_is_not_there(room: ServiceRoom) -> None:
    known = list(_codes())
    assert len(known) > 100
    for code, kind in known:
        told = room.get(f"/v1/problems/{code}")
        assert told["sentence"], (code, kind)
    none = room.client.get("/v1/problems/wrong_stag")
    assert (none.status_code, none.json()["code"]) == (404, "code_unknown")
    assert "wrong_stage" in none.json()["detail"]
    assert room.client.get("/v1/problems/nix").status_code == 404
