# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that was not ready, or was cut off, gives no list: neither an empty one nor a short one is taken for whole.

Each line is run by a real shell on tools that print what real services print then (AOSP dumpsys.cpp, cmd.cpp; public
reports of package managers during start).
"""

import secrets
from pathlib import Path

import pytest

from phones.android.inspection import inspection_questions, state_question
from phones.android.not_ready import is_not_ready
from tests.phones.toolbox import ask, install

CUT = "\n*** SERVICE 'x' DUMP TIMEOUT (10000ms) EXPIRED ***\n"
GONE = "Can't find service: x"
BROKEN = "cmd: Failure calling service package: Broken pipe (32)"

CASES = [
    ("accounts", "dumpsys account", f"User UserInfo{{0:x:c13}}:\n  Accounts: 0{CUT}", ("locks.accounts",)),
    ("accounts", "dumpsys account", GONE, ("locks.accounts", "locks.account_types")),
    (
        "users",
        "dumpsys user",
        f"Users:\n  UserInfo{{0:x:c13}} serialNo=0\n    State: RUNNING_UNLOCKED{CUT}",
        ("locks.reset_forbidden", "data.users", "data.user0"),
    ),
    ("policy", "dumpsys device_policy", f"Current Device Policy Manager state:{CUT}", ()),
    ("credential", "dumpsys lock_settings", f"    User 0\n      CredentialType: NONE{CUT}", ()),
    ("keyguard", "dumpsys window policy", f"  secure=false{CUT}", ()),
    ("packages", "pm list packages -3", BROKEN, ("data.packages",)),
    ("packages", "pm list packages -3", f"package:org.example.one\n{BROKEN}", ("data.packages",)),
    ("packages", "pm list packages -3", "Error: Could not access the Package Manager.  Is the system running?", ()),
    ("packages", "pm list packages -3", "\nException occurred while executing 'list':\n\tat x.y", ("data.packages",)),
    ("owners", "dpm list-owners", "Security exception: not allowed\n\nno owners", ()),
    ("volumes", "sm list-volumes all", f"private mounted null\n{GONE}", ("media.sd",)),
]


@pytest.mark.parametrize(("part", "line", "prints", "absent"), CASES)
def test_a_list_that_was_not_ready_or_cut_off_says_nothing(
    part: str, line: str, prints: str, absent: tuple[str, ...], tmp_path: Path
) -> None:
    tools = install(tmp_path / "bin", prints={line: prints})
    _, values = ask(state_question(secrets.token_hex(16), timeout_s=10), tools)
    assert values[f"part.{part}"] == "failed"
    assert not set(absent) & set(values)


def test_where_neither_of_two_services_was_ready_nobody_is_said_to_manage_the_phone(tmp_path: Path) -> None:
    cut = {
        "dumpsys device_policy": f"Current Device Policy Manager state:{CUT}",
        "dpm list-owners": GONE,
        "dumpsys lock_settings": f"      CredentialType: NONE{CUT}",
        "dumpsys window policy": f"  secure=false{CUT}",
    }
    _, values = ask(state_question(secrets.token_hex(16), timeout_s=10), install(tmp_path / "bin", prints=cut))
    assert not {"locks.device_owner", "locks.profile_owner", "locks.lock_screen"} & set(values)


@pytest.mark.parametrize(("prints", "count"), [("", "0"), ("package:org.example.one", "1")])
def test_a_whole_list_is_counted_also_an_empty_one(prints: str, count: str, tmp_path: Path) -> None:
    tools = install(tmp_path / "bin", prints={"pm list packages -3": prints})
    _, values = ask(state_question(secrets.token_hex(16), timeout_s=10), tools)
    assert values["data.packages"] == count


@pytest.mark.parametrize("line", ["pm list packages -3", "pm path com.topjohnwu.magisk"])
def test_signs_of_a_rooted_phone_were_not_looked_for_without_a_package_manager(line: str, tmp_path: Path) -> None:
    tools = install(tmp_path / "bin", prints={line: BROKEN})
    checks = inspection_questions(lambda: secrets.token_hex(16), timeout_s=10)[2]
    whole = ask(checks, install(tmp_path / "whole"))[1]
    _, values = ask(checks, tools)
    assert "tamper.signs" in whole
    assert "tamper.signs" not in values


@pytest.mark.parametrize("text", ["", "Accounts: 0", "no owners", "secure=false", "package:com.example.notready"])
def test_what_a_ready_service_prints_is_no_sign(text: str) -> None:
    assert not is_not_ready(text)
