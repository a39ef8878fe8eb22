# SPDX-License-Identifier: GPL-3.0-or-later
"""`[[webhook]]` of config.toml: to whom the station tells what happens, and under which names.

Read as strictly as every other setting, and more: an address that would not be taken when something is to be sent is
refused when the file is read.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, urlsplit

from station.setup.faults import Faults
from station.setup.outside import EVENTS, FIELDS, NUMBERS, USUAL_EVENTS
from station.text.language import text

TABLE = "webhook"
MOST_WEBHOOKS = 16
MOST_FIELDS = 60
LONGEST_URL = 2000
LONGEST_TEXT = 200
SHORTEST_S, LONGEST_S = 1.0, 60.0
MOST_TRIES = 30
CONSTANT = "constant"
PLACEHOLDERS = ("{paper}", "{job}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_PRINTABLE = re.compile(r"[!-~]+")
_THEIR_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A value that an endpoint wants to see in every event."""

    value: str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One endpoint.

    `name`: what people call it, and what its position in the ledger is kept under. `secret`: file with its `whsec_…`,
    for its owner alone; relative to the station's folder. `numbers`: serial number, IMEI and UDID are sent. `private`:
    an address inside of a network is meant. `ca_file`: PEM file of the authorities its certificate may come from, ""
    for those of this machine. `paper_url`: where people find a paper, with `{paper}` or `{job}` in it. `fields`: its
    name of a field → ours, or a constant; empty: our names, all that the event may carry.
    """

    name: str
    url: str
    secret: str
    events: tuple[str, ...] = USUAL_EVENTS
    numbers: bool = False
    private: bool = False
    timeout_s: float = 15.0
    tries: int = 10
    ca_file: str = ""
    paper_url: str = ""
    fields: Mapping[str, str | Constant] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def parts(self) -> SplitResult:
        """The address, taken apart."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """Whom to ask for: a name or an address, without brackets, lower case."""
        return self.parts.hostname or ""

    @property
    def port(self) -> int:
        """The port that is connected to."""
        return self.parts.port or (443 if self.parts.scheme == "https" else 80)


TAKES: Mapping[str, str] = MappingProxyType(
    {
        "name": "expected.webhook_name",
        "url": "expected.webhook_url",
        "secret": "expected.str",
        "events": "expected.webhook_events",
        "numbers": "expected.bool",
        "private": "expected.bool",
        "timeout_s": "expected.webhook_timeout",
        "tries": "expected.webhook_tries",
        "ca_file": "expected.str",
        "paper_url": "expected.webhook_paper_url",
        "fields": "expected.webhook_fields",
    }
)
"""Key → what it takes, as a key of the catalogue of words."""


def what_it_takes(key: str) -> str:
    """In words, what a key of a `[[webhook]]` may be."""
    facts = {"most": str(MOST_TRIES), "least_s": f"{SHORTEST_S:g}", "most_s": f"{LONGEST_S:g}"}
    return text(TAKES[key], events=", ".join(EVENTS), **facts)


def read_webhooks(found: object, faults: Faults) -> tuple[Webhook, ...]:
    """The endpoints of a file; whatever is wrong is a fault, and then what is returned counts for nothing."""
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        faults.wrong_value((TABLE,), found, text("expected.webhook_tables"))
        return ()
    if len(found) > MOST_WEBHOOKS:
        faults.other((TABLE,), text("fault.too_many", most=MOST_WEBHOOKS))
        return ()
    made, names = [], set()
    for number, table in enumerate(found, 1):
        place = (TABLE, str(number))
        made.append(_webhook(place, table, faults))
        if made[-1].name in names:
            faults.other((*place, "name"), text("fault.twice"))
        names.add(made[-1].name)
    return tuple(made)


def _webhook(place: tuple[str, ...], table: Mapping[str, Any], faults: Faults) -> Webhook:
    values: dict[str, Any] = {}
    for key, value in table.items():
        path = (*place, key)
        if key not in TAKES:
            faults.unknown_key(path, TAKES)
        elif key == "fields" and isinstance(value, Mapping):
            continue
        elif not _CHECKS[key](value):
            faults.wrong_value(
                path, value if key != "url" else "…", what_it_takes(key), EVENTS if key == "events" else ()
            )
        else:
            values[key] = tuple(value) if key == "events" else value
    for key in ("name", "url", "secret"):
        if key not in table:
            faults.other((*place, key), text("fault.missing"))
    numbers = values.get("numbers") is True
    if isinstance(table.get("fields"), Mapping):
        values["fields"] = _fields((*place, "fields"), table["fields"], faults, numbers=numbers)
    if "timeout_s" in values:
        values["timeout_s"] = float(values["timeout_s"])
    return Webhook(**{"name": "", "url": "", "secret": "", **values})


def _fields(
    place: tuple[str, ...], table: Mapping[str, Any], faults: Faults, *, numbers: bool
) -> Mapping[str, str | Constant]:
    made: dict[str, str | Constant] = {}
    if len(table) > MOST_FIELDS:
        faults.other(place, text("fault.too_many", most=MOST_FIELDS))
    for name, source in list(table.items())[:MOST_FIELDS]:
        path = (*place, name)
        if not _THEIR_NAME.fullmatch(name):
            faults.wrong_value(path, name, text("expected.webhook_field_name"))
        elif isinstance(source, str) and source in FIELDS:
            made[name] = source
            if source in NUMBERS and not numbers:
                faults.other(path, text("fault.numbers_not_sent", field=source))
        elif isinstance(source, Mapping) and set(source) == {CONSTANT} and _is_constant(source[CONSTANT]):
            made[name] = Constant(value=source[CONSTANT])
        else:
            faults.wrong_value(path, source, text("expected.webhook_field", fields=", ".join(sorted(FIELDS))), FIELDS)
    return MappingProxyType(made)


def _is_constant(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT
    return isinstance(value, bool | int | float) and abs(value) < 2**53


def _is_url(value: object) -> bool:
    """HTTPS, or HTTP to this very machine; no userinfo, no fragment, nothing that a request line could not hold."""
    if not isinstance(value, str) or len(value) > LONGEST_URL or not _PRINTABLE.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("https", "http") or port == 0 or "@" in parts.netloc or "#" in value:
        return False
    if not (_HOST.fullmatch(host) or _is_address(host)):
        return False
    return parts.scheme == "https" or is_this_machine(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host  # the scope of a link-local address: nothing that a certificate or a header could name


def is_this_machine(host: str) -> bool:
    """Does the name itself, whatever it resolves to, say loopback?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_paper_url(value: object) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_URL or not (value == "" or _PRINTABLE.fullmatch(value)):
        return False
    for each in PLACEHOLDERS:
        value = value.replace(each, "")
    return value == "" or (value.startswith("https://") and "{" not in value and "}" not in value)


def _is_events(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(each, str) and each in EVENTS for each in value) and len(set(value)) == len(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_URL and "\0" not in value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and SHORTEST_S <= value <= LONGEST_S


_CHECKS: Mapping[str, Any] = MappingProxyType(
    {
        "name": lambda value: isinstance(value, str) and _NAME.fullmatch(value) is not None,
        "url": _is_url,
        "secret": lambda value: _is_text(value) and bool(value),
        "events": _is_events,
        "numbers": lambda value: isinstance(value, bool),
        "private": lambda value: isinstance(value, bool),
        "timeout_s": _is_number,
        "tries": lambda value: type(value) is int and 1 <= value <= MOST_TRIES,
        "ca_file": _is_text,
        "paper_url": _is_paper_url,
        "fields": lambda _value: False,
    }
)
