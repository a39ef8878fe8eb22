# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a phone about the memory card in it, and how its answers are read.

`sm` and `dumpsys mount` are AOSP's since Android 6 [read: Sm.java, StorageManagerService.java, VolumeInfo.java,
DiskInfo.java]; `unconfirmed` on hardware. Names of files and the card's own number stay on the phone: the card is known
again by the folder that this job made on it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from phones.android.script import Part, PartResult, script, split
from phones.errors import ReplyMalformedError
from phones.link import Effect, Question, Reader, Reply, ShellLine
from wipe.overwrite.layout import MAXIMUM_FILES, number_of
from wipe.steps.overwriting.questions import CHANGE_S, LOOK_S, SYNC_S, Listing

_MARK = re.compile(r"[0-9a-f]{16,64}")
_VOLUME = re.compile(r"(public:[0-9]{1,4},[0-9]{1,4}) ([a-z_]{1,30}) ([0-9A-Za-z][0-9A-Za-z-]{3,40})")
_STATES = ("mounted", "unmounted")
_SIZE = re.compile(r"([0-9]{1,16}) (\S{1,200})")
_DF = re.compile(r"\S+ +([0-9]{1,12}) +([0-9]{1,12}) +([0-9]{1,12}) +[0-9]{1,3}% +(\S+)")
_DUMP = r"VolumeInfo\{[^}]+|DiskInfo\{[^}]+|diskId=[^ ]+|fsType=[a-z0-9]+|flags=[A-Z|]+|size=[0-9]+"
_FILE_SYSTEM = re.compile(r"fsType=([a-z0-9]{1,16})")
_PHONE_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OF_ANDROID = r"/\.nomedia$|/\.database_uuid$"
"""What the media service writes onto every card that is mounted [read: MediaProvider]."""


@dataclass(slots=True)
class Place:
    """The one removable volume of the phone, as it was last listed; "" while there is none, or more than one."""

    volume: str = ""
    path: str = ""
    is_mounted: bool = False


def folder_of(path: str, mark: str) -> str:
    """The job's own folder on the card. Raises: ValueError for anything but 16 to 64 hex digits."""
    if not _MARK.fullmatch(mark):
        raise ValueError("a mark is 16 to 64 hex digits")
    return f"{path}/pw_{mark[:16]}_card"


def find_question(marker: str, place: Place, name: str = "card.found") -> Question:
    """Which removable volumes there are: fills `place`; keeps their number and the state of the only one."""
    parts = (Part(name="volumes", command="sm list-volumes all"),)

    def read(reply: Reply) -> Mapping[str, str]:
        result = split(reply, parts, marker)["volumes"]
        return _found(result.text, place) if result.status == "ok" else {}

    return _question(name, Effect.READS, parts, marker, read)


def _found(text: str, place: Place) -> dict[str, str]:
    """A list without the phone's own storage was not read, and says nothing."""
    lines = [line.strip() for line in text.split("\n")]
    place.volume, place.path, place.is_mounted = "", "", False
    if not any(re.match(r"(?:private|emulated)\b", line) for line in lines):
        return {}
    public = [line for line in lines if line.startswith("public:")]
    if len(public) != 1:
        return {"card.volumes": str(min(len(public), 99)), "card.state": "none"}
    found = _VOLUME.fullmatch(public[0])
    if found is None:
        return {"card.volumes": "1", "card.state": "other"}
    place.volume, place.path, place.is_mounted = found[1], f"/storage/{found[3]}", found[2] == "mounted"
    return {"card.volumes": "1", "card.state": found[2] if found[2] in _STATES else "other"}


def measure_question(place: Place, mark: str, marker: str) -> Question:
    """How large the card is, and whether it takes our folder."""
    folder = folder_of(place.path, mark)
    parts = (
        Part(name="make", command=f"mkdir -p {folder}"),
        Part(name="there", command=f"[ -d {folder} ] && echo there || echo none"),
        Part(name="df", command=f"df -k {place.path}"),
        Part(name="dump", command=f"dumpsys mount | grep -oE '{_DUMP}'"),
    )

    def read(reply: Reply) -> Mapping[str, str]:
        results = split(reply, parts, marker)
        made = results["make"].status == "ok" and _is_there(results["there"]) == "yes"
        return {**_sizes(results["df"], place), **_disk(results["dump"], place), "card.taken": "yes" if made else "no"}

    return _question("card.measured", Effect.WRITES, parts, marker, read)


def there_question(place: Place, mark: str, marker: str) -> Question:
    """Is this the card that our folder was made on: `card.same`."""
    parts = (Part(name="there", command=f"[ -d {folder_of(place.path, mark)} ] && echo there || echo none"),)

    def read(reply: Reply) -> Mapping[str, str]:
        said = _is_there(split(reply, parts, marker)["there"])
        return {"card.same": said} if said else {}

    return _question("card.there", Effect.READS, parts, marker, read)


