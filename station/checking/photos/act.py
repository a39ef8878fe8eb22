# SPDX-License-Identifier: GPL-3.0-or-later
"""The act `photos`: six photos are asked for once nobody's data is left, and bound to the job by digest and code."""

import logging

from phones.evidence import Moment
from phones.port import Platform
from station.checking.act import CheckAct, Measurer, Profile, Scene
from station.checking.photos.card import CODE, Seen, code_of
from station.setup.photo_desk import VIEWS, PhotoDesk, PhotosNotAwaitedError

log = logging.getLogger("proofwipe.photos")

CHOICES = ("taken", "no_photos")
"""Of the question `photos_taken`."""
GIVEN_OUT = "photos.card"
"""Evidence that a code was given out is asked for under this name."""
_CARD = "photo.card"


def take_photos(scene: Scene) -> None:
    """Hand out a code, let a person take the photos, keep what was handed in. Where no photo was, nothing is kept;
    where nobody could read a card, how many are bound is unknown.
    """
    if scene.photos is None:
        return
    try:
        values = _taken(scene, scene.photos)
    except (OSError, PhotosNotAwaitedError) as error:
        log.warning("photos: %s", error)  # a folder that cannot be written: the erase stands without them
        return
    if values:
        scene.phone.record_host_fact("check.photos", values, scene.moment)


def _taken(scene: Scene, desk: PhotoDesk) -> dict[str, str]:
    port = scene.phone.path
    code = _code(scene)
    with desk.awaiting(port, code):
        scene.operator.ask("photos_taken", port=port, choices=CHOICES, facts={"code": code}, timeout_s=scene.person_s)
    taken = desk.taken(code)  # nobody can hand in any more
    if not taken:
        return {}
    unread = any(each.seen != Seen.OK.value for each in taken.values())
    values = {_CARD: code, "photo.bound": "unknown" if unread else str(len(taken))}
    for view, each in taken.items():
        values |= {f"photo.{view}_sha256": each.sha256, f"photo.{view}_code": each.seen}
    return values


def _code(scene: Scene) -> str:
    """The job's one code: kept before anybody is told of it, so that a job that is taken up again has the same, and
    what was handed in before counts.
    """
    earlier = [piece.values[_CARD] for piece in scene.evidence if piece.asked == GIVEN_OUT and _CARD in piece.values]
    if earlier and CODE.fullmatch(earlier[-1]):
        return earlier[-1]
    code = code_of(scene.draw())
    scene.phone.record_host_fact(GIVEN_OUT, {_CARD: code}, scene.moment)
    return code


PHOTOS = CheckAct(
    name="photos",
    measurer=Measurer.PERSON,
    platforms=(Platform.ANDROID, Platform.APPLE),
    profiles=(Profile.FULL,),
    gives=(
        "photo.card",
        "photo.bound",
        *(f"photo.{view}_{what}" for view in VIEWS for what in ("sha256", "code")),
    ),
    run=take_photos,
    seconds=40,
    hand_acts=len(VIEWS) + 2,
    moment=Moment.FINAL,
)
