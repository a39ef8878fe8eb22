# SPDX-License-Identifier: GPL-3.0-or-later
"""An iPhone's keys, by its log: no shape of a message is known for any version yet, and that is what is kept."""

from phones.apple.log_shapes import not_known
from station.checking.act import Scene


def watch_buttons(scene: Scene) -> None:
    """Keeps `check.buttons`."""
    values = not_known("watched.buttons")
    scene.phone.record_host_fact("check.buttons", values, scene.moment)
