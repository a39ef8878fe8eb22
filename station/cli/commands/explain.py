# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe explain CODE`: what a code on the screen, in JSON or on a paper means, and what to do."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from types import MappingProxyType

import click

from phones.words import catalogue, has
from station.cli import cli_text, output
from station.cli.commands.options import json_option
from station.errors import CodeUnknownError
from station.text.language import current, text

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "problem": "problem.{code}.reason",
        "reason": "reason.{code}",
        "error": "error.{code}.reason",
        "verify": "verify.{code}",
        "cap": "cap.{code}",
        "withdrawal": "withdrawal.{code}",
        "choice": "choice.{code}",
    }
)
"""Kind → where its sentence stands, in the order of docs/problems.md."""
_NEXT = ("next.{code}", "problem.{code}.next", "error.{code}.hint")
_OWN_NEXT: Mapping[str, str] = MappingProxyType({"problem": "problem.{code}.next", "error": "error.{code}.hint"})
MOST_NEAR = 5


@cli_text.command("explain")
@click.argument("code", required=False, metavar="[CODE]")
@json_option()
def command(code: str | None, as_json: bool) -> int:
    """Without a code all of them. Exit 0; 3 when there is no such code."""
    known = dict(_codes())
    if code is None:
        if as_json:
            _tell([_facts(each, kind) for each, kind in sorted(known.items())])
        else:
            output.table(
                [text("view.code"), text("view.meaning")],
                [[each, _sentence((KINDS[kind],), each)] for each, kind in sorted(known.items())],
            )
        return 0
    wanted = _spelt(code, known)
    if wanted is None:
        near = difflib.get_close_matches(code.strip().lower(), known, n=MOST_NEAR)
        raise CodeUnknownError(subject=code[:80], near=", ".join(near) or "—")
    facts = _facts(wanted, known[wanted])
    if as_json:
        _tell([facts])
        return 0
    output.say(f"{facts['code']} · {text('explain.' + facts['kind'])}", bold=True)
    output.say(facts["meaning"])
    if facts["next"]:
        output.say(f"→ {facts['next']}")
    return 0


def _tell(told: "Sequence[Mapping[str, str]]") -> None:
    from station.documents.setup import CodeExplained, CodesExplained

    codes = (
        CodeExplained(code=each["code"], kind=each["kind"], sentence=each["meaning"], next_step=each["next"] or None)
        for each in told
    )
    output.tell(CodesExplained(codes=tuple(codes)))


def _codes() -> Iterator[tuple[str, str]]:
    """Every code with its first kind."""
    seen: set[str] = set()
    keys = tuple(catalogue())
    for kind, place in KINDS.items():
        before, _, after = place.partition("{code}")
        for key in keys:
            code = key.removeprefix(before).removesuffix(after)
            if key == place.format(code=code) and code not in seen:
                seen.add(code)
                yield code, kind


def _spelt(given: str, known: Mapping[str, str]) -> str | None:
    """The code as it is spelt, whatever its case and with what people copy along with it: brackets, colons."""
    wanted = given.strip().strip("[](){}:;,.“”\"'`").casefold()
    return next((code for code in known if code.casefold() == wanted), None)


def _facts(code: str, kind: str) -> dict[str, str]:
    places = (_OWN_NEXT[kind], *_NEXT) if kind in _OWN_NEXT else _NEXT  # as docs/problems.md has it
    return {"code": code, "kind": kind, "meaning": _sentence((KINDS[kind],), code), "next": _sentence(places, code)}


def _sentence(places: tuple[str, ...], code: str) -> str:
    for place in places:
        key = place.format(code=code)
        if has(key):
            entry = catalogue()[key]
            written = entry.get(current()) or entry["en"]
            blanks = {name: "…" for _, name, _, _ in Formatter().parse(written) if name}
            return text(key, **blanks)
    return ""
