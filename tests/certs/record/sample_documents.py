# SPDX-License-Identifier: GPL-3.0-or-later
"""Record documents as the issuer writes them, made by hand: what a page can be asked to show.

They are shaped by certs.record.schema (a test checks it); their evidence does not lead to their verdict, because
only the page is of interest here.
"""

import copy
import json
from typing import Any

DIGEST = "4f" * 32
QR_TEXT = (
    "PW1:" + "6BFOXN*TS0BI$ZD-PHQ7I9AD66V5B22CH9M9ESI9XBHXK-%69LQOGI.*V76GCV4*XUA2P-FHT-H4SI/J9WVHWVH+ZE/T9"
    "MX1HRIWQHCR2HL9EIAESHOP6OH6MN9*QHAO96Y2/*13A5-8E6V59I9BZK6:IZW4I:A6J3ARN QT1BGL4OMJKR.K5A*8EIAESHOP6OH6MN9*QHAO9"
)
STATEMENT = bytes(range(200))
CONTENTS_BYTES = 1402


def record_bytes(document: dict[str, Any]) -> bytes:
    """Canonical enough for a page: the real issuer uses RFC 8785."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check(
    name: str, outcome: str = "pass", *, weight: str = "key", limit: str = "", measured: str = ""
) -> dict[str, Any]:
    return {
        "name": name,
        "weight": weight,
        "outcome": outcome,
        "limit": limit,
        "measured": measured,
        "source": "not_checked" if outcome == "not_tested" else "observed",
        "moment": "before",
        "evidence": [1],
    }


def finding(
    rule: str, writer: str, *, kind: str = "requirement", verdict: str = "passed", evidence: tuple[int, ...] = (2,)
) -> dict[str, Any]:
    return {"rule": rule, "kind": kind, "verdict": verdict, "writer": writer, "evidence": list(evidence)}


def condition(state: str, source: str, reason: str) -> dict[str, str]:
    return {"state": state, "source": source, "reason": reason}


def card_overwritten(**changes: Any) -> dict[str, Any]:
    """A memory card of 64 GB that was overwritten and read back."""
    return {
        "capacity_bytes": 63_864_569_856,
        "file_system": "exfat",
        "written_bytes": 63_848_000_000,
        "passes": 1,
        "chunks_total": 60_890,
        "chunks_drawn": 6_089,
        "chunks_matching": 6_089,
        "at_most_ppm": 757,
        "reasons": [],
        **changes,
    }


def android_certificate() -> dict[str, Any]:
    """An Android 16 phone, erased twice in trade-in mode, graded 2."""
    return {
        "schema": "proofwipe/certificate/1",
        "id": "PW-4Q7K-2M9X-TB3C-H8ZD",
        "issued_at": "2026-11-21T14:32:10Z",
        "edition": "2026.11",
        "log": "none",
        "emulated": False,
        "outcome": {"title": "certificate", "reasons": []},
        "job": {
            "id": "J-20261121-0007",
            "attempt": 1,
            "opened_at": "2026-11-21T14:05:41Z",
            "finished_at": "2026-11-21T14:29:58Z",
            "port": "1-1.3",
            "slot": "A3",
            "stage": "VERIFIED",
            "failure": "",
            "problems": [],
        },
        "issuer": {
            "name": "青禾二手手机（深圳）有限公司",
            "address": "深圳市福田区华强北路 1002 号 B 座 1208 室",
            "contact": "cert@qinghe.example · +86 755 5550 0123",
        },
        "station": {"name": "bench-03", "key_id": "9c1f0a77d2e4b863"},
        "performed_by": {"name": "李敏", "role": "技术员 technician"},
        "validation": {
            "decision": "accepted",
            "by": "王建国",
            "role": "质量负责人 quality lead",
            "at": "2026-11-21T14:31:20Z",
            "grounds": "",
            "certificate": "",
            "signature": "",
        },
        "policy": {"name": "basic", "minimum_nist": "clear", "require_validation": True},
        "device": {
            "platform": "android",
            "maker": "Google",
            "model": "Pixel 9",
            "marketing_name": "Google Pixel 9",
            "serial_last4": "7K2Q",
            "imei1_last4": "4417",
            "imei2_last4": "4425",
            "commitments": {
                "serial": "#" + "1a" * 16,
                "imei1": "#" + "2b" * 16,
                "imei2": "#" + "3c" * 16,
                "udid": "",
                "ecid": "",
            },
            "salt": "5d" * 16,
        },
        "device_facts": {
            "system_before": {
                "version": "16",
                "build": "BP4A.251205.006",
                "security_patch": "2026-10-05",
                "fingerprint": "google/tokay/tokay:16/BP4A.251205.006/14401865:user/release-keys",
            },
            "system_after": {"version": "16", "build": "", "security_patch": "", "fingerprint": ""},
            "storage_total_bytes": 128_000_000_000,
            "memory_total_kib": 11_900_000,
            "first_api_level": 34,
            "encryption": "encrypted/file",
            "verified_boot": "green",
        },
        "evidence": [
            {
                "number": 1,
                "at": "2026-11-21T14:06:02.120000Z",
                "moment": "before",
                "port": "1-1.3",
                "link": "trade_in",
                "asked": "trade_in.getstatus",
                "outcome": "answered",
                "values": {"battery.cycles": "312", "battery.health_percent": "87", "product.maker": "Google"},
                "digest": DIGEST,
            },
        ],
        "erase": {
            "method": "android_trade_in",
            "rules_version": "2026.11",
            "rules_sha256": DIGEST,
            "verdict": "passed",
            "level": "E2",
            "final_reset": "same",
            "same_phone": "passed",
            "findings": [
                finding("evaluation_accepted", "system", evidence=(6,)),
                finding("canary_planted", "shell", evidence=(9,)),
                finding("foyer_returned", "system", evidence=(14,)),
                finding("foyer_final", "system", evidence=(22,)),
                finding("canary_gone", "shell", evidence=(18,)),
                finding("marker_works", "shell", evidence=(19,)),
                finding("fingerprint_same", "bootloader", evidence=(2, 17)),
                finding("canary_still_there", "shell", kind="contradiction", evidence=(18,)),
            ],
            "claims": {
                "nist_method": "clear",
                "technique": "forced_recovery_wipe",
                "conditions": {
                    "C1": condition("met", "inferred", "encrypted_since_launch"),
                    "C2": condition("met", "inferred", "aes_256_or_adiantum"),
                    "C3": condition("unknown", "inferred", "key_discarded_not_revoked"),
                    "C4": condition("unknown", "not_checked", "no_statement_on_escrow"),
                    "C5": condition("unknown", "not_checked", "no_module_list"),
                    "C6": condition("met", "inferred", "android_compatibility"),
                },
                "gb_status": "supporting_only",
                "overwriting": None,
                "r2_status": "automated",
            },
            "attestation": {
                "code": "valid",
                "hardware": "strongbox",
                "patch_level": 202610,
                "root": "Google Key Attestation CA1, ECDSA P-384",
                "roots_from": "program",
                "roots_version": 1,
                "roots_date": "2026-11-29",
                "roots_sha256": DIGEST,
                "list_fetched": "2026-11-20",
                "list_sha256": DIGEST,
                "evidence": 2,
            },
            "residues": {
                "userdata": "cleared",
                "accounts": "cleared",
                "sim": "absent",
                "sd": "absent",
                "esim": "unknown",
                "frp": "absent",
                "mdm": "absent",
            },
            "reasons": [],
            "card": None,
        },
        "grade": {
            "scheme": "basic",
            "scheme_version": "2026.11",
            "scheme_sha256": DIGEST,
            "usability": "2",
            "functional": "F5",
            "battery_band": "good",
            "cosmetic": "B",
            "capped_by": ["battery_good", "cosmetic_B"],
            "checks": [
                check("imei"),
                check("integrity"),
                check("verified_boot"),
                check("screen"),
                check("touch"),
                check("buttons"),
                check("sound"),
                check("cameras_work"),
                check("charging"),
                check("storage"),
                check("memory"),
                check("battery_state", limit="≥ 80 %", measured="87 %"),
                check("battery_cycles", limit="≤ 800", measured="312"),
                check("nfc", "not_tested", weight="secondary"),
                check("liquid", "not_applicable", weight="secondary"),
                check("thermal", weight="secondary", limit="≤ 2", measured="0"),
            ],
            "mappings": {"ctia": "1 & B", "r2v3": "F5 / C5-C6", "gbt45656": "text not available"},
        },
        "rules": {"version": "2026.11", "sha256": DIGEST},
        "sealed": {},
        "disclosures": {
            "repairs": "无 none",
            "replaced_parts": "后盖（非原厂） back cover (third party)",
            "warranty": "90 天免费保修 90 days, free repair",
        },
        "retention_until": "2029-11-21",
    }


def apple_certificate() -> dict[str, Any]:
    """An iPhone erased over the cable: purge, E3, nobody validated it."""
    document = android_certificate()
    document.update(
        {
            "id": "PW-80PF-Z5EE-3VYW-N6RA",
            "emulated": True,
            "validation": {
                "decision": "not_required",
                "by": "",
                "role": "",
                "at": "",
                "grounds": "",
                "certificate": "",
                "signature": "",
            },
            "policy": {"name": "basic", "minimum_nist": "clear", "require_validation": False},
            "disclosures": {},
        }
    )
    document["job"].update(port="usbmux-2", slot="B1")
    document["device"].update(
        platform="apple",
        maker="Apple",
        model="iPhone13,2",
        marketing_name="iPhone 12",
        serial_last4="Q1MN",
        imei1_last4="9031",
        imei2_last4="",
    )
    document["device_facts"].update(
        system_before={"version": "18.6", "build": "22G86", "security_patch": "", "fingerprint": ""},
        system_after={"version": "18.6", "build": "22G86", "security_patch": "", "fingerprint": ""},
        storage_total_bytes=128_000_000_000,
        memory_total_kib=None,
        first_api_level=None,
        encryption="",
        verified_boot="",
    )
    document["erase"].update(
        method="apple_mcinstall",
        level="E3",
        findings=[
            finding("stamp_kind", "root", evidence=(12,)),
            finding("old_trust_refused", "system", evidence=(11,)),
            finding("apps_gone", "system", evidence=(12,)),
            finding("oblit_failure", "root", kind="contradiction", evidence=(12,)),
        ],
        claims={
            "nist_method": "purge",
            "technique": "cryptographic_erase_apple",
            "conditions": {
                "C1": condition("met", "inferred", "apple_always_encrypted"),
                "C2": condition("met", "inferred", "apple_aes_256"),
                "C3": condition("met", "inferred", "enclave_key_changed"),
                "C4": condition("unknown", "not_checked", "no_statement_on_escrow"),
                "C5": condition("unknown", "not_checked", "no_module_list"),
                "C6": condition("met", "inferred", "apple_platform_security"),
            },
            "gb_status": "supporting_only",
            "overwriting": None,
            "r2_status": "automated",
        },
        attestation=None,
        residues={
            "userdata": "cleared",
            "activation_lock": "absent",
            "mdm": "absent",
            "sim": "absent",
            "esim": "unknown",
        },
    )
    document["grade"].update(
        usability="3",
        functional="F3",
        battery_band="service",
        cosmetic="B",
        capped_by=["battery_service", "secondary.nfc.not_tested"],
    )
    return document


def failed_report() -> dict[str, Any]:
    """A phone that said done and kept its data."""
    document = android_certificate()
    document.update(
        {
            "schema": "proofwipe/report/1",
            "id": "PW-00AB-7TTQ-91XG-K2HJ",
            "emulated": True,
            "grade": None,
            "disclosures": {},
            "outcome": {"title": "failed", "reasons": ["canary_still_there", "accounts_left", "foyer_not_seen"]},
            "validation": {
                "decision": "awaiting",
                "by": "",
                "role": "",
                "at": "",
                "grounds": "",
                "certificate": "",
                "signature": "",
            },
        }
    )
    document["job"].update(stage="FAILED", failure="not_verified")
    document["erase"].update(
        verdict="failed",
        level="E0",
        final_reset="missing",
        reasons=["canary_still_there", "accounts_left"],
        attestation=None,
        residues={"userdata": "present", "accounts": "present", "sim": "absent", "sd": "absent"},
        findings=[
            finding("canary_still_there", "shell", kind="contradiction", verdict="failed", evidence=(18,)),
            finding("accounts_gone", "system", verdict="failed", evidence=(17,)),
            finding("foyer_returned", "system", verdict="indeterminate", evidence=()),
        ],
        claims={
            "nist_method": "none",
            "technique": "none",
            "conditions": {},
            "gb_status": "none",
            "overwriting": None,
            "r2_status": "fail",
        },
    )
    return document


def blocked_report() -> dict[str, Any]:
    """An iPhone with Activation Lock: nothing was begun."""
    document = failed_report()
    document.update(
        {
            "id": "PW-5SFN-0C2E-WWA7-D3M9",
            "outcome": {"title": "blocked", "reasons": ["activation_lock"]},
        }
    )
    document["job"].update(stage="BLOCKED", failure="", problems=["activation_lock", "sim_present"])
    document["device"].update(apple_certificate()["device"])
    document["device_facts"] = copy.deepcopy(apple_certificate()["device_facts"])
    document["device_facts"]["system_after"]["version"] = ""
    document["erase"].update(
        method="",
        verdict="indeterminate",
        level="none",
        same_phone="indeterminate",
        findings=[],
        attestation=None,
        residues={"activation_lock": "present"},
        reasons=["unknown_method"],
    )
    return document


SAMPLES = {
    "certificate-android": android_certificate,
    "certificate-iphone": apple_certificate,
    "report-failed": failed_report,
    "report-blocked": blocked_report,
}