def clear_question(place: Place, mark: str, marker: str) -> Question:
    """Everything on the card is deleted but our folder, empty; what files are left is counted on the phone."""
    path, folder = place.path, folder_of(place.path, mark)
    every = f"{path}/* {path}/.[!.]* {path}/..?*"
    parts = (
        Part(
            name="delete", command=f'for f in {every}; do [ "$f" = {folder} ] || rm -rf "$f"; done; rm -rf {folder}/*'
        ),
        _count_part(path, mark),
        Part(name="df", command=f"df -k {path}"),
    )

    def read(reply: Reply) -> Mapping[str, str]:
        results = split(reply, parts, marker)
        return {**_counted(results["count"]), **_sizes(results["df"], place)}

    return _question("card.cleared", Effect.WRITES, parts, marker, read, CHANGE_S)


def list_question(place: Place, mark: str, marker: str, listing: Listing) -> Question:
    """Which of our files are there: fills `listing`; nothing of it is kept."""
    parts = (_list_part(place, mark),)

    def read(reply: Reply) -> Mapping[str, str]:
        _take_sizes(split(reply, parts, marker)["list"], place, mark, listing)
        return {}

    return _question("card.listed", Effect.READS, parts, marker, read)


def filled_question(place: Place, mark: str, marker: str, known: Mapping[str, str]) -> Question:
    """What is kept at the end of a pass; `known`: what the bench knows of it."""
    parts = (_list_part(place, mark), Part(name="df", command=f"df -k {place.path}"))

    def read(reply: Reply) -> Mapping[str, str]:
        results, listing = split(reply, parts, marker), Listing()
        _take_sizes(results["list"], place, mark, listing)
        return {
            **known,
            **_sizes(results["df"], place),
            "card.kept_bytes": str(listing.kept_bytes),
            "card.files": str(len(listing.sizes)),
        }

    return _question("card.filled", Effect.READS, parts, marker, read)


def cut_question(path: str, size: int, marker: str) -> Question:
    """A file that ends in the middle of a block of the stream is cut back to its beginning."""
    parts = (Part(name="cut", command=f"truncate -s {size} {path}"),)
    return _question("card.cut", Effect.WRITES, parts, marker, _exit_of(parts, marker))


def empty_question(place: Place, mark: str, marker: str) -> Question:
    """What an earlier pass wrote is taken away."""
    folder = folder_of(place.path, mark)
    parts = (Part(name="empty", command=f"rm -rf {folder} && mkdir -p {folder}"),)
    return _question("card.emptied", Effect.WRITES, parts, marker, _exit_of(parts, marker), CHANGE_S)


def sync_question(marker: str) -> Question:
    """Everything to the card."""
    parts = (Part(name="sync", command="sync"),)
    return _question("card.sync", Effect.WRITES, parts, marker, _exit_of(parts, marker), SYNC_S)


def unmount_question(place: Place, mark: str, marker: str) -> Question:
    """The file system is let go of, and with it every page of it in the phone's memory. `card.unmounted`: the volume is
    listed as that, and nothing of ours is reachable.
    """
    parts = (
        Part(name="unmount", command=f"sm unmount {place.volume}"),
        Part(name="there", command=f"[ -e {folder_of(place.path, mark)} ] && echo there || echo none"),
        Part(name="volumes", command="sm list-volumes all"),
    )

    def read(reply: Reply) -> Mapping[str, str]:
        results, seen = split(reply, parts, marker), Place()
        listed = _found(results["volumes"].text, seen) if results["volumes"].status == "ok" else {}
        gone = _is_there(results["there"]) == "no" and listed.get("card.state") == "unmounted"
        return {"card.unmounted": "yes" if gone and seen.volume == place.volume else "no"}

    return _question("card.unmounted", Effect.WRITES, parts, marker, read, SYNC_S)


def mount_question(volume: str, marker: str) -> Question:
    """Mounted once more; `card.phone_random` is the phone's own part in the seed of the draw."""
    parts = (
        Part(name="mount", command=f"sm mount {volume}"),
        Part(name="random", command="cat /proc/sys/kernel/random/uuid"),
    )

    def read(reply: Reply) -> Mapping[str, str]:
        results = split(reply, parts, marker)
        random = results["random"].text.strip() if results["random"].status == "ok" else ""
        code = {"command.exit_code": str(results["mount"].exit_code)}
        return {**code, **({"card.phone_random": random} if _PHONE_RANDOM.fullmatch(random) else {})}

    return _question("card.mounted", Effect.WRITES, parts, marker, read, SYNC_S)


