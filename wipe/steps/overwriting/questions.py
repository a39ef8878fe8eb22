# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a phone that is being overwritten, and how its answers are read. Commands are those of toybox on
Android 6 and later (`unconfirmed` on hardware).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from phones.android import consistency
from phones.android.readers_checks import data_partition
from phones.android.script import Part, PartResult, script, split
from phones.errors import ReplyMalformedError
from phones.link import Effect, Question, Reader, Reply, ShellLine
from wipe.overwrite.layout import MAXIMUM_FILES, folder_of, number_of
from wipe.overwrite.lines import CUT, SIZES, SPACE

LOOK_S = 60.0
SYNC_S = 900.0  # what is still dirty in a phone's memory, at 10 MB/s and less
CHANGE_S = 600.0  # hundreds of files of a gibibyte are removed, or thousands of empty ones made
_BOOT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UPTIME = re.compile(r"([0-9]{1,9})\.[0-9]{1,6}( [0-9.]{1,20})?")
_SIZE = re.compile(
    r"([0-9]{1,16}) (\S{1,200})|-[-rwxsStT]{9}.{1,60} ([0-9]{1,16}) \d{4}-\d\d-\d\d \d\d:\d\d (\S{1,200})"
)
"""A line of `wipe.overwrite.lines.SIZES`, by either tool."""
_STORAGE = ("storage.total_bytes", "storage.free_bytes")
_INTERNAL = re.compile(r"^Internal storage \(\S{1,64}\) total size: ([0-9]{1,16}) \(", re.MULTILINE)
# AOSP 9 to 13 StorageManagerService.dump [read]; later ones `unconfirmed`.
_CAPACITY = (Part(name="disks", command="cat /proc/partitions"), Part(name="mount", command="dumpsys mount"))
_SPACE = (Part(name="df", command=SPACE[0]), Part(name="statfs", command=SPACE[1]))
_STATFS = re.compile(r"([0-9]{1,9}) ([0-9]{1,12}) ([0-9]{1,12})")
_START = (
    Part(name="boot", command="cat /proc/sys/kernel/random/boot_id"),
    Part(name="uptime", command="cat /proc/uptime"),
)


@dataclass(slots=True)
class Listing:
    """The sizes of our files as the phone tells them, by number."""

    sizes: dict[int, int] = field(default_factory=dict)

    @property
    def kept_bytes(self) -> int:
        """All of them together."""
        return sum(self.sizes.values())


def _said(result: PartResult) -> str:
    return result.text.strip() if result.status == "ok" else ""


def _storage(results: Mapping[str, PartResult]) -> dict[str, str]:
    """What df says; where its list is another than toybox's, the file system's own figures."""
    result = results["df"]
    found = data_partition(result.text) if result.status == "ok" else {}
    told = {name: found[name] for name in _STORAGE if name in found}
    figures = _STATFS.fullmatch(_said(results["statfs"]))
    if told or figures is None:
        return told
    size, blocks, free = map(int, figures.groups())
    if not 0 < size * blocks < 2**50 or free > blocks:
        return {}
    return {"storage.total_bytes": str(size * blocks), "storage.free_bytes": str(size * free)}


def _capacity(results: Mapping[str, PartResult]) -> Mapping[str, str]:
    """The kernel's list of disks; where the shell is not shown it (AOSP since Android 9), what StorageManager calls the
    size of the internal storage: /data and /system together, rounded up to the next 1, 2, 4, ... 512 gigabytes, so
    never less than what can be written.
    """
    disks = consistency.disks(results["disks"].text) if results["disks"].status == "ok" else {}
    found = _INTERNAL.findall(results["mount"].text) if results["mount"].status == "ok" else []
    return disks or ({"storage.disks_bytes": found[0]} if len(found) == 1 and int(found[0]) else {})


def _start(results: Mapping[str, PartResult]) -> dict[str, str]:
    boot, uptime = _said(results["boot"]), _UPTIME.fullmatch(_said(results["uptime"]))
    return {
        **({"overwrite.boot": boot} if _BOOT.fullmatch(boot) else {}),
        **({"overwrite.uptime_s": uptime[1]} if uptime else {}),
    }


def measure_question(marker: str) -> Question:
    """How much there is to write, and which start of the phone this is."""
    parts = (*_SPACE, *_CAPACITY, *_START)

    def read(reply: Reply) -> Mapping[str, str]:
        results = split(reply, parts, marker)
        return {**_storage(results), **_capacity(results), **_start(results)}

    return _question("overwrite.measure", Effect.READS, parts, marker, read)


def start_question(marker: str) -> Question:
    """Which start of the phone this is, after the restart."""
    return _question(
        "overwrite.restarted", Effect.READS, _START, marker, lambda reply: _start(split(reply, _START, marker))
    )


def _list_part(mark: str) -> Part:
    return Part(name="list", command=SIZES.format(files=f"{folder_of(mark)}/f*"))


