# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/problems.md: every code the program can show, its sentence and the next step, in both languages.

The sentences stand in the `words.toml` of the rooms; this file only collects them. Run it from the checkout:

    python -m tools.make_problems            # writes docs/problems.md
    python -m tools.make_problems --check    # exit 1 if docs/problems.md is not what it would write
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

from phones.errors import ProofwipeError
from phones.problem import ProblemCode
from phones.refusals import table
from phones.words import LANGUAGES, ROOMS, catalogue, keys, say

TARGET = Path(__file__).parents[1] / "docs" / "problems.md"

_HEAD = """\
# Problems, reasons and answers

Every code that proofwipe shows on the screen, in `--json`, in `summary.json` or on a paper,
with its sentence and what to do next, in English and Chinese.
Search this page for the code.
`{braces}` stand for a fact that is filled in.

Written by `python -m tools.make_problems` from the `words.toml` of each room; do not edit it by hand.

"""
_INTRODUCTIONS = {
    "Problems": (
        "Something stands in the way of the erase, and a person can lift it.\n"
        "The job waits at BLOCKED and goes on by itself once it is lifted; nothing was erased."
    ),
    "Reasons": ("Why a job ended in a report and not in a certificate.\nA report is final: a retry is a new job."),
    "Errors": "Something went wrong on the bench. The exit code is that of the command that stopped because of it.",
    "Answers of `proofwipe verify`": (
        "One answer a file; `E_…` is the first check that failed, `W_…` is a warning that changes no answer."
    ),
    "Refusals": (
        "What a phone, a service on it, usbmuxd or the adb server means when it says no.\n"
        "The words in `code` are theirs, after whoever says them; a word that is not here is printed as it came."
    ),
    "What caps a grade": (
        "Shown as `capped_by`. These limit the grade and need no step; the certificate is not affected."
    ),
    "Why a method is taken or not": "In `methods` of `wipe --plan --json`, one code for each method.",
}


def raw(key: str, language: str) -> str:
    """The sentence of `key` with its placeholders left in."""
    return say(key, language, **{name: f"{{{name}}}" for name in placeholders(key, language)})


def placeholders(key: str, language: str) -> set[str]:
    """The names of the facts that `key` is filled in with."""
    return {name for _, name, _, _ in Formatter().parse(catalogue()[key][language]) if name}


def error_classes() -> dict[str, type[ProofwipeError]]:
    """Code → class, for every error class of every room; all their modules are imported."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)
    return {kind.code: kind for kind in sorted(_below(ProofwipeError), key=lambda kind: kind.__name__)}


def _below(kind: type[ProofwipeError]) -> Iterator[type[ProofwipeError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _below(child)


def next_key(code: str) -> str:
    """The key of the next step for a reason code: its own, or that of the problem or error of that name.

    Raises: LookupError when nobody says what to do.
    """
    known = set(keys())
    for key in (f"next.{code}", f"problem.{code}.next", f"error.{code}.hint"):
        if key in known:
            return key
    raise LookupError(f"no next step for {code}")


def document() -> str:
    """The whole page."""
    errors = error_classes()
    sections = {
        "Problems": [_entry(code, f"problem.{code}.reason", f"problem.{code}.next") for code in sorted(ProblemCode)],
        "Reasons": [_entry(code, f"reason.{code}", next_key(code)) for code in _codes("reason.")],
        "Errors": [
            _entry(code, f"error.{code}.reason", f"error.{code}.hint", note=f"exit code {errors[code].exit_code}")
            for code in sorted(errors)
        ],
        "Answers of `proofwipe verify`": [_entry(code, f"verify.{code}", next_key(code)) for code in _codes("verify.")],
        "Refusals": [_refusal(says, words) for says, words in sorted(_words_by_sentence().items())],
        "What caps a grade": [_entry(code, f"cap.{code}") for code in _codes("cap.")],
        "Why a method is taken or not": [_entry(code, f"choice.{code}") for code in _codes("choice.")],
    }
    parts = [f"## {title}\n\n{_INTRODUCTIONS[title]}\n\n" + "\n".join(found) for title, found in sections.items()]
    return _HEAD + "\n".join(parts)


def _words_by_sentence() -> dict[str, list[str]]:
    """Whose sentence → the words that get it, each after who says it."""
    found: dict[str, list[str]] = {code: [] for code in sorted({key.split(".")[1] for key in keys("phone_says.")})}
    for who, rows in table().items():
        for row in rows.values():
            if who not in {"library", "own"}:
                found[row.says].append(f"`{row.kept}`")
    return found


def _refusal(says: str, words: list[str]) -> str:
    return _entry(says, f"phone_says.{says}.reason", f"phone_says.{says}.next", note=", ".join(words))


def _codes(prefix: str) -> Iterable[str]:
    return [key.removeprefix(prefix) for key in keys(prefix)]


def _entry(code: str, said: str, following: str = "", *, note: str = "") -> str:
    lines = [f"### {code}", ""]
    if note:
        lines += [note if note.startswith("`") else f"*{note}*", ""]
    for language in LANGUAGES:
        lines.append(f"- {raw(said, language)}")
        if following:
            lines.append(f"  → {raw(following, language)}")
    return "\n".join([*lines, ""])


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; returns the exit code."""
    wanted = document()
    if arguments == ["--check"]:
        return 0 if TARGET.read_text(encoding="utf-8") == wanted else 1
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
