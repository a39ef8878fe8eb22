# SPDX-License-Identifier: GPL-3.0-or-later
"""Many answers in one stream never get shifted: each part is whole, or there is no answer at all."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.android.script import Part, script, split
from phones.errors import ReplyMalformedError
from phones.link import MAXIMUM_REPLY_BYTES, Reply

MARK = "0123456789abcdef0123456789abcdef"
PARTS = (
    Part(name="one", command="printf one"),
    Part(name="two", command="false"),
    Part(name="three", command="nosuch"),
)


def answer(*texts: tuple[str, int], mark: str = MARK) -> bytes:
    pieces = [f"{mark}-b{number}\n{text}{mark}-e{number}-{code}\n" for number, (text, code) in enumerate(texts)]
    return "".join([*pieces, f"{mark}-z{len(texts)}\n"]).encode()


GOOD = answer(("first\n", 0), ("", 1), ("no newline", 127))


def test_a_real_shell_runs_the_line_and_each_part_has_its_own_status() -> None:
    run = subprocess.run(["sh", "-c", script(PARTS, MARK)], capture_output=True, check=False)
    results = split(Reply(status=run.returncode, body=run.stdout), PARTS, MARK)
    assert {name: (result.status, result.text) for name, result in results.items()} == {
        "one": ("ok", "one"),
        "two": ("failed", ""),
        "three": ("missing", ""),
    }


def test_line_ends_of_an_old_terminal_make_no_difference() -> None:
    assert split(Reply(body=GOOD.replace(b"\n", b"\r\n")), PARTS, MARK) == split(Reply(body=GOOD), PARTS, MARK)


def test_bytes_that_are_no_text_are_kept_out_of_the_other_parts() -> None:
    body = GOOD.replace(b"first", b"\xff\xfe\x00")
    results = split(Reply(body=body), PARTS, MARK)
    assert "\ufffd" in results["one"].text
    assert results["three"].text == "no newline"


@given(st.integers(min_value=0, max_value=len(GOOD) - 2))
def test_an_answer_cut_anywhere_is_no_answer(length: int) -> None:
    with pytest.raises(ReplyMalformedError):
        split(Reply(body=GOOD[:length]), PARTS, MARK)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        GOOD + GOOD,
        b"noise\n" + GOOD,
        GOOD + b"tail",
        script(PARTS, MARK).encode() + b"\n" + GOOD,
        answer(("first\n", 0), ("", 1), ("x", 127), mark="f" * 32),
        answer((f"{MARK}-e0-0\n{MARK}-b1\n", 0), ("", 1), ("", 0)),
        answer((f"{MARK}\n", 0), ("", 1), ("", 0)),
        answer(("", 0), ("", 1)),
        GOOD.replace(b"-e1-1", b"-e2-1"),
        GOOD.replace(b"-e1-1", b"-e1-x"),
    ],
)
def test_a_phone_that_prints_our_marks_cannot_shift_a_part(body: bytes) -> None:
    with pytest.raises(ReplyMalformedError):
        split(Reply(body=body), PARTS, MARK)


def test_a_line_that_failed_as_a_whole_is_no_answer() -> None:
    with pytest.raises(ReplyMalformedError):
        split(Reply(status=1, body=GOOD), PARTS, MARK)


def test_a_flood_is_no_answer() -> None:
    with pytest.raises(ReplyMalformedError):
        split(Reply(body=b"x" * (MAXIMUM_REPLY_BYTES + 1)), PARTS, MARK)


@pytest.mark.parametrize("marker", ["", "short", "0123456789ABCDEF", "0123456789abcde;reboot"])
def test_a_marker_that_is_no_random_hex_is_a_mistake_of_ours(marker: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        script(PARTS, marker)


@given(st.lists(st.tuples(st.text(max_size=30), st.integers(0, 255)), min_size=3, max_size=3))
def test_whatever_parts_say_they_stay_apart(texts: list[tuple[str, int]]) -> None:
    body = answer(*texts)
    results = split(Reply(body=body), PARTS, MARK)
    for part, (text, code) in zip(PARTS, texts, strict=True):
        assert results[part.name].exit_code == code
        assert (
            results[part.name].text
            == (f"{text}".encode().decode("utf-8", "replace").replace("\r\n", "\n").removesuffix("\n"))
            or "\r" in text
        )


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_malformed_reply(data: bytes) -> None:
    with pytest.raises(ReplyMalformedError):
        split(Reply(body=data), PARTS, MARK)
