# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings: nothing real in them, and the product's own job code comes to the same end with them."""

import base64
import gzip
import json
import random
import string
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.android.trade_in import getstatus_question
from phones.bench.inspection import inspect
from phones.errors import PhoneRefusedError, PhoneSilentError, ReplyMalformedError
from phones.evidence import Evidence, Moment
from phones.link import Effect, Link, Question, Reply, Request, ShellLine
from phones.port import Port, Presence, Sighting
from phones.recordings.record import EXCHANGES, Recorder, RecordingFolderError, must_hold_none
from phones.recordings.redact import Fakes, RecordingUnsafeError, redacted, values_of
from phones.recordings.replay import (
    Recording,
    RecordingFormatError,
    ReplayClock,
    ReplayOutOfOrderError,
    ReplayPort,
    load,
)
from phones.witness import Witness, WitnessedPort
from tests.support import lives
from tests.support.attestation import AUTHORITY, HONEST, NONCE
from tests.support.direct_bench import DirectPort, VirtualClock
from tests.support.replay import recordings, replay
from tests.support.secret_search import Search
from virtual_phones.android.attestation import joined
from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.port import VirtualPort

JOBS = [folder for folder in recordings() if load(folder).phone["kind"] == "whole job"]
INSPECTIONS = [folder for folder in recordings() if load(folder).phone["kind"] == "inspection"]
SECRETS = {
    "name": "Zaphod Q Beeblebrox",
    "account": "zaphod.q@heartofgold.example",
    "number": "+49 1579 2300815",
    "iccid": "89490200001234567892",
    "imsi": "262019876543210",
    "wifi": "HeartOfGold-5G",
    "device": "Zaphods Fon",
}
SERIAL, IMEI = "R58N90ABCDE", "358240051111110"


def witnessed(port: Port, clock: VirtualClock | ReplayClock) -> WitnessedPort:
    return WitnessedPort(port, Witness(clock=clock, journal=lambda _piece: None, salt=bytes(16)))


def drawer(seed: int) -> Callable[[], str]:
    dice = random.Random(seed)
    return lambda: f"{dice.getrandbits(128):032x}"


def question(read: Callable[[Reply], Mapping[str, str]], line: str = "getprop") -> Question:
    return Question(name="test.question", effect=Effect.READS, request=ShellLine(line=line), read=read, timeout_s=1)


# played back ---------------------------------------------------------------------------------------------


def test_there_are_recordings_of_both_platforms_and_kinds() -> None:
    assert {load(folder).phone["platform"] for folder in JOBS} == {"android", "apple"}
    assert INSPECTIONS


@pytest.mark.parametrize("folder", JOBS, ids=lambda folder: folder.name)
def test_a_recorded_job_comes_to_the_same_end_again(folder: Path, tmp_path: Path) -> None:
    expected = load(folder).expected
    again = replay(folder, tmp_path)
    judged = again.job.verdict
    told = (judged.verdict.value, judged.level) if judged else ("", "")
    assert told == (expected["verdict"], expected["level"]), again.job.failure
    assert (again.job.method, again.job.failure) == (expected["method"], expected["failure"])
    assert list(judged.reasons if judged else ()) == expected["reasons"]
    assert again.asked_all, "the job left out questions that were recorded"


@pytest.mark.parametrize("folder", INSPECTIONS, ids=lambda folder: folder.name)
def test_a_recorded_inspection_gives_the_same_values_again(folder: Path) -> None:
    recording = load(folder)
    clock = ReplayClock(recording.started)
    port = ReplayPort(recording, clock)
    found = inspect(witnessed(port, clock), port.look(), moment=Moment.BEFORE, draw=drawer(3))
    assert found == recording.expected["values"]


@pytest.mark.parametrize("folder", JOBS, ids=lambda folder: folder.name)
def test_whatever_comes_from_a_recording_is_emulated(folder: Path, tmp_path: Path) -> None:
    honest = load(folder)
    claimed = replace(honest, phone={**honest.phone, "recorded": "from a real phone", "emulated": False})
    assert ReplayPort(claimed, ReplayClock(claimed.started)).emulated is True
    assert replay(claimed, tmp_path).job.opened.emulated is True


