# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers by insiders, colluding witnesses and vandals: nothing leaves the verifier, nothing is believed too easily."""

import copy
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs.errors import TrustFileError
from certs.log.entries import Close
from certs.log.notes import checkpoint_text
from certs.log.proofs import format_proof
from certs.page.pdf_profile import PaperFile
from certs.page.pdf_syntax import MAXIMUM_DECODED_BYTES, Name, Reference, Stream
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from tests.support.papers.forge import forge
from tests.support.papers.paper_world import TAG, WITNESSED_AT, MemoryLog, PaperWorld, path_of, root_of
from tests.support.papers.synthetic_jobs import IMEI, ISSUED_AT, OPENED_AT
from transparency.signing import NoteKey, witness_key

NOW = ISSUED_AT + timedelta(days=2)
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
WITNESSES = tuple(witness_key(f"w{number}", Ed25519PrivateKey.generate()) for number in range(3))


@pytest.fixture(scope="module")
def scene() -> PaperWorld:
    return PaperWorld()


@pytest.fixture(scope="module")
def reader(scene: PaperWorld) -> Trust:
    return scene.trust("root.pem", "log.policy")


def of_three(scene: PaperWorld, quorum: str, *more: tuple[str, bytes]) -> Trust:
    lines = [f"log {scene.log_key.public}", *(f"witness {each.name} {each.public}" for each in WITNESSES)]
    lines += ["group two 2 w0 w1 w2", f"quorum {quorum}", ""]
    policy = ("log.policy", "\n".join(lines).encode())
    return Trust.from_bytes([("root.pem", scene.trust_files()["root.pem"]), policy, *more])


def note_of(log: MemoryLog, *cosigned: tuple[NoteKey, datetime]) -> str:
    text = checkpoint_text(log.key.name, len(log.leaves), root_of(log.leaves))
    lines = [log.key.sign(text).line, *(key.cosign(text, at=at).line for key, at in cosigned)]
    return text + "\n" + "\n".join(lines) + "\n"


# ---------------------------------------------------------------- nothing but an answer


def test_a_cosignature_of_the_last_second_there_is_gets_an_answer(scene: PaperWorld, reader: Trust) -> None:
    log = scene.new_log()
    found = verify(scene.logged(log, scene.certificate(scene.job(log=log)), cosigned_at=LAST), reader, at=NOW)
    assert (found.answer, found.code) == (Answer.NOT_VALID, "E_BACKDATED")


def test_a_job_opened_in_the_last_second_there_is_gets_an_answer(scene: PaperWorld, reader: Trust) -> None:
    log = scene.new_log()
    facts = scene.job(log=log, validated=False, stage="FAILED", failure="phone_lost")
    found = verify(scene.logged(log, scene.report(replace(facts, opened_at=LAST))), reader, at=NOW)
    assert found.answer is Answer.REPORT


