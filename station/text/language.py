# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the two languages the program speaks: `--lang`, else the settings, else the locale."""

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from phones.words import LANGUAGES, keys, say

_chosen = ["en"]
_asked_for = [False]
STRETCHED = "stretched"
"""For tests of pages: English in longer words, which shows where a page has no room or a word is not translated."""
_meanwhile: ContextVar[str] = ContextVar("_meanwhile", default="")


def choose(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Set and return the language from the raw command line and the locale.

    Read before the command line is parsed, because help texts need it.
    """
    environment = os.environ if environment is None else environment
    _asked_for[0] = True
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            return use(arguments[position + 1])
        if argument.startswith("--lang="):
            return use(argument.removeprefix("--lang="))
    _asked_for[0] = False
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return use("zh" if environment[name].lower().startswith("zh") else "en")
    return use("en")


def prefer(language: str) -> None:
    """The settings' language, which counts unless `--lang` was given; "" prefers nothing."""
    if language and not _asked_for[0]:
        use(language)


def use(language: str) -> str:
    """Speak this language from now on; unknown ones leave English."""
    short = language.lower()[:2]
    _chosen[0] = short if short in LANGUAGES else "en"
    return _chosen[0]


def current() -> str:
    """The language in use: "en" or "zh"."""
    chosen = _meanwhile.get() or _chosen[0]
    return "en" if chosen == STRETCHED else chosen


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Meanwhile this thread speaks that language, for somebody else than who started the program."""
    before = _meanwhile.set(language if language in (*LANGUAGES, STRETCHED) else "")
    try:
        yield
    finally:
        _meanwhile.reset(before)


def text(key: str, **facts: object) -> str:
    """A sentence in the language in use."""
    said = say(key, current(), **facts)
    return said if _meanwhile.get() != STRETCHED else stretched(said)


def stretched(said: str) -> str:
    """A sentence that is a good third longer, in brackets, so that nobody takes it for one of ours."""
    return (
        f"⟦{said}{'·' * (2 + len(said) // 3 - len(said) // 9)}⟧"
        if len(said) < 12
        else f"⟦{said} {said[: len(said) // 3]}⟧"
    )


def os_reason(error: OSError) -> str:
    """Why the operating system refused, in the language in use where we have a sentence for it."""
    key = f"os.{errno.errorcode.get(error.errno or 0, '')}"
    if key in keys("os."):
        return text(key)
    return os.strerror(error.errno) if error.errno else type(error).__name__
