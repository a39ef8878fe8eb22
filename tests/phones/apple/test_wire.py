# SPDX-License-Identifier: GPL-3.0-or-later
"""The island against virtual iPhones behind a usbmuxd on loopback, through the real client library."""

import contextlib
import plistlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pymobiledevice3.ca import generate_pairing_cert_chain

from phones.apple import parts as apple_parts
from phones.apple.driver import AppleLibraryDriver, AppleLink
from phones.apple.inspection import (
    after_question,
    canary_question,
    erase_question,
    inspection_question,
    pair_question,
    plant_question,
    trust_question,
)
from phones.apple.lockdown_session import MOST_REPORTS
from phones.apple.readers import read_batch
from phones.apple.records import PairRecordMissingError
from phones.apple.silent import parts_question, silent_question
from phones.clock import SystemClock
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, PhoneSilentError, UsbmuxError
from phones.link import AppleBatch, AppleEraseRoute, ApplePart, Question, ShellLine
from phones.long_act import Act, follow
from tests.support.waiting import PATIENCE_S
from virtual_phones.faults import Fault, FaultKind
from virtual_phones.iphone.phone import IPhone
from virtual_phones.iphone.trust import Dialog
from virtual_phones.phone import Timing, load_model
from virtual_phones.port import VirtualPort
from virtual_phones.usbmux.usbmux import UsbmuxServer

pytestmark = pytest.mark.wire

QUICK = Timing(leave_s=0.05, absent_s=0.2, wipe_s=0.4, boot_s=0.1)
MARK, NEW_MARK = "ab" * 16, "cd" * 16


