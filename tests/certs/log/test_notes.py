# SPDX-License-Identifier: GPL-3.0-or-later
"""C2SP signed notes, cosignatures and proofs: published examples, sixteen signatures, unknown and failing keys."""

import base64
import hashlib
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certs.log import merkle
from certs.log.errors import LogReadError
from certs.log.notes import VerifierKey, checkpoint_text, read_checkpoint, read_note
from certs.log.policy import LogPolicy
from certs.log.proofs import anchored_at, check_note, check_proof, format_proof
from tests.certs.log.samples import AT, LOG_KEY, ORIGIN, day, key_of, policy_of
from transparency.database import TransparencyLog
from transparency.signing import NoteKey, witness_key

# The example of C2SP signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The example of C2SP tlog-checkpoint and tlog-cosignature (their keys are not published).
EXAMPLE_CHECKPOINT = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 \
jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
LOG = NoteKey(ORIGIN, LOG_KEY)
WITNESSES = tuple(witness_key(f"witness.example/{number}", key_of(f"witness {number}")) for number in range(16))
TEXT = checkpoint_text(ORIGIN, 7, b"\7" * 32)


def note(*lines: str, text: str = TEXT) -> str:
    return "\n".join([text, *lines, ""])


def fault(data: str | bytes, policy: LogPolicy, **more: bool) -> str:
    with pytest.raises(LogReadError) as caught:
        check_note(data, policy, **more)
    return caught.value.fault


def test_the_published_note_verifies_and_no_other_text() -> None:
    key = VerifierKey.parse(EXAMPLE_KEY)
    read = read_note(EXAMPLE_NOTE)
    assert str(key) == EXAMPLE_KEY
    assert key.made(read.signatures[0])
    assert key.check(read.text, read.signatures[0]) is None
    with pytest.raises(LogReadError):
        key.check(read.text + "\n", read.signatures[0])


