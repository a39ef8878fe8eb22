# SPDX-License-Identifier: GPL-3.0-or-later
"""Android's trade-in foyer (16 and later): its two questions and the JSON it answers.

The foyer says who the phone is and how its battery, storage and screen are; with factory reset protection
armed it says only that [read: DeviceDiagnostics, research android.md §8].
"""

import json
import re
from collections.abc import Callable, Mapping

from phones.android.battery import health_code
from phones.attestation import evidence as attestation
from phones.cleaning import spelled_serial
from phones.errors import ReplyMalformedError
from phones.imei import luhn_of, read_imei
from phones.link import Effect, Question, Reply, TradeInLine
from phones.part_serials import part_values
from phones.shared_numbers import set_aside
from phones.signs import not_measured

MAXIMUM_JSON_BYTES = 256 * 1024
MAXIMUM_DEPTH = 12
_NONCE = re.compile(r"[A-Za-z0-9_\-]{8,64}")

Values = dict[str, str]
Document = Mapping[str, object]


def getstatus_question(nonce: str, *, timeout_s: float, keep_chain: bool = False) -> Question:
    """`trade_in.getstatus` with our challenge. `nonce`: 8 to 64 of letters, digits, `_` and `-`; the foyer
    closes on anything else. `keep_chain`: the attestation chain is evidence too, unless it names the phone.
    Raises: ValueError.
    """
    if not _NONCE.fullmatch(nonce):
        raise ValueError("a challenge is 8 to 64 of A-Z a-z 0-9 _ -")
    return Question(
        name="trade_in.getstatus",
        effect=Effect.READS,
        request=TradeInLine(command=f"wait-until-ready getstatus --challenge {nonce}"),
        read=_status_reader(nonce, keep_chain=keep_chain),
        timeout_s=timeout_s,
    )


def evaluate_question(*, timeout_s: float) -> Question:
    """`trade_in.evaluate`: opens an ordinary shell and schedules the wipe at the next boot. Exit code 0 or
    255 are both success [read: DeviceDiagnostics tests]; adbd may also restart before it has answered.
    """
    return Question(
        name="trade_in.evaluate",
        effect=Effect.ERASES,
        request=TradeInLine(command="evaluate"),
        read=lambda reply: {"command.exit_code": str(reply.status)},
        timeout_s=timeout_s,
    )


def _status_reader(nonce: str, *, keep_chain: bool) -> Callable[[Reply], Values]:
    def read(reply: Reply) -> Values:
        return {
            "command.exit_code": str(reply.status),
            "command.nonce": nonce,
            **read_status(read_json(reply.body), nonce=nonce, keep_chain=keep_chain),
        }

    return read


def read_json(body: bytes) -> Document:
    """The JSON object in an answer, from its first `{`: text may come before it [read: upstream tests].

    Raises: ReplyMalformedError for anything but one object of at most 256 KiB and 12 levels, also for
    doubled keys and NaN: two readers could understand those differently.
    """
    if len(body) > MAXIMUM_JSON_BYTES:
        raise ReplyMalformedError(step="trade-in", expected=f"at most {MAXIMUM_JSON_BYTES} bytes", got="more")
    start = body.find(b"{")
    if start < 0:
        raise ReplyMalformedError(step="trade-in", expected="a JSON object", got="none")
    try:
        text = body[start:].decode("utf-8")
        document, end = json.JSONDecoder(object_pairs_hook=_no_doubles, parse_constant=_no_constant).raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise ReplyMalformedError(step="trade-in", expected="JSON", got=type(error).__name__) from error
    if text[end:].strip() or not isinstance(document, dict) or _depth(document) > MAXIMUM_DEPTH:
        raise ReplyMalformedError(step="trade-in", expected="one JSON object", got="something else")
    return document


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(_: str) -> object:
    raise ValueError("not a number of JSON")


def _depth(value: object, level: int = 1) -> int:
    if level > MAXIMUM_DEPTH or not isinstance(value, dict | list):
        return level
    children = value.values() if isinstance(value, dict) else value
    return max((_depth(child, level + 1) for child in children), default=level)