def exchanges_of(recording: Recording) -> list[int]:
    return [place for place, event in enumerate(recording.events) if "ask" in event and "reply" in event]


@pytest.mark.parametrize("folder", JOBS, ids=lambda folder: folder.name)
def test_answers_in_another_order_are_refused_and_end_in_no_certificate(folder: Path, tmp_path: Path) -> None:
    recording = load(folder)
    places = exchanges_of(recording)
    for number, (one, two) in enumerate(pairwise(places)):
        if recording.events[one]["request"] == recording.events[two]["request"]:
            continue
        events = list(recording.events)
        events[one], events[two] = events[two], events[one]
        (tmp_path / str(number)).mkdir()
        again = replay(replace(recording, events=tuple(events)), tmp_path / str(number))
        assert again.job.failure == "replay_out_of_order"
        assert again.job.certificate is None


@pytest.mark.parametrize("folder", JOBS, ids=lambda folder: folder.name)
def test_a_recording_that_ends_early_ends_in_no_certificate(folder: Path, tmp_path: Path) -> None:
    recording = load(folder)
    for number, place in enumerate(exchanges_of(recording)):
        (tmp_path / str(number)).mkdir()
        again = replay(replace(recording, events=recording.events[:place]), tmp_path / str(number))
        assert again.job.failure == "replay_out_of_order"
        assert again.job.certificate is None


def test_a_question_that_was_not_recorded_is_refused() -> None:
    recording = load(JOBS[0])
    port = ReplayPort(recording, ReplayClock(recording.started))
    link = port.open()
    with pytest.raises(ReplayOutOfOrderError) as caught:
        link.exchange(ShellLine(line="reboot -f"), timeout_s=1)
    assert "replay" in caught.value.code
    assert caught.value.hint("zh")


# made ----------------------------------------------------------------------------------------------------


class RecordedBench:
    """A direct bench whose port is recorded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, leak: Callable[[bytes], bytes] | None = None) -> None:
        self.recorder: Recorder
        outer = self

        class RecordedPort(DirectPort):
            def __new__(cls, slot: VirtualPort, clock: VirtualClock, records: Path) -> Any:
                inner = DirectPort(slot, clock, records)
                outer.recorder = Recorder(clock)
                return outer.recorder.port(inner if leak is None else LeakyPort(inner, leak))

        monkeypatch.setattr(lives, "DirectPort", RecordedPort)


class LeakyPort:
    """A phone that says more than it was asked."""

    def __init__(self, port: Port, leak: Callable[[bytes], bytes]) -> None:
        self.path, self.emulated, self._port, self._leak = port.path, port.emulated, port, leak
        self.look, self.forget = port.look, port.forget

    def open(self) -> Link:
        link, leak = self._port.open(), self._leak

        class LeakyLink:
            name = link.name
            close = link.close

            def exchange(self, request: Request, *, timeout_s: float) -> Reply:
                reply = link.exchange(request, timeout_s=timeout_s)
                return Reply(status=reply.status, body=leak(reply.body), error=leak(reply.error))

        return LeakyLink()


@pytest.mark.parametrize("phone", lives.HONEST, ids=lambda phone: phone["model"])
def test_a_whole_life_is_recorded_without_a_number_or_word_of_its_owner(
    phone: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overheard = RecordedBench(monkeypatch)
    life = lives.live(phone)
    assert life.certified
    out = tmp_path / "recording"
    overheard.recorder.write(out, about={}, expected={"values": overheard.recorder.values()})
    (slot,) = add_phones(
        read_scenario({"name": "life", "seed": 0, "phone": [{"name": "phone", "port": "1-1", **phone}]}),
        epoch_at_zero=lives.EPOCH_AT_ZERO,
    )
    held = slot.first
    words = {**held.secrets(), "serial": held.serial}
    words |= {f"imei {imei}": imei for imei in phone.get("imeis", ())}
    assert found_in(out, {name: word for name, word in words.items() if len(word) >= 4}) == []
    assert load(out).events


SPELLINGS: Mapping[str, Callable[[str], bytes]] = {
    "plain": lambda word: word.encode(),
    "utf-16": lambda word: word.encode("utf-16-le"),
    "hex": lambda word: word.encode().hex().encode(),
    "base64": lambda word: base64.b64encode(word.encode()),
    "base64 of utf-16": lambda word: base64.b64encode(word.encode("utf-16")),
    "reversed": lambda word: word[::-1].encode(),
    "gzip": lambda word: gzip.compress(word.encode(), mtime=0),
    "base64 of gzip": lambda word: base64.b64encode(gzip.compress(word.encode(), mtime=0)),
}


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
@pytest.mark.parametrize("model", [lives.PIXEL_13, lives.IPHONE], ids=["android", "iphone"])
def test_what_a_phone_says_unasked_never_reaches_the_recording(
    model: Mapping[str, Any], spelling: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between lines of Android's answers, as values and comments within an iPhone's property list."""
    spelt = b"".join(b"\n" + SPELLINGS[spelling](word) + b"\n" for word in SECRETS.values())

    def leak(body: bytes) -> bytes:
        if body.startswith(b"<?xml"):
            word = base64.b64encode(spelt)
            return body.replace(b"<dict>", b"<dict><key>x</key><data>" + word + b"</data>", 1)
        return body.replace(b"-0\n", b"-0\n" + spelt) if b"\n" in body else body + spelt

    overheard = RecordedBench(monkeypatch, leak)
    lives.live(model)
    out = tmp_path / "recording"
    overheard.recorder.write(out, about={}, expected={"values": overheard.recorder.values()})
    assert found_in(out, SECRETS) == []


