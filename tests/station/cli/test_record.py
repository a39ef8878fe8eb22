# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe record` as its users have it: nothing of the phone's owner and no number of the phone is left on disk."""

import gzip
import os
from pathlib import Path

import pytest

from phones.recordings.replay import load
from tests.support.cli_station import IPHONE, PIXEL_13, PIXEL_16, CommandLine, Starter, scenario
from tests.support.replay import replay
from tests.support.secret_search import Search
from tests.support.waiting import wait_for
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.iphone.phone import IPhone

pytestmark = [pytest.mark.wire, pytest.mark.timeout(180)]


def words_of(name: str) -> dict[str, str]:
    """What the model itself has: its owner's words and its own numbers."""
    (slot,) = add_phones(read_scenario(scenario(name)), epoch_at_zero=0.0)
    phone = slot.first
    if isinstance(phone, IPhone):
        imeis = phone.identity.imeis
    else:
        assert isinstance(phone, AndroidPhone)
        imeis = phone.lives.hardware.imeis
    words = {**phone.secrets(), "serial": phone.serial, **{f"imei {place}": imei for place, imei in enumerate(imeis)}}
    if isinstance(phone, IPhone):
        words |= {"udid": phone.udid, "bare udid": phone.udid.replace("-", ""), "ecid": str(phone.identity.ecid)}
    assert len(words) > 5
    return {kind: word for kind, word in words.items() if len(word) >= 4}


@pytest.mark.parametrize("name", [PIXEL_16, PIXEL_13, IPHONE])
def test_an_inspection_is_recorded_and_nothing_of_the_phone_is_left_on_disk(
    name: str, specimen: Starter, tmp_path: Path
) -> None:
    line, bench = specimen(name, init=False)
    (phone,) = line.run("list", "--json").document["phones"]
    port, out = phone["port"], tmp_path / "given"
    if name != PIXEL_16:
        line.run("inspect", "-s", port)
        bench.press(port, "accept_adb" if name == PIXEL_13 else "trust")
        wait_for(lambda: line.run("inspect", "-s", port).code == 0, 20, "the phone never answered")
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    done = line.run("record", "-s", port, "--out", out, "--json", env={"TMPDIR": str(tmp_path)})
    assert done.code == 0, done.err
    assert done.document["exchanges"] >= 1
    recording = load(out)
    assert recording.phone["recorded"] == "from a virtual phone"
    assert recording.expected["values"]["identity.serial"].startswith("FAKE")
    words = {"number as USB shows it": phone["serial"] or phone["udid"], **words_of(name)}
    words |= {f"{kind} reversed": word[::-1] for kind, word in words.items()}
    search = Search(words)
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - before | set(out.iterdir())
    assert [hit for path in sorted(written) for hit in search.in_file(path)] == []
    for path in written:
        data = path.read_bytes()
        assert not any(gzip.compress(word.encode(), mtime=0)[10:-8] in data for word in words.values())


def test_recording_asks_for_the_phone_and_for_a_new_folder(line: CommandLine, tmp_path: Path) -> None:
    assert line.run("record", "--out", tmp_path / "new").code == 2
    assert line.run("record", "-s", "1-1").code == 2
    there = line.run("record", "-s", "1-1", "--out", tmp_path, "--json")
    assert (there.code, there.document["code"]) == (2, "recording_folder")


def test_an_inspection_takes_no_option_of_an_erase(specimen: Starter, tmp_path: Path) -> None:
    line, _bench = specimen(PIXEL_16, init=False)
    done = line.run("record", "-s", "1-1", "--out", tmp_path / "new", "--confirm", "4A231FDAQ0001")
    assert done.code == 2
    assert "--whole-job" in done.err
    assert not (tmp_path / "new").exists()


def test_a_whole_job_asks_for_the_whole_number_like_process_and_erases_nothing_without_it(
    specimen: Starter, tmp_path: Path
) -> None:
    line, bench = specimen(PIXEL_16)
    done = line.run("record", "-s", "1-1", "--whole-job", "--out", tmp_path / "new", "--confirm", "0001")
    assert done.code == 2
    assert not bench.truth()[PIXEL_16]["erased"]
    assert not (tmp_path / "new").exists()
    assert os.listdir(tmp_path) == ["station"]  # noqa: PTH208 - hidden names too


def test_a_whole_job_is_recorded_beside_its_paper_and_comes_to_the_same_end_again(
    specimen: Starter, tmp_path: Path
) -> None:
    line, bench = specimen(PIXEL_16)
    (phone,) = line.run("list", "--json").document["phones"]
    out = tmp_path / "given"
    done = line.run(
        "record",
        "-s",
        phone["port"],
        "--whole-job",
        "--out",
        out,
        "--confirm",
        phone["serial"],
        "--answers",
        line.answers(),
        timeout_s=150,
    )
    assert done.code == 0, done.err
    assert bench.truth()[PIXEL_16]["erased"]
    (job,) = line.jobs()
    assert job["stage"] in ("VERIFIED", "CERTIFIED")
    search = Search({**words_of(PIXEL_16), "serial as USB shows it": phone["serial"]})
    assert [hit for path in out.iterdir() for hit in search.in_file(path)] == []
    (tmp_path / "again").mkdir()
    again = replay(out, tmp_path / "again")
    expected = load(out).expected
    judged = again.job.verdict
    assert judged is not None
    assert (judged.verdict.value, judged.level) == (expected["verdict"], expected["level"])
    assert expected["verdict"] == "passed"
    assert again.asked_all
