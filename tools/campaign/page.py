# SPDX-License-Identifier: GPL-3.0-or-later
"""What a campaign has counted, as docs/campaign.md and as one sentence in docs/methods.md."""

import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.support.grid.case import KINDS, STATION_EACH
from tests.support.grid.life import RECORD_EACH
from tests.support.grid.routes import MEANINGLESS, routes
from tools.campaign.block import Block
from tools.campaign.state import Campaign
from virtual_phones.android import behaviour as android
from virtual_phones.iphone import behaviour as iphone
from virtual_phones.storage.lies import LIES

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "campaign.md"
METHODS = ROOT / "docs" / "methods.md"
BEGIN = "<!-- written by python -m tools.campaign; do not edit by hand -->"
END = "<!-- end of the campaign -->"
RULE_OF_THREE = 3.0
"""No event in n trials: with 95 % confidence the rate is below 3/n (n large; -ln 0.05 = 2.996)."""
FALSE = ("certified_with_data", "certified_a_liar", "certified_what_proves_nothing", "overwritten_by_a_liar")
KIND_WORDS: Mapping[str, str] = {
    "honest": "nothing is wrong",
    "one": "one misbehaviour",
    "several": "two to four misbehaviours",
    "faults": "one to three faults of the wire, with or without a misbehaviour",
    "swap": "another phone is put in while the first is away, with or without a misbehaviour",
    "person": "the person does not do, or does not say, what is right, with or without a misbehaviour",
    "crash": "the station dies at some piece of evidence and is started again, with or without a misbehaviour",
}
SENTENCES: Mapping[str, str] = {
    **android.MISBEHAVIOURS,
    **android.MISBEHAVIOURS_IN_FASTBOOT,
    **android.MISBEHAVIOURS_IN_RESCUE,
    **android.MISBEHAVIOURS_IN_RECOVERY,
    **LIES,
    **{name: text for name, text in iphone.MISBEHAVIOURS.items() if name not in android.MISBEHAVIOURS},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A campaign's sums. `rate`: lives a second with so many processes; `cpu_rate`: a second of one processor.
    `blocks`: that many from the first on, none left out. `code`: git's ids of what they were lived with (`carry.CODE`).
    """

    seed: int
    commit: str
    short: str
    workers: int
    rate: float
    cpu_rate: float
    machine: str
    counts: Mapping[str, int]
    wrongs: tuple[str, ...] = ()
    blocks: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    code: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        campaign: Campaign,
        blocks: Iterable[Block],
        workers: int,
        *,
        before: Self | None = None,
        code: Mapping[str, str] | None = None,
    ) -> Self:
        """The sums over these blocks, and over those of `before`."""
        counts, wall, cpu, wrongs, done = Counter[str](), 0.0, 0.0, list[str](), 0
        if before is not None:
            counts.update(before.counts)
            wall, cpu, done = before.wall_s, before.cpu_s, before.blocks
        for block in blocks:
            done += 1
            counts.update(block.counts)
            wall, cpu = wall + block.wall_s, cpu + block.cpu_s
            wrongs += block.wrongs
        lives = counts["lives"]
        return cls(
            seed=campaign.seed,
            commit=campaign.commit,
            short=campaign.short,
            workers=workers,
            rate=round(lives * workers / wall, 1) if wall else 0.0,
            cpu_rate=round(lives / cpu, 1) if cpu else 0.0,
            machine=machine(),
            counts=dict(sorted(counts.items())),
            wrongs=tuple(wrongs),
            blocks=done,
            cpu_s=round(cpu, 3),
            wall_s=round(wall, 3),
            code=dict(code or {}),
        )

    @property
    def lives(self) -> int:
        """All lives."""
        return self.counts.get("lives", 0)

    @property
    def certificates(self) -> int:
        """Certificates given."""
        return self.counts.get("certificate", 0)

    @property
    def false(self) -> int:
        """Certificates that must never be, each counted under every word it earned."""
        return sum(self.counts.get(f"wrong/{word}", 0) for word in FALSE)

    @property
    def wrong(self) -> int:
        """Other lives that ended as none may: an honest phone refused, a program that broke."""
        return sum(number for name, number in self.counts.items() if name.startswith("wrong/")) - self.false

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {name: value for name, value in asdict(self).items() if name != "wrongs"}


def machine() -> str:
    """Processor and Python, in words."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = (line.partition(":") for line in cpuinfo.read_text("utf-8", "replace").splitlines())
        model = next((value.strip() for name, _, value in lines if name.strip() == "model name"), "")
    return f"{model or platform.machine()}, Python {platform.python_version()}"


def bound(trials: int) -> str:
    """The rule of three, as a per mille text."""
    return f"{RULE_OF_THREE / trials * 1000:.4f} ‰ (3/{trials:,})" if trials else "unknown: no such life"


def sentence(told: Told) -> str:
    """English and Chinese in a few lines; what docs/methods.md says."""
    lied, tried = told.counts.get("lied", 0), told.counts.get("lied_at_stake", 0)
    return (
        f"Simulated: {told.lives:,} lives of virtual phones (seed {told.seed}, commit {told.short}), "
        f"{lied:,} of them with a phone that lies, {tried:,} of those driven to a verdict by a method that "
        f"can certify: "
        f"{told.certificates:,} certificates, {told.false} of them false.\n"
        f"95 % bound for a false certificate among those: {bound(tried)}; of this simulator's lies, "
        "not of real phones. See [docs/campaign.md](campaign.md).\n"
        f"模拟：虚拟手机 {told.lives:,} 次全流程（种子 {told.seed}，提交 {told.short}），"
        f"其中 {lied:,} 次手机说谎（{tried:,} 次走到可出证书的判定），"
        f"{told.certificates:,} 份证书中虚假 {told.false} 份。\n"
        f"说谎手机得到虚假证书的 95 % 上限：{bound(tried) if tried else '未知'}；"
        "只对本模拟器的谎言成立，不代表真实手机。\n"
    )


def write(told: Told, target: Path, *, methods: Path | None) -> None:
    """Write the document, and the sentence between the marks of `methods`; a kill leaves the old one or the new."""
    _replace(target, document(told))
    if methods is not None:
        text = methods.read_text("utf-8")
        before, mark, rest = text.partition(BEGIN)
        after = rest.partition(END)[2]
        if mark:
            _replace(methods, f"{before}{BEGIN}\n\n{sentence(told)}\n{END}{after}")


def _replace(target: Path, text: str) -> None:
    fresh = target.with_name(f".{target.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)


def document(told: Told) -> str:
    """The whole of docs/campaign.md."""
    counts = told.counts
    lied, held = counts.get("lied", 0), counts.get("holds_data", 0)
    found = routes()
    lines = [
        "# Campaign of simulated lives",
        "",
        f"<!-- written by python -m tools.campaign; do not edit by hand: {json.dumps(told.plain())} -->",
        "",
        sentence(told),
        "**This is simulation.** No real phone was touched. A life is one virtual phone from the moment it is plugged",
        "in to the record of its paper: the program's own inspection, steps, judge and law of the record, in virtual",
        "time. The virtual phones are written by the same project, from documents; they lie only in the ways that",
        "somebody here has thought of, and as often as the draw says, not as often as phones do.",
        "",
        "What it shows: over these combinations the program gave no certificate to a phone that the simulator knows to",
        "hold its first owner's data, to have lied in a way that matters to the method, or to have been another phone;",
        "and it refused no honest phone on a method that certifies.",
        "What it does not show: how any real phone behaves, lies that nobody here has thought of, firmware that lies",
        "as root (each certificate says so), the drawing and signing of the page, the USB stack and the adb server,",
        "and a person who deceives the program on purpose in more ways than those below.",
        "",
        "## The sums",
        "",
        "| | |",
        "|---|---|",
        f"| lives | {told.lives:,} |",
        f"| seed | {told.seed} |",
        f"| commit | `{told.commit or 'unknown'}` |",
        f"| certificates | {told.certificates:,} |",
        f"| **false certificates** | **{told.false}** |",
        f"| honest phones on certifying methods; refused | {counts.get('honest', 0):,}; "
        f"{counts.get('wrong/refused_an_honest_phone', 0)} |",
        f"| lives that broke the program | {counts.get('wrong/broken', 0)} |",
        f"| phones that lied in a way that matters to their method | {lied:,} |",
        f"| of those driven to a verdict, not stopped before the erase | {counts.get('lied_and_tried', 0):,} |",
        f"| of those by a method that can certify | {counts.get('lied_at_stake', 0):,} |",
        f"| 95 % upper bound, false certificates among these | {bound(counts.get('lied_at_stake', 0))} |",
        f"| 95 % upper bound, false certificates among phones that lied | {bound(lied)} |",
        f"| lives that ended with data on the phone, or with another phone | {held:,} |",
        f"| 95 % upper bound, certificates among those | {bound(held)} |",
        f"| lives under the whole station (ledger, worker, paper issuer) | {counts.get('station', 0):,} |",
        f"| records made by the law of the record | {counts.get('record', 0):,} |",
        f"| lives a second, {told.workers} processes | {told.rate:,} |",
        f"| lives a second of one processor's time | {told.cpu_rate:,} |",
        f"| machine | {told.machine} |",
        "",
        "The bounds are the rule of three: after n trials without an event its rate is below 3/n with 95 % confidence.",
        "They hold for lives drawn as these were, and for nothing else.",
        f"Where an honest phone of a certifying method has passed, its record is made by the law; of the others every "
        f"{RECORD_EACH}th. One life in {STATION_EACH} of most methods runs under the whole station.",
        "The bounds are worthless when a false certificate is counted; then the lives are printed by the tool.",
        "",
        "## How it is repeated",
        "",
        f"`make campaign LIVES={told.lives} SEED={told.seed}` at that commit gives the same counts, on any machine and",
        "with any number of processes; stopped, with Ctrl-C or `kill -9`, it goes on where it was. With more lives it",
        "goes on from this document, on another machine too, as long as what lives are lived with has not been changed",
        "since; then it begins anew.",
        "",
        "## By method",
        "",
        "| method | lives | certificates | honest phones, all of them certified | certifies |",
        "|---|---|---|---|---|",
        *(
            f"| `{name}` | {counts.get(f'method/{name}', 0):,} | {counts.get(f'certified/{name}', 0):,} | "
            f"{counts.get(f'honest/{name}', 0):,} | {'yes' if found[name].certifies else 'no, a report'} |"
            for name in found
        ),
        "",
        "## By what goes wrong",
        "",
        "| | lives |",
        "|---|---|",
        *(f"| {KIND_WORDS[kind]} | {counts.get(f'kind/{kind}', 0):,} |" for kind in KINDS),
        "",
        "| how it ended | lives |",
        "|---|---|",
        *(
            f"| {name.removeprefix('ended/').replace('_', ' ')} | {number:,} |"
            for name, number in counts.items()
            if name.startswith("ended/")
        ),
        "",
        "## By misbehaviour",
        "",
        "Driven: not stopped before the erase by a problem that the program names.",
        "Certified: only where it means nothing to the method, as listed below the table, or where a storage lied and",
        "the paper claims no overwriting.",
        "",
        "| misbehaviour | the phone | lives | driven | certified |",
        "|---|---|---|---|---|",
        *(
            f"| `{name}` | {SENTENCES.get(name, '').replace('|', '/')} | {counts.get(f'misbehaviour/{name}', 0):,} | "
            f"{counts.get(f'tried/{name}', 0):,} | {counts.get(f'certified_with/{name}', 0):,} |"
            for name in sorted(name.partition("/")[2] for name in counts if name.startswith("misbehaviour/"))
        ),
        "",
        "Means nothing:",
        "",
        *(
            f"- `{method}`: " + "; ".join(f"`{name}`, {why}" for name, why in sorted(harmless.items()))
            for method, harmless in MEANINGLESS.items()
        ),
        "",
    ]
    return "\n".join(lines)
