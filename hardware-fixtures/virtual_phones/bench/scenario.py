# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenario files: which phones hang on a bench, how they behave, what goes wrong on which cable.

TOML. Unknown keys are errors: a misspelt misbehaviour must not turn a liar into an honest phone.

    name = "two phones"            seed = 7
    [[phone]]
    name = "honest-pixel"          model = "pixel-9-android-16"     port = "1-1"
    serial = "…"                   imeis = ["…"]                    ecid = 1      (iPhones)
    condition = "reset"            neighbour_serial = "…"                         (Android)
    misbehaviour = []              variation = []                   plugged = true
    [phone.timing]                 fields of Timing, seconds; or scale = 0.05
    [phone.set]                    tables that replace values of the model
    [[phone.fault]]                at = 3   kind = "drop_after"   seconds = 2.0   executed = true
                                   kind = "truncate"   after_bytes = 5000000: a cut in the middle of a long act
    [phone.swap]                   keys of a phone, and absence = 1, gap_s = 0.5
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType

from virtual_phones.android.phone import AndroidPhone
from virtual_phones.faults import Exchanges, Fault, FaultKind, FaultPlan
from virtual_phones.iphone.phone import IPhone
from virtual_phones.phone import Timing, VirtualPhone, load_model
from virtual_phones.port import BusAddresses, Swap, VirtualPort

_BODY_KEYS = frozenset(
    {
        "model",
        "serial",
        "imeis",
        "ecid",
        "condition",
        "neighbour_serial",
        "misbehaviour",
        "variation",
        "timing",
        "set",
    }
)
_PHONE_KEYS = _BODY_KEYS | {"name", "port", "plugged", "fault", "swap"}
_SWAP_KEYS = _BODY_KEYS | {"absence", "gap_s"}
_FAULT_KEYS = frozenset({"at", "kind", "until", "seconds", "executed", "after_bytes"})
_TIMING_KEYS = frozenset(found.name for found in fields(Timing)) | {"scale"}
_SCENARIO_KEYS = frozenset({"name", "seed", "phone"})


class ScenarioError(ValueError):
    """A scenario file that does not say what it must, or says what nobody understands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneBody:
    """The phone itself: model and behaviour."""

    model: str
    serial: str = ""
    imeis: tuple[str, ...] = ()
    ecid: int = 0
    condition: str = ""
    neighbour_serial: str = ""
    misbehaviour: tuple[str, ...] = ()
    variation: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    overrides: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapPlan:
    """Another phone that is put into the slot; see `port.Swap`."""

    body: PhoneBody
    absence: int = 1
    gap_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePlan:
    """One phone on one slot."""

    name: str
    port: str
    body: PhoneBody
    plugged: bool = True
    faults: FaultPlan = field(default_factory=FaultPlan)
    swap: SwapPlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A bench full of phones."""

    name: str
    seed: int
    phones: tuple[PhonePlan, ...]


def load_scenario(path: Path) -> Scenario:
    """The scenario in a TOML file, or in the same shape in JSON. Raises: ScenarioError."""
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as broken:
        raise ScenarioError(f"{path}: {broken}") from broken
    return read_scenario(_table(document, "scenario"))


def demo_scenario() -> Path:
    """The scenario of `proofwipe demo`; it ships beside this file."""
    return Path(__file__).parent.parent / "scenarios" / "demo.toml"


def read_scenario(document: Mapping[str, object]) -> Scenario:
    """The scenario in a document. Raises: ScenarioError."""
    _only(document, _SCENARIO_KEYS, "scenario")
    tables = document.get("phone", [])
    if not isinstance(tables, list) or not tables:
        raise ScenarioError("a scenario needs at least one [[phone]]")
    phones = tuple(_phone(_table(table, "phone")) for table in tables)
    if len({phone.port for phone in phones}) != len(phones):
        raise ScenarioError("two phones on one port")
    if len({phone.name for phone in phones}) != len(phones):
        raise ScenarioError("two phones with one name")
    return Scenario(name=_text(document, "name", "scenario"), seed=_whole(document, "seed", 0), phones=phones)


def add_phones(scenario: Scenario, *, epoch_at_zero: float) -> tuple[VirtualPort, ...]:
    """The slots with their phones. `epoch_at_zero`: the date at the bench's second 0, Unix seconds.

    Raises: ScenarioError for a model, misbehaviour or variation that does not exist.
    """
    addresses = BusAddresses()
    return tuple(
        _slot(plan, addresses, seed=scenario.seed * 1000 + place, epoch_at_zero=epoch_at_zero)
        for place, plan in enumerate(scenario.phones)
    )


def _slot(plan: PhonePlan, addresses: BusAddresses, *, seed: int, epoch_at_zero: float) -> VirtualPort:
    phone = make_phone(plan.body, seed=seed, epoch_at_zero=epoch_at_zero)
    swap = None if plan.swap is None else make_swap(plan.swap, seed=seed + 500, epoch_at_zero=epoch_at_zero)
    return VirtualPort(
        plan.port,
        plan.name,
        phone,
        exchanges=Exchanges(plan.faults),
        swap=swap,
        plugged=plan.plugged,
        addresses=addresses,
    )


def make_swap(plan: SwapPlan, *, seed: int, epoch_at_zero: float) -> Swap:
    """The other phone, ready to be put in. Raises: ScenarioError."""
    other = make_phone(plan.body, seed=seed, epoch_at_zero=epoch_at_zero)
    return Swap(phone=other, absence=plan.absence, gap_s=plan.gap_s)


