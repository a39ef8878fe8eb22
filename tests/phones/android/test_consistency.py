# SPDX-License-Identifier: GPL-3.0-or-later
"""A forged phone contradicts itself and is named for it; no honest phone is, however unusual its system."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.allowed import ALLOWED
from phones.android.consistency import (
    CONTRADICTIONS,
    LOOKED_AT,
    RELEASES,
    RULES,
    contradictions,
    disks,
    further_contradictions,
    kernel,
)
from phones.android.inspection import inspection_questions
from phones.apple.consistency import contradictions as of_iphone
from phones.port import Platform
from phones.words import has
from tests.grading.samples import evidence_of
from tests.phones.toolbox import ask, install

HONEST = {
    "product.maker": "Google",
    "product.brand": "google",
    "product.model": "Pixel 6",
    "system.version": "13",
    "system.sdk": "33",
    "system.security_patch": "2023-09-05",
    "system.first_api_level": "31",
    "system.build_epoch": "1693500000",
    "system.build_type": "user",
    "system.build_tags": "release-keys",
    "system.partition_sdk": "33",
    "system.partition_version": "13",
    "kernel.version": "5.10.157",
    "kernel.machine": "aarch64",
    "system.platform": "gs101",
    "boot.verified_state": "green",
    "memory.total_kib": "7654321",
    "storage.total_bytes": "115343360000",
    "storage.disks_bytes": "127989493760",
}
CUSTOM = {"boot.verified_state": "orange", "system.build_tags": "test-keys", "system.build_type": "userdebug"}


def broken(values: Mapping[str, str]) -> str:
    return contradictions(values)[CONTRADICTIONS]


def test_an_honest_phone_contradicts_itself_in_nothing_and_everything_was_looked_at() -> None:
    assert contradictions(HONEST) == {CONTRADICTIONS: "", LOOKED_AT: ",".join(rule.name for rule in RULES)}


# What is sold as a new phone is, underneath, one of 2017: a name, a model and some numbers are forged, the rest is not.
FORGED = [
    ("release_sdk", {"system.version": "14", "system.sdk": "27", "system.partition_sdk": "27"}),
    ("release_sdk", {"system.version": "15", "system.sdk": "30"}),
    ("release_sdk", {"system.version": "12", "system.sdk": "35"}),
    ("release_sdk", {"system.version": "8.1.0", "system.sdk": "34"}),
    ("release_sdk", {"system.version": "17", "system.sdk": "30"}),
    ("release_sdk", {"system.version": "17", "system.sdk": "99"}),
    ("patch_sdk", {"system.sdk": "34", "system.security_patch": "2018-05-05"}),
    ("patch_release", {"system.version": "14", "system.security_patch": "2019-01-05"}),
    ("patch_release", {"system.version": "17", "system.sdk": "30", "system.security_patch": "2021-01-05"}),
    ("build_sdk", {"system.sdk": "34", "system.build_epoch": "1546300800"}),
    ("patch_build", {"system.build_epoch": "1640995200", "system.security_patch": "2024-01-05"}),
    ("launch_sdk", {"system.first_api_level": "35"}),
    ("partition_sdk", {"system.partition_sdk": "27"}),
    ("partition_release", {"system.partition_version": "8.1.0"}),
    ("kernel_sdk", {"kernel.version": "3.18.79"}),
    ("kernel_sdk", {"system.sdk": "34", "system.version": "14", "kernel.version": "4.4.146"}),
    ("chip_sdk", {"system.platform": "mt6580"}),
    ("chip_model", {"system.platform": "mt6580"}),
    ("chip_model", {"product.maker": "samsung", "product.model": "SM-S928B", "system.platform": "mt6765"}),
    ("chip_model", {"product.maker": "samsung", "product.model": "SM-N986B", "system.platform": "sp9863a"}),
    ("maker_system", {"product.model": "iPhone 15 Pro Max"}),
    ("maker_system", {"product.brand": "Apple"}),
    ("memory_kernel", {"kernel.machine": "armv7l", "memory.total_kib": "12582912"}),
    ("storage_disks", {"storage.total_bytes": "1000000000000", "storage.disks_bytes": str(15_758_000_128)}),
]


@pytest.mark.parametrize(("rule", "forged"), FORGED)
def test_a_forged_phone_is_named_for_what_contradicts_what(rule: str, forged: Mapping[str, str]) -> None:
    assert rule in broken({**HONEST, **forged}).split(",")


def test_every_rule_has_a_forgery_that_only_it_or_its_like_finds() -> None:
    assert {rule for rule, _ in FORGED} == {rule.name for rule in RULES}


UNUSUAL = [
    {"system.version": "12", "system.sdk": "32", "system.partition_sdk": "32", "system.partition_version": "12"},
    {"system.version": "14", "system.sdk": "33"},  # a preview: the next name on the level before
    {"system.version": "13.0", "system.partition_version": "13"},
    {
        "system.version": "17",
        "system.sdk": "37",
        "system.partition_sdk": "37",
        "system.partition_version": "17",
        "system.security_patch": "2026-11-05",
        "system.build_epoch": "1792000000",
    },
    {"system.security_patch": "2023-12-01"},  # dated ahead of the build
    {"system.security_patch": "2022-01-01"},  # stale from the day of its sale
    {"system.build_epoch": "1230768000"},  # a build that can be repeated
    {"system.build_epoch": "0"},
    {"kernel.version": "4.14.186"},
    {"system.sdk": "34", "system.version": "14", "kernel.version": "4.9.337"},
    {"system.first_api_level": "34"},
    {"system.first_api_level": "21"},  # a phone that was kept up to date for years
    {"kernel.machine": "armv8l", "memory.total_kib": "5900000"},  # 32-bit programs on a 64-bit kernel
    {"kernel.machine": "armv7l", "memory.total_kib": "2900000"},
    {"storage.total_bytes": "127989493760"},
    {"product.maker": "samsung", "product.model": "SM-A135F", "system.platform": "mt6769"},
    {"product.maker": "Sony", "product.model": "XQ-AD51", "system.platform": "mt6762"},  # Xperia L4
    {"product.maker": "OnePlus", "product.model": "CPH2469", "system.platform": "mt6765"},
    {**CUSTOM, "kernel.version": "3.18.140", "system.security_patch": "2025-11-05"},  # new system on an old phone
    {**CUSTOM, "system.build_epoch": "1400000000", "system.platform": "mt6580", "product.model": "S10"},
    {
        "product.maker": "HUAWEI",
        "product.brand": "HUAWEI",
        "product.model": "PRA-LX1",
        "system.version": "8.0.0",
        "system.sdk": "26",
        "system.partition_sdk": "26",
        "system.partition_version": "8.0.0",
        "system.security_patch": "2018-09-01",
        "system.build_epoch": "1535000000",
        "system.first_api_level": "24",
        "kernel.version": "4.4.23",
        "system.platform": "hi6250",
    },
]


OF_CHECKS = {"kernel.machine": "armv7l", "memory.total_kib": "2900000", "memory.built_gb": "3"}


@pytest.mark.parametrize(
    ("rule", "forged"),
    [
        ("memory_built", {"memory.total_kib": "11892304"}),
        ("machine_programs", {"system.abis": "arm64-v8a,armeabi-v7a,armeabi"}),
    ],
)
def test_the_silent_checks_find_forgeries_of_their_own(rule: str, forged: Mapping[str, str]) -> None:
    assert further_contradictions({**OF_CHECKS, **forged}) == {CONTRADICTIONS: rule}
    assert has(f"contradiction.{rule}")


@pytest.mark.parametrize(
    "honest",
    [
        {},
        {"system.abis": "armeabi-v7a,armeabi"},
        {"kernel.machine": "armv8l", "system.abis": "arm64-v8a,armeabi-v7a"},  # a 32-bit shell on a 64-bit kernel
        {"memory.total_kib": str(3 * 1024 * 1024)},
        {"memory.built_gb": "12"},  # much of it kept by firmware
        {"memory.built_gb": "", "memory.total_kib": "11892304"},
        {"memory.built_gb": "0", "memory.total_kib": "11892304"},  # its boot loader does not say
    ],
)
def test_their_honest_neighbours_are_told_of_nothing(honest: Mapping[str, str]) -> None:
    assert further_contradictions({**OF_CHECKS, **honest}) == {}


@pytest.mark.parametrize("unusual", UNUSUAL)
def test_no_honest_phone_is_accused(unusual: Mapping[str, str]) -> None:
    assert broken({**HONEST, **unusual}) == ""


UNKNOWN = [
    {"system.version": "UpsideDownCake", "system.sdk": "33"},
    {"system.version": "99", "system.sdk": "30"},
    {"system.version": "14.5", "system.sdk": "28"},
    {"system.version": "4.4", "system.sdk": "34"},
    {"system.version": "17", "system.sdk": "38", "system.security_patch": "2026-11-05"},
    {"system.sdk": "99", "system.version": "60", "system.partition_sdk": "99", "system.partition_version": "60"},
]


@pytest.mark.parametrize("later", UNKNOWN)
def test_a_system_that_is_in_no_table_was_not_looked_at_and_is_not_clear(later: Mapping[str, str]) -> None:
    partition = {"system.partition_sdk": later["system.sdk"], "system.partition_version": later["system.version"]}
    found = contradictions({**HONEST, **CUSTOM, **partition, "system.first_api_level": "26", **later})
    assert found[CONTRADICTIONS] == "unknown"
    assert not {"release_sdk", "patch_sdk", "patch_release"} <= set(found[LOOKED_AT].split(","))


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("release_sdk", {"system.version": "60"}),
        ("patch_release", {"system.version": "60"}),
        ("patch_sdk", {"system.sdk": "99"}),
        ("build_sdk", {"system.sdk": "99"}),
        ("build_sdk", {"system.build_epoch": "0"}),
        ("patch_build", {"system.build_epoch": "0"}),
        ("partition_release", {"system.partition_version": "UpsideDownCake"}),
        ("partition_release", {"system.version": "UpsideDownCake"}),
    ],
)
def test_a_rule_that_has_nothing_to_compare_with_was_not_looked_at(rule: str, values: Mapping[str, str]) -> None:
    assert rule in contradictions(HONEST)[LOOKED_AT].split(",")
    assert rule not in contradictions({**HONEST, **values})[LOOKED_AT].split(",")


@given(st.sampled_from(sorted(RELEASES)), st.integers(0, 1500))
def test_no_release_with_a_patch_of_its_own_time_is_accused(sdk: int, days: int) -> None:
    release = RELEASES[sdk]
    patch = (release.published + timedelta(days=days)).isoformat()
    values = {"system.version": release.names[0], "system.sdk": str(sdk), "system.security_patch": patch}
    assert broken(values) == ""


@given(st.dictionaries(st.sampled_from(sorted(HONEST)), st.text(max_size=24)))
def test_whatever_a_phone_answers_nothing_breaks_and_nothing_it_left_out_passes(answers: dict[str, str]) -> None:
    found = contradictions(answers)
    assert ALLOWED[CONTRADICTIONS].admit(found[CONTRADICTIONS]) == found[CONTRADICTIONS]
    looked = set(found[LOOKED_AT].split(","))
    if found[CONTRADICTIONS] == "":
        assert {"release_sdk", "patch_sdk", "patch_release"} <= looked


@pytest.mark.parametrize("missing", ["system.version", "system.sdk", "system.security_patch"])
@pytest.mark.parametrize("text", ["", "malformed", "unknown"])
def test_a_phone_that_does_not_say_what_system_it_has_is_not_clear(missing: str, text: str) -> None:
    assert broken({**HONEST, missing: text}) == "unknown"


def test_what_was_not_looked_at_is_no_pass_and_what_is_broken_is_a_fail() -> None:
    (check,) = (each for each in load("basic").checks if each.name == "consistent_identity")
    outcomes = {
        "": CheckOutcome.PASS,
        "unknown": CheckOutcome.INDETERMINATE,
        "malformed": CheckOutcome.INDETERMINATE,
        "release_sdk,kernel_sdk": CheckOutcome.FAIL,
    }
    for text, outcome in outcomes.items():
        for platform in Platform:
            assert run_check(check, [evidence_of({CONTRADICTIONS: text})], platform).outcome is outcome
    assert run_check(check, [evidence_of({})], Platform.ANDROID).outcome is CheckOutcome.NOT_TESTED


def test_every_contradiction_has_words() -> None:
    names = [rule.name for rule in RULES] + ["udid_ecid", "version_build"]
    assert all(has(f"contradiction.{name}") for name in names)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "5.10.157-android13-4-00001 aarch64",
            {"kernel.version": "5.10.157", "kernel.machine": "aarch64"},
        ),
        ("3.18.79+ armv7l", {"kernel.version": "3.18.79", "kernel.machine": "armv7l"}),
        ("4.19 armv8l\n", {"kernel.version": "4.19", "kernel.machine": "armv8l"}),
        ("Linux version 4.4.146 (builder@host) (gcc 4.9) #1 SMP PREEMPT", {"kernel.version": "4.4.146"}),
        ("uname: not found", {}),
        ("", {}),
    ],
)
def test_the_kernel_is_read_without_who_built_it(text: str, values: dict[str, str]) -> None:
    assert kernel(text) == values


def test_all_disks_count_and_nothing_that_is_made_of_them() -> None:
    text = (
        "major minor  #blocks  name\n\n   8        0  122880000 sda\n   8        1      8192 sda1\n"
        "   8       16      8192 sdb\n 254        0    4194304 zram0\n 253        0  110000000 dm-0\n"
    )
    assert disks(text) == {"storage.disks_bytes": str((122880000 + 8192) * 1024)}
    assert disks("major minor  #blocks  name\n\n 179        0   15388672 mmcblk0") == {
        "storage.disks_bytes": str(15388672 * 1024)
    }
    assert disks("cat: /proc/partitions: Permission denied") == {}


def test_an_inspection_says_it(tmp_path: Path) -> None:
    def told(name: str, properties: Mapping[str, str]) -> str:
        tools = install(tmp_path / name, properties=properties)
        return ask(inspection_questions(lambda: secrets.token_hex(16), timeout_s=10)[2], tools)[1][CONTRADICTIONS]

    assert told("honest", {}) == ""
    assert "release_sdk" in told("forged", {"ro.build.version.release": "16", "ro.system.build.version.release": "16"})
    assert told("mute", {"ro.build.version.security_patch": ""}) == "unknown"


UDID, ECID = "00008101000a1b2c3d4e001e", str(0xA1B2C3D4E001E)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"system.version": "18.5", "system.build": "22F76", "identity.udid": UDID, "identity.ecid": ECID}, ""),
        ({"system.version": "26.1", "system.build": "23B85"}, ""),
        ({"system.version": "27.0", "system.build": "24A437"}, ""),
        ({"system.version": "99.1", "system.build": "22F76"}, "unknown"),
        ({"system.version": "19.0", "system.build": "23A341"}, "unknown"),  # there is none between 18 and 26
        ({"system.version": "27.0", "system.build": "15A432"}, "version_build"),
        ({"system.version": "8.4", "system.build": "23A1"}, "version_build"),
        ({"system.version": "8.4", "system.build": "12H143"}, ""),
        ({"system.version": "18.5", "system.build": "22F5053f"}, ""),
        ({"system.version": "26.1", "system.build": "19H370"}, "version_build"),
        (
            {"system.version": "18.5", "system.build": "22F76", "identity.udid": UDID, "identity.ecid": "77"},
            "udid_ecid",
        ),
        ({"system.version": "18.5", "identity.udid": UDID, "identity.ecid": ECID}, "unknown"),
        ({"system.version": "18.5", "system.build": "malformed"}, "unknown"),
        ({"system.version": "18.5", "system.build": "22F76", "identity.udid": "a" * 40, "identity.ecid": ECID}, ""),
    ],
)
def test_an_iphone_is_held_against_itself(values: Mapping[str, str], found: str) -> None:
    assert of_iphone(values)[CONTRADICTIONS] == found
