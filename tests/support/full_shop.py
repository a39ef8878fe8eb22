# SPDX-License-Identifier: GPL-3.0-or-later
"""A station where everything is there that a page can show: phones in every state, jobs with every end, and in each
field the worst that a phone or a person can put there.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phones.clock import SystemClock
from phones.errors import ProofwipeError
from station.client.connection import Connection
from station.ledger.ledger import Ledger
from station.ledger.paper_events import SampleCommitted, SampleDrawn
from tests.support.busy_bench import LONGEST_S, BusyBench, busy_bench
from tests.support.free_port import free_port
from tests.support.waiting import wait_for
from tools.serve_demo.visitors import imei

RAN = "proofwipe_ran"
"""What a script that ran would have set on the window."""
SCRIPTS = f"\"'><script>window.{RAN}=1</script><img src=x onerror=window.{RAN}=1><b style=color:red>"
WORST = f"{SCRIPTS}\u202eesrever\u202c\u2066" + "Ж" * 10_000
LONG_WORD = "W" * 64
LOT = "<b>LOT\"'1"
ANSWERS = {"battery_swollen": "no", "parts": "original", "cosmetic_front": "A", "cosmetic_back": "B",
           "cosmetic_frame": "C"}  # fmt: skip
PIXEL, PIXEL_OPEN, IPHONE = "pixel-9-android-16", "pixel-6-android-13", "iphone-13-ios-18"
_ANDROID_WORST = {"properties": dict.fromkeys(
    ("ro.product.model", "ro.product.marketname", "ro.product.manufacturer", "ro.build.display.id",
     "ro.build.fingerprint"), WORST)}  # fmt: skip
_APPLE_WORST = {"identity": {"model_number": WORST, "region": WORST, "build": WORST}}
PHONES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "waiting": ("1-1", {"model": PIXEL, "serial": "4A231FDAQ0001", "condition": "reset"}),
    "closed": ("1-2", {"model": PIXEL_OPEN, "serial": "1B081FDF60002", "condition": "debugging"}),
    "certified": ("1-3", {"model": IPHONE, "serial": "F2LSHOP0003", "ecid": 3}),
    "rejected": ("1-4", {"model": IPHONE, "serial": "F2LSHOP0004", "ecid": 4}),
    "awaiting": ("1-5", {"model": IPHONE, "serial": "F2LSHOP0005", "ecid": 5, "set": _APPLE_WORST}),
    "failed": ("1-6", {"model": IPHONE, "serial": "F2LSHOP0006", "ecid": 6, "misbehaviour": ["erase_lies"]}),
    "asking": ("1-7", {"model": IPHONE, "serial": "F2LSHOP0007", "ecid": 7}),
    "away": ("1-8", {"model": PIXEL, "serial": "4A231FDAQ0008", "condition": "reset",
                     "misbehaviour": ["never_returns"]}),
    "worst": ("1-9", {"model": PIXEL_OPEN, "serial": "1B081FDF60009", "condition": "debugging", "set": _ANDROID_WORST}),
    "hostile": ("1-10", {"model": IPHONE, "serial": "F2LSHOP0010", "ecid": 10, "misbehaviour": ["hostile_strings"]}),
    "locked": ("1-11", {"model": IPHONE, "serial": "F2LSHOP0011", "ecid": 11,
                        "misbehaviour": ["activation_locked"]}),
}  # fmt: skip
WEEK = "2026-W01"
"""Of a sample that was drawn."""
HOOK = """
[[webhook]]
name = "shop-{port}"
url = "http://127.0.0.1:{port}/nobody-is-there"
secret = "shop.whsec"
events = ["job.certified", "job.opened"]
tries = 1
timeout_s = 2
"""
BEGUN = ("certified", "rejected", "awaiting", "failed", "asking", "away", "worst")


@dataclass(kw_only=True)
class Shop:
    """`jobs`: what a phone is called here → its job. `hook`: the name of its webhook, to which nobody listens."""

    station: BusyBench
    jobs: dict[str, str]
    hook: str = ""

    def state(self, name: str) -> str:
        """Of that phone, "" where there is none."""
        return str(self.station.phones().get(PHONES[name][0], {}).get("state", ""))


@contextmanager
def full_shop(folder: Path, keys: Path) -> Iterator[Shop]:
    """The shop, once everything is as the names of its phones say."""
    bodies = [
        {**body, "imeis": [imei(100 + 2 * place), imei(101 + 2 * place)]}
        for place, (_port, body) in enumerate(PHONES.values())
    ]
    secret = folder / "station" / "shop.whsec"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text(f"whsec_{base64.b64encode(bytes(32)).decode()}")
    secret.chmod(0o600)
    nobody = free_port()
    with busy_bench(folder, keys, bodies, config=HOOK.format(port=nobody)) as station:
        shop = Shop(station=station, jobs={}, hook=f"shop-{nobody}")
        for name in BEGUN:
            _begin(shop, name)
        _until(shop, "asking", "asks_you")
        _until(shop, "worst", "asks_you")  # it must be reset by hand, and nobody does
        for name in ("certified", "rejected", "awaiting", "failed"):
            _until(shop, name, "finished")
        validator = Connection(port=station.port, token=station.badge("validator"))
        _decide(shop, validator, "certified", accept=True)
        _decide(shop, validator, "rejected", accept=False, grounds=SCRIPTS + LONG_WORD)
        with closing(Ledger(station.line.home / "ledger.sqlite3", clock=SystemClock())) as ledger:
            drawn = tuple(each["paper"] for each in station.jobs() if each["paper"])
            ledger.append(SampleCommitted(period=WEEK, percent=5, number=len(drawn), sha256="ab" * 32, log_size=1), "")
            ledger.append(SampleDrawn(period=WEEK, index=1, root="ab" * 32, chosen=drawn), "")
        yield shop


def _begin(shop: Shop, name: str) -> None:
    port, body = PHONES[name]
    client = shop.station.client
    _until(shop, name, "to_confirm", "blocked")
    fields = {"asset_tag": f"<b>{LONG_WORD[:60]}", "lot": LOT, "customer_ref": "<i>ref", "note": SCRIPTS + LONG_WORD}
    plan: dict[str, Any] = {}

    def has_a_way() -> bool:  # a phone that shows its dialog only now, or closes it just now, has none yet
        shop.station.touch_phones(but=(PHONES["closed"][0],))
        plan.update(client.post("/v1/plans", {"phone": port}))
        return bool(plan["shows"]["method"])

    wait_for(has_a_way, LONGEST_S, lambda: f"{name}: {plan}")
    number = {"plan_hash": plan["plan_hash"], "number": body["serial"]}
    shop.jobs[name] = client.post(f"/v1/plans/{plan['plan']}/confirm", number, key=f"shop-{name}")["job"]
    with suppress(ProofwipeError):
        client.post("/v1/tags", {"about": shop.jobs[name], **fields})


def _until(shop: Shop, name: str, *states: str) -> None:
    def is_so() -> bool:
        shop.station.touch_phones(but=(PHONES["closed"][0],))
        _answer(shop)
        return shop.state(name) in states and not _still_closed(shop, name)

    wait_for(is_so, LONGEST_S, lambda: f"{name}: {shop.station.phones()}")


def _still_closed(shop: Shop, name: str) -> bool:
    reasons = shop.station.phones().get(PHONES[name][0], {}).get("state_reasons", [])
    return bool({each["code"] for each in reasons} & {"trust_pending", "unauthorized"})


def _answer(shop: Shop) -> None:
    client = shop.station.client
    for each in client.get("/v1/questions")["questions"]:
        if each["port"] == PHONES["asking"][0]:
            continue
        choice = shop.station.seen(each["port"], each["question"]) or ANSWERS.get(each["question"], "ok")
        with suppress(ProofwipeError):  # closed meanwhile
            client.post(f"/v1/questions/{each['question_id']}/answer", {"choice": choice})


def _decide(shop: Shop, validator: Connection, name: str, **decision: Any) -> None:
    (told,) = [each for each in shop.station.jobs() if each["job"] == shop.jobs[name]]
    validator.post(f"/v1/jobs/{told['job']}/decision", {"seen": told["awaiting_record"], **decision})
