# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the API break its clients? Compares docs/openapi.json with docs/openapi-released.json, the last one released.

    python -m tools.openapi_changes              exit 1 for a breaking change that openapi-changes.toml does not name
    python -m tools.openapi_changes --release    what is described now is released: the changes begin anew

What counts as breaking stands in `RULES`, one line a rule. Additions break nobody: docs/service.md says that clients
pass over what they do not know.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
NOW, RELEASED, DECLARED = DOCS / "openapi.json", DOCS / "openapi-released.json", DOCS / "openapi-changes.toml"
_LOWER, _UPPER = ("minLength", "minimum", "minItems"), ("maxLength", "maximum", "maxItems")
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A route, a parameter, or a field of what is sent or answered. `what`: which of them; `types`, `values`: what it
    may be, empty for anything; `least`, `most`: its limits by name; `fixed`: what must stay as it is, as text.
    """

    what: str
    needed: bool = False
    types: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    least: Mapping[str, float] | None = None
    most: Mapping[str, float] | None = None
    fixed: str = ""


Rule = Callable[[Part | None, Part | None], bool]


def _both(rule: Callable[[Part, Part], bool]) -> Rule:
    """A rule about what was there and still is."""
    return lambda old, new: old is not None and new is not None and rule(old, new)


def _tighter(old: Part, new: Part) -> bool:
    lower = any(value > (old.least or {}).get(name, float("-inf")) for name, value in (new.least or {}).items())
    return lower or any(value < (old.most or {}).get(name, float("inf")) for name, value in (new.most or {}).items())


SENT = ("parameter", "sent")
RULES: Mapping[str, tuple[tuple[str, ...], Rule]] = {
    "removed": (("route", *SENT, "answered"), lambda old, new: old is not None and new is None),
    "newly needed": (SENT, lambda old, new: new is not None and new.needed and not (old is not None and old.needed)),
    "another right": (("route",), _both(lambda old, new: old.fixed != new.fixed)),
    "no longer always there": (("answered",), _both(lambda old, new: old.needed and not new.needed)),
    "type no longer taken": (SENT, _both(lambda old, new: _narrower(old.types, new.types))),
    "value no longer taken": (SENT, _both(lambda old, new: _narrower(old.values, new.values))),
    "another pattern": (SENT, _both(lambda old, new: old.fixed != new.fixed)),
    "limit narrower": (SENT, _both(_tighter)),
    "new type answered": (("answered",), _both(lambda old, new: _narrower(new.types, old.types))),
    "value no longer answered": (("answered",), _both(lambda old, new: bool(old.values - new.values))),
}
"""Name of the rule → what it is about, and whether that part before (None: new) and now (None: gone) breaks it."""


def breaking(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Each breaking change as a line, "removed: answered GET /v1/jobs 200 jobs[].grade"."""
    before, now = parts_of(old), parts_of(new)
    routes = {place.partition(" ")[2] for place, part in before.items() if part.what == "route"}
    found = []
    for place in sorted(before.keys() | now.keys()):
        one, other = before.get(place), now.get(place)
        part = one or other
        assert part is not None
        if one is None and not any(place.partition(" ")[2].startswith(f"{each} ") for each in routes):
            continue  # of a new route
        found += [
            f"{name}: {place}" for name, (about, broken) in RULES.items() if part.what in about and broken(one, other)
        ]
    gone = [line.removeprefix("removed: route ") for line in found if line.startswith("removed: route ")]
    return tuple(line for line in found if not any(f" {each} " in line for each in gone))


def parts_of(document: Mapping[str, Any]) -> dict[str, Part]:
    """Every part of a description, by "WHAT METHOD PATH …"."""
    found: dict[str, Part] = {}
    for path, methods in document.get("paths", {}).items():
        for method, told in methods.items():
            route = f"{method.upper()} {path}"
            found[f"route {route}"] = Part(what="route", fixed=str(told.get("x-right", "")))
            for each in told.get("parameters", ()):
                place = f"parameter {route} {each['in']} {each['name']}"
                found[place] = _part("parameter", each.get("schema", {}), document, needed=bool(each.get("required")))
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            for name, part in _fields("sent", body or {}, document, ""):
                found[f"sent {route} {name}"] = part
            for status, answer in told.get("responses", {}).items():
                for sort, content in answer.get("content", {}).items():
                    kind = sort.replace("problem+json", "json")  # one kind of JSON, told by its other name
                    for name, part in _fields("answered", content.get("schema", {}), document, ""):
                        found[f"answered {route} {status} {kind} {name}"] = part
    return found


def _fields(
    what: str, schema: Mapping[str, Any], document: Mapping[str, Any], above: str, depth: int = 0
) -> Iterator[tuple[str, Part]]:
    for each in _choices(schema, document):
        needed = set(each.get("required", ()))
        for name, inner in each.get("properties", {}).items():
            place = f"{above}.{name}" if above else name
            yield place, _part(what, inner, document, needed=name in needed)
            if depth < _DEEPEST:
                yield from _fields(what, inner, document, place, depth + 1)
        if "items" in each and depth < _DEEPEST:
            yield from _fields(what, each["items"], document, f"{above}[]", depth + 1)


def _part(what: str, schema: Mapping[str, Any], document: Mapping[str, Any], *, needed: bool) -> Part:
    choices = list(_choices(schema, document))
    values = [
        str(value)
        for each in choices
        for value in (each.get("enum") or [each["const"]] if "const" in each else each.get("enum", []))
    ]
    return Part(
        what=what,
        needed=needed,
        types=frozenset(str(each["type"]) for each in choices if "type" in each),
        values=frozenset(values),
        least={name: each[name] for each in choices for name in _LOWER if name in each},
        most={name: each[name] for each in choices for name in _UPPER if name in each},
        fixed="|".join(sorted(str(each["pattern"]) for each in choices if "pattern" in each)),
    )


def _choices(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from _choices(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    elif "anyOf" in schema or "oneOf" in schema:
        for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from _choices(each, document)
    else:
        yield schema


def _narrower(old: frozenset[str], new: frozenset[str]) -> bool:
    """Is something of the old not of the new? Empty means anything."""
    return bool(new) and (not old or bool(old - new))


def declared(text: str) -> dict[str, str]:
    """Breaking change → why it was made. Raises: ValueError where a reason is missing."""
    found = {str(each["change"]): str(each["reason"]) for each in tomllib.loads(text).get("breaking", ())}
    if not all(reason.strip() for reason in found.values()):
        raise ValueError("a change without a reason")
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.openapi_changes")
    parser.add_argument("--release", action="store_true", help="docs/openapi.json is what clients may rely on now")
    options = parser.parse_args(arguments)
    if options.release:
        RELEASED.write_bytes(NOW.read_bytes())
        DECLARED.write_text(HEAD, encoding="utf-8")
        return 0
    return _report(json.loads(RELEASED.read_text("utf-8")), json.loads(NOW.read_text("utf-8")))


HEAD = """# SPDX-License-Identifier: GPL-3.0-or-later
# Breaking changes of the API since docs/openapi-released.json, each with its reason; `python -m tools.openapi_changes`.
#
# [[breaking]]
# change = "removed: answered GET /v1/jobs 200 application/json jobs[].grade"
# reason = "…"
"""


def _report(old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    known, found = declared(DECLARED.read_text("utf-8")), breaking(old, new)
    for line in found:
        print(f"{'declared' if line in known else 'BREAKING'}  {line}")
    for line in sorted(known.keys() - set(found)):
        print(f"no longer so: {line}")
    return int(bool(set(found) ^ known.keys()))


if __name__ == "__main__":
    sys.exit(main())
