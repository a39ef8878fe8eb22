# SPDX-License-Identifier: GPL-3.0-or-later
"""The log written out: as a folder of tiles that any web server can publish, or as one snapshot file."""

from pathlib import Path

from certs.log import snapshot
from certs.log.errors import LogEmptyError, LogReadError
from certs.log.notes import LARGEST_NOTE, Checkpoint, read_checkpoint, read_note
from certs.log.tiles import WIDTH, tile_bytes, tiles_of
from phones.durable_files import write_over
from transparency.database import TransparencyLog
from transparency.fetching import FolderSource
from transparency.tables import translated


def export_tiles(log: TransparencyLog, folder: Path) -> Checkpoint:
    """Bring `folder` up to date: tiles first, the checkpoint last, so that it never names what is not there.

    Raises: LogReadError (another log's folder, or one that shows another history), LogEmptyError (empty), LogError.
    """
    note = log.checkpoint()
    if not note:
        raise LogEmptyError(subject=str(log.path))
    checkpoint = read_checkpoint(read_note(note))
    published = FolderSource(folder).fetch("checkpoint", most=LARGEST_NOTE)
    if published is not None:
        _check_continues(log, checkpoint, read_checkpoint(read_note(published)))
    with translated(folder):
        for tile in tiles_of(checkpoint.size):
            path = folder / tile.path
            if tile.width < WIDTH or not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                write_over(path, [tile_bytes(log, tile)])
        write_over(folder / "checkpoint", [note.encode()])
    return checkpoint


def export_snapshot(log: TransparencyLog, path: Path) -> Checkpoint:
    """One file for verifiers, under the newest checkpoint that a witness signed, if there is one.

    Raises: LogEmptyError (empty), LogError.
    """
    note = log.witnessed_checkpoint()
    if not note:
        raise LogEmptyError(subject=str(log.path))
    checkpoint = read_checkpoint(read_note(note))
    with translated(path):
        write_over(path, snapshot.write(note, log.leaves(0, checkpoint.size)))
    return checkpoint


def _check_continues(log: TransparencyLog, checkpoint: Checkpoint, published: Checkpoint) -> None:
    if published.origin != checkpoint.origin:
        raise LogReadError(fault="another_log", got=published.origin)
    if published.size > checkpoint.size:
        raise LogReadError(fault="rolled_back", got=f"{checkpoint.size} < {published.size}")
    if published.root != log.root(published.size):
        raise LogReadError(fault="forked", got=str(published.size))