def test_the_published_checkpoint_is_read() -> None:
    read = read_note(EXAMPLE_CHECKPOINT)
    checkpoint = read_checkpoint(read)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert [each.name for each in read.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert int.from_bytes(read.signatures[1].data[:8], "big") == 1679315147  # as the text of tlog-cosignature says
    assert checkpoint.text == read.text


def test_a_note_text_may_hold_empty_lines() -> None:
    key = NoteKey("quasimodo.example/salvatore", key_of("poet"))
    text = "Ognuno sta solo sul cuor della terra\n\ned è subito sera.\n"
    read = read_note(note(key.sign(text).line, text=text))
    assert read.text == text
    key.public.check(read.text, read.signatures[0])


def test_key_ids_are_those_of_the_specification() -> None:
    for key, kind in ((LOG.public, b"\1"), (WITNESSES[0].public, b"\4")):
        assert key.key_id == hashlib.sha256(key.name.encode() + b"\n" + kind + key.public).digest()[:4]
        assert VerifierKey.parse(str(key)) == key


def test_sixteen_cosignatures_are_taken_and_their_times_told() -> None:
    lines = [key.cosign(TEXT, at=AT + timedelta(minutes=n)).line for n, key in enumerate(WITNESSES)]
    known = policy_of(LOG.public, witnesses=tuple(key.public for key in WITNESSES), quorum="all")
    checked = check_note(note(LOG.sign(TEXT).line, *lines), known)
    assert checked.checkpoint.size == 7
    assert checked.cosigned_at[0] == AT
    assert checked.cosigned_at[-1] == AT + timedelta(minutes=15)
    assert len(checked.witnesses) == 16


def test_unknown_keys_are_ignored_even_under_a_known_name() -> None:
    stranger = NoteKey(ORIGIN, key_of("stranger"))
    junk = "— " + ORIGIN + " " + base64.b64encode(b"\0" * 5).decode()
    checked = check_note(note(junk, stranger.sign(TEXT).line, LOG.sign(TEXT).line), policy_of(LOG.public))
    assert checked.checkpoint.size == 7


def test_a_failing_signature_of_a_known_key_spoils_the_note() -> None:
    good, wrong = LOG.sign(TEXT).line, LOG.sign(TEXT + "x\n").line
    known = policy_of(LOG.public, witnesses=(WITNESSES[0].public,))
    assert fault(note(good, wrong), known) == "signature_wrong"
    other = WITNESSES[0].cosign(TEXT + "x\n", at=AT).line
    assert fault(note(good, other), known) == "signature_wrong"


def test_a_note_without_the_logs_own_signature_is_of_no_known_log() -> None:
    assert fault(note(NoteKey(ORIGIN, key_of("stranger")).sign(TEXT).line), policy_of(LOG.public)) == "log_unknown"
    witness = WITNESSES[0]
    known = policy_of(LOG.public, witnesses=(witness.public,), quorum=witness.name)
    assert fault(note(witness.cosign(TEXT, at=AT).line), known) == "log_unknown"


def test_a_logs_key_does_not_vouch_for_another_origin() -> None:
    text = checkpoint_text("another.example/log", 7, b"\7" * 32)
    assert fault(note(LOG.sign(text).line, text=text), policy_of(LOG.public)) == "log_unknown"


def test_a_cosignature_with_another_time_or_text_fails() -> None:
    witness = WITNESSES[0]
    line = witness.cosign(TEXT, at=AT)
    known = policy_of(LOG.public, witnesses=(witness.public,))
    moved = line.data[:7] + bytes([line.data[7] ^ 1]) + line.data[8:]
    changed = "— " + line.name + " " + base64.b64encode(line.key_id + moved).decode()
    assert fault(note(LOG.sign(TEXT).line, changed), known) == "signature_wrong"


def test_the_quorum_is_demanded_and_can_be_waived() -> None:
    known = policy_of(LOG.public, witnesses=tuple(key.public for key in WITNESSES[:3]), quorum="2")
    one = note(LOG.sign(TEXT).line, WITNESSES[0].cosign(TEXT, at=AT).line)
    two = note(LOG.sign(TEXT).line, *(key.cosign(TEXT, at=AT).line for key in WITNESSES[:2]))
    assert fault(one, known) == "quorum_missing"
    assert check_note(one, known, demand_quorum=False).witnesses == ("witness.example/0",)
    assert check_note(two, known).witnesses == ("witness.example/0", "witness.example/1")


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\n",
        "\n\n",
        TEXT,
        TEXT + "\n",
        note(),
        note("— x"),
        note("- a b"),
        note("—  AAAAAAAA"),
        note("— a+b AAAAAAAA"),
        note("— a AAAA"),
        note("— a AAAAAAAA="),
        note("— a AAAAAAB="),
        note("— a AAAAAAAA").replace("7\n", "07\n"),
        note(*["— a AAAAAAAA"] * 65),
        note("— a AAAAAAAA").rstrip("\n"),
        note("— a AAAAAAAA") + "\n",
        "a\r\n\n— a AAAAAAAA\n",
        b"\xff\n\n\xe2\x80\x94 a AAAAAAAA\n",
        "\ud800\n\n— a AAAAAAAA\n",
        note("— a AAAAAAAA", text=TEXT + "extension\n"),
        note("— a AAAAAAAA", text="o\n-1\nAAAA\n"),
        note("— a AAAAAAAA", text=checkpoint_text("o", 2**63, b"\0" * 32)),
        "x" * 200_000,
    ],
)
def test_what_is_no_checkpoint_is_refused(data: str | bytes) -> None:
    with pytest.raises(LogReadError) as caught:
        check_note(data, policy_of(LOG.public))
    assert caught.value.fault in ("note_malformed", "checkpoint_malformed")


def proofs(size: int) -> tuple[list[bytes], LogPolicy, list[bytes]]:
    leaves = [entry.to_bytes() for entry in day(size)][:size]
    hashes = [merkle.leaf_hash(each) for each in leaves]
    text = checkpoint_text(ORIGIN, size, merkle.root_of(hashes))
    signed = note(LOG.sign(text).line, text=text)
    made = []
    for index in range(size):
        steps = [merkle.root_of(hashes[a:b]) for a, b in merkle.inclusion_ranges(index, size)]
        made.append(format_proof(index, steps, signed))
    return leaves, policy_of(LOG.public), made


