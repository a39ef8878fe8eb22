# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word of a refusal has a sentence and a next step; a word that nobody knows is printed, cleaned."""

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones import refusals
from phones.allowed import MALFORMED, allowed
from phones.errors import PhoneError, PhoneLostError, PhoneRefusedError, ReplyMalformedError, UsbmuxError
from phones.problem import ProblemCode
from phones.words import LANGUAGES, say
from station.work.blocking import problem_of_answers

ROWS = [row for rows in refusals.table().values() for row in rows.values()]
SAID = [row for row in ROWS if row.who not in ("library", "own")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kept)
def test_every_word_has_a_reason_and_a_next_step_and_a_source(row: refusals.KnownWord, language: str) -> None:
    for kind in ("reason", "next"):
        assert len(say(f"phone_says.{row.says}.{kind}", language, word="X")) > 3
    assert row.source
    assert re.fullmatch(r"[a-z0-9_]{4,32}", row.code)


def test_every_sentence_is_of_some_word_and_no_two_say_the_same() -> None:
    used = {row.says for row in ROWS} | {"without_word"}
    known = {key.split(".")[1] for key in refusals_keys()}
    assert known == used
    for language in LANGUAGES:
        for kind in ("reason", "next"):
            sentences = [say(f"phone_says.{says}.{kind}", language) for says in known]
            twice = {sentence for sentence in sentences if sentences.count(sentence) > 1}
            assert not twice or kind == "next"


def refusals_keys() -> tuple[str, ...]:
    from phones.words import keys

    return keys("phone_says.")


@pytest.mark.parametrize("row", SAID, ids=lambda row: row.kept)
def test_a_known_word_is_found_as_it_is_said_and_may_be_kept(row: refusals.KnownWord) -> None:
    said = row.word.replace("%s", "R58N12ABCDE").replace("%lu", "7")
    assert refusals.find(row.who, said) == row
    word = refusals.kept(row.who, said)
    assert word == row.kept
    assert allowed("command.refusal_word").admit(word) == word
    assert refusals.known_word(word) == row


ADB = [
    ("device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set\nTry 'adb kill-server'", "unauthorized"),
    ("device 'R58N12ABCDE' not found", "adb_gone"),
    ("no device with transport id '17'", "adb_gone"),
    ("device offline (no transport)", "adb_offline"),
    (
        "insufficient permissions for device: missing udev rules? user is in the plugdev group\nSee [http",
        "no_permission",
    ),
    ("insufficient permissions for device: user in plugdev group; are your udev rules wrong?", "no_permission"),
    ("more than one device with serial 0123456789ABCDEF", "adb_ambiguous"),
    ("transport R58N12ABCDE is not detached", "adb_detached"),
    ("unknown host service 'transport-is:x'", "adb_not_understood"),
    ("closed", "closed"),
]
FASTBOOT = [
    ("Flashing is not allowed in Lock State", "bootloader_locked"),
    ("Slot Change is not allowed in Lock State\n", "bootloader_locked"),
    ("not allowed in locked state", "bootloader_locked"),
    ("Erase is not allowed on locked devices", "bootloader_locked"),
    ("Command not available on locked devices", "bootloader_locked"),
    ("Token Verify Failed, Reboot the device", "bootloader_unlock_refused"),
    ("unknown command", "fastboot_unknown"),
    ("Unrecognized command oem device-info", "fastboot_unknown"),
]


@pytest.mark.parametrize(
    ("who", "said", "says"),
    [("adb", *case) for case in ADB] + [("fastboot", *case) for case in FASTBOOT],
)
def test_whole_sentences_are_recognised_with_the_names_in_them(who: str, said: str, says: str) -> None:
    row = refusals.find(who, said)
    assert row is not None
    assert row.says == says
    assert "R58N12ABCDE" not in refusals.kept(who, said)


@pytest.mark.parametrize(
    ("who", "said", "kept"),
    [
        ("lockdown", "SomethingNew", "lockdown:SomethingNew"),
        ("lockdown", "Evil\x1b[2J", "lockdown:unreadable"),
        ("lockdown", "W" + "1" * 7, "lockdown:unreadable"),  # could be a number of the phone
        ("lockdown", "two words", "lockdown:unreadable"),
        ("lockdown", "", ""),
        ("lockdown", None, ""),
        ("lockdown", True, ""),
        ("mcinstall", 4711, "mcinstall:4711"),
        ("mcinstall", "MCMDMErrorDomain/12021", "mcinstall:MCMDMErrorDomain/12021"),
        ("adb", "device 'R58N12ABCDE' is asleep", "adb:device * is asleep"),
        ("adb", "no route to 192.168.1.20:5555\nmore", "adb:no route to *"),
    ],
)
def test_an_unknown_word_is_kept_cleaned_and_without_numbers(who: str, said: object, kept: str) -> None:
    assert refusals.kept(who, said) == kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_word_is_printed(language: str) -> None:
    error = PhoneRefusedError(reason_code="lockdown_error", word="lockdown:SomethingNew")
    assert "SomethingNew" in error.reason(language)
    assert error.hint(language)
    problem = problem_of_answers({"command.refusal": "lockdown_error", "command.refusal_word": "lockdown:SomethingNew"})
    assert problem is not None
    assert problem.code is ProblemCode.PHONE_REFUSED
    assert "SomethingNew" in problem.reason(language)


