# SPDX-License-Identifier: GPL-3.0-or-later
"""C2SP tlog-policy: what a policy may say, and when its quorum is met."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.log.errors import LogReadError
from certs.log.policy import LogPolicy
from tests.certs.log.samples import key_of
from transparency.signing import NoteKey, witness_key

LOG = str(NoteKey("log.example", key_of("log")).public)
KEYS = [str(witness_key(f"w{n}", key_of(f"w{n}")).public) for n in range(40)]
# As the example of the specification: two of X, one of Y, both groups.
TWO_LEVELS = f"""
# a comment, and\tan empty line

log {LOG} https://log.example/
witness X1 {KEYS[1]}
\twitness  X2\t{KEYS[2]}   https://x2.example
witness X3 {KEYS[3]}
group X-witnesses 2 X1 X2 X3
witness Y1 {KEYS[4]}
witness Y2 {KEYS[5]}
witness Ÿ3 {KEYS[6]}
group Y-witnesses any Y1 Y2 Ÿ3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


@pytest.mark.parametrize(
    ("signed", "met"),
    [
        ([], False),
        (["X1", "X2"], False),
        (["Y1"], False),
        (["X1", "Y1"], False),
        (["X1", "X3", "Ÿ3"], True),
        (["X1", "X2", "X3", "Y1"], True),
        (["X-witnesses", "Y-witnesses"], False),
        (["X-and-Y"], False),
    ],
)
def test_a_quorum_of_two_levels(signed: list[str], met: bool) -> None:
    assert LogPolicy.parse(TWO_LEVELS).is_met(signed) is met
    assert LogPolicy.parse(TWO_LEVELS.encode()).is_met(signed) is met


def test_a_policy_is_written_as_it_was_read() -> None:
    policy = LogPolicy.parse(TWO_LEVELS)
    assert LogPolicy.parse(policy.to_text()) == policy
    assert policy.witnesses[1].url == "https://x2.example"
    assert policy.logs[0].name == "log.example"


def test_no_quorum_is_met_by_nobody_and_a_witness_by_itself() -> None:
    assert LogPolicy.parse("quorum none").is_met([])
    one = LogPolicy.parse(f"witness w {KEYS[0]}\nquorum w")
    assert one.is_met(["w"])
    assert not one.is_met(["v"])


def test_thirty_two_logs_witnesses_and_groups_are_supported() -> None:
    lines = [f"log {NoteKey(f'l{n}', key_of(f'l{n}')).public}" for n in range(32)]
    lines += [f"witness w{n} {KEYS[n]}\ngroup g{n} any w{n}" for n in range(32)]
    policy = LogPolicy.parse(
        "\n".join([*lines, "group all-of-them all " + " ".join(f"g{n}" for n in range(32)), "quorum all-of-them"])
    )
    assert policy.is_met([f"w{n}" for n in range(32)])
    assert not policy.is_met([f"w{n}" for n in range(31)])


W = f"witness a {KEYS[0]}\nwitness b {KEYS[1]}\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum",
        "quorum a",
        "quorum none none",
        "quorum none\nquorum none",
        "quorum none\r\n",
        "nonsense\nquorum none",
        f"log {KEYS[0]}\nquorum none",
        f"witness a {LOG}\nquorum none",
        f"log {LOG}\nlog {LOG}\nquorum none",
        f"log {LOG} ftp://x\nquorum none",
        f"log {LOG} file:///etc\nquorum none",
        f"log {LOG} http://[\nquorum none",
        f"log {LOG} http://x y\nquorum none",
        f"log {LOG[:-2]}\nquorum none",
        f"log x{LOG}\nquorum none",
        f"witness none {KEYS[0]}\nquorum none",
        f"witness a {KEYS[0]}\nwitness a {KEYS[1]}\nquorum none",
        f"witness a {KEYS[0]}\nwitness b {KEYS[0]}\nquorum none",
        W + "group g any\nquorum none",
        W + "group g 0 a\nquorum none",
        W + "group g 3 a b\nquorum none",
        W + "group g -1 a\nquorum none",
        W + "group g ² a b\nquorum none",
        W + "group g any a a\nquorum none",
        W + "group g any none\nquorum none",
        W + "group g any a\ngroup h any a\nquorum none",
        W + "group g any h\ngroup h any a\nquorum none",
        W + "group a any b\nquorum none",
        W + "group g any g\nquorum none",
        "quorum g\n" + W + "group g any a b",
        "quorum none\n" + "#" * 300_000,
        "quorum none\n\x00",
        "quorum none\n\x7f",
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(LogReadError) as caught:
        LogPolicy.parse(text)
    assert caught.value.fault == "policy_malformed"


WORDS = st.sampled_from(
    ["log", "witness", "group", "quorum", "none", "all", "any", "1", "a", "b", LOG, KEYS[0], "\n", "\n"]
)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300), st.lists(WORDS, max_size=30).map(" ".join)))
def test_hostile_policies_raise_the_one_error_or_are_policies(text: str | bytes) -> None:
    try:
        policy = LogPolicy.parse(text)
    except LogReadError:
        return
    assert LogPolicy.parse(policy.to_text()) == policy
