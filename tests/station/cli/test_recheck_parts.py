# SPDX-License-Identifier: GPL-3.0-or-later
"""`recheck --parts` as its users have it: a paper in a file, the phone on the bench, and what was done to it since."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from station.checking.act import Profile
from station.setup.settings import Checking
from tests.support import lives
from tests.support.cli_station import IPHONE, CommandLine, Starter, scenario
from virtual_phones.bench.remote import RemoteBench

PORT = "1-3.1"
SETTINGS = replace(lives.SETTINGS, checking=Checking(checks=Profile.QUICK.value))
NEW = "iphone-17-pro-ios-26"
"""A model that tells a number of each of ten parts."""
DONE: tuple[tuple[str, Mapping[str, str], int, Mapping[str, str]], ...] = (
    ("nothing", {}, 0, {}),
    ("another battery", {"battery": "another"}, 7, {"battery": "other"}),
    (
        "another screen and camera",
        {"panel": "another", "cover_glass": "another", "camera_back": "another"},
        7,
        {"panel": "other", "cover_glass": "other", "camera_back": "other"},
    ),
    ("a part that was never programmed", {"face_id": "blank"}, 7, {"face_id": "other"}),
    ("a part that tells nothing", {"compass": "silent"}, 6, {"compass": "unknown"}),
)


def body(parts: Mapping[str, str]) -> dict[str, object]:
    """One phone, whatever was done to its parts."""
    return {"model": NEW, "ecid": 0x1C30_0A42_0801, "set": {"parts": dict(parts)}}


def told(line: CommandLine, paper: Path, bench: RemoteBench) -> tuple[int, dict[str, Any]]:
    line.run("inspect", "-s", PORT)
    bench.press(PORT, "trust")
    done = line.run("recheck", paper, "-s", PORT, "--parts", "--json")
    return done.code, done.document


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of that phone as it left the bench."""
    folder = tmp_path_factory.mktemp("paper")
    tables = scenario(IPHONE, honest_iphone_13=body({}))["phone"]
    assert isinstance(tables, list)
    phone = {name: tables[0][name] for name in ("model", "serial", "imeis", "ecid")}
    job = lives.live(phone, settings=SETTINGS).job
    report = job.certificate or job.report
    assert report is not None
    path = folder / "record.json"
    path.write_text(report.record, encoding="utf-8")
    return path


@pytest.mark.wire
@pytest.mark.parametrize(("what", "parts", "code", "said"), DONE, ids=[row[0] for row in DONE])
def test_each_part_is_told_of_and_the_exit_code_says_it_all(
    specimen: Starter, paper: Path, what: str, parts: Mapping[str, str], code: int, said: Mapping[str, str]
) -> None:
    line, bench = specimen(IPHONE, honest_iphone_13=body(parts))
    found, document = told(line, paper, bench)
    told_of = document["parts"]
    assert (found, {name: told_of[name] for name in said}) == (code, dict(said)), what
    assert {word for name, word in told_of.items() if name not in parts} == {"same"}
    assert len(told_of) == 10