def read_status(document: Document, *, nonce: str = "", keep_chain: bool = False) -> Values:
    """Allow-listed values out of the status. Keys of another type than documented are left out."""
    values: Values = {}
    locks = _section(document, "locks")
    protection = locks.get("factory_reset_protection")
    if isinstance(protection, bool):
        values["locks.frp"] = "armed" if protection else "clear"
    # "More locks" are announced [read: developer.android.com, January 2026], their names and shapes are not: one that
    # is on is told, one that is off has not told which, and one that says neither is not off.
    others = [found for key, found in locks.items() if key != "factory_reset_protection" and found is not False]
    if others:
        values["locks.other"] = "locked" if any(found is True for found in others) else "unknown"
    values |= _identity(document)
    values |= _battery(_section(document, "battery"))
    values |= _condition(document)
    if nonce:
        imeis = [values[name] for name in ("identity.imei1", "identity.imei2") if name in values]
        told = _section(document, "attestation")
        serial = values.get("identity.serial", "")
        values |= attestation.values_of(told, nonce=nonce, serial=serial, imeis=imeis, keep=keep_chain)
    return set_aside(values)


def _identity(document: Document) -> Values:
    values: Values = {}
    product = _section(document, "product")
    for key, name in (
        ("manufacturer", "product.maker"),
        ("brand", "product.brand"),
        ("model", "product.model"),
        ("device", "product.device"),
    ):
        if text := _text(product, key):
            values[name] = text
    if text := spelled_serial(_text(document, "serial")):
        values["identity.serial"] = text
    listed = document.get("imeis")
    imeis = tuple(
        imei
        for entry in (listed if isinstance(listed, list) else [])[:8]
        if isinstance(entry, str) and (imei := read_imei(entry))
    )
    for number, imei in enumerate(imeis[:2], start=1):
        values[f"identity.imei{number}"] = imei
    if imeis:  # listed only with telephony [read: DeviceDiagnostics]: none is no fault
        values["imei.luhn"] = luhn_of(imeis[:2])
    if (level := _number(document, "launch_level", most=999)) is not None:
        values["system.first_api_level"] = str(level)
    return values


def _battery(battery: Document) -> Values:
    values: Values = {}
    # No lithium cell is used at 0 %; a phone that counts no cycles says 0 [read: BatteryManager.EXTRA_CYCLE_COUNT].
    for key, name, most in (("cycle_count", "battery.cycles", 999999), ("health", "battery.health_percent", 100)):
        if (number := _number(battery, key, most=most)) is not None:
            values |= {name: str(number)} if number else not_measured("left_at_zero", name)
    if (state := _number(battery, "state", most=99)) is not None:
        values |= health_code(str(state))
    if "battery.health_percent" in values or "battery.cycles" in values:
        values["battery.source"] = "trade_in"
    for key, name in (
        ("manufacturing_date", "battery.manufactured_epoch"),
        ("first_usage_date", "battery.first_used_epoch"),
    ):
        # Older builds say 0 for unknown, newer ones leave the key out [read: DeviceDiagnostics].
        if number := _number(battery, key, most=10**11):
            values[name] = str(number)
    if status := part_status(battery.get("part_status")):
        values["battery.part_status"] = status
    if serial := _text(battery, "serial"):
        values |= part_values({"battery": serial})
    return values


def _condition(document: Document) -> Values:
    values: Values = {}
    storage = _section(document, "storage")
    capacity = storage.get("capacity_bytes")
    if isinstance(capacity, str) and re.fullmatch(r"[0-9]{1,16}", capacity):
        values["storage.total_bytes"] = capacity
    if (life := _number(storage, "useful_lifetime_remaining", most=100)) is not None:
        values["storage.life_percent"] = str(life)
    moisture = _section(document, "sensors").get("moisture_intrusion")
    if isinstance(moisture, bool):
        values["liquid.detected"] = "yes" if moisture else "no"
    screens = _section(document, "screen").get("screens")
    statuses = {
        part_status(entry.get("part_status"))
        for entry in (screens if isinstance(screens, list) else [])[:8]
        if isinstance(entry, dict)
    } - {""}
    for status in ("replaced", "unknown", "unsupported", "original"):
        if status in statuses:
            values["display.part_status"] = status
            break
    return values


def part_status(value: object) -> str:
    """`original`, `replaced`, `unsupported` or `unknown`; "" when nothing is said. The phone may answer in
    its own language, so the match is loose and a strange word is `unknown`, never `original`.
    """
    if not isinstance(value, str) or not value.strip():
        return ""
    words = re.findall(r"[a-z]+", value.lower())
    if "unsupported" in words or words == ["not", "supported"]:
        return "unsupported"
    if "replaced" in words or {"non", "not", "unoriginal", "aftermarket"} & set(words):
        return "replaced"
    return "original" if words in (["original"], ["genuine"], ["original", "part"], ["genuine", "part"]) else "unknown"


def _section(document: Document, key: str) -> Document:
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def _text(document: Document, key: str) -> str:
    found = document.get(key)
    return found if isinstance(found, str) else ""


def _number(document: Document, key: str, *, most: int) -> int | None:
    found = document.get(key)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= most:
        return None
    return found
