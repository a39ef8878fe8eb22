# SPDX-License-Identifier: GPL-3.0-or-later
"""Every report name has a family, or is counted as one that nobody knows; no panic becomes none by its name.

The names are real ones of public reports: issues of libimobiledevice and pymobiledevice3, sysdiagnose listings.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.apple.crash_names import ReportFamily, count_reports, family_of
from phones.apple.parts import PartAnswer, encode
from phones.apple.readers import read_batch
from phones.link import Reply

PANICS = [
    "panic-full-2026-10-21-130124.000.ips",
    "panic-full-2026-10-21-130124.0002.ips",
    "panic-base+socd-2026-10-20-130124.000.ips",
    "panic-base-2026-10-20-130124.000.ips",
    "panic-full+socd-2026-10-20-130124.000.ips",
    "Panic-Full-2026-10-21-130124.ips",
    "panic-full-2026-10-21-130124.ips.synced",
    "panic-full-2026-10-21-130124.0002 2.ips",
    ".panic-full-2026-10-21-130124.0002.ips",
    "Retired/panic-full-2026-10-22-090000.000.ips",
    "Panics/panic-2013-05-10-101112.plist",
    "panic-something-new-2030-01-01-000000.ips",
]
FORCED = ["forceReset-full-2026-08-08-012443.0002.ips", "Retired/forceReset-full-2026-03-12-111038.0002.ips"]
RESETS = ["ResetCounter-2026-08-08-012512.ips", "Retired/ResetCounter-2026-08-08-012512.ips.synced"]
OTHERS = [
    "JetsamEvent-2026-09-01-111111.ips",
    "JetsamEvent-2026-03-08-170719 2.ips",
    "LowMemory-2014-02-03-101112.plist",
    "LowBatteryLog-2014-02-03-101112.plist",
    "stacks-2025-04-14-233819.ips",
    ".stacks-2025-04-15-052443.ips",
    "ExcUserFault_SafariViewService-2026-03-09-121611.ips",
    "MobileMail.diskwrites_resource-2026-03-09-083737 2.ips",
    "kernel.cpu_resource-2026-03-09-083737.ips",
    "SpringBoard-2026-09-01-111111.ips",
    "SpringBoard-2026-09-01-111111.000.ips.synced",
    "MobileSafari_2013-05-10-101112_Some-iPhone.crash",
    "OTAUpdate-2026-01-01-010101.ips",
    "Analytics-2026-09-01-111111.ips.ca.synced",
    "log-aggregated-2026-09-01-111111.ips",
    "SystemMemoryReset-2026-09-01-111111.ips",
    "ProxiedDevice-a1b2c3",
    "DiagnosticLogs",
    "Assistant",
]
UNKNOWN = [
    "Retired",  # could not be looked into
    "SEPPanic-2027-01-01-000000.ips",
    "aopWatchdog-2027-01-01-000000.ips",
    "Kernel_2027-01-01-000000.panic",
    "socd-2027-01-01-000000.ips",
    "iBoot-stop-2027-01-01-000000.ips",
    "UserspaceReboot-2027-01-01-000000.ips",
    "something.ips",
    "1.dat",
]


@pytest.mark.parametrize(
    ("names", "family"),
    [
        (PANICS, ReportFamily.PANIC),
        (FORCED, ReportFamily.FORCED_RESET),
        (RESETS, ReportFamily.RESET),
        (OTHERS, ReportFamily.OTHER),
        (UNKNOWN, ReportFamily.UNKNOWN),
    ],
)
def test_each_name_is_of_its_family(names: list[str], family: ReportFamily) -> None:
    assert {name: family_of(name) for name in names} == dict.fromkeys(names, family)


def _values(names: list[str]) -> dict[str, str]:
    answer = PartAnswer(status="ok", value=count_reports(names))
    return dict(read_batch(Reply(body=encode({"panics": answer}))))


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ([], "0"),
        ([*OTHERS, ".", ".."], "0"),
        (["panic-base+socd-2026-10-20-130124.000.ips", "panic-full-2026-10-21-130124.000.ips", *FORCED, *OTHERS], "2"),
        (["panic-base-2026-10-20-130124.000.ips", *UNKNOWN], "1"),
        (["Retired/panic-full-2026-10-22-090000.000.ips"], "1"),
        (["SEPPanic-2027-01-01-000000.ips"], "unknown"),
        (["Retired", "JetsamEvent-2026-09-01-111111.ips"], "unknown"),
        ([FORCED[0], RESETS[0]], "0"),  # the same restart, told twice
        ([RESETS[0]], "unknown"),  # a reset nobody accounts for: the watchdog leaves no other report
    ],
)
def test_no_panics_is_said_only_of_reports_that_were_all_placed(names: list[str], count: str) -> None:
    assert _values(names)["panics.count"] == count


def test_restarts_by_hand_and_unknown_reports_are_counted_apart() -> None:
    values = _values([*FORCED, *UNKNOWN])
    assert (values["panics.forced_resets"], values["panics.unknown_reports"]) == ("2", str(len(UNKNOWN)))


@given(st.lists(st.sampled_from([*PANICS, *FORCED, *RESETS, *OTHERS, *UNKNOWN]), max_size=12))
def test_more_reports_never_make_fewer_panics(names: list[str]) -> None:
    panics = sum(name in PANICS for name in names)
    count = _values(names)["panics.count"]
    assert count == str(panics) if panics else count in ("0", "unknown")


@given(st.text(max_size=60))
def test_no_name_breaks_the_table(name: str) -> None:
    assert family_of(name) in ReportFamily