def make_phone(body: PhoneBody, *, seed: int, epoch_at_zero: float) -> VirtualPhone:
    """One phone of a model folder. Raises: ScenarioError."""
    try:
        model = _merged(load_model(body.model), body.overrides)
        if model.get("platform") == "apple":
            return IPhone(
                model,
                serial=body.serial,
                imeis=body.imeis,
                ecid=body.ecid,
                timing=body.timing,
                misbehaviour=body.misbehaviour,
                variation=body.variation,
                seed=seed,
                epoch_at_zero=epoch_at_zero,
            )
        return AndroidPhone(
            model,
            serial=body.serial,
            imeis=body.imeis,
            timing=body.timing,
            misbehaviour=body.misbehaviour,
            variation=body.variation,
            seed=seed,
            condition=body.condition or "debugging",
            neighbour_serial=body.neighbour_serial,
            epoch_at_zero=epoch_at_zero,
        )
    except (OSError, ValueError) as broken:
        raise ScenarioError(f"{body.model}: {broken}") from broken


def read_swap(table: Mapping[str, object]) -> SwapPlan:
    """A `[phone.swap]` table that names its own model. Raises: ScenarioError."""
    return _swap(table, model="")


def read_fault(table: Mapping[str, object]) -> Fault:
    """One `[[phone.fault]]` table. Raises: ScenarioError."""
    _only(table, _FAULT_KEYS, "fault")
    executed = table.get("executed")
    if executed is not None and not isinstance(executed, bool):
        raise ScenarioError("fault: executed is true or false")
    try:
        kind = FaultKind(_text(table, "kind", "fault"))
    except ValueError as broken:
        raise ScenarioError(f"fault: {broken}") from broken
    at = _whole(table, "at", 0)
    if at < 1:
        raise ScenarioError("fault: at counts exchanges from 1")
    return Fault(
        at=at,
        kind=kind,
        until=_whole(table, "until", 0),
        seconds=_number(table, "seconds", 0.0),
        executed=executed,
        after_bytes=_whole(table, "after_bytes", 0) if "after_bytes" in table else None,
    )


def _phone(table: Mapping[str, object]) -> PhonePlan:
    _only(table, _PHONE_KEYS, "phone")
    faults = table.get("fault", [])
    if not isinstance(faults, list):
        raise ScenarioError("phone: fault is a list of tables")
    plugged = table.get("plugged", True)
    if not isinstance(plugged, bool):
        raise ScenarioError("phone: plugged is true or false")
    port = _text(table, "port", "phone")
    bus, _, hubs = port.partition("-")
    if not (bus.isdecimal() and all(number.isdecimal() for number in hubs.split("."))):
        raise ScenarioError(f"phone: {port!r} is no port path such as 1-2.4")
    swap = table.get("swap")
    body = _body(table)
    try:
        plan = FaultPlan.of(read_fault(_table(fault, "fault")) for fault in faults)
    except ValueError as broken:
        raise ScenarioError(f"phone: {broken}") from broken
    return PhonePlan(
        name=_text(table, "name", "phone"),
        port=port,
        body=body,
        plugged=plugged,
        faults=plan,
        swap=None if swap is None else _swap(_table(swap, "swap"), model=body.model),
    )


def _swap(table: Mapping[str, object], *, model: str) -> SwapPlan:
    _only(table, _SWAP_KEYS, "swap")
    return SwapPlan(
        body=_body({"model": model, **table}),
        absence=_whole(table, "absence", 1),
        gap_s=_number(table, "gap_s", 0.0) if "gap_s" in table else None,
    )


def _body(table: Mapping[str, object]) -> PhoneBody:
    return PhoneBody(
        model=_text(table, "model", "phone"),
        serial=str(table.get("serial", "")),
        imeis=_texts(table, "imeis"),
        ecid=_whole(table, "ecid", 0),
        condition=str(table.get("condition", "")),
        neighbour_serial=str(table.get("neighbour_serial", "")),
        misbehaviour=_texts(table, "misbehaviour"),
        variation=_texts(table, "variation"),
        timing=_timing(_table(table.get("timing", {}), "timing")),
        overrides=_table(table.get("set", {}), "set"),
    )


def _timing(table: Mapping[str, object]) -> Timing:
    _only(table, _TIMING_KEYS, "timing")
    seconds = {name: _number(table, name, 0.0) for name in table if name != "scale"}
    return Timing(**{**_defaults(_number(table, "scale", 1.0)), **seconds})


def _defaults(scale: float) -> dict[str, float]:
    scaled = Timing().scaled(scale)
    return {found.name: getattr(scaled, found.name) for found in fields(Timing)}


def _merged(model: Mapping[str, object], overrides: Mapping[str, object]) -> dict[str, object]:
    """`overrides` laid over the model, table by table."""
    merged = dict(model)
    for name, value in overrides.items():
        old = merged.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[name] = _merged(old, value)
        else:
            merged[name] = value
    return merged


def _only(table: Mapping[str, object], known: frozenset[str], where: str) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise ScenarioError(f"{where}: unknown key {', '.join(unknown)}")


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ScenarioError(f"{where} is not a table")
    return value


def _text(table: Mapping[str, object], name: str, where: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise ScenarioError(f"{where}: {name} is missing")
    return value


def _texts(table: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = table.get(name, [])
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ScenarioError(f"{name} is a list of texts")
    return tuple(value)


def _whole(table: Mapping[str, object], name: str, default: int) -> int:
    value = table.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ScenarioError(f"{name} is a whole number")
    return value


def _number(table: Mapping[str, object], name: str, default: float) -> float:
    value = table.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise ScenarioError(f"{name} is a number, not below 0")
    return float(value)