def remove_question(place: Place, mark: str, marker: str) -> Question:
    """Our folder is taken away: `card.removed`."""
    folder = folder_of(place.path, mark)
    parts = (
        Part(name="remove", command=f"rm -rf {folder}"),
        Part(name="there", command=f"[ -e {folder} ] && echo there || echo none"),
        Part(name="mounted", command=f"[ -d {place.path} ] && echo there || echo none"),
        Part(name="sync", command="sync"),
    )

    def read(reply: Reply) -> Mapping[str, str]:
        results = split(reply, parts, marker)
        said = {"no": "yes", "yes": "no"}.get(_is_there(results["there"]), "")
        if not said or _is_there(results["mounted"]) != "yes":  # a card that is gone has removed nothing
            return {}
        return {"card.removed": said}

    return _question("card.removed", Effect.WRITES, parts, marker, read, CHANGE_S)


def again_question(place: Place, mark: str, marker: str) -> Question:
    """After the phone's reset: how large the card in the phone is, and how many files are on it."""
    parts = (_count_part(place.path, mark), Part(name="df", command=f"df -k {place.path}"))

    def read(reply: Reply) -> Mapping[str, str]:
        results = split(reply, parts, marker)
        return {**_counted(results["count"]), **_sizes(results["df"], place)}

    return _question("card.again", Effect.READS, parts, marker, read)


def _count_part(path: str, mark: str) -> Part:
    """Counted only if every folder could be looked into."""
    ours = folder_of("", mark)
    count = f"n=$(find {path} -type f) && echo \"$n\" | grep -cvE '{ours}/|{_OF_ANDROID}|^$'"
    return Part(name="count", command=f"{{ {count} || [ $? = 1 ]; }}")


def _counted(result: PartResult) -> dict[str, str]:
    said = result.text.strip()
    return {"card.files_left": said} if result.status == "ok" and re.fullmatch(r"[0-9]{1,9}", said) else {}


def _is_there(result: PartResult) -> str:
    return {"there": "yes", "none": "no"}.get(result.text.strip(), "") if result.status == "ok" else ""


def _sizes(result: PartResult, place: Place) -> dict[str, str]:
    """Of the card's file system; df of a folder that is none tells of another one."""
    for line in result.text.splitlines() if result.status == "ok" else ():
        found = _DF.fullmatch(line.strip())
        if found is not None and found[4] == place.path:
            return {"card.total_bytes": str(int(found[1]) * 1024), "card.free_bytes": str(int(found[3]) * 1024)}
    return {}


def _disk(result: PartResult, place: Place) -> dict[str, str]:
    """The whole card behind the volume, where the phone tells of it: its size, its kind, and the file system."""
    blocks: dict[str, list[str]] = {}
    here: list[str] = []
    for line in result.text.splitlines() if result.text else ():
        word = line.strip()
        if word.startswith(("VolumeInfo{", "DiskInfo{")):
            here = blocks.setdefault(word.partition("{")[2], [])
        else:
            here.append(word)
    volume = blocks.get(place.volume, [])
    disk = blocks.get(_first(volume, "diskId="), [])
    size, flags = _first(disk, "size="), _first(disk, "flags=").split("|")
    system = next((found[1] for word in volume if (found := _FILE_SYSTEM.fullmatch(word))), "")
    kind = "sd" if "SD" in flags else "usb" if "USB" in flags else ""
    return {
        **({"card.disk_bytes": size} if re.fullmatch(r"[1-9][0-9]{0,15}", size) else {}),
        **({"card.kind": kind} if kind else {}),
        **({"card.file_system": system} if system else {}),
    }


def _first(words: list[str], begin: str) -> str:
    """What stands behind the first of its name; a label that its owner chose comes later."""
    return next((word.removeprefix(begin) for word in words if word.startswith(begin)), "")


def _list_part(place: Place, mark: str) -> Part:
    return Part(name="list", command=f"stat -c '%s %n' {folder_of(place.path, mark)}/f*")


def _take_sizes(result: PartResult, place: Place, mark: str, listing: Listing) -> None:
    """Raises: ReplyMalformedError for lines that are no sizes of our files."""
    listing.sizes.clear()
    for line in result.text.splitlines() if result.status == "ok" else ():
        found = _SIZE.fullmatch(line.strip())
        folder, _, name = found[2].rpartition("/") if found else ("", "", "")
        number = number_of(name)
        if found is None or folder != folder_of(place.path, mark) or number is None or number >= MAXIMUM_FILES:
            raise ReplyMalformedError(step="list", expected="sizes of our files", got="others")
        listing.sizes[number] = int(found[1])


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
