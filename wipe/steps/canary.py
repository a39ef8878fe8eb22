# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own mark in three strata of an Android's data: settings, the shell's folder, shared storage.

Planted and read back before; after the erase it must be gone *and* a new mark must work in the same
place, or "gone" would only mean "cannot look". Existence is asked for, not content: a file made
unreadable is still there. Whoever has the adb shell can remove the mark, so it proves nothing alone.
Source: research android.md §7 rank 3 (unconfirmed on hardware).
"""

import re
from collections.abc import Mapping

from phones.android.script import Part, PartResult, script, split
from phones.link import Effect, Question, Reply, ShellLine

STRATA = ("sdcard", "settings", "tmp")
_FOLDERS = {"sdcard": "/sdcard", "tmp": "/data/local/tmp"}
_MARK = re.compile(r"[0-9a-f]{16,64}")


def plant_question(mark: str, *, marker: str, timeout_s: float) -> Question:
    """Write `mark` into every stratum and read it back: `canary.planted`, `canary.mark`.

    `mark` is 16 to 64 hex digits, `marker` fresh random text that parts the answer.
    Raises: ValueError for any other mark.
    """
    parts = (*_write(mark), *_read(mark))

    def read(reply: Reply) -> Mapping[str, str]:
        return {"canary.planted": _strata_with(split(reply, parts, marker), mark), "canary.mark": mark}

    return Question(
        name="canary.plant",
        effect=Effect.WRITES,
        request=ShellLine(line=script(parts, marker)),
        read=read,
        timeout_s=timeout_s,
    )


def look_question(mark: str, new_mark: str, *, marker: str, timeout_s: float) -> Question:
    """Is `mark` still there, and does `new_mark` work in the same place: `canary.gone`,
    `canary.still_there`, `canary.marker_works`. A stratum that cannot be looked into is in none of them.

    Raises: ValueError for marks of another shape.
    """
    parts = (*_exists(mark), *_write(new_mark), *_read(new_mark))

    def read(reply: Reply) -> Mapping[str, str]:
        results = split(reply, parts, marker)
        there = {stratum: _is_there(stratum, results[f"exists.{stratum}"]) for stratum in STRATA}
        return {
            "canary.gone": ",".join(stratum for stratum in STRATA if there[stratum] is False),
            "canary.still_there": ",".join(stratum for stratum in STRATA if there[stratum] is True),
            "canary.marker_works": _strata_with(results, new_mark),
        }

    return Question(
        name="canary.look",
        effect=Effect.WRITES,
        request=ShellLine(line=script(parts, marker)),
        read=read,
        timeout_s=timeout_s,
    )


def _name(mark: str) -> str:
    if not _MARK.fullmatch(mark):
        raise ValueError("a mark is 16 to 64 hex digits")
    return f"pw_{mark[:16]}"


def _write(mark: str) -> tuple[Part, ...]:
    name = _name(mark)
    return (
        Part(name="write.settings", command=f"settings put global {name} {mark}"),
        *(
            Part(name=f"write.{stratum}", command=f"echo {mark} > {folder}/.{name}")
            for stratum, folder in _FOLDERS.items()
        ),
    )


def _read(mark: str) -> tuple[Part, ...]:
    name = _name(mark)
    return (
        Part(name="read.settings", command=f"settings get global {name}"),
        *(Part(name=f"read.{stratum}", command=f"cat {folder}/.{name}") for stratum, folder in _FOLDERS.items()),
    )


def _exists(mark: str) -> tuple[Part, ...]:
    name = _name(mark)
    return (
        Part(name="exists.settings", command=f"settings get global {name}"),
        *(
            Part(name=f"exists.{stratum}", command=f"[ -e {folder}/.{name} ] && echo there || echo none")
            for stratum, folder in _FOLDERS.items()
        ),
    )


def _strata_with(results: Mapping[str, PartResult], mark: str) -> str:
    """The strata from which exactly our mark was read back."""
    return ",".join(stratum for stratum in STRATA if _said(results[f"read.{stratum}"]) == mark)


def _said(result: PartResult) -> str | None:
    return result.text.strip() if result.status == "ok" else None


def _is_there(stratum: str, result: PartResult) -> bool | None:
    """None when the phone did not answer in the documented shape."""
    said = _said(result)
    if stratum == "settings":
        return None if not said else said != "null"
    return {"there": True, "none": False}.get(said or "")