def test_hundreds_of_attachments_are_refused_before_they_are_unpacked(
    scene: PaperWorld, reader: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bomb(paper: PaperFile) -> PaperFile:
        objects: list[Any] = [*paper.objects]
        packed = zlib.compress(bytes(MAXIMUM_DECODED_BYTES - 1), 9)
        objects += [{"Type": Name("Filespec"), "EF": {"F": Reference(len(objects) + 2)}}]
        objects += [Stream({"Filter": Name("FlateDecode")}, packed)]
        objects[0] = copy.deepcopy(objects[0])
        for number in range(300):
            objects[0]["Names"]["EmbeddedFiles"]["Names"] += [b"x%d" % number, Reference(len(objects) - 1)]
        return PaperFile(objects=tuple(objects), identity=paper.identity)

    data = forge(scene.certificate(scene.job()).data, scene.signer, edit=bomb)
    unpacked: list[int] = []
    before = Stream.decoded

    def counted(stream: Stream) -> bytes:
        unpacked.append(1)
        return before(stream)

    monkeypatch.setattr(Stream, "decoded", counted)
    assert verify(data, reader, at=NOW).code == "E_ATTACHMENT"
    assert len(unpacked) < 10


# ---------------------------------------------------------------- one witness is not a quorum


def test_one_witness_of_a_quorum_of_two_dates_no_paper_back(scene: PaperWorld) -> None:
    """The station's key is stolen and revoked; the thief has one of three witnesses, and signs 300 days later."""
    log = scene.new_log()
    record = scene.certificate(scene.job(log=log))
    statement = scene.state(record.data)
    index = scene.enter(log, record, statement)
    late = ISSUED_AT + timedelta(days=300)
    note = note_of(log, (WITNESSES[0], WITNESSED_AT), (WITNESSES[1], late), (WITNESSES[2], late))
    paper = scene.paper(record, statement=statement, proof=format_proof(index, path_of(index, log.leaves), note))
    revoked = ("revoked.crl", scene.trust_files()["revoked.crl"])
    found = verify(paper, of_three(scene, "two", revoked), at=late + timedelta(days=1))
    assert (found.answer, found.code) == (Answer.NOT_VALID, "E_BACKDATED")
    alone = verify(paper, of_three(scene, "w0", revoked), at=late + timedelta(days=1))
    assert alone.answer is Answer.VALID, "a reader who says that this witness is enough believes it"


def test_one_witness_of_a_quorum_of_two_makes_no_old_status_fresh(scene: PaperWorld) -> None:
    log = scene.new_log()
    record = scene.certificate(scene.job(log=log))
    statement = scene.state(record.data)
    index = scene.enter(log, record, statement)
    then = (WITNESSES[0], WITNESSED_AT), (WITNESSES[1], WITNESSED_AT)
    proof = format_proof(index, path_of(index, log.leaves), note_of(log, *then))
    paper = scene.paper(record, statement=statement, proof=proof)
    late = ISSUED_AT + timedelta(days=300)
    status = snapshot(log, note_of(log, *then, (WITNESSES[2], late)))
    trust = of_three(scene, "two")
    found = verify(paper, trust, at=late, status=trust.status(status))
    assert (found.answer, "W_STATUS_STALE" in found.warnings) == (Answer.VALID, True)


def snapshot(log: MemoryLog, note: str) -> bytes:
    from certs.log.snapshot import write

    return b"".join(write(note, log.leaves))


# ---------------------------------------------------------------- what the log says of the job


def test_a_paper_that_counts_fewer_attempts_than_the_log_is_refused(scene: PaperWorld, reader: Trust) -> None:
    log = scene.new_log()
    began = scene.begin(log)
    log.add(Close(at=OPENED_AT, start=began.start, outcome="report", id="PW-5MPX-70R3-G7TV-0A1C"))
    facts = scene.job(log=log)
    assert facts.log is not None
    assert facts.log.attempt == 2
    for attempt, code in ((2, ""), (1, "E_NOT_LOGGED")):
        grown = MemoryLog(key=log.key, witness=log.witness, leaves=list(log.leaves))
        record = scene.certificate(replace(facts, attempt=attempt, log=replace(facts.log, attempt=attempt)))
        paper = scene.logged(grown, record)
        status = reader.status(grown.snapshot(ISSUED_AT + timedelta(days=1)))
        assert verify(paper, reader, at=NOW, status=status).code == code


def test_a_status_file_of_the_same_size_with_another_root_is_a_fork(scene: PaperWorld, reader: Trust) -> None:
    log = scene.new_log()
    paper = scene.logged(log, scene.certificate(scene.job(log=log)))
    leaves = [scene.begin_entry(50).to_bytes(), *log.leaves[1:]]
    forked = MemoryLog(key=log.key, witness=log.witness, leaves=leaves)
    status = reader.status(forked.snapshot(ISSUED_AT + timedelta(days=1)))
    found = verify(paper, reader, at=NOW, status=status)
    assert (found.answer, found.code) == (Answer.NOT_VALID, "E_NOT_LOGGED")


def test_a_status_file_longer_than_what_was_signed_is_refused_before_an_entry_is_read(
    scene: PaperWorld, reader: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = scene.new_log()
    scene.logged(log, scene.certificate(scene.job(log=log)))
    whole = log.snapshot(ISSUED_AT + timedelta(days=1))
    read: list[bytes] = []
    monkeypatch.setattr("certs.log.history.read_entry", read.append)
    longer = whole + b"\0\0" * 100_000
    for data, got in ((longer, f"more than {len(log.leaves)}"), (whole[: -2 - len(log.leaves[-1])], "")):
        with pytest.raises(TrustFileError, match="size_mismatch") as found:
            reader.status(data)
        assert got in found.value.got
    assert not read


@pytest.mark.parametrize("closed", [True, False])
def test_a_later_job_on_the_phone_that_earned_no_certificate_is_a_warning_of_its_own(
    scene: PaperWorld, reader: Trust, closed: bool
) -> None:
    """The log's own rules let a phone be begun on again; who holds the older paper must hear of it."""
    log = scene.new_log()
    paper = scene.logged(log, scene.certificate(scene.job(log=log)))
    before = reader.status(log.snapshot(ISSUED_AT + timedelta(days=1)))
    assert "W_LATER_JOB" not in verify(paper, reader, at=NOW, status=before).warnings
    again = log.add(replace(scene.begin_entry(7), tag=TAG, attempt=2))
    if closed:
        log.add(Close(at=ISSUED_AT + timedelta(hours=1), start=again, outcome="report", id="PW-5MPX-70R3-G7TV-0A1C"))
    status = reader.status(log.snapshot(ISSUED_AT + timedelta(days=1)))
    found = verify(paper, reader, at=NOW, status=status)
    assert (found.answer, "W_LATER_JOB" in found.warnings) == (Answer.VALID, True)


def test_a_later_job_on_another_phone_is_no_warning(scene: PaperWorld, reader: Trust) -> None:
    log = scene.new_log()
    paper = scene.logged(log, scene.certificate(scene.job(log=log)))
    log.add(scene.begin_entry(7))
    status = reader.status(log.snapshot(ISSUED_AT + timedelta(days=1)))
    assert "W_LATER_JOB" not in verify(paper, reader, at=NOW, status=status).warnings


def test_a_paper_is_as_good_where_the_time_zone_counts_leap_seconds(
    scene: PaperWorld, reader: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the C library takes 27 seconds off every moment it is asked about."""
    log = scene.new_log()
    paper = scene.logged(log, scene.certificate(scene.job(log=log)))
    status = log.snapshot(ISSUED_AT + timedelta(days=1))
    monkeypatch.setenv("TZ", "right/UTC")
    time.tzset()
    try:
        found = verify(paper, reader, at=NOW, status=reader.status(status))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (found.answer, found.code) == (Answer.VALID, "")


@pytest.mark.parametrize("form", ["IMEI {}", "{}/01", "x{}", "{} and more"])
def test_an_imei_inside_another_text_is_not_the_phone_on_the_paper(scene: PaperWorld, form: str) -> None:
    paper = scene.paper(scene.certificate(scene.job()))
    trust = scene.trust("root.pem")
    assert verify(paper, trust, imei=IMEI, at=NOW).code == ""
    assert verify(paper, trust, imei=form.format(IMEI), at=NOW).code == "E_DEVICE"


def test_a_security_store_of_hundreds_of_megabytes_is_refused(scene: PaperWorld, reader: Trust) -> None:
    def swollen(paper: PaperFile) -> PaperFile:
        objects: list[Any] = [*paper.objects]
        packed = zlib.compress(bytes(MAXIMUM_DECODED_BYTES - 1), 9)
        objects[0] = copy.deepcopy(objects[0])
        for _ in range(4):
            objects.append(Stream({"Filter": Name("FlateDecode")}, packed))
            objects[0]["DSS"]["CRLs"].append(Reference(len(objects)))
        return PaperFile(objects=tuple(objects), identity=paper.identity)

    store = scene.authority.security_store()
    data = forge(scene.certificate(scene.job()).data, scene.signer, edit=swollen, store=store)
    assert verify(data, reader, at=NOW).code == "E_STRUCTURE"
