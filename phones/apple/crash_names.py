# SPDX-License-Identifier: GPL-3.0-or-later
"""What the names in an iPhone's crash report folder say: kernel panics, forced restarts, and what is neither.

Only names are looked at. A name of no known family is counted as unknown, so that "no panics" is never said of a
report nobody could place. The first row that fits decides; letters are compared in lower case.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FOLDERS_WITH_REPORTS = ("Retired", "Panics")
"""Folders whose files are reports of this phone: Retired holds those that a computer has already fetched [read:
libimobiledevice tools/idevicecrashreport.c]; Panics is of old systems [unconfirmed]."""


class ReportFamily(StrEnum):
    """What a report is about."""

    PANIC = "panics"  # the kernel, or what it watches over, stopped
    FORCED_RESET = "forced_resets"  # restarted by holding its buttons; the report of a running system
    RESET = "resets"  # the next start counts a reset, whoever caused it: a panic, a person, the watchdog
    OTHER = "other"  # says nothing of the kernel
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRow:
    """A family and the beginning of its names, in lower case."""

    begins: str
    family: ReportFamily
    source: str


# Seen: in public lists of files of phones and Macs, whose systems share these names.
_ROWS: tuple[NameRow, ...] = (
    NameRow(begins="panic-full", family=ReportFamily.PANIC, source="bug type 210; seen, iOS 9 and later"),
    NameRow(begins="panic-base+socd", family=ReportFamily.PANIC, source="with the chip's dump; seen, A15 on"),
    NameRow(begins="panic-base", family=ReportFamily.PANIC, source="seen, newer chips"),
    NameRow(begins="panic", family=ReportFamily.PANIC, source="whatever else begins so [unconfirmed]"),
    NameRow(begins="latestpanic", family=ReportFamily.OTHER, source="a link to one of the others [unconfirmed]"),
    NameRow(begins="latestcrash", family=ReportFamily.OTHER, source="a link to one of the others; seen, iOS 4 to 8"),
    NameRow(begins="kernel.", family=ReportFamily.OTHER, source="kernel.cpu_resource and the like; seen"),
    NameRow(begins="forcereset", family=ReportFamily.FORCED_RESET, source="bug type 151; seen, iOS 13 on"),
    NameRow(begins="resetcounter", family=ReportFamily.RESET, source="bug type 115, Boot faults: wdog, btn_rst; seen"),
    NameRow(
        begins="systemmemoryreset", family=ReportFamily.OTHER, source="memory ran out, nothing of the kernel; seen"
    ),
    NameRow(begins="jetsamevent", family=ReportFamily.OTHER, source="bug type 298, processes ended for memory; seen"),
    NameRow(begins="lowmemory", family=ReportFamily.OTHER, source="the same before iOS 8; seen"),
    NameRow(begins="lowbatterylog", family=ReportFamily.OTHER, source="switched off for want of charge; seen"),
    NameRow(begins="stacks", family=ReportFamily.OTHER, source="bug type 288, a snapshot of all stacks; seen"),
    NameRow(begins="stackshot", family=ReportFamily.OTHER, source="the same before iOS 10; seen"),
    NameRow(begins="excuserfault_", family=ReportFamily.OTHER, source="a fault that the process lived through; seen"),
    NameRow(begins="excresource_", family=ReportFamily.OTHER, source="a process over its budget; seen"),
    NameRow(begins="otaupdate", family=ReportFamily.OTHER, source="update of the system; seen"),
    NameRow(begins="restore", family=ReportFamily.OTHER, source="restore of the system; seen"),
    NameRow(begins="analytics", family=ReportFamily.OTHER, source="statistics; seen"),
    NameRow(begins="log-aggregated", family=ReportFamily.OTHER, source="statistics; seen"),
    NameRow(begins="log-power", family=ReportFamily.OTHER, source="statistics; seen"),
    NameRow(begins="log-bb", family=ReportFamily.OTHER, source="statistics of the modem; seen"),
    NameRow(begins="proactive_event_tracker", family=ReportFamily.OTHER, source="statistics; seen"),
    NameRow(begins="xp_amp_app_usage", family=ReportFamily.OTHER, source="statistics; seen"),
    NameRow(begins="sirisearchfeedback", family=ReportFamily.OTHER, source="statistics; seen"),
    NameRow(begins="proxieddevice", family=ReportFamily.OTHER, source="reports of a paired watch; seen"),
    NameRow(begins="retired", family=ReportFamily.UNKNOWN, source="a folder that could not be looked into"),
)

# In a name of no known family these parts may mean a stop of the whole system.
_SUSPECT = ("panic", "reset", "watchdog", "wdog", "socd", "kernel", "iboot", "sepos", "coprocessor", "reboot")
# `<process>-2026-09-01-111111[.000].ips`, also with a number before `.ips`, and `.ips.synced`, `.crash`, `.plist`;
# before iOS 8 `<process>_2013-05-10-101112_<device>.crash`.
_OF_A_PROCESS = re.compile(r"[^/]{1,200}[-_][0-9]{4}-[0-9]{2}-[0-9]{2}[-_][0-9]{6}[^/]{0,80}")


def family_of(name: str) -> ReportFamily:
    """The family of one name in the folder, or of a path below it."""
    last = name.replace("\\", "/").rpartition("/")[2].strip().lower().lstrip(".")
    for row in _ROWS:
        if last.startswith(row.begins):
            return row.family
    if any(part in last for part in _SUSPECT):
        return ReportFamily.UNKNOWN
    if "." not in last or _OF_A_PROCESS.fullmatch(last):
        return ReportFamily.OTHER  # a folder of some service, or the crash of one process
    return ReportFamily.UNKNOWN


def count_reports(names: Iterable[str]) -> dict[str, int]:
    """How many reports of each family that says something of the kernel; the names themselves stay here."""
    counted = Counter(family_of(name) for name in names if name not in ("", ".", ".."))
    wanted = (ReportFamily.PANIC, ReportFamily.FORCED_RESET, ReportFamily.RESET, ReportFamily.UNKNOWN)
    return {family.value: counted[family] for family in wanted}
