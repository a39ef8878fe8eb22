# SPDX-License-Identifier: GPL-3.0-or-later
"""A payload of every kind of ledger entry, as it stands in ledgers."""

from collections.abc import Mapping

from station.ledger.event import Event
from station.ledger.events import read_event
from station.ledger.stages import EntryKind

WRITTEN: Mapping[EntryKind, Mapping[str, object]] = {
    EntryKind.JOB_OPENED: {
        "port": "1-1", "slot": "A1", "platform": "android", "emulated": True, "salt": "5a" * 16, "attempt": 1,
        "policy": {"name": "basic", "minimum_nist": "clear", "require_validation": True}, "usb_serial": "R58",
        "performed_by": {"name": "W", "role": "operator"}, "bound": ["r58"], "acquisition": {"reference": "7"},
        "disclosures": {},
    },
    EntryKind.EVIDENCE: {
        "number": 1, "at": "2026-11-21T10:00:00.000001Z", "moment": "before", "port": "1-1", "link": "adb",
        "asked": "android.inspect", "outcome": "answered", "values": {"system.version": "16"}, "digest": "ab" * 32,
    },
    EntryKind.IDENTITY: {
        "phone": {
            "maker": "Google", "model": "GKV4X", "marketing_name": "Pixel 9", "serial": "S1", "imei1": "1",
            "imei2": "2", "udid": "", "ecid": "",
        },
        "attempt": 2,
    },
    EntryKind.PROBLEMS: {"codes": ["battery_low"]},
    EntryKind.METHOD: {"method": "android_harness", "mark": "ab" * 16, "attempt": 1},
    EntryKind.STEP_BEGUN: {"step": "canary"},
    EntryKind.ABOUT_TO_ERASE: {"step": "reset", "method": "android_harness", "attempt": 1, "nonce": "ab" * 16},
    EntryKind.STEP_DONE: {"step": "canary"},
    EntryKind.VERDICT: {"verdict": "passed", "level": "E2", "reasons": []},
    EntryKind.CORRECTED: {
        "question": "screen", "before": "defect", "after": "ok", "by": "W", "role": "operator", "reason": "a slip",
        "evidence": {
            "number": 9, "at": "2026-11-21T10:00:00.000001Z", "moment": "final", "port": "1-1", "link": "operator",
            "asked": "operator.correction", "outcome": "answered", "values": {"statement.screen": "ok"},
            "digest": "ab" * 32,
        },
    },
    EntryKind.VALIDATION: {
        "decision": "accepted", "by": "V", "role": "validator", "grounds": "", "at": "2026-11-21T10:00:00.000000Z",
        "certificate": "AAE=", "signature": "",
    },
    EntryKind.FAILURE: {"reason": "phone_lost"},
    EntryKind.CERTIFICATE: {
        "id": "PW-0000-0000-0000-0001", "outcome": "certificate", "file": "PW-0000-0000-0000-0001-certificate.pdf",
        "record": "{}", "statement": "AAE=", "title": "certified", "reasons": [],
    },
    EntryKind.REPORT: {
        "id": "PW-0000-0000-0000-0002", "outcome": "report", "file": "PW-0000-0000-0000-0002-report.pdf",
        "record": "{}", "statement": "AAE=", "title": "failed", "reasons": ["phone_lost"],
    },
    EntryKind.MOVE: {"from": "SEEN", "to": "IDENTIFIED", "because": [3]},
    EntryKind.RESUMED: {"stage": "ERASING"},
    EntryKind.LOG_ANCHOR: {"origin": "log.example", "tag": "ab" * 16, "station": "cd" * 8, "anchor": ["log.example"]},
    EntryKind.LOG_START: {"origin": "log.example", "tag": "ab" * 16, "start": 4, "attempt": 1},
    EntryKind.LOGGED: {"id": "PW-0000-0000-0000-0001", "index": 5, "replaces": ""},
    EntryKind.PRINTED: {
        "id": "PW-0000-0000-0000-0001", "proof": "AAE=", "store": True, "certificates": ["AAE="],
        "revocation_lists": [],
    },
    EntryKind.HANDED_OUT: {"id": "PW-0000-0000-0000-0001", "file": "PW-0000-0000-0000-0001-certificate.pdf"},
    EntryKind.OPENINGS: {"openings": [{"name": "serial", "salt": "5a" * 16, "value": "S1"}]},
    EntryKind.REPLACED: {"id": "PW-0000-0000-0000-0001", "by": "PW-0000-0000-0000-0003", "reason": "erased_again"},
    EntryKind.WITHDRAWN: {
        "id": "PW-0000-0000-0000-0001", "reason": "rejected", "by": "V", "role": "validator", "grounds": "",
        "logged": "rejected",
        "signed": {
            "decision": "rejected", "by": "V", "role": "validator", "grounds": "",
            "at": "2026-11-21T10:00:00.000000Z", "certificate": "AAE=", "signature": "AAE=",
        },
    },
    EntryKind.CHECKPOINT: {
        "number": 7, "hash": "ab" * 32, "unfinished": ["TESTJOB1"], "key": "cd" * 8, "signature": "AAE=",
    },
    EntryKind.SAMPLE: {"period": "2026-W47", "percent": 5, "number": 20, "sha256": "ab" * 32, "log_size": 61},
    EntryKind.SAMPLE_DRAWN: {"period": "2026-W47", "index": 61, "root": "ab" * 32, "chosen": ["PW-1"]},
    EntryKind.SAMPLE_RESULT: {
        "id": "PW-1", "period": "2026-W47", "found": "none", "tool": "T", "by": "V", "grounds": "",
    },
    EntryKind.STATED: {
        "fields": {"asset_tag": "A-1", "lot": "W48"}, "by": "Li Wei", "role": "operator", "number": "", "slot": "",
        "ahead": 7, "stated_at": "2026-11-21T10:00:00.000000Z",
    },
    EntryKind.LOT: {
        "lot": "W48", "by": "Li Wei", "role": "operator", "open": False, "expected": 20,
        "models": [{"model": "Pixel 9", "expected": 12}], "closed_with": {"missing": "2"},
    },
}  # fmt: skip
"""A payload of every kind as it stands in ledgers: change nothing here, add."""


def an_event(kind: EntryKind) -> Event:
    """One of that kind."""
    return read_event(kind, WRITTEN[kind])
