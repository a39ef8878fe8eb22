# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an iPhone's kernel stopped, as families: the sentence of a panic report is looked at and let go.

A report names a person's apps and habits nowhere we look: only the sentence that the kernel left (`panicString`) is
searched, for the words below, and only the number of reports of each family leaves the driver. A family is a clue, not
a diagnosis: the same words come from several faults. The first row that fits decides.

Sources: ifixit.com/Wiki/iPhone_Kernel_Panics and public lists of repairers, read; which words which iOS uses is
unconfirmed.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MOST_READ = 12
"""So many reports are read, the newest by their names; more than these leave the rest unknown."""
MOST_BYTES = 64 * 1024
"""So much of a report is read: the sentence stands near its beginning."""
UNKNOWN = "unknown"
_SENTENCE = 4096
_FIRST_LINE = 300
_BEGINS = b'"panicString"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`hardware`: repairers take it for a part that fails. `anywhere`: its words may stand below the first line."""

    name: str
    words: tuple[str, ...]
    hardware: bool = True
    anywhere: bool = False


FAMILIES: tuple[Family, ...] = (
    Family(name="sensor_missing", words=("missing sensor",), anywhere=True),
    Family(name="heat", words=("applesochot", "soc hot", "thermal trap")),
    Family(name="storage", words=("ans2", "nvme", "anc-postnand", "applenand")),
    Family(name="secure_enclave", words=("sep panic", "sep rom", "sep rootp")),
    Family(name="display", words=("dcp panic", "dcp data abort", "display not usable")),
    Family(name="always_on_processor", words=("aop panic", "aop data abort", "aop nmi")),
    Family(name="power", words=("smc panic", "smc data abort", "smc prefetch abort", "tristar", "applehpm")),
    Family(name="modem", words=("baseband",)),
    Family(name="wifi", words=("bcmwlan",)),
    Family(name="camera", words=("isp panic", "appleh", "camin")),
    Family(name="bus", words=("i2c0", "i2c1", "i2c2", "i2c3", "i2c4", "spmi")),
    Family(name="graphics", words=("gfx fw", "agx", "gpu recovery")),
    Family(name="watchdog", words=("watchdog timeout", "no successful checkins"), hardware=False),
    Family(name="kernel", words=("kernel data abort", "kernel instruction fetch", "undefined kernel"), hardware=False),
)
HARDWARE = frozenset(family.name for family in FAMILIES if family.hardware)


def family_of_report(report: bytes) -> str:
    """The family of one report's beginning, `unknown` when its sentence is not found or not placed."""
    place = report.find(_BEGINS)
    if place < 0:
        return UNKNOWN
    after = report[place + len(_BEGINS) :][:_SENTENCE].lower()
    begins = after.find(b'"')
    sentence = after[begins + 1 :] if begins >= 0 else b""
    # Line ends are written as \n inside the text of the report.
    first = sentence.split(b"\\n", 1)[0][:_FIRST_LINE]
    for family in FAMILIES:
        where = sentence if family.anywhere else first
        if any(word.encode() in where for word in family.words):
            return family.name
    return UNKNOWN


def counted(families: Iterable[str], *, unread: int) -> dict[str, int]:
    """How many reports of each family; those that nobody read are unknown."""
    counts = Counter(families)
    counts[UNKNOWN] += unread
    return {name: number for name, number in counts.items() if number}