@given(st.sampled_from(["lockdown", "mcinstall", "adb", "fastboot", "afc", "nobody"]), st.text(max_size=300))
def test_whatever_is_said_can_be_kept_and_has_a_sentence(who: str, said: str) -> None:
    word = refusals.kept(who, said)
    if word:
        assert allowed("command.refusal_word").admit(word) != MALFORMED
        assert refusals.reason(word, "refused")
        assert refusals.reason(word, "refused").isprintable()


@pytest.mark.parametrize("kind", [PhoneError, PhoneLostError, ReplyMalformedError, UsbmuxError])
def test_a_word_gives_any_error_its_sentence(kind: type[PhoneError]) -> None:
    plain, told = kind(step="open"), kind(step="open", word="usbmux:CONNREFUSED")
    assert told.reason() == say("phone_says.usbmux_refused.reason")
    assert told.hint("zh") == say("phone_says.usbmux_refused.next", "zh")
    assert plain.reason() != told.reason()
    assert "word=usbmux:CONNREFUSED" in told.details()


REFUSALS = {
    "lockdown:PasswordProtected": ("locked", ProblemCode.PHONE_LOCKED),
    "lockdown:EscrowLocked": ("locked", ProblemCode.PHONE_REFUSED),
    "lockdown:UserDeniedPairing": ("trust_denied", ProblemCode.TRUST_DENIED),
    "lockdown:PairingDialogResponsePending": ("trust_pending", ProblemCode.TRUST_PENDING),
    "lockdown:MCProtected": ("prohibited", ProblemCode.PHONE_REFUSED),
    "lockdown:InvalidHostID": ("not_paired", ProblemCode.PHONE_REFUSED),
    "adb:device unauthorized.": ("unauthorized", ProblemCode.UNAUTHORIZED),
    "adb:device offline": ("", ProblemCode.PHONE_REFUSED),  # lost, with a word of why
}


@pytest.mark.parametrize("word", REFUSALS)
def test_no_refusal_ends_as_did_not_answer(word: str) -> None:
    refusal, code = REFUSALS[word]
    values = {"command.refusal_word": word} | ({"command.refusal": refusal} if refusal else {})
    problem = problem_of_answers(values)
    assert problem is not None
    assert problem.code is code
    for language in LANGUAGES:
        assert problem.reason(language) != say("problem.not_answering.reason", language)


def test_every_row_of_the_table_ends_in_its_own_problem() -> None:
    for row in SAID:
        values = {"command.refusal": row.code, "command.refusal_word": row.kept}
        problem = problem_of_answers(values)
        assert problem is not None
        assert problem.code is not ProblemCode.NOT_ANSWERING, row.kept
        if problem.code is ProblemCode.PHONE_REFUSED and row.says != "refused":
            assert problem.reason() == say(f"phone_says.{row.says}.reason")


def test_the_adb_server_that_is_shipped_says_no_word_that_the_table_lacks() -> None:
    """The literals of its binary that begin like a refusal about a transport: a new one fails here, by its text."""
    binary = resources.files("adbutils").joinpath("binaries", "adb").read_bytes()
    literals = {found.decode() for found in re.findall(rb"(?<![\x20-\x7e])[\x20-\x7e]{5,100}(?=[\x00\n])", binary)}
    begins = re.compile(
        r"device (?:'%s'|still|un|offline)|no devices|no device with|no such device|no emulators|more than one "
        r"|insufficient permissions for|transport %s is|unknown host ser|invalid transport|closed$|offline$"
        r"|unauthorized$"
    )
    literals = {literal.strip() for literal in literals}
    said = {literal for literal in literals if begins.match(literal)}
    not_answers = {"unknown host ser"}  # the beginning of a literal that the linker shares
    assert said - not_answers - set(refusals.table()["adb"]) == set()
    assert set(refusals.table()["adb"]) - literals == set()