def _take_sizes(result: PartResult, mark: str, listing: Listing) -> None:
    """Raises: ReplyMalformedError for lines that are no sizes of our files."""
    listing.sizes.clear()
    for line in result.text.splitlines() if result.status == "ok" else ():
        found = _SIZE.fullmatch(line.strip())
        size, path = (found[1] or found[3], found[2] or found[4]) if found else ("", "")
        folder, _, name = path.rpartition("/")
        number = number_of(name)
        if found is None or folder != folder_of(mark) or number is None or number >= MAXIMUM_FILES:
            raise ReplyMalformedError(step="list", expected="sizes of our files", got="others")
        listing.sizes[number] = int(size)


def list_question(mark: str, marker: str, listing: Listing) -> Question:
    """Which of our files are there: fills `listing`; nothing of it is kept, for nothing rests on it."""
    parts = (_list_part(mark),)

    def read(reply: Reply) -> Mapping[str, str]:
        _take_sizes(split(reply, parts, marker)["list"], mark, listing)
        return {}

    return _question("overwrite.listed", Effect.READS, parts, marker, read)


def filled_question(mark: str, marker: str, known: Mapping[str, str]) -> Question:
    """What is kept at the end of a pass; `known`: what the bench knows of it (`overwrite.pass`, `.full`, ...)."""
    parts = (_list_part(mark), *_SPACE, *_START)

    def read(reply: Reply) -> Mapping[str, str]:
        results, listing = split(reply, parts, marker), Listing()
        _take_sizes(results["list"], mark, listing)
        start = _start(results)
        return {
            **known,
            **_storage(results),
            **({"overwrite.boot": start["overwrite.boot"]} if "overwrite.boot" in start else {}),
            "overwrite.kept_bytes": str(listing.kept_bytes),
            "overwrite.files": str(len(listing.sizes)),
        }

    return _question("overwrite.filled", Effect.READS, parts, marker, read)


def empty_question(mark: str, marker: str) -> Question:
    """A folder for a pass that begins, without anything of an earlier one: `command.exit_code`."""
    folder = folder_of(mark)
    parts = (Part(name="make", command=f"rm -rf {folder} && mkdir -p {folder}/small"),)
    return _question("overwrite.emptied", Effect.WRITES, parts, marker, _exit_of(parts, marker), CHANGE_S)


def cut_question(path: str, size: int, marker: str) -> Question:
    """A file that ends in the middle of a block of the stream is cut back to its beginning."""
    parts = (Part(name="cut", command=CUT.format(size=size, path=path)),)
    return _question("overwrite.cut", Effect.WRITES, parts, marker, _exit_of(parts, marker))


def sync_question(marker: str) -> Question:
    """Everything to the chip."""
    parts = (Part(name="sync", command="sync"),)
    return _question("overwrite.sync", Effect.WRITES, parts, marker, _exit_of(parts, marker), SYNC_S)


def empty_files_question(mark: str, marker: str, most: int, made: list[int]) -> Question:
    """Empty files until none can be made, or `most`; their number goes into `made`."""
    folder = folder_of(mark)
    loop = f"i=0; while [ $i -lt {most} ] && true 2>/dev/null > {folder}/small/e$i; do i=$((i+1)); done; echo $i"
    parts = (Part(name="loop", command=loop),)

    def read(reply: Reply) -> Mapping[str, str]:
        said = _said(split(reply, parts, marker)["loop"])
        if re.fullmatch(r"[0-9]{1,6}", said):
            made[:] = [int(said)]
        return {}

    return _question("overwrite.small", Effect.WRITES, parts, marker, read, CHANGE_S)


def remove_question(mark: str, marker: str) -> Question:
    """Our files are taken away: `overwrite.removed`."""
    folder = folder_of(mark)
    parts = (
        Part(name="remove", command=f"rm -rf {folder}"),
        Part(name="there", command=f"[ -e {folder} ] && echo there || echo none"),
    )

    def read(reply: Reply) -> Mapping[str, str]:
        said = {"none": "yes", "there": "no"}.get(_said(split(reply, parts, marker)["there"]))
        return {} if said is None else {"overwrite.removed": said}

    return _question("overwrite.removed", Effect.WRITES, parts, marker, read, CHANGE_S)


def _exit_of(parts: tuple[Part, ...], marker: str) -> Reader:
    def read(reply: Reply) -> Mapping[str, str]:
        return {"command.exit_code": str(split(reply, parts, marker)[parts[0].name].exit_code)}

    return read


def _question(
    name: str, effect: Effect, parts: tuple[Part, ...], marker: str, read: Reader, timeout_s: float = LOOK_S
) -> Question:
    return Question(
        name=name, effect=effect, request=ShellLine(line=script(parts, marker)), read=read, timeout_s=timeout_s
    )
