# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot loader is asked, and which of its words are kept.

Its variables are its own word, without a signature: whoever has flashed another one has chosen them. They say which
phone is meant and whether an erase is allowed, never that one has happened. Xiaomi's `token` and `cpuid` are not asked
for. Variables: research android.md 6.4 (`unconfirmed` but for the list in AOSP's README).
"""

import json
from collections.abc import Mapping

from phones.allowed import MALFORMED
from phones.cleaning import spelled_serial
from phones.errors import ReplyMalformedError
from phones.link import (
    Effect,
    FastbootErase,
    FastbootEverything,
    FastbootVariables,
    Question,
    Reboot,
    RebootTarget,
    Reply,
)
from phones.shared_numbers import set_aside

PARTITIONS = ("userdata", "cache", "metadata")
"""Those that `fastboot -w` erases, in its order [read: AOSP fastboot.cpp]."""
_TYPE = "partition-type:"
VARIABLES = (
    "product",
    "serialno",
    "secure",
    "unlocked",
    "is-userspace",
    "battery-soc-ok",
    "imei",
    "securestate",
    "frp-state",
    *(_TYPE + partition for partition in PARTITIONS),
)
_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "secure": ("fastboot.secure", {"yes": "yes", "no": "no"}),
    "unlocked": ("fastboot.unlocked", {"yes": "yes", "no": "no", "true": "yes", "false": "no"}),
    "is-userspace": ("fastboot.userspace", {"yes": "yes", "no": "no"}),
    "battery-soc-ok": ("fastboot.battery_ok", {"yes": "yes", "no": "no"}),
    "frp-state": ("locks.frp", {"no protection (0)": "clear", "protected (77)": "armed"}),  # Motorola
}
_SECURE_STATES = {"oem_locked": "no", "flashing_locked": "no", "flashing_unlocked": "yes"}
"""Motorola tells its lock by `securestate`."""
_NAMES = {"serialno": "identity.serial", "imei": "identity.imei1", "product": "product.device"}
_VALUES = {name: value for name, (value, _) in _WORDS.items()} | _NAMES
_TIMEOUT_S = 20.0
"""A dozen short answers; a boot loader gives each at once (`unconfirmed`)."""
ERASE_TIMEOUT_S = 600.0
"""A boot loader that discards block by block takes minutes for a large store (`unconfirmed`)."""


def variables_question() -> Question:
    """Who it is and what it allows: `identity.*`, `product.device`, `fastboot.*`, `locks.frp`."""
    return Question(
        name="fastboot.variables",
        effect=Effect.READS,
        request=FastbootVariables(names=VARIABLES),
        read=read_variables,
        timeout_s=_TIMEOUT_S,
    )


def everything_question() -> Question:
    """The same out of `getvar all`, which some answer more fully. What contradicts the first answer is caught."""
    return Question(
        name="fastboot.everything",
        effect=Effect.READS,
        request=FastbootEverything(),
        read=read_everything,
        timeout_s=_TIMEOUT_S,
    )


def erase_question(partition: str) -> Question:
    """Erase one partition: `command.returned` = okay. A no is a refusal, with its word."""
    return Question(
        name=f"fastboot.erase.{partition}",
        effect=Effect.ERASES,
        request=FastbootErase(partition=partition),
        read=_okay,
        timeout_s=ERASE_TIMEOUT_S,
    )


def reboot_question() -> Question:
    """Start the system: `command.returned` = okay."""
    return Question(
        name="fastboot.reboot",
        effect=Effect.WRITES,
        request=Reboot(target=RebootTarget.SYSTEM),
        read=_okay,
        timeout_s=_TIMEOUT_S,
    )


def _okay(_reply: Reply) -> Mapping[str, str]:
    return {"command.returned": "okay"}


def read_variables(reply: Reply) -> Mapping[str, str]:
    """Allow-listed values of the reply to FastbootVariables. Raises: ReplyMalformedError."""
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise ReplyMalformedError(step="fastboot", expected="variables", got="something else") from error
    if not isinstance(told, dict) or not all(isinstance(text, str) for text in told.values()):
        raise ReplyMalformedError(step="fastboot", expected="variables", got="something else")
    return _values(told) | {"fastboot.partitions": ",".join(sorted(_partitions(told)))}


def read_everything(reply: Reply) -> Mapping[str, str]:
    """Allow-listed values of the reply to FastbootEverything; `malformed` for a variable told in two ways.

    A boot loader that refuses `all`, or writes its lines otherwise, tells nothing here.
    """
    if reply.status:
        return {}
    told: dict[str, str] = {}
    differing: set[str] = set()
    for line in reply.body.decode("latin-1").split("\n"):
        name, text = _split(line.strip(" \r\t\0"))
        if name and told.setdefault(name, text) != text:
            differing.add(name)
    return _values(told) | {_VALUES[name]: MALFORMED for name in differing if name in _VALUES}


def _split(line: str) -> tuple[str, str]:
    """`name:text` or `name: text`; names of partitions hold a colon of their own."""
    name = next((name for name in VARIABLES if line.startswith(f"{name}:")), "")
    return name, line[len(name) + 1 :].strip(" ")


def _partitions(told: Mapping[str, str]) -> set[str]:
    """Those of PARTITIONS that have a type, as `fastboot -w` looks for them."""
    return {partition for partition in PARTITIONS if told.get(_TYPE + partition, "").strip()}


def _values(told: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for name, (value, words) in _WORDS.items():
        if name in told:
            values[value] = words.get(told[name].strip().lower(), MALFORMED)
    if "fastboot.unlocked" not in values and told.get("securestate", "").strip().lower() in _SECURE_STATES:
        values["fastboot.unlocked"] = _SECURE_STATES[told["securestate"].strip().lower()]
    if serial := spelled_serial(_utf8(told.get("serialno", ""))):
        values["identity.serial"] = serial
    if imei := told.get("imei", "").strip():
        values["identity.imei1"] = imei
    if product := told.get("product", "").strip():
        values["product.device"] = product
    return set_aside(values)


def _utf8(text: str) -> str:
    """What came as bytes, a character each, as the text it was meant to be."""
    return text.encode("latin-1", "replace").decode("utf-8", "backslashreplace")