def found_in(folder: Path, words: Mapping[str, str]) -> list[str]:
    """Every word in every spelling that a file there holds."""
    search = Search({**words, **{f"{name} reversed": word[::-1] for name, word in words.items()}})
    zipped = [gzip.compress(word.encode(), mtime=0)[10:-8] for word in words.values()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    hits = [hit for path in files for hit in search.in_file(path)]
    for path in files:
        data = path.read_bytes()
        texts = [text for line in data.splitlines() if line.startswith(b"{") for text in texts_of(json.loads(line))]
        hits += [f"{path.name} in JSON: {hit}" for text in texts for hit in search.within(text)]
        hits += [f"{path.name}: gzip" for each in zipped if each in data]
    return hits


def texts_of(value: object) -> list[bytes]:
    if isinstance(value, str):
        return [value.encode("utf-8", "surrogateescape")]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in texts_of(each)]
    return [text for each in value for text in texts_of(each)] if isinstance(value, list) else []


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    for name, spell in SPELLINGS.items():
        folder = tmp_path / name
        folder.mkdir()
        line = json.dumps({"reply": spell(SECRETS["account"]).decode("latin-1")})
        (folder / EXCHANGES).write_text(line, encoding="utf-8")
        if "gzip" not in name:
            assert found_in(folder, SECRETS), name


def test_nothing_is_written_when_a_number_cannot_be_taken_out(tmp_path: Path) -> None:
    """A reader that wants the real number in a spelling that no redaction knows."""
    recorder = Recorder(VirtualClock())
    recorder.saw(Sighting(port="1-1", presence=Presence.ADB_DEVICE, usb_serial=SERIAL))
    hidden = SERIAL.translate(str.maketrans("0123456789", "ABCDEFGHIJ", ""))

    class Odd:
        path, emulated = "1-1", True

        def look(self) -> Sighting:
            return Sighting(port="1-1", presence=Presence.ADB_DEVICE, usb_serial=SERIAL)

        def open(self) -> Link:
            class OddLink:
                name = "adb"

                def exchange(self, request: Request, *, timeout_s: float) -> Reply:
                    return Reply(body=hidden.encode())

                def close(self) -> None:
                    return

            return OddLink()

        def forget(self, udid: str) -> None:
            return

    def read(reply: Reply) -> Mapping[str, str]:
        return {"identity.serial": SERIAL} if reply.body == hidden.encode() else {"identity.serial": "other"}

    witnessed(recorder.port(Odd()), VirtualClock()).ask(question(read), Moment.BEFORE)
    with pytest.raises(RecordingUnsafeError):
        recorder.write(tmp_path / "out", about={}, expected={})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_never_written_over(tmp_path: Path) -> None:
    recorder = Recorder(VirtualClock())
    recorder.saw(Sighting(port="1-1", presence=Presence.ABSENT))
    with pytest.raises(RecordingFolderError):
        recorder.write(tmp_path, about={}, expected={})


