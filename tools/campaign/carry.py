# SPDX-License-Identifier: GPL-3.0-or-later
"""What an earlier campaign, perhaps on another machine, left in docs/campaign.md, and whether it may be gone on with.

It may when the code that lives are lived with is the same, whatever else has been committed since: git's ids of its
folders and files stand in the head of the document.
"""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools.campaign.block import LIVES
from tools.campaign.page import Told
from tools.campaign.state import Campaign

ROOT = Path(__file__).parents[2]
CODE = (
    "certs",
    "constraints.txt",
    "grading",
    "hardware-fixtures",
    "phones",
    "pyproject.toml",
    "station",
    "tests/support",
    "tests/wipe",
    "tools/campaign",
    "transparency",
    "wipe",
)
"""All that a life's counts depend on."""
_HEAD = re.compile(r"^<!-- written by [^{\n]*(\{.*\}) -->$", re.MULTILINE)


def ids(root: Path = ROOT, commit: str = "HEAD") -> Mapping[str, str]:
    """Git's id of each of CODE at that commit; empty when git cannot tell all of them."""
    try:
        done = subprocess.run(
            ["git", "ls-tree", "--full-tree", commit, *CODE],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    found = {path: about.split()[2] for about, _, path in (line.partition("\t") for line in done.stdout.splitlines())}
    return found if found.keys() == set(CODE) else {}


def told_before(document: Path, campaign: Campaign, code: Mapping[str, str], blocks: int) -> Told | None:
    """What the document tells, when it is the beginning of this campaign: the same seed, lived with the same code, at
    most as many blocks, none left out. None when it is not, or when there is no such document.
    """
    if not (campaign.may_go_on and code and document.is_file()):
        return None
    head = _HEAD.search(document.read_text("utf-8", "replace"))
    try:
        told = Told(**json.loads(head[1])) if head else None
    except (TypeError, ValueError):  # of another version of this tool
        return None
    if told is None or told.seed != campaign.seed or told.code != code:
        return None
    return told if 0 < told.blocks <= blocks and told.lives == told.blocks * LIVES else None
