# SPDX-License-Identifier: GPL-3.0-or-later
"""What the silent checks read: only listed keys leave an entry, hostile ones are contained, silence is never fine."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import MALFORMED, allowed
from phones.apple.built import (
    BATTERY_AUTH,
    COMPASS_NUMBER,
    FACE_ID,
    FLASH_NUMBER,
    PANEL_AUTH,
    UWB,
    is_built_without,
    is_not_known_to_tell,
)
from phones.apple.files_speed import MOST_S, SCRATCH_BYTES, measure
from phones.apple.panic_families import FAMILIES, HARDWARE, UNKNOWN, counted, family_of_report
from phones.apple.parts import APPLE_REGISTRY, PartAnswer, encode, may_be_asked
from phones.apple.readers_parts import flag_of, number_of
from phones.apple.readers_silent import read_parts, read_silent
from phones.apple.registry import ANSWERS, BY_NAME, ENTRIES, read_entry, reduced
from phones.apple.silent import parts_question, silent_question
from phones.apple.system_support import support_of
from phones.errors import PhoneLostError, PhoneRefusedError, ReplyMalformedError
from phones.link import AppleBatch, ApplePart, Effect, Reply
from phones.same_parts import BLANK
from phones.signs import NOT_MEASURED

AS_OF = 1_790_000_000  # within a year of the table of systems
KEYS = sorted({key for entry in ENTRIES for key in entry.keys} | {"BatteryData", "Secret", ANSWERS})
PLISTS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=80)
    | st.binary(max_size=80),
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=12,
)
NAMES = sorted({entry.name for entry in ENTRIES} | {"files_speed", "panic_families", "SIMTrayStatus", "ModelNumber"})


def reply(parts: Mapping[str, Any]) -> Reply:
    told = {
        name: PartAnswer(status="absent") if value is None else PartAnswer(status="ok", value=value)
        for name, value in parts.items()
    }
    return Reply(body=encode(told))


def read(**parts: Any) -> Mapping[str, str]:
    return read_silent(reply(parts))


@given(st.dictionaries(st.sampled_from(NAMES), PLISTS, max_size=6))
def test_whatever_an_iphone_answers_gives_listed_values_or_is_malformed(parts: dict[str, Any]) -> None:
    try:
        answer = reply({name: _without_none(value) for name, value in parts.items()})
        values = read_silent(answer)
    except ReplyMalformedError:
        return
    for name, text in values.items():
        assert isinstance(text, str)
        if not name.startswith("identity."):
            assert allowed(name).admit(text) in (text, MALFORMED)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    return [_without_none(inner) for inner in value if inner is not None] if isinstance(value, list) else value


@given(PLISTS, st.sampled_from(ENTRIES))
def test_only_the_keys_of_the_row_leave_an_entry_and_only_flat(found: Any, entry: Any) -> None:
    try:
        kept = reduced(entry, found)
    except ReplyMalformedError:
        assert not isinstance(found, dict)
        return
    listed = {ANSWERS, *entry.keys, *(f"{table}.{key}" for table, keys in entry.below.items() for key in keys)}
    assert set(kept) <= listed
    assert not [value for value in kept.values() if isinstance(value, dict | list)]


def test_every_part_of_the_questions_is_on_the_list_and_no_other_entry_can_be_asked() -> None:
    silent, parts = silent_question("ab" * 16, timeout_s=1), parts_question(name="check.parts_again", timeout_s=1)
    for question in (silent, parts):
        assert isinstance(question.request, AppleBatch)
        assert all(may_be_asked(part) for part in question.request.parts)
        names = [part.name for part in question.request.parts]
        assert len(names) == len(set(names))
    assert (silent.effect, parts.effect) == (Effect.WRITES, Effect.READS)
    assert not may_be_asked(ApplePart(name="x", kind=APPLE_REGISTRY, arguments={"entry": "IOService"}))


def test_nothing_answered_is_nothing_told() -> None:
    values = read_silent(reply(dict.fromkeys(NAMES)))
    assert {name for name in values if not name.startswith("part.")} == {"apple.paired", "parts.read"}


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (b"G9QABC+DEF\x00\x00", "G9QABC"),
        (b"\x00" * 8, "0"),
        (b"", ""),
        ("GVC1+A2", "GVC1"),
        (b"\xff\xfe1", ""),
        (17, ""),
        (None, ""),
    ],
)
def test_a_number_is_what_stands_before_the_first_joint(raw: Any, number: str) -> None:
    assert number_of(raw) == number


@pytest.mark.parametrize("zeros", ["0" * 17, "/" * 17, b"0000000000000\x00", b"\x00" * 12, "000+1234"])
def test_zeros_and_slashes_are_a_fault_and_never_a_number(zeros: Any) -> None:
    values = read(product={"raw-panel-serial-number": zeros, ANSWERS: True})
    assert (values["parts.panel_state"], values[BLANK]) == ("blank", "panel")
    assert "parts.panel" not in values


def test_one_camera_without_a_number_of_its_own_makes_the_back_cameras_blank() -> None:
    cameras = {"BackCameraModuleSerialNumString": "DN8A", "BackTeleCameraModuleSerialNumString": "0" * 17}
    assert read(camera=cameras)["parts.camera_back_state"] == "blank"
    cameras["BackTeleCameraModuleSerialNumString"] = "GCFB"
    assert read(camera=cameras)["parts.camera_back"] == "DN8A+GCFB"


def test_two_sources_of_the_panel_that_differ_are_no_number() -> None:
    values = read(product={"raw-panel-serial-number": "G9Q1"}, display={"Panel_ID": "G9Q2+X"})
    assert values[NOT_MEASURED + "parts.panel_state"] == "sources_disagree"
    assert not {"parts.panel", "parts.panel_state"} & set(values)
    assert (
        read(product={"raw-panel-serial-number": "G9QTESTA1+Y"}, display={"Panel_ID": "G9QTESTA1+X"})["parts.panel"]
        == "G9QTESTA1"
    )


def test_the_parts_alone_are_read_as_among_the_silent_checks() -> None:
    entries = {"product": {"coverglass-serial-number": b"GLDTESTB2\x00"}, "nvme": {"Serial Number": "00TESTC3"}}
    values = read_parts(reply(entries))
    assert (values["parts.cover_glass"], values["parts.storage"], values["parts.read"]) == (
        "GLDTESTB2",
        "00TESTC3",
        "yes",
    )
    assert {name: text for name, text in read_silent(reply(entries)).items() if name in values} == values


@pytest.mark.parametrize(
    ("found", "answer"),
    [(True, True), (0, False), (1, True), (2, None), (b"\x01\x00\x00\x00", True), (b"", None), ("1", None)],
)
def test_a_flag_is_yes_no_or_nothing(found: Any, answer: bool | None) -> None:
    assert flag_of(found) is answer


@pytest.mark.parametrize(
    ("node", "level", "state"),
    [
        ({"IsCharging": True}, 40, "charging"),
        ({"IsCharging": False}, 40, "none"),
        ({"IsCharging": False}, 80, "unknown"),
        ({"IsCharging": False, "FullyCharged": True}, 100, "full"),
        ({}, 40, None),
    ],
)
def test_a_charge_that_may_be_held_back_on_purpose_is_unknown(node: Any, level: int, state: str | None) -> None:
    assert read(battery_node=node, BatteryCurrentCapacity=level).get("charge.state") == state


@pytest.mark.parametrize(("raw", "current"), [(412, "412"), (-90, "-90"), (2**64 - 187, "-187"), (65_349, "-187")])
def test_a_current_is_signed_however_it_was_handed_on(raw: int, current: str) -> None:
    assert read(battery_node={"InstantAmperage": raw})["charge.current_ma"] == current


@pytest.mark.parametrize(
    ("version", "epoch", "word"),
    [
        ("18.7.1", AS_OF, "supported"),
        ("18.7.1", None, "supported"),
        ("18.7.1", AS_OF + 400 * 86_400, "unknown"),
        ("12.5.7", AS_OF, "ended"),
        ("12.5.7", AS_OF + 400 * 86_400, "ended"),
        ("27.0", AS_OF, "unknown"),
        ("", AS_OF, "unknown"),
    ],
)
def test_a_system_that_the_table_does_not_know_is_unknown(version: str, epoch: int | None, word: str) -> None:
    assert support_of(version, epoch=epoch) == word


@pytest.mark.parametrize(
    ("product_type", "without"),
    [
        ("iPhone9,1", {FACE_ID, UWB}),
        ("iPhone10,3", {UWB}),
        ("iPhone10,4", {FACE_ID, UWB}),
        ("iPhone14,6", {FACE_ID, UWB}),
        ("iPhone14,5", set()),
        ("iPhone18,1", set()),
        ("iPhone18,5", set()),
        ("iPhone99,9", set()),
        ("iPad13,1", set()),
    ],
)
def test_what_a_model_was_built_without_is_said_of_known_models_only(product_type: str, without: set[str]) -> None:
    assert {part for part in (FACE_ID, UWB) if is_built_without(product_type, part)} == without


def test_what_no_phone_of_a_model_was_seen_to_tell_is_no_fault_of_one_and_never_passes() -> None:
    assert is_not_known_to_tell("iPhone14,5", FLASH_NUMBER)
    assert not is_not_known_to_tell("iPhone12,1", PANEL_AUTH)
    assert not is_not_known_to_tell("iPhone15,4", COMPASS_NUMBER)
    assert not is_not_known_to_tell("iPhone99,9", BATTERY_AUTH)
    values = read(ProductType="iPhone14,5", product={"coverglass-serial-number": b"GLDTESTB2\x00", ANSWERS: True})
    assert (values["parts.flash_state"], values["parts.panel_auth"]) == ("not_told", "not_told")
    newest = read(ProductType="iPhone18,1", product={"coverglass-serial-number": b"GLDTESTB2\x00", ANSWERS: True})
    assert not {"parts.flash_state", "parts.panel_auth"} & set(newest)
    assert not {"parts.flash_state", "parts.panel_auth"} & set(read(ProductType="iPhone14,5"))


def report(sentence: str) -> bytes:
    return b'{"bug_type":"210"}\n{ "panicString" : "' + sentence.encode() + b'" }'


@pytest.mark.parametrize(
    ("sentence", "family"),
    [
        (r"userspace watchdog timeout: no successful checkins\nMissing sensor(s): PRS0\n", "sensor_missing"),
        (r"userspace watchdog timeout: no successful checkins from backboardd\nservice: x\n", "watchdog"),
        (r"ANS2 Recoverable Panic - assert failed", "storage"),
        (r"SEP Panic: :sks /sks", "secure_enclave"),
        (r"DCP PANIC - something", "display"),
        (r"Kernel data abort. at pc 0x1\nlast started kext: AppleBCMWLAN i2c0", "kernel"),
        (r"nothing we know", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_sentence_of_a_panic_has_a_family_and_what_stands_below_it_does_not_count(
    sentence: str, family: str
) -> None:
    assert family_of_report(report(sentence)) == family


@given(st.binary(max_size=2000))
def test_any_report_has_a_family(data: bytes) -> None:
    assert family_of_report(data) in {UNKNOWN, *(family.name for family in FAMILIES)}
    assert family_of_report(report("") + data) in {UNKNOWN, *(family.name for family in FAMILIES)}


def test_a_report_that_nobody_could_place_keeps_hardware_panics_from_being_none() -> None:
    assert read(panic_families=counted([], unread=0))["panics.hardware"] == "0"
    assert read(panic_families=counted(["watchdog"], unread=0))["panics.hardware"] == "0"
    assert read(panic_families=counted(["watchdog", UNKNOWN], unread=0))["panics.hardware"] == "unknown"
    assert read(panic_families=counted(["watchdog"], unread=3))["panics.hardware"] == "unknown"
    assert read(panic_families=counted(["storage", UNKNOWN], unread=3))["panics.hardware"] == "1"
    assert "watchdog" not in HARDWARE


def test_an_entry_is_tried_under_all_its_names_and_a_refusal_is_no_end() -> None:
    asked: list[tuple[str, str]] = []

    async def ask(name: str, entry_class: str) -> Any:
        asked.append((name, entry_class))
        if entry_class == "AppleH14CamIn":
            return {"CmClValidationStatus": "Pass", "Nonce": b"x"}
        if entry_class == "AppleH15CamIn":
            return None
        raise PhoneRefusedError(reason_code="service_refused", step="registry")

    assert asyncio.run(read_entry(BY_NAME["camera"], ask)) == {ANSWERS: True, "CmClValidationStatus": "Pass"}
    assert asked == [("", "AppleH16CamIn"), ("", "AppleH15CamIn"), ("", "AppleH14CamIn")]


def test_an_entry_that_is_nowhere_is_absent_and_a_phone_that_left_is_lost() -> None:
    async def nothing(_name: str, _class: str) -> Any:
        return None

    async def gone(_name: str, _class: str) -> Any:
        raise PhoneLostError(step="registry")

    assert asyncio.run(read_entry(BY_NAME["panel_auth"], nothing)) is None
    with pytest.raises(PhoneLostError):
        asyncio.run(read_entry(BY_NAME["panel_auth"], gone))


class Folder:
    """A media folder that takes its time; `refuses`: what it does not do."""

    def __init__(self, *, write_s: float = 0.0, read_s: float = 0.0, refuses: tuple[str, ...] = ()) -> None:
        self.files: dict[str, bytes] = {}
        self._write_s, self._read_s, self._refuses = write_s, read_s, refuses

    async def write_file(self, path: str, data: bytes) -> None:
        self._may("write")
        self.files[path] = data
        await asyncio.sleep(self._write_s)

    async def read_file(self, path: str, most: int) -> bytes:
        self._may("read")
        if path not in self.files:
            raise PhoneRefusedError(reason_code="not_found", step="files")
        await asyncio.sleep(self._read_s)
        return self.files[path][:most]

    async def remove_file(self, path: str) -> None:
        self._may("remove")
        if self.files.pop(path, None) is None:
            raise PhoneRefusedError(reason_code="not_found", step="files")

    def _may(self, act: str) -> None:
        if act in self._refuses:
            raise PhoneRefusedError(reason_code="locked", step=act)


def test_the_scratch_file_is_timed_compared_and_removed() -> None:
    folder = Folder(write_s=0.05, read_s=0.02)
    told = asyncio.run(measure(folder, "/proofwipe-ab.txt"))
    assert (told["bytes"], told["same"], told["removed"]) == (SCRATCH_BYTES, True, True)
    assert told["write_ms"] >= 50
    assert told["read_ms"] >= 20
    assert not folder.files
    values = read(files_speed=told)
    assert (values["storage.read_back"], values["storage.scratch_removed"]) == ("same", "yes")
    assert int(values["storage.write_kb_s"]) > 4000


@pytest.mark.parametrize("way", ["write", "read"])
def test_what_takes_too_long_is_given_up_fails_and_leaves_no_file(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phones.apple.files_speed.MOST_S", 0.05)
    folder = Folder(write_s=1.0 if way == "write" else 0.0, read_s=1.0 if way == "read" else 0.0)
    told = asyncio.run(measure(folder, "/proofwipe-ab.txt"))
    assert told["too_slow"] == way
    assert not folder.files
    told["at_most_kb_s"] = round(SCRATCH_BYTES / MOST_S / 1000)
    assert int(read(files_speed=told)[f"storage.{way}_kb_s"]) < 4000


def test_a_file_that_cannot_be_removed_is_told() -> None:
    told = asyncio.run(measure(Folder(refuses=("remove",)), "/proofwipe-ab.txt"))
    assert told["removed"] is False
    assert read(files_speed=told)["storage.scratch_removed"] == "no"


def test_a_folder_that_takes_no_file_is_a_refusal() -> None:
    with pytest.raises(PhoneRefusedError):
        asyncio.run(measure(Folder(refuses=("write",)), "/proofwipe-ab.txt"))