def test_errors_are_recorded_by_our_words_alone_and_raised_again(tmp_path: Path) -> None:
    errors = [
        PhoneRefusedError(reason_code="locked", subject=SERIAL, got=IMEI),
        PhoneSilentError(subject=SERIAL),
        ReplyMalformedError(got=SECRETS["name"]),
    ]
    recorder = Recorder(VirtualClock())
    seen: list[Evidence] = []

    class Failing:
        path, emulated = "1-1", True

        def look(self) -> Sighting:
            return Sighting(port="1-1", presence=Presence.ADB_DEVICE, usb_serial=SERIAL)

        def open(self) -> Link:
            class FailingLink:
                name = "adb"

                def exchange(self, request: Request, *, timeout_s: float) -> Reply:
                    raise errors[len(seen) % len(errors)]

                def close(self) -> None:
                    return

            return FailingLink()

        def forget(self, udid: str) -> None:
            return

    def ask_all(port: Port) -> list[tuple[str, Mapping[str, str]]]:
        seen.clear()
        phone = WitnessedPort(port, Witness(clock=VirtualClock(), journal=seen.append, salt=bytes(16)))
        phone.peek()
        for _ in errors:
            phone.ask(question(lambda _reply: {}), Moment.BEFORE)
        return [(piece.outcome.value, piece.values) for piece in seen]

    told = ask_all(recorder.port(Failing()))
    recorder.write(tmp_path / "out", about={}, expected={})
    assert found_in(tmp_path / "out", {**SECRETS, "serial": SERIAL, "imei": IMEI}) == []
    again = load(tmp_path / "out")
    assert ask_all(ReplayPort(again, ReplayClock(again.started))) == told


# redaction ------------------------------------------------------------------------------------------------


def test_the_same_number_becomes_the_same_fake_however_it_is_written() -> None:
    fakes = Fakes()
    bare = fakes.learn("udid", "00008110001A2B3C4D5E6F70")
    assert fakes.learn("udid", "00008110-001A2B3C4D5E6F70") == f"{bare[:8]}-{bare[8:]}"
    assert fakes.learn("udid", "00008110001a2b3c4d5e6f70") == bare.lower()
    assert fakes.learn("serial", SERIAL) == fakes.learn("serial", SERIAL)
    assert fakes.learn("serial", SERIAL) != fakes.learn("serial", "R58N90ABCDF")


def test_an_iphones_fake_udid_still_ends_in_its_fake_ecid() -> None:
    fakes = Fakes()
    ecid = int("001A2B3C4D5E6F70", 16)
    udid = fakes.learn("udid", "00008110001a2b3c4d5e6f70")
    assert f"{int(fakes.learn('ecid', str(ecid))):016x}" == udid[8:]


