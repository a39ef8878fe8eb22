# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe photo -s SLOT --folder DIR`: hand in the photos of a phone whose job waits for them after its erase."""

from pathlib import Path

import click

from phones.errors import ProofwipeError
from station.cli import cli_text, output
from station.cli.commands.options import home_of, settings_of
from station.setup.photo_desk import VIEWS, PhotoDesk, PhotosNotAwaitedError
from station.setup.settings import Settings
from station.text.language import text

ENDINGS = (".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG")


class PhotoRefusedError(ProofwipeError):
    """A file that is no photo that may be kept, or shows no card of this job."""

    code = "photo_refused"
    exit_code = 4


@cli_text.command("photo")
@click.option("-s", "--slot", required=True, metavar="SLOT|PORT|CODE", help=text("option.photo_slot"))
@click.option(
    "--folder", required=True, type=click.Path(path_type=Path, file_okay=False), help=text("option.photo_folder")
)
@click.pass_context
def command(context: click.Context, slot: str, folder: Path) -> int:
    """Exit 0 when all six are bound, 3 when nobody waits for them, 4 for one that is refused, 6 when some are missing
    or no decoder is here that could read the card.
    """
    from phones.given_files import read_given
    from station.checking.photos.card import Seen, seen_on
    from station.checking.photos.picture import LARGEST_FILE, PictureError, picture_of

    home = home_of(context)
    desk = PhotoDesk(folder=home.photos)
    code = code_meant(desk, settings_of(home), slot)
    for view in VIEWS:
        file = next((found for end in ENDINGS if (found := folder / f"{view}{end}").exists()), None)
        if file is None:
            continue
        try:
            picture = picture_of(read_given(file, LARGEST_FILE + 1))
        except (OSError, PictureError) as error:
            why = error.args[0] if isinstance(error, PictureError) else "broken"
            raise PhotoRefusedError(subject=str(file), cause=text(f"photo_refused.{why}")) from error
        seen = seen_on(picture.image, code)
        if seen in (Seen.OTHER, Seen.NONE):
            raise PhotoRefusedError(subject=str(file), cause=text(f"photo_refused.{seen.value}"))
        desk.hand_in(code, view, picture.data, seen.value)
        output.say(text("word.photo_taken", view=text(f"photo.{view}"), seen=text(f"photo_seen.{seen.value}")))
    taken = desk.taken(code)
    missing = [text(f"photo.{view}") for view in VIEWS if view not in taken]
    if missing:
        output.say(text("word.photos_missing", missing=", ".join(missing), files=", ".join(VIEWS)))
    return 6 if missing or any(each.seen != Seen.OK.value for each in taken.values()) else 0


def code_meant(desk: PhotoDesk, settings: Settings, slot: str) -> str:
    """The code of the job that waits in that slot, on that port or under that code. Raises: PhotosNotAwaitedError."""
    for port, code in desk.waiting().items():
        if slot in (port, code, settings.slot(port)):
            return code
    raise PhotosNotAwaitedError(subject=slot)
