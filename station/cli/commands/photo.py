# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe photo -s SLOT --folder DIR`: hand in the photos of a phone whose job waits for them after its erase."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from phones.errors import ProofwipeError
from station.cli import cli_text, output
from station.cli.commands.options import home_of, settings_of
from station.setup.photo_desk import VIEWS, HandedIn, PhotoDesk, PhotosNotAwaitedError
from station.setup.settings import Settings
from station.text.language import text

_SAID = {
    HandedIn.NEW: "word.photo_taken",
    HandedIn.SAME: "word.photo_same",
    HandedIn.REPLACED: "word.photo_replaced",
}
ENDINGS = (".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG")


class PhotoRefusedError(ProofwipeError):
    """A file that is no photo that may be kept, or shows no card of this job."""

    code = "photo_refused"
    exit_code = 4


@cli_text.command("photo")
@click.option("-s", "--slot", required=True, metavar="SLOT|PORT|CODE", help=text("option.photo_slot"))
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help=text("option.photo_folder"))
@click.option("--camera", metavar="/dev/videoN", help=text("option.photo_camera"))
@click.option("--view", type=click.Choice(VIEWS), help=text("option.photo_view"))
@click.pass_context
def command(context: click.Context, slot: str, folder: Path | None, camera: str | None, view: str | None) -> int:
    """Exit 0 when all six are bound, 2 for neither a folder nor a camera with its view, 3 when nobody waits for them, 4
    for one that is refused, 6 when some are missing or no decoder is here that could read the card.
    """
    if (folder is None) == (camera is None) or (camera is None) != (view is None):
        raise click.UsageError(text("word.photo_where"))
    home = home_of(context)
    desk = PhotoDesk(folder=home.photos)
    code = code_meant(desk, settings_of(home), slot)
    for each, named, given in _given(folder, camera, view):
        _take_in(desk, code, each, named, given)
    taken = desk.taken(code)
    missing = [text(f"photo.{each}") for each in VIEWS if each not in taken]
    if missing:
        output.say(text("word.photos_missing", missing=", ".join(missing), files=", ".join(VIEWS)))
    return 6 if missing or any(each.seen != "ok" for each in taken.values()) else 0


def _given(folder: Path | None, camera: str | None, view: str | None) -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """View, what the photo is called, and what reads it."""
    from phones.given_files import read_given
    from station.checking.photos.picture import LARGEST_FILE
    from station.checking.photos.webcam import frame

    if camera is not None and view is not None:
        yield view, camera, partial(frame, camera)
    if folder is None:
        return
    for each in VIEWS:
        for end in ENDINGS:
            file = folder / f"{each}{end}"
            if file.exists():
                yield each, str(file), partial(read_given, file, LARGEST_FILE + 1)
                break


def _take_in(desk: PhotoDesk, code: str, view: str, named: str, given: Callable[[], bytes]) -> None:
    from station.checking.photos.card import Seen, seen_on
    from station.checking.photos.picture import PictureError, picture_of

    try:
        picture = picture_of(given())
    except (OSError, PictureError) as error:
        why = error.args[0] if isinstance(error, PictureError) else "broken"
        raise PhotoRefusedError(subject=named, cause=text(f"photo_refused.{why}")) from error
    seen = seen_on(picture.image, code)
    if seen in (Seen.OTHER, Seen.NONE):
        raise PhotoRefusedError(subject=named, cause=text(f"photo_refused.{seen.value}"))
    became = desk.hand_in(code, view, picture.data, seen.value)
    output.say(text(_SAID[became], view=text(f"photo.{view}"), seen=text(f"photo_seen.{seen.value}")))


def code_meant(desk: PhotoDesk, settings: Settings, slot: str) -> str:
    """The code of the job that waits in that slot, on that port or under that code. Raises: PhotosNotAwaitedError."""
    for port, code in desk.waiting().items():
        if slot in (port, code, settings.slot(port)):
            return code
    raise PhotosNotAwaitedError(subject=slot)
