# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule files: known versions, their hash, and every mistake in one refused by name."""

import hashlib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.words import keys, say
from wipe.errors import RulesError
from wipe.methods.table import METHODS
from wipe.operators import OPERATORS
from wipe.rules import WEAK_WRITERS, load, parse, versions
from wipe.steps.preconditions import APPLE, GUIDED, HARNESS, REOPEN, TRADE_IN

DATA = resources.files("wipe").joinpath("rules/2027.02.toml").read_bytes()
CODES_OF_STEPS = (
    "frp_armed",
    "battery_low",
    "foyer_silent",
    "no_full_shell",
    "canary_not_planted",
    "never_returned",
    "came_back_otherwise",
    "came_back_unauthorized",
    "harness_lock_screen",
    "harness_failed",
    "erase_refused",
    "clock_not_read",
    "canary_still_there",
    "debugging_never_on",
    "key_never_accepted",
)
CODES_OF_JUDGE = (
    "unknown_method",
    "erase_not_begun",
    "nothing_read_after",
    "identity_too_thin",
    "factory_state_only",
    "reset_not_proven",
    "one_writer_only",
)


def test_the_newest_version_is_loaded_and_hashed_over_its_bytes() -> None:
    rules = load()
    assert rules.version == versions()[-1]
    assert load("2027.02").sha256 == hashlib.sha256(DATA).hexdigest()


def test_a_version_nobody_knows_is_refused() -> None:
    with pytest.raises(RulesError):
        load("1999.01")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version = "2027.02"', 'version = "new"'),
        ('operator = "became"', 'operator = "is"'),
        ('writer = "root"', 'writer = "somebody"'),
        ('kind = "signal"', 'kind = "hint"'),
        ('value = "setup.test_harness"', 'value = "setup.tset_harness"'),
        ('moments = ["after"]', 'moments = ["later"]'),
        ('level = "E2"', 'level = "E9"'),
        ('reason = "reset_not_proven"', 'raeson = "reset_not_proven"'),
        ('name = "bootstat_reset"', 'name = "harness_property"'),
        ('"android_reopen", "android_guided"]', '"android_reopen", "android_giuded"]'),
        ('with = ["stamp_kind"', 'with = ["stamp_knid"'),
        ('final = "stated"', 'final = "maybe"'),
        ('state = "not_met"', 'state = "perhaps"'),
        ('state = "not_covered"', 'state = "fine"'),
        ('source = "observed"', 'source = "seen"'),
    ],
)
def test_a_mistake_in_a_rule_file_is_refused(old: str, new: str) -> None:
    text = DATA.decode()
    assert old in text
    with pytest.raises(RulesError):
        parse(text.replace(old, new, 1).encode())


def test_a_rule_that_lets_a_weak_writer_prove_a_reset_is_refused() -> None:
    assert {"shell", "operator", "host"} == WEAK_WRITERS
    text = DATA.decode().replace('writer = "shell"\nlevel = "E1"', 'writer = "shell"\nlevel = "E2"', 1)
    with pytest.raises(RulesError, match="cannot carry"):
        parse(text.encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_rules_or_refused(data: bytes) -> None:
    with pytest.raises(RulesError):
        parse(data)


@given(
    st.sampled_from(sorted(OPERATORS)),
    st.text(max_size=8),
    st.text(max_size=8),
    st.lists(st.text(max_size=8), max_size=3),
)
def test_operators_are_total(name: str, text: str, argument: str, others: list[str]) -> None:
    assert OPERATORS[name](text, argument, tuple(others)) in (True, False, None)


def test_the_rules_and_the_table_know_the_same_methods() -> None:
    assert set(load().methods) == set(METHODS)


def test_everything_this_room_says_has_words_in_both_languages() -> None:
    rules = load()
    wanted = {f"reason.{row.reason}" for row in rules.rows}
    wanted |= {f"reason.{code}" for code in (*CODES_OF_STEPS, *CODES_OF_JUDGE)}
    wanted |= {f"technique.{word}" for rule in rules.methods.values() for word in (rule.purge, rule.clear, "none")}
    wanted |= {f"condition.{case.reason}" for case in rules.conditions} | {
        f"condition.C{number}" for number in range(1, 7)
    }
    wanted |= {f"residue.{case.name}" for case in rules.residues} | {
        f"residue_state.{case.state}" for case in rules.residues
    }
    wanted |= {f"writer.{row.writer}" for row in rules.rows}
    wanted |= {f"method.{name}" for name in METHODS}
    wanted |= {f"step.{step.name}" for method in METHODS.values() for step in method.steps}
    wanted |= {f"claim.{name}.{value}" for method in METHODS.values() for name, value in method.predicted.items()}
    wanted |= {f"condition_name.{condition.code}" for condition in (*TRADE_IN, *HARNESS, *REOPEN, *GUIDED, *APPLE)}
    wanted |= {
        "condition.not_claimed",
        "condition.not_read",
        "condition.no_statement_on_escrow",
        "condition.no_module_list",
    }
    wanted |= {
        "instruct.reset_in_settings",
        "instruct.erase_in_settings",
        "instruct.open_again",
        "ask.setup_screen_seen",
        "error.wipe_rules.hint",
    }
    assert wanted <= set(keys())
    for key in wanted:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in say(key, "zh")) or key in ("writer.root",), key