@given(st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_a_fake_imei_holds_its_check_digit_exactly_if_the_real_one_does(digits: str) -> None:
    from phones.imei import luhn_holds, read_imei

    for check in "0123456789":
        fake = Fakes().learn("imei", digits + check)
        assert luhn_holds(fake) is luhn_holds(digits + check)
        assert read_imei(fake) == fake
        assert fake.startswith("00")


@given(
    serial=st.from_regex(r"[A-Z0-9]{8,16}", fullmatch=True),
    before=st.binary(max_size=40),
    after=st.binary(max_size=40),
    spelling=st.sampled_from(sorted(set(SPELLINGS) - {"gzip", "base64 of gzip"})),
)
def test_a_known_number_is_taken_out_in_any_spelling_or_the_recording_is_refused(
    serial: str, before: bytes, after: bytes, spelling: str
) -> None:
    fakes = Fakes()
    fakes.learn("serial", serial)
    body = before + b"<" + SPELLINGS[spelling](serial) + b">" + after
    try:
        kept = redacted(Reply(body=body), lambda reply: {}, fakes, asked="test")
        must_hold_none(kept.body.decode("latin-1"), fakes.reals)
    except RecordingUnsafeError:
        return
    assert Search({"serial": serial, "reversed": serial[::-1]}).within(kept.body) == []


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_no_reader_takes_keeps_nothing_but_its_shape(text: str) -> None:
    kept = redacted(Reply(body=text.encode()), lambda _reply: {}, Fakes(), asked="test").body
    assert len(kept) <= max(len(text.encode()), 1) * 3
    if "\\" not in text:  # escapes of JSON stay
        assert set(kept) & set(string.ascii_letters.encode() + string.digits.encode()) <= set(b"x0")


@given(st.binary(max_size=300))
def test_redaction_never_changes_what_a_reader_takes(body: bytes) -> None:
    def read(reply: Reply) -> Mapping[str, str]:
        digits = "".join(chr(code) for code in reply.body if 48 <= code < 58)[:3]
        if not digits:
            raise ReplyMalformedError(step="test")
        return {"battery.cycles": digits}

    kept = redacted(Reply(body=body), read, Fakes(), asked="test")
    assert values_of(kept, read) == values_of(Reply(body=body), read)


# hostile folders --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["0", True, None, -1, 1e300, [0]])
def test_a_moment_that_is_no_number_of_seconds_makes_no_recording(moment: object, tmp_path: Path) -> None:
    lines = (JOBS[0] / EXCHANGES).read_text("utf-8").splitlines()
    asked = next(number for number, line in enumerate(lines) if '"at"' in line)
    lines[asked] = json.dumps({**json.loads(lines[asked]), "at": moment})
    for name in ("phone.toml", "expected.toml"):
        (tmp_path / name).write_bytes((JOBS[0] / name).read_bytes())
    (tmp_path / EXCHANGES).write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(RecordingFormatError):
        load(tmp_path)


@given(data=st.data())
def test_a_hostile_recording_is_refused_by_a_typed_error(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    original = (JOBS[0] / EXCHANGES).read_text("utf-8").splitlines()[:4]
    line = data.draw(st.integers(0, len(original) - 1))
    document = json.loads(original[line])
    junk = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=3))
    key = data.draw(st.sampled_from(sorted(document)))
    document[key] = data.draw(junk)
    original[line] = json.dumps(document)
    folder = tmp_path_factory.mktemp("hostile")
    for name in ("phone.toml", "expected.toml"):
        (folder / name).write_bytes((JOBS[0] / name).read_bytes())
    (folder / EXCHANGES).write_text("\n".join(original), encoding="utf-8")
    try:
        recording = load(folder)
        port = ReplayPort(recording, ReplayClock(recording.started))
    except RecordingFormatError:
        return
    clock = VirtualClock()
    try:
        inspect(witnessed(port, clock), port.look(), moment=Moment.BEFORE, draw=drawer(1))
    except ReplayOutOfOrderError:
        return


def test_a_folder_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingFormatError):
        load(tmp_path)


def test_no_attestation_is_in_a_recording_not_even_where_its_digits_stood() -> None:
    imei = "353918110000011"
    chain = joined(AUTHORITY.chain(replace(HONEST, serial=SERIAL, imei=imei)))
    document = {"attestation": {"certificates": base64.encodebytes(chain).decode()}, "serial": SERIAL, "imeis": [imei]}
    fakes = Fakes()
    reply = Reply(status=0, body=json.dumps(document).encode())
    read = getstatus_question(NONCE, timeout_s=1, keep_chain=True).read
    fakes.learn_all(values_of(reply, read) or {})
    kept = redacted(reply, read, fakes, asked="trade_in.getstatus").body.decode()
    assert len(kept) < 200
    assert all(number not in kept for number in (SERIAL, imei))
