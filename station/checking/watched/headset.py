# SPDX-License-Identifier: GPL-3.0-or-later
"""The headset's socket: a person plugs something in and pulls it out."""

from phones.android.input_events import HEADSET
from phones.android.watched_keys import HeadsetTally
from station.checking.act import Scene
from station.checking.watched.watching import Watching, find_parts, is_late, listen, say

GIVES = ("watched.headset",)


def watch_headset(scene: Scene) -> None:
    """Keeps `check.headset`. Raises: BenchError."""
    parts = find_parts(scene, "headset")
    if not parts.devices:
        return
    has_socket = any(HEADSET in device.codes for device in parts.built_in().values())
    tally = HeadsetTally()
    late = is_late(scene)
    if has_socket:
        say(scene, "plug_headset")
        say(scene, "plug_in")
    told = False

    def is_over() -> bool:
        nonlocal told
        if 1 in tally.states and not told:
            told = True
            say(scene, "pull_out")
        return not has_socket or tally.states == {0, 1} or late()

    watching = Watching(scene, "headset", GIVES, heard=lambda: tally.values(has_socket=has_socket), is_over=is_over)
    listen(scene, "headset", parts, tally.hear, watching)
