# SPDX-License-Identifier: GPL-3.0-or-later
"""Shells that lack tools: an honest phone is overwritten and read back all the same, and no lie gains by it."""

from collections.abc import Mapping
from typing import Any

import pytest

from phones.android.script import PartResult
from phones.errors import ReplyMalformedError
from phones.verdict import Verdict
from tests.wipe.overwrite.test_storage_lies import HARNESS, SMALL, SmallBench, shown
from virtual_phones.storage.lies import FLASH_LIES, LIES
from wipe.overwrite.layout import Layout, folder_of
from wipe.overwrite.lines import WAYS
from wipe.steps.overwriting.questions import Listing, _storage, _take_sizes

EVERY = ("dd", "stat", "truncate")
MARK = "ab" * 16


def lacking(*tools: str, lies: tuple[str, ...] = (), df: str = "", **more: Any) -> SmallBench:
    shell: Mapping[str, Any] = {"absent": list(tools), **({"df": df} if df else {})}
    phone = {"model": "pixel-6-android-13", "serial": "19281FDF60013A", "imeis": ["355123110000019"]}
    bench = SmallBench(HARNESS, {**phone, "set": {**SMALL, "shell": shell}, "misbehaviour": list(lies), **more})
    bench.inspect()
    bench.run()
    return bench


@pytest.mark.parametrize("tools", [("dd",), ("stat",), ("truncate",), EVERY], ids=" ".join)
def test_a_phone_that_lacks_tools_is_overwritten_and_read_back_all_the_same(tools: tuple[str, ...]) -> None:
    bench = lacking(*tools)
    found = shown(bench)
    assert (bench.failure, found.reasons) == ("", ())
    assert found.chunks_matching == found.chunks_drawn == found.chunks_total > 40
    assert bench.report().claims.gb_status == "method_overwrite"


def test_where_df_rounds_to_gigabytes_the_file_system_is_asked_for_its_own_figures() -> None:
    assert shown(lacking(df="toolbox")).reasons == ()
    assert shown(lacking("stat", df="toolbox")).reasons == ("overwrite_capacity_not_read",)


@pytest.mark.parametrize("lie", sorted(LIES))
def test_no_lie_of_a_storage_gains_by_a_shell_that_lacks_tools(lie: str) -> None:
    report = lacking(*EVERY, lies=(lie,)).report()
    assert report.claims.gb_status != "method_overwrite"
    if lie in FLASH_LIES:
        assert (report.verdict, report.reasons) == (Verdict.FAILED, ("overwrite_differs",))


@pytest.mark.parametrize("after", [70_001, 300_001])
def test_a_file_that_cannot_be_cut_is_begun_anew_and_an_honest_phone_keeps_its_claim(after: int) -> None:
    """A cable pulled in the middle of a block of the stream leaves a file that what follows must not be put behind."""
    whole = lacking("truncate")
    exchange = next(number for name, number in whole.exchanges if name == "overwrite.write")
    struck = lacking("truncate", fault=[{"at": exchange, "kind": "truncate", "after_bytes": after, "seconds": 20.0}])
    assert struck.slot.cuts == 1
    assert (struck.report().verdict, shown(struck).reasons) == (Verdict.PASSED, ())


def test_what_stands_in_for_a_tool_reads_the_same_chunks() -> None:
    layout = Layout(kept_bytes=1000, file_bytes=256, chunk_bytes=64)
    assert [chunk.number for chunk in layout.all_of(1)] == [4, 5, 6, 7]
    assert [chunk.length for chunk in layout.all_of(3)] == [64, 64, 64, 40]
    lines = [way.of("/data/f", layout.all_of(1)[1:], 64) for way in WAYS]
    assert lines == [
        "for s in 1 2 3; do dd if=/data/f bs=64 skip=$s count=1 2>/dev/null; done",
        "cat /data/f",
    ]


# what the tools print -----------------------------------------------------------------------------


def sizes(*lines: str) -> dict[int, int]:
    listing = Listing()
    _take_sizes(PartResult(status="ok", exit_code=0, text="\n".join(lines)), MARK, listing)
    return listing.sizes


FOLDER = folder_of(MARK)


def test_sizes_are_read_from_either_list() -> None:
    toybox = f"-rw-rw-rw- 1 shell  shell     262144 2026-11-29 20:00 {FOLDER}/f00000"
    toolbox = f"-rw-rw-rw- shell    shell      1000 2026-11-29 20:00 {FOLDER}/f00001"
    assert sizes(toybox, toolbox, f"7 {FOLDER}/f00002") == {0: 262144, 1: 1000, 2: 7}


@pytest.mark.parametrize(
    "line",
    [
        f"-rw-rw-rw- 1 shell shell 262144 2026-11-29 20:00 {FOLDER}/f00000 -> /dev/zero",
        f"lrwxrwxrwx 1 shell shell 262144 2026-11-29 20:00 {FOLDER}/f00000",
        "-rw-rw-rw- 1 shell shell 262144 2026-11-29 20:00 /sdcard/f00000",
        f"-rw-rw-rw- 1 shell shell -5 2026-11-29 20:00 {FOLDER}/f00000x",
        f"total 5 {FOLDER}/f00000",
        "",
    ],
)
def test_a_line_that_is_no_size_of_ours_is_malformed(line: str) -> None:
    with pytest.raises(ReplyMalformedError):
        sizes(f"7 {FOLDER}/f00002", line, f"8 {FOLDER}/f00003")


@pytest.mark.parametrize(
    ("df", "statfs", "free"),
    [
        ("Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/x 100 40 60 40% /data", "4096 9 9", "61440"),
        ("Filesystem Size Used Free Blksize\n/data 11.9G 2.0G 9.9G 4096", "4096 3000 2000", "8192000"),
        ("", "4096 3000 3001", ""),
        ("", "0 3000 2000", ""),
        ("", "4096 3000", ""),
        ("", "999999999 999999999999 5", ""),
        ("", "4096 3000 2000\n4096 3000 2000", ""),
    ],
)
def test_free_space_is_that_of_df_and_else_of_the_file_system(df: str, statfs: str, free: str) -> None:
    results = {name: PartResult(status="ok", exit_code=0, text=text) for name, text in (("df", df), ("statfs", statfs))}
    assert _storage(results).get("storage.free_bytes", "") == free
