# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iPhone's log would tell: no shape of a message is known for any version yet, and that is what is kept."""

from phones.apple.log_shapes import not_known
from station.checking.act import Scene


def watch_proximity(scene: Scene) -> None:
    """Keeps `check.proximity`."""
    _not_known(scene, "proximity", "watched.proximity")


def watch_ringer(scene: Scene) -> None:
    """Keeps `check.ringer`."""
    _not_known(scene, "ringer", "watched.ringer")


def watch_face_id(scene: Scene) -> None:
    """Keeps `check.face_id`."""
    _not_known(scene, "face_id", "watched.face_id")


def _not_known(scene: Scene, name: str, value: str) -> None:
    scene.phone.record_host_fact(f"check.{name}", not_known(value), scene.moment)