def test_a_proof_holds_for_its_own_leaf_only() -> None:
    leaves, known, made = proofs(7)
    for index, proof in enumerate(made):
        for other, leaf in enumerate(leaves):
            if other == index:
                found = check_proof(proof, leaf, known)
                assert (found.origin, found.index, found.size, found.cosigned_at) == (ORIGIN, index, 7, ())
            else:
                with pytest.raises(LogReadError) as caught:
                    check_proof(proof, leaf, known)
                assert caught.value.fault == "not_included"


def test_a_proof_may_carry_extra_data() -> None:
    leaves, known, made = proofs(3)
    head, rest = made[1].split(b"\n", 1)
    assert check_proof(head + b"\nextra aGVsbG8=\n" + rest, leaves[1], known).index == 1
    for wrong in (b"\nextra aGVsbG8\n", b"\nextra a\nextra a\n", b"\nmore aGVsbG8=\n"):
        with pytest.raises(LogReadError):
            check_proof(head + wrong + rest, leaves[1], known)


def test_every_changed_byte_of_a_proof_is_noticed(log: TransparencyLog, policy: LogPolicy) -> None:
    log.append(day(4), at=AT)
    leaf, proof = next(log.leaves(2, 3)), log.proof(2)
    check_proof(proof, leaf, policy)
    for place in range(len(proof)):
        for flip in (1, 0x80):
            changed = proof[:place] + bytes([proof[place] ^ flip]) + proof[place + 1 :]
            with pytest.raises(LogReadError):
                check_proof(changed, leaf, policy)


def test_an_anchor_gives_the_latest_time_a_witness_knew_it() -> None:
    known = policy_of(LOG.public, witnesses=tuple(key.public for key in WITNESSES[:2]), quorum="all")
    unsigned = tuple(each for each in note(LOG.sign(TEXT).line).split("\n") if each)
    assert anchored_at(unsigned, known) is None
    lines = [WITNESSES[n].cosign(TEXT, at=AT + timedelta(hours=n)).line for n in (0, 1)]
    assert anchored_at((*unsigned, *lines), known) == AT + timedelta(hours=1)
    assert anchored_at((*unsigned, lines[0]), known) == AT
    with pytest.raises(LogReadError):
        anchored_at((*unsigned[:2], unsigned[2][:-2] + "A=", *unsigned[3:]), known)


GOOD = note(LOG.sign(TEXT).line, WITNESSES[0].cosign(TEXT, at=AT).line)


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400)))
@example(GOOD.encode()[:-1])
@example("\udfff")
def test_hostile_notes_and_proofs_raise_the_one_error(data: str | bytes) -> None:
    known = policy_of(LOG.public, witnesses=(WITNESSES[0].public,))
    with pytest.raises(LogReadError):
        check_note(data, known)
    as_bytes = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    with pytest.raises(LogReadError):
        check_proof(as_bytes, b"leaf", known)
    with pytest.raises(LogReadError):
        check_proof(b"c2sp.org/tlog-proof@v1\n" + as_bytes, b"leaf", known)


@given(st.data())
def test_a_good_note_with_something_cut_doubled_or_changed_is_good_or_refused(data: st.DataObject) -> None:
    known = policy_of(LOG.public, witnesses=(WITNESSES[0].public,))
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, len(GOOD)))
    instead = data.draw(st.one_of(st.text(max_size=5), st.just(GOOD[start:end] * 2)))
    try:
        checked = check_note(GOOD[:start] + instead + GOOD[end:], known)
    except LogReadError:
        return
    assert checked.checkpoint.text == TEXT  # whatever was changed, what is believed is what was signed


@given(st.lists(st.text(max_size=40), max_size=8))
def test_hostile_anchors_raise_the_one_error(lines: list[str]) -> None:
    with pytest.raises(LogReadError):
        anchored_at(lines, policy_of(LOG.public))
