# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iPhone's log tells of hands: keys, ringer switch, nearness, face; counted by shape, never kept as text.

For a version whose words nobody has shown us it is not even opened: the sign `unknown_version` is kept. Nobody is asked
to do anything before the log is open, for it tells nothing of what was before.
"""

import threading

from phones.apple.log_shapes import KEYS, LogTally, not_known, shapes_for
from phones.errors import ReplyMalformedError
from phones.link import AppleLog, Effect, Question, Reply
from phones.long_act import Act
from station.checking.act import Scene
from station.checking.watched.watching import LET_GO_S, Watching, is_late, say

A_KEY_S = 15.0


def watch_buttons(scene: Scene) -> None:
    """Keeps `check.buttons`. The keys may be pressed in any order. Raises: BenchError."""
    if not _knows(scene, *KEYS):
        _keep_not_known(scene, "buttons", "watched.buttons")
        return
    tally = LogTally()
    late = is_late(scene)
    opened = threading.Event()
    asked = ""
    late_for_key = late

    def is_over() -> bool:
        nonlocal asked, late_for_key
        if late():
            return True
        if not opened.is_set():
            return False
        if not asked:
            say(scene, "press_buttons")
            asked = _next_key(scene, tally, "")
            late_for_key = is_late(scene, A_KEY_S)
        elif tally.is_whole(asked) or late_for_key():
            asked = _next_key(scene, tally, asked)
            late_for_key = is_late(scene, A_KEY_S)
        return not asked

    watching = Watching(scene, "buttons", ("watched.buttons",), heard=tally.buttons, is_over=is_over)
    _listen(scene, "buttons", KEYS, tally, watching, opened)


def _next_key(scene: Scene, tally: LogTally, asked: str) -> str:
    """Ask for the next key that was not seen; "" when there is none."""
    place = KEYS.index(asked) + 1 if asked else 0
    following = next((key for key in KEYS[place:] if not tally.is_whole(key)), "")
    if following:
        say(scene, f"press_{following}")
    return following


def watch_proximity(scene: Scene) -> None:
    """Keeps `check.proximity`. Raises: BenchError."""
    _watch_part(scene, "proximity", "watched.proximity", "cover_top")


def watch_ringer(scene: Scene) -> None:
    """Keeps `check.ringer`. Raises: BenchError."""
    _watch_part(scene, "ringer", "watched.ringer", "move_ringer")


def watch_face_id(scene: Scene) -> None:
    """Keeps `check.face_id`. Raises: BenchError."""
    _watch_part(scene, "face_id", "watched.face_id", "look_at_phone")


def _watch_part(scene: Scene, part: str, value: str, instruction: str) -> None:
    if not _knows(scene, part):
        _keep_not_known(scene, part, value)
        return
    tally = LogTally()
    late = is_late(scene)
    opened = threading.Event()
    told = False

    def is_over() -> bool:
        nonlocal told
        if opened.is_set() and not told:
            told = True
            say(scene, instruction)
        return tally.is_whole(part) or late()

    watching = Watching(scene, part, (value,), heard=lambda: tally.values(part), is_over=is_over)
    _listen(scene, part, (part,), tally, watching, opened)


def _knows(scene: Scene, *parts: str) -> bool:
    return bool(shapes_for(scene.known.get("system.version", ""), *parts))


def _keep_not_known(scene: Scene, name: str, value: str) -> None:
    scene.phone.record_host_fact(f"check.{name}", not_known(value), scene.moment)


def _listen(
    scene: Scene, name: str, parts: tuple[str, ...], tally: LogTally, watching: Watching, opened: threading.Event
) -> None:
    def read(reply: Reply) -> dict[str, str]:
        raise ReplyMalformedError(step="log", expected="to be ended by the bench", got=f"{len(reply.body)} bytes")

    timeout_s = scene.person_s + LET_GO_S
    request = AppleLog(parts=parts, version=scene.known["system.version"], hear=tally.hear, opened=opened.set)
    question = Question(name=f"check.{name}", effect=Effect.READS, request=request, read=read, timeout_s=timeout_s)
    act = Act(question=question, silence_s=timeout_s)
    scene.phone.watch(act, scene.moment, clock=scene.clock, heard=watching.heard, is_over=watching.is_over)
