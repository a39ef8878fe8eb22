# SPDX-License-Identifier: GPL-3.0-or-later
"""The campaign tool: what it counts, what a kill leaves of it, and what the documents say of it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.grid.routes import routes
from tools.campaign import block, carry, page
from tools.campaign.block import Block
from tools.campaign.state import AnotherCampaignError, Campaign, State

CAMPAIGN = Campaign(seed=3, commit="ab" * 20)
FEW = 12


def blocks(path: Path, campaign: Campaign = CAMPAIGN) -> list[int]:
    """Which blocks the file holds."""
    with State(path, campaign) as state:
        return sorted(state.blocks)


def counted(number: int, **counts: int) -> Block:
    """A block as another run counted it."""
    return Block(number=number, counts={"lives": 500, **counts}, wrongs=(), cpu_s=4.0, wall_s=5.0)


def test_a_block_is_counted_the_same_each_time() -> None:
    first, again = (block.run(5, 2, FEW) for _ in range(2))
    assert (first.counts, first.wrongs) == (again.counts, again.wrongs)
    assert first.counts["lives"] == FEW
    assert sum(count for name, count in first.counts.items() if name.startswith("method/")) == FEW
    assert sum(count for name, count in first.counts.items() if name.startswith("ended/")) == FEW


def test_what_was_cut_off_by_a_kill_is_lived_again_and_all_else_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    with State(path, CAMPAIGN) as state:
        state.add(counted(4))
        state.add(counted(1))
    whole = path.read_bytes()
    begin = whole[:-1].rfind(b"\n") + 1
    for end in range(begin, len(whole)):
        path.write_bytes(whole[:end])
        assert blocks(path) == [4]
        with State(path, CAMPAIGN) as state:
            assert list(state.missing(5)) == [0, 1, 2, 3]
            state.add(counted(1))
        assert path.read_bytes() == whole


@pytest.mark.parametrize("other", [Campaign(seed=4, commit="ab" * 20), Campaign(seed=3, commit="cd" * 20)])
def test_lives_of_another_seed_or_commit_are_never_added(tmp_path: Path, other: Campaign) -> None:
    blocks(tmp_path / "state.jsonl")
    with pytest.raises(AnotherCampaignError):
        blocks(tmp_path / "state.jsonl", other)


@pytest.mark.parametrize("commit", ["", "ab" * 20 + "-changed"])
def test_lives_of_files_that_nobody_can_name_are_not_gone_on_with(tmp_path: Path, commit: str) -> None:
    nobodys = Campaign(seed=3, commit=commit)
    with State(tmp_path / "state.jsonl", nobodys) as state:
        state.add(counted(0))
    assert blocks(tmp_path / "state.jsonl", nobodys) == []


def test_the_page_tells_the_sums_the_bound_and_that_it_is_simulation() -> None:
    numbers = [
        counted(0, lied=300, lied_at_stake=100, holds_data=200, certificate=70),
        counted(1, lied=300, holds_data=200),
    ]
    told = page.Told.of(CAMPAIGN, numbers, 2)
    text = page.document(told)
    assert (told.lives, told.certificates, told.false, told.rate, told.cpu_rate) == (1000, 70, 0, 200.0, 125.0)
    for words in (
        "**This is simulation.**",
        "| seed | 3 |",
        "ab" * 20,
        "5.0000 ‰ (3/600)",
        "30.0000 ‰ (3/100)",
        "7.5000 ‰ (3/400)",
    ):
        assert words in text
    for name in routes():
        assert f"| `{name}` |" in text


def test_a_false_certificate_is_counted_as_one() -> None:
    wrong = {"wrong/certified_with_data": 1, "wrong/broken": 2, "lied": 3}
    told = page.Told.of(CAMPAIGN, [counted(0, **wrong)], 2)
    assert (told.false, told.wrong) == (1, 2)
    assert "| **false certificates** | **1** |" in page.document(told)


def test_the_sentence_of_the_methods_is_that_of_the_campaign(tmp_path: Path) -> None:
    methods = tmp_path / "methods.md"
    methods.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n", encoding="utf-8")
    told = page.Told.of(CAMPAIGN, [counted(0, lied=300)], 2)
    page.write(told, tmp_path / "campaign.md", methods=methods)
    assert methods.read_text("utf-8") == f"before\n{page.BEGIN}\n\n{page.sentence(told)}\n{page.END}\nafter\n"


def test_the_documents_tell_of_one_campaign_and_it_has_no_false_certificate() -> None:
    text = page.METHODS.read_text("utf-8")
    inside = text.partition(page.BEGIN)[2].partition(page.END)[0].strip()
    if not page.TARGET.exists():
        assert inside == "No campaign has been run at this commit."
        return
    found = re.search(r"^<!-- written by [^{]*(\{.*\}) -->$", page.TARGET.read_text("utf-8"), re.MULTILINE)
    assert found is not None
    told = page.Told(**json.loads(found[1]))
    assert (told.false, told.wrong) == (0, 0)
    assert page.sentence(told) in page.TARGET.read_text("utf-8")
    assert inside == page.sentence(told).strip()


CODE = {"phones": "12" * 20, "wipe": "34" * 20}
LIVED = [Block(number=number, counts={"lives": block.LIVES}, wrongs=(), cpu_s=4.0, wall_s=5.0) for number in range(3)]


def written(folder: Path) -> Path:
    """The document of a campaign of two blocks."""
    told = page.Told.of(CAMPAIGN, LIVED[:2], 2, code=CODE)
    page.write(told, folder / "campaign.md", methods=None)
    return folder / "campaign.md"


def test_a_campaign_goes_on_from_what_its_document_tells(tmp_path: Path) -> None:
    elsewhere = replace(CAMPAIGN, commit="cd" * 20)  # something else was committed since, as the document itself
    before = carry.told_before(written(tmp_path), elsewhere, CODE, 3)
    assert before is not None
    assert before.blocks == 2
    gone_on = page.Told.of(elsewhere, LIVED[2:], 2, before=before, code=CODE)
    assert gone_on == page.Told.of(elsewhere, LIVED, 2, code=CODE)


@pytest.mark.parametrize(
    ("campaign", "code", "blocks"),
    [
        (replace(CAMPAIGN, seed=4), CODE, 3),
        (replace(CAMPAIGN, commit="ab" * 20 + "-changed"), CODE, 3),
        (CAMPAIGN, {**CODE, "wipe": "56" * 20}, 3),
        (CAMPAIGN, {}, 3),
        (CAMPAIGN, CODE, 1),
    ],
    ids=["another seed", "changed files", "other code", "code that nobody can name", "fewer lives than it has"],
)
def test_a_document_of_another_campaign_is_not_gone_on_with(
    tmp_path: Path, campaign: Campaign, code: Mapping[str, str], blocks: int
) -> None:
    assert carry.told_before(written(tmp_path), campaign, code, blocks) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [('"blocks": 2', '"blocks": 0'), ('"blocks": 2', '"blocks": 1'), ('"blocks"', '"block"'), ("{", "")],
)
def test_a_document_that_does_not_say_which_blocks_it_tells_of_is_not_gone_on_with(
    tmp_path: Path, old: str, new: str
) -> None:
    document = written(tmp_path)
    document.write_text(document.read_text("utf-8").replace(old, new), encoding="utf-8")
    assert carry.told_before(document, CAMPAIGN, CODE, 3) is None
    document.unlink()
    assert carry.told_before(document, CAMPAIGN, CODE, 3) is None


def test_only_blocks_in_a_row_are_told(tmp_path: Path) -> None:
    with State(tmp_path / "state.jsonl", CAMPAIGN) as state:
        for each in (LIVED[0], LIVED[2]):
            state.add(each)
        assert [each.number for each in state.in_a_row(3)] == [0]
        assert [each.number for each in state.in_a_row(3, 2)] == [2]
        state.add(LIVED[1])
        assert [each.number for each in state.in_a_row(3)] == [0, 1, 2]
        assert [each.number for each in state.in_a_row(2, 1)] == [1]


def test_a_document_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = written(tmp_path)
    before = document.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        page.write(page.Told.of(CAMPAIGN, LIVED, 2, code=CODE), document, methods=None)
    assert document.read_bytes() == before


def test_all_that_a_life_loads_is_compared_before_a_campaign_goes_on() -> None:
    program = (
        "import sys; from tools.campaign import block; block.run(1, 0, 40)\n"
        "print(*(each.__file__ for each in sys.modules.values() if getattr(each, '__file__', None)), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=carry.ROOT, capture_output=True, text=True, check=True, timeout=300
    )
    loaded = {Path(line).resolve() for line in done.stdout.splitlines() if line}
    ours = {str(path.relative_to(carry.ROOT)) for path in loaded if path.is_relative_to(carry.ROOT)}
    ours = {path for path in ours if not path.startswith(".venv/") and not path.endswith("__init__.py")}
    assert "wipe/judge.py" in ours
    assert [path for path in sorted(ours) if not any(path.startswith(f"{each}/") for each in carry.CODE)] == []


def test_git_tells_the_ids_of_all_that_is_compared() -> None:
    if not (carry.ROOT / ".git").exists():
        pytest.skip("no git here")
    assert carry.ids().keys() == set(carry.CODE)
    assert carry.ids(commit="no-such-commit") == {}