class Bench:
    """One virtual iPhone on one port, a usbmuxd, and the island under test."""

    def __init__(self, records: Path, misbehaviour: tuple[str, ...], variation: tuple[str, ...]) -> None:
        start = time.monotonic()
        self.now_s: Callable[[], float] = lambda: time.monotonic() - start
        self.phone = IPhone(
            load_model("iphone-13-ios-18"), timing=QUICK, misbehaviour=misbehaviour, variation=variation
        )
        self.port = VirtualPort("1-1", "the phone", self.phone)
        self.server = UsbmuxServer([self.port], self.now_s)
        self.server.start()
        self.records = records
        self.island = AppleLibraryDriver(self.server.address, records)
        self._trusting = threading.Event()

    def link(self) -> AppleLink:
        return self.island.open(self.phone.udid)

    def ask(self, question: Question) -> Mapping[str, str]:
        return question.read(self.link().exchange(question.request, timeout_s=question.timeout_s))

    def tap_trust(self) -> None:
        """The owner taps Trust as soon as the dialog is there."""

        def tap() -> None:
            while not self._trusting.wait(0.05):
                self.port.press("trust", self.now_s())

        threading.Thread(target=tap, daemon=True).start()

    def inspect(self) -> Mapping[str, str]:
        """With a dialog that was answered before we look, so that no test waits for a person."""
        self.phone.dialog.state = Dialog.ACCEPTED
        return self.ask(inspection_question(timeout_s=20))

    def inspect_until_trusted(self) -> Mapping[str, str]:
        """Ask again while the dialog is open, as the station does."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.ask(inspection_question(timeout_s=20))
            except PhoneRefusedError as error:
                if error.reason_code != "trust_pending" or time.monotonic() > deadline:
                    raise

    def erase(self, route: AppleEraseRoute = AppleEraseRoute.MCINSTALL) -> str:
        question = erase_question(route, timeout_s=10)
        if route is AppleEraseRoute.MCINSTALL:
            return self.ask(question)["command.returned"]
        running = self.link().begin(question.request, timeout_s=question.timeout_s)
        outcome = follow(running, Act(question=question, silence_s=question.timeout_s), clock=SystemClock())
        if outcome.reply is None:
            raise outcome.error or PhoneLostError(step="erase")
        assert running.meter.read(1.0).carried > 0
        return question.read(outcome.reply)["command.returned"]

    def wait_for_return(self) -> None:
        """Until the phone has been away and is listed again."""
        deadline = time.monotonic() + PATIENCE_S
        while self.phone.resets == 0 or not self.island.attached():
            assert time.monotonic() < deadline, "the phone did not come back"
            time.sleep(0.05)

    def pull_cable(self) -> None:
        self.port.unplug(self.now_s())
        self.server.follow()

    def close(self) -> None:
        self._trusting.set()
        self.island.close()
        self.server.stop()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    opened: list[Bench] = []

    def build(*misbehaviour: str, variation: tuple[str, ...] = ()) -> Bench:
        opened.append(Bench(tmp_path / "pairing", misbehaviour, variation))
        return opened[-1]

    yield build
    for one in opened:
        one.close()


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(PhoneRefusedError) as caught:
        act()
    return caught.value.reason_code


VARIATIONS = [
    (),
    ("tls_1_2",),
    ("trust_slow",),
    ("nvram_only_in_options",),
    ("nvram_only_in_lockdown", "battery_data"),
    ("hostile_name", "no_earlier_stamp"),
]


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda names: "+".join(names) or "plain")
def test_an_honest_phone_is_inspected_over_one_pairing(bench: Callable[..., Bench], variation: tuple[str, ...]) -> None:
    here = bench(variation=variation)
    if not variation or "trust_slow" in variation:
        here.tap_trust()
        values = here.inspect_until_trusted()
        assert values["apple.trust_dialog"] == "yes"
    else:
        values = here.inspect()
    assert values["identity.serial"] == here.phone.serial
    assert values["identity.ecid"] == str(here.phone.identity.ecid)
    assert values["apple.activation_state"] == "Activated"
    assert values["apple.obliteration_kind"] == ("none" if "no_earlier_stamp" in variation else "eacs_done")
    assert values["battery.health_percent"] == "87"
    assert values["apple.apps"] == "3"
    assert [name for name in values if name.startswith("part.")] == []
    again = here.ask(inspection_question(timeout_s=20))
    assert again["apple.trust_dialog"] == "no"
    assert here.island.unfinished() == 0


def test_a_dialog_answered_between_two_inspections_trusts_the_host_that_asked(
    bench: Callable[..., Bench],
) -> None:
    here = bench()
    asked: list[object] = []
    admit = here.phone.pair

    def pair(record: Mapping[str, object], *, now_s: float | None = None) -> bytes:
        asked.append(record["HostID"])
        return admit(record, now_s=now_s)

    here.phone.pair = pair  # type: ignore[method-assign]  # listens to what the phone is asked
    assert refusal(lambda: here.ask(inspection_question(timeout_s=3))) == "trust_pending"
    here.port.press("trust", here.now_s())
    assert here.ask(inspection_question(timeout_s=10))["apple.trust_dialog"] == "yes"
    assert len(asked) >= 2
    assert len(set(asked)) == 1


def test_nothing_of_the_seller_leaves_the_island(bench: Callable[..., Bench]) -> None:
    here = bench(variation=("hostile_name",))
    here.phone.dialog.state = Dialog.ACCEPTED
    reply = here.link().exchange(inspection_question(timeout_s=20).request, timeout_s=20)
    for secret in here.phone.secrets().values():
        for encoding in ("utf-8", "utf-16-le"):
            assert secret.encode(encoding) not in reply.body
    kept = b"".join(path.read_bytes() for path in here.records.iterdir())
    assert kept
    assert not [name for name, secret in here.phone.secrets().items() if secret.encode() in kept]


def test_a_question_that_is_not_on_the_list_is_never_sent(bench: Callable[..., Bench]) -> None:
    here = bench()
    here.inspect()
    forbidden = [
        apple_parts.value_part("DeviceName"),
        ApplePart(name="photo", kind=apple_parts.APPLE_FILE_READ, arguments={"path": "/DCIM/100APPLE/IMG_0001.JPG"}),
    ]
    reply = here.link().exchange(AppleBatch(parts=tuple(forbidden)), timeout_s=10)
    answers = apple_parts.decode(reply.body)
    assert {(answer.status, answer.code, answer.value) for answer in answers.values()} == {
        ("refused", "not_listed", None)
    }


@pytest.mark.parametrize(
    ("misbehaviour", "word"),
    [("trust_pending", "trust_pending"), ("trust_denied", "trust_denied"), ("passcode_locked", "locked")],
)
def test_every_way_of_not_pairing_has_its_word(bench: Callable[..., Bench], misbehaviour: str, word: str) -> None:
    here = bench(misbehaviour)
    here.tap_trust()
    assert refusal(lambda: here.ask(inspection_question(timeout_s=4))) == word
    assert list(here.records.iterdir()) == []
    assert here.island.unfinished() == 0


def test_a_silent_lockdownd_costs_no_more_than_the_deadline(bench: Callable[..., Bench]) -> None:
    here = bench("lockdownd_silent")
    with pytest.raises(PhoneSilentError):  # the phone itself would never end it
        here.ask(inspection_question(timeout_s=1))
    assert here.island.unfinished() == 0


@pytest.mark.parametrize("misbehaviour", ["hostile_strings", "empty_values"])
def test_a_hostile_phone_is_read_without_a_word_of_it_being_believed(
    bench: Callable[..., Bench], misbehaviour: str
) -> None:
    here = bench(misbehaviour)
    values = here.inspect()
    assert not {"identity.serial", "identity.imei1", "product.model", "apple.chip"} & set(values)
    assert values["identity.ecid"] == str(here.phone.identity.ecid)
    assert all(len(text) < 600 and text.isprintable() for text in values.values())
    assert here.island.unfinished() == 0


def test_panics_of_every_family_are_counted_also_those_a_computer_has_fetched(bench: Callable[..., Bench]) -> None:
    here = bench()
    crashes = here.phone.strata.crashes
    for name in ("panic-base+socd-2026-10-20-130124.000.ips", "forceReset-full-2026-08-08-012443.0002.ips"):
        crashes.create(f"/{name}", 0.0)
    crashes.create("/Retired/panic-full-2026-10-22-090000.000.ips", 0.0)
    crashes.create("/ResetCounter-2026-08-08-012512.ips", 0.0)
    values = here.inspect()
    assert (values["panics.count"], values["panics.forced_resets"], values["panics.unknown_reports"]) == ("3", "1", "0")


@pytest.mark.parametrize(
    ("folder", "names"),
    [
        ("", [f"a{number}" for number in range(MOST_REPORTS + 1)]),
        ("/Retired", [f"a{number}" for number in range(MOST_REPORTS + 1)]),
        ("/Retired", [f"{number}".zfill(200) for number in range(3000)]),
    ],
    ids=["reports", "retired reports", "letters"],
)
def test_more_reports_than_phones_keep_are_not_counted(
    bench: Callable[..., Bench], folder: str, names: list[str]
) -> None:
    here = bench()
    for name in names:
        here.phone.strata.crashes.create(f"{folder}/{name}", 0.0)
    values = here.inspect()
    assert values["part.panics"] == "failed"
    assert not {"panics.count", "panics.unknown_reports"} & set(values)
    assert values["identity.imei1"]


def test_the_start_mark_that_an_older_system_keeps_is_no_unfinished_erase(bench: Callable[..., Bench]) -> None:
    """From public dumps of an iPhone9,1 on 13.3.1 and an iPhone7,1 on 12.4.8, both in use."""
    here = bench(variation=("no_earlier_stamp",))
    here.phone.nvram |= {
        "oblit-begins": b"OblitType: ObliterateDataPartition. Reason: unknown",
        "obliteration": b"handle_message: Obliteration Complete\n",
    }
    values = here.inspect()
    assert (values["apple.obliteration_kind"], values["apple.oblit_begins"]) == ("legacy", "finished")
    assert (values["apple.oblit_failure"], values["apple.oblit_failure_mark"]) == ("no", "none")
    assert values["apple.oblit_begins_mark"] != "none"


def test_an_empty_table_of_variables_was_not_read(bench: Callable[..., Bench]) -> None:
    here = bench()
    here.phone.nvram.clear()
    values = here.inspect()
    assert values["part.nvram"] == "absent"
    assert not [name for name in values if name.startswith("apple.oblit")]


def test_a_phone_without_services_answers_what_lockdownd_knows(bench: Callable[..., Bench]) -> None:
    values = bench("services_missing").inspect()
    assert values["identity.imei1"]
    assert (values["part.battery"], values["part.apps"]) == ("refused", "refused")
    assert not {"battery.cycles", "apple.apps", "tamper.signs", "panics.count"} & set(values)


@pytest.mark.parametrize(
    ("route", "variation"),
    [
        (AppleEraseRoute.MCINSTALL, ()),
        (AppleEraseRoute.MCINSTALL, ("tls_1_2", "erase_acknowledged")),
        (AppleEraseRoute.MOBILEBACKUP2, ("erase_acknowledged",)),
        (AppleEraseRoute.MOBILEBACKUP2, ("tls_1_2", "no_earlier_stamp")),
    ],
)
def test_after_an_honest_erase_trust_is_gone_and_the_stamp_is_new(
    bench: Callable[..., Bench], route: AppleEraseRoute, variation: tuple[str, ...]
) -> None:
    here = bench(variation=variation)
    before = here.inspect()
    assert here.ask(plant_question(MARK, timeout_s=10)) == {"canary.planted": "media"}
    assert here.ask(trust_question(timeout_s=10)) == {"apple.trust": "accepted"}
    assert here.erase(route) == ("acknowledged" if "erase_acknowledged" in variation else "link_dropped")
    here.wait_for_return()
    assert refusal(lambda: here.ask(after_question(timeout_s=10))) == "not_paired"
    assert here.ask(trust_question(timeout_s=10)) == {"apple.trust": "refused_host"}
    assert here.ask(pair_question(timeout_s=10)) == {"apple.paired": "yes", "apple.trust_dialog": "no"}
    after = here.ask(after_question(timeout_s=20))
    assert after["apple.activation_state"] == "Unactivated"
    assert after["apple.setup_done"] == "no"
    assert after["apple.apps"] == "0"
    assert int(after["apple.obliteration_epoch"]) >= int(before["system.clock_epoch"])
    assert after["identity.ecid"] == before["identity.ecid"]
    assert here.ask(canary_question(MARK, NEW_MARK, timeout_s=10)) == {
        "canary.gone": "media",
        "canary.still_there": "",
        "canary.marker_works": "media",
    }
    assert here.ask(trust_question(timeout_s=10)) == {"apple.trust": "refused_host"}
    assert here.phone.truth()["erased"] is True
    assert here.island.unfinished() == 0


def test_a_look_that_was_cut_before_it_took_its_mark_away_is_made_good_by_the_next(bench: Callable[..., Bench]) -> None:
    here = bench()
    here.inspect()
    here.ask(plant_question(MARK, timeout_s=10))
    here.erase()
    here.wait_for_return()
    here.ask(pair_question(timeout_s=10))
    look, new_mark = canary_question(MARK, NEW_MARK, timeout_s=10), apple_parts.mark_path(NEW_MARK)
    begun = here.port.exchanges.count
    assert here.ask(look)["canary.marker_works"] == "media"
    removal = 2 * here.port.exchanges.count - begun  # of the next look: a look ends with it
    here.port.exchanges.strike(Fault(at=removal, kind=FaultKind.DROP_BEFORE))
    assert here.ask(look)["canary.marker_works"] == ""
    assert new_mark in here.phone.strata.media.nodes
    assert here.ask(look)["canary.marker_works"] == "media"
    assert new_mark not in here.phone.strata.media.nodes


def test_a_phone_that_kept_its_hosts_still_accepts_the_old_record(bench: Callable[..., Bench]) -> None:
    here = bench("hosts_kept")
    here.inspect()
    here.erase()
    here.wait_for_return()
    assert here.ask(trust_question(timeout_s=10)) == {"apple.trust": "accepted"}


def test_a_dropped_link_without_an_erase_reads_the_same_and_proves_nothing(bench: Callable[..., Bench]) -> None:
    here = bench("erase_drops_link")
    here.inspect()
    here.ask(plant_question(MARK, timeout_s=10))
    assert here.erase() == "link_dropped"
    assert here.ask(trust_question(timeout_s=10)) == {"apple.trust": "accepted"}
    assert here.ask(canary_question(MARK, NEW_MARK, timeout_s=10))["canary.still_there"] == "media"


@pytest.mark.parametrize("variation", [(), ("tls_1_2",)], ids=["tls_1_3", "tls_1_2"])
def test_another_host_with_our_name_does_not_bring_the_old_trust_back(
    bench: Callable[..., Bench], variation: tuple[str, ...]
) -> None:
    here = bench(variation=variation)
    here.inspect()
    here.erase()
    here.wait_for_return()
    old = plistlib.loads(next(here.records.glob("*.current")).read_bytes())
    # What usbmuxd's preflight or another client of the same host name would do: same HostID, new keys.
    host, _, device, root, _ = generate_pairing_cert_chain(here.phone.key.public_pem)
    here.phone.pair(
        {
            "HostID": old["HostID"],
            "SystemBUID": old["SystemBUID"],
            "HostCertificate": host,
            "DeviceCertificate": device,
            "RootCertificate": root,
        }
    )
    assert here.ask(trust_question(timeout_s=10)) == {"apple.trust": "refused_tls"}
    assert here.island.unfinished() == 0


@pytest.mark.parametrize(
    ("misbehaviour", "route", "word"),
    [
        ("refuses_208", AppleEraseRoute.MOBILEBACKUP2, "mb_208"),
        ("refuses_211", AppleEraseRoute.MOBILEBACKUP2, "mb_211"),
        ("refuses_hello", AppleEraseRoute.MOBILEBACKUP2, "hello_refused"),
        ("refuses_by_profile", AppleEraseRoute.MCINSTALL, "mc_error"),
        ("services_missing", AppleEraseRoute.MCINSTALL, "invalid_service"),
        ("services_missing", AppleEraseRoute.MOBILEBACKUP2, "invalid_service"),
    ],
)
def test_a_refused_erase_says_why(
    bench: Callable[..., Bench], misbehaviour: str, route: AppleEraseRoute, word: str
) -> None:
    here = bench(misbehaviour)
    here.inspect()
    assert refusal(lambda: here.erase(route)) == word
    assert here.island.unfinished() == 0


def test_an_erase_over_a_message_loop_is_an_act_and_no_exchange(bench: Callable[..., Bench]) -> None:
    here = bench()
    here.inspect()
    with pytest.raises(TypeError, match="act"):
        here.ask(erase_question(AppleEraseRoute.MOBILEBACKUP2, timeout_s=10))
    assert here.phone.truth()["erases_asked"] == 0


def test_an_erase_needs_a_pairing_and_never_makes_one(bench: Callable[..., Bench]) -> None:
    here = bench()
    assert refusal(here.erase) == "not_paired"
    assert here.phone.truth()["erases_asked"] == 0


def test_without_a_record_from_before_trust_cannot_be_tested(bench: Callable[..., Bench]) -> None:
    here = bench()
    with pytest.raises(PairRecordMissingError):
        here.ask(trust_question(timeout_s=5))


def test_a_stale_record_of_an_earlier_job_is_replaced_and_proves_nothing(bench: Callable[..., Bench]) -> None:
    here = bench()
    here.inspect()
    here.phone.strata.hosts.clear()
    old = next(here.records.iterdir()).read_bytes()
    here.inspect()
    assert next(here.records.iterdir()).read_bytes() != old
    assert here.ask(trust_question(timeout_s=10)) == {"apple.trust": "accepted"}


def test_a_pulled_cable_is_a_lost_phone_and_leaves_no_task_behind(bench: Callable[..., Bench]) -> None:
    here = bench()
    here.inspect()
    link = here.link()
    here.port.unplug(here.now_s())
    here.server.follow()
    with pytest.raises(PhoneLostError):
        link.exchange(after_question(timeout_s=5).request, timeout_s=5)
    with pytest.raises(PhoneLostError):
        link.exchange(trust_question(timeout_s=5).request, timeout_s=5)
    with pytest.raises(PhoneLostError):
        here.link()
    assert here.island.attached() == ()
    assert here.island.unfinished() == 0


def test_a_cable_pulled_in_the_middle_of_a_batch_never_ends_in_a_full_answer(bench: Callable[..., Bench]) -> None:
    here = bench()
    whole = here.inspect()
    for delay_s in (0.0, 0.01, 0.03, 0.06, 0.1):
        link = here.link()
        pull = threading.Timer(delay_s, here.pull_cable)
        pull.start()
        question = after_question(timeout_s=10)
        with contextlib.suppress(PhoneError):
            values = question.read(link.exchange(question.request, timeout_s=10))
            stable = {name for name in values if name not in ("system.clock_epoch", "apple.trust_dialog")}
            assert all(values[name] == whole[name] for name in stable if not name.startswith("part."))
        pull.join()
        assert here.island.unfinished() == 0
        here.port.plug(here.now_s())
        here.server.follow()


CLOCKS = {"system.clock_epoch", "storage.free_bytes"}


@pytest.mark.parametrize("kind", list(FaultKind))
def test_whatever_the_cable_does_no_value_ever_stands_under_another_name(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, kind: FaultKind
) -> None:
    here = bench()
    whole = here.inspect()
    monkeypatch.setattr("phones.apple.exchanges.SERVICE_PART_S", 0.5)
    for number in (9, 16, 31):
        here.port.exchanges.strike(Fault(at=here.port.exchanges.count + number, kind=kind, seconds=0.1))
        with contextlib.suppress(PhoneError):
            values = here.ask(after_question(timeout_s=2))
            read = {name for name in values if name not in CLOCKS and not name.startswith("part.")}
            assert {name: values[name] for name in read} == {name: whole[name] for name in read}
        assert here.island.unfinished() == 0
        while not here.island.attached():
            time.sleep(0.05)
    here.port.exchanges.strike(Fault(at=here.port.exchanges.count + 6, kind=kind, seconds=0.1))
    with contextlib.suppress(PhoneError):
        assert here.ask(trust_question(timeout_s=2)) == {"apple.trust": "accepted"}


def test_a_daemon_that_dies_in_the_middle_is_a_fault_of_the_bench(bench: Callable[..., Bench]) -> None:
    here = bench("trust_pending")
    link = here.link()
    threading.Timer(1.0, here.server.stop).start()
    with pytest.raises(UsbmuxError):
        link.exchange(inspection_question(timeout_s=10).request, timeout_s=10)
    with pytest.raises(UsbmuxError):
        here.island.attached()
    assert here.island.unfinished() == 0


def test_no_daemon_at_all_is_said_in_one_line(tmp_path: Path) -> None:
    island = AppleLibraryDriver(str(tmp_path / "nowhere"), tmp_path / "pairing")
    try:
        with pytest.raises(UsbmuxError) as caught:
            island.attached()
        assert "\n" not in str(caught.value)
        with pytest.raises(UsbmuxError):
            island.open("00008110-0005CEBFF9F1777C")
    finally:
        island.close()


def test_a_daemon_that_never_answers_ends_at_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phones.apple.driver._LOOK_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        island = AppleLibraryDriver(f"127.0.0.1:{silent.getsockname()[1]}", tmp_path / "pairing")
        try:
            with pytest.raises(UsbmuxError):
                island.attached()
            assert island.unfinished() == 0
        finally:
            island.close()


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xff\xff\xff" + b"x" * 64, b"\x10\0\0\0" * 8]
)
def test_a_port_where_something_else_answers_is_no_usbmuxd(tmp_path: Path, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    caller, _ = other.accept()
                    with caller:
                        caller.recv(4096)
                        caller.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        island = AppleLibraryDriver(f"127.0.0.1:{other.getsockname()[1]}", tmp_path / "pairing")
        try:
            with pytest.raises(UsbmuxError):
                island.attached()
        finally:
            island.close()
            other.shutdown(socket.SHUT_RDWR)


def test_the_environment_cannot_lead_the_bench_to_other_phones(
    bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = bench()
    monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", here.server.address)
    monkeypatch.setattr("phones.apple.driver.DEFAULT_ADDRESS", str(tmp_path / "no-daemon-here"))
    island = AppleLibraryDriver(None, tmp_path / "other")
    try:
        with pytest.raises(UsbmuxError):
            island.attached()
    finally:
        island.close()


def test_forgetting_deletes_our_records_and_the_daemons_copy(bench: Callable[..., Bench]) -> None:
    here = bench()
    here.inspect()
    assert here.server._records == {}
    here.server._records[here.phone.udid] = b"what a preflight saved"
    here.island.forget(here.phone.udid.replace("-", "").lower())
    assert here.server._records == {}
    assert list(here.records.iterdir()) == []
    here.island.forget(here.phone.udid)


def test_a_request_for_another_kind_of_phone_is_refused(bench: Callable[..., Bench]) -> None:
    here = bench()
    assert refusal(lambda: here.link().exchange(ShellLine(line="id"), timeout_s=5)) == "wrong_platform"


def test_waiting_from_inside_the_loop_is_refused_at_once(bench: Callable[..., Bench]) -> None:
    here = bench()

    async def inside() -> Any:
        return here.island.attached()

    with pytest.raises(RuntimeError, match="inside the loop"):
        here.island._loop.run(inside(), timeout_s=5)


def test_four_phones_are_inspected_at_once_and_keep_their_own_records(tmp_path: Path) -> None:
    start = time.monotonic()

    def now_s() -> float:
        return time.monotonic() - start

    model = load_model("iphone-13-ios-18")
    phones = [IPhone(model, timing=QUICK, seed=seed) for seed in range(4)]
    ports = [VirtualPort(f"1-{number}", "phone", phone) for number, phone in enumerate(phones, start=1)]
    server = UsbmuxServer(ports, now_s)
    server.start()
    island = AppleLibraryDriver(server.address, tmp_path)
    for phone in phones:
        phone.dialog.state = Dialog.ACCEPTED
    serials: dict[str, str] = {}

    def inspect(phone: IPhone) -> None:
        question = inspection_question(timeout_s=25)
        reply = island.open(phone.udid).exchange(question.request, timeout_s=25)
        serials[phone.udid] = read_batch(reply)["identity.serial"]

    threads = [threading.Thread(target=inspect, args=(phone,)) for phone in phones]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
        assert serials == {phone.udid: phone.serial for phone in phones}
        assert len(list(tmp_path.iterdir())) == len(phones)
        assert island.unfinished() == 0
    finally:
        island.close()
        server.stop()


def test_a_closed_island_lets_go_of_what_still_waits(bench: Callable[..., Bench]) -> None:
    here = bench("lockdownd_silent")
    link = here.link()
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            link.exchange(inspection_question(timeout_s=30).request, timeout_s=30)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the thread must not hang
            ended.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    here.island.close()
    waiting.join(90)
    assert not waiting.is_alive()
    assert ended
    here.island.close()


def test_the_silent_checks_are_answered_through_the_client_library(bench: Callable[..., Bench]) -> None:
    here = bench(variation=("no_crash_reports", "true_tone_lost"))
    here.inspect()
    values = here.ask(silent_question(MARK, timeout_s=60))
    assert (values["parts.panel_state"], values["storage.nand_state"], values["display.true_tone"]) == (
        "ok",
        "ready",
        "blank",
    )
    assert (values["storage.read_back"], values["storage.scratch_removed"]) == ("same", "yes")
    assert (values["radio.wifi_address"], values["panics.hardware"]) == ("ok", "0")
    assert not [name for name in here.phone.strata.media.names("/") if name.startswith("proofwipe")]
    alone = here.ask(parts_question(name="check.parts_again", timeout_s=30))
    parts = {name: text for name, text in values.items() if name.startswith("parts.")}
    assert dict(alone) == parts
    assert here.island.unfinished() == 0


def test_panic_reports_are_read_where_they_lie_and_only_their_families_are_told(bench: Callable[..., Bench]) -> None:
    here = bench(variation=("sensor_panics", "no_crash_reports", "files_spoilt"))
    here.inspect()
    values = here.ask(silent_question(MARK, timeout_s=60))
    assert values["panics.families"] == "sensor_missing:2"
    assert values["storage.read_back"] == "differs"
